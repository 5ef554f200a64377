import { Answer, FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { against, withFake } from "./utils/against.ts"
import { run } from "./utils/run.ts"

/** The first poll sees a report in progress, however long the example takes to start. */
const firstInProgress = Effect.gen(function*() {
  const fake = yield* FakeDatadog.FakeDatadog
  const inProgress = Fault.make("in progress", () =>
    Effect.map(fake.reportIds, (ids) =>
      Answer.make({
        body: JSON.stringify({ data: { id: ids.at(-1), attributes: { status: "in_progress" } } })
      })))
  yield* fake.inject(inProgress, { operation: "status" })
})

describe.concurrent("get-report-status", () => {
  it.live("prints the decoded report as JSON", () =>
    Effect.gen(function*() {
      const { code, errors, output } = yield* against("get-report-status", Timeline.always("completed_with_errors"))
      assert.strictEqual(code, 0, errors)
      const { id, ...report } = JSON.parse(output)
      assert.match(id, /^[0-9a-f-]{36}$/)
      assert.deepStrictEqual(report, { status: "completed_with_errors", rawStatus: "completed_with_errors" })
      assert.strictEqual(errors, "")
    }).pipe(Effect.provide(withFake)), 30_000)

  it.live(
    "prints a typed error as its message, without a stack and without a key, and exits with 2",
    () =>
      Effect.gen(function*() {
        const wrong = { DD_API_KEY: "canary-1234567890", DD_APP_KEY: "canary-1234567890" }
        const { code, errors, output } = yield* against("get-report-status", Timeline.always("completed"), wrong)
        assert.strictEqual(code, 2)
        assert.strictEqual(output, "")
        assert.match(errors, /^GET \/api\/v2\/slo\/report\/[^ ]+\/status: 403 Forbidden\..*slos_read.*\n$/)
        assert.notInclude(errors, "canary")
        assert.notInclude(errors, "    at ")
      }).pipe(Effect.provide(withFake)),
    30_000
  )

  it.live("names the variable that is wrong, and nothing else", () =>
    Effect.gen(function*() {
      const { code, errors } = yield* against("get-report-status", Timeline.always("completed"), { DD_SITE: "datadog" })
      assert.strictEqual(code, 2)
      assert.match(errors, /^Expected a Datadog site \(did you mean datadoghq\.eu\?\); .*\n  at \["DD_SITE"\]\n$/)
    }).pipe(Effect.provide(withFake)), 30_000)
})

describe.concurrent("wait-for-report", () => {
  for (const [status, expected] of [["completed", 0], ["completed_with_errors", 0], ["failed", 1]] as const) {
    it.live(`exits with ${expected} for a report that is ${status}`, () =>
      Effect.gen(function*() {
        yield* firstInProgress
        const { code, errors, output } = yield* against("wait-for-report", Timeline.always(status))
        assert.strictEqual(code, expected, errors)
        const lines = output.trimEnd().split("\n")
        assert.match(lines[0]!, /^in_progress · \d+ s elapsed · 1 poll · next poll in 1 s$/)
        assert.match(lines[1]!, new RegExp(`^${status} · \\d+ s elapsed · 2 polls$`))
        assert.strictEqual(lines.length, 3)
      }).pipe(Effect.provide(withFake)), 30_000)
  }

  it.live("ends at once on ^C", () =>
    Effect.gen(function*() {
      const { code } = yield* against("wait-for-report", Timeline.always("in_progress"), {}, (_, interrupt) =>
        interrupt())
      assert.strictEqual(code, 130)
    }).pipe(Effect.provide(withFake)), 30_000)
})

describe.concurrent("compose-into-an-app", () => {
  it.live("streams a report's progress as server-sent events", () =>
    Effect.gen(function*() {
      yield* firstInProgress
      let events = Promise.resolve("")
      const { code, errors } = yield* against(
        "compose-into-an-app",
        Timeline.always("completed"),
        { PORT: "0" },
        (output, interrupt) => {
          const url = /curl -N (\S+)\n/.exec(output)?.[1]
          if (url === undefined) return
          events = fetch(url).then((response) => response.text())
          void events.finally(interrupt)
        }
      )
      assert.strictEqual(code, 130, errors)
      const received = (yield* Effect.promise(() => events)).trim().split("\n\n")
      assert.match(received[0]!, /^event: report\ndata: \{.*"status":"in_progress".*\}$/)
      assert.match(received.at(-1)!, /^event: report\ndata: \{.*"status":"completed".*\}$/)
    }).pipe(Effect.provide(withFake)), 30_000)
})

describe.concurrent("compose-into-an-app over a fake of its own", () => {
  it.live("listens on PORT", () =>
    Effect.gen(function*() {
      const { code, output } = yield* Effect.promise(() =>
        run("compose-into-an-app", { PORT: "0", DD_API_KEY: "" }, (_, interrupt) => interrupt())
      )
      assert.strictEqual(code, 130)
      assert.match(output, /^curl -N http:\/\/127\.0\.0\.1:\d+\/reports\/[0-9a-f-]{36}\/progress\n$/)
      assert.notInclude(output, ":3000/")
    }), 30_000)

  it.live("says in one line that PORT is in use, or no port", () =>
    Effect.gen(function*() {
      const { port } = yield* FakeDatadogServer.FakeDatadogServer
      const cases = { [port]: "listen EADDRINUSE: address already in use", abc: "Expected a string", 65536: "Expected" }
      for (const [value, message] of Object.entries(cases)) {
        const { code, errors } = yield* Effect.promise(() => run("compose-into-an-app", { PORT: value }))
        assert.strictEqual(code, 2, errors)
        assert.include(errors, message)
        assert.notInclude(errors, "    at ")
      }
    }).pipe(Effect.provide(withFake)), 60_000)
})

describe.concurrent("custom-policies", () => {
  for (
    const [status, expected, line] of [
      ["completed", 0, /^Report \S+ is completed\.\n$/],
      ["failed", 1, /^Check the query of the report\. .*\n$/]
    ] as const
  ) {
    it.live(`exits with ${expected} for a report that is ${status}`, () =>
      Effect.gen(function*() {
        const { code, errors, output } = yield* against("custom-policies", Timeline.always(status))
        assert.strictEqual(code, expected, errors)
        assert.match(output + errors, line)
      }).pipe(Effect.provide(withFake)), 30_000)
  }
})
