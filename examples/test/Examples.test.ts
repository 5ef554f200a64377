import { Answer, FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { run } from "./utils/run.ts"

const withFake = FakeDatadogServer.layerTest()

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

/** Runs an example against the fake, waiting for one report with this timeline. */
const against = Effect.fn(function*(
  name: string,
  timeline: Timeline.Timeline,
  environment: Readonly<Record<string, string>> = {},
  onOutput?: Parameters<typeof run>[2]
) {
  const fake = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  const id = yield* fake.addReport({ timeline })
  const { apiKey, applicationKey } = fake.credentials
  return yield* Effect.promise(() =>
    run(
      name,
      { DD_HOST: url, DD_API_KEY: apiKey, DD_APP_KEY: applicationKey, REPORT_DATA_ID: id, ...environment },
      onOutput
    )
  )
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

  it.live("starts a fake where no keys are set, and says so in one line", () =>
    Effect.gen(function*() {
      const { code, errors, output } = yield* Effect.promise(() => run("get-report-status", {}))
      assert.strictEqual(code, 0)
      assert.strictEqual(JSON.parse(output).status, "in_progress")
      assert.match(errors, /^No Datadog keys in the environment .* using a fake at http:\/\/127\.0\.0\.1:\d+\n$/)
    }), 30_000)

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

  it.live("names a missing variable", () =>
    Effect.gen(function*() {
      const { code, errors } = yield* Effect.promise(() => run("get-report-status", { DD_API_KEY: "only-one" }))
      assert.strictEqual(code, 2)
      assert.include(errors, "DD_APP_KEY")
    }), 30_000)
})

describe.concurrent("wait-for-report", () => {
  for (const [status, expected] of [["completed", 0], ["completed_with_errors", 0], ["failed", 1]] as const) {
    it.live(`exits with ${expected} for a report that is ${status}`, () =>
      Effect.gen(function*() {
        yield* firstInProgress
        const { code, errors, output } = yield* against("wait-for-report", Timeline.always(status))
        assert.strictEqual(code, expected, errors)
        const lines = output.trimEnd().split("\n")
        assert.match(lines[0]!, /^in_progress · \d+ s elapsed · 1 poll$/)
        assert.match(lines[1]!, new RegExp(`^${status} · \\d+ s elapsed · 2 polls$`))
        assert.strictEqual(lines.length, 3)
      }).pipe(Effect.provide(withFake)), 30_000)
  }

  it.live("exits with 2 for an error, printed as its message", () =>
    Effect.gen(function*() {
      const { code, errors } = yield* against("wait-for-report", Timeline.always("completed"), {
        REPORT_DATA_ID: "2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"
      })
      assert.strictEqual(code, 2)
      assert.match(errors, /^GET .*: 404 Not Found\. Datadog says: .*\n$/)
    }).pipe(Effect.provide(withFake)), 30_000)

  it.live("tells without network that the connection was refused", () =>
    Effect.gen(function*() {
      const { code, errors } = yield* Effect.promise(() =>
        run("wait-for-report", {
          DD_HOST: "http://127.0.0.1:1",
          DD_ACCESS_TOKEN: "canary-1234567890",
          REPORT_DATA_ID: "2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"
        })
      )
      assert.strictEqual(code, 2)
      assert.include(errors, "the connection was refused")
      assert.notInclude(errors, "canary")
    }), 30_000)

  it.live("shows how long the rate limit held it up", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "1" } }))
      const { code, output } = yield* against("wait-for-report", Timeline.always("completed"))
      assert.strictEqual(code, 0)
      assert.match(output, /^completed · [12] s elapsed · 1 poll · held up by the rate limit for 1 s\n/)
    }).pipe(Effect.provide(withFake)), 30_000)

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

  it.live("sends a typed error as an event", () =>
    Effect.gen(function*() {
      let events = Promise.resolve("")
      yield* against(
        "compose-into-an-app",
        Timeline.always("completed"),
        { PORT: "0", REPORT_DATA_ID: "not-a-uuid" },
        (output, interrupt) => {
          events = fetch(/curl -N (\S+)\n/.exec(output)![1]!).then((response) => response.text())
          void events.finally(interrupt)
        }
      )
      assert.include(yield* Effect.promise(() => events), "event: failure\ndata: {\"error\":\"DatadogBadRequest\"")
    }).pipe(Effect.provide(withFake)), 30_000)
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
