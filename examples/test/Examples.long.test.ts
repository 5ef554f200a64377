import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { against, withFake } from "./utils/against.ts"
import { run } from "./utils/run.ts"

describe.concurrent("get-report-status", () => {
  it.live("starts a fake where no keys are set, and says so in one line", () =>
    Effect.gen(function*() {
      const { code, errors, output } = yield* Effect.promise(() => run("get-report-status", {}))
      assert.strictEqual(code, 0)
      assert.strictEqual(JSON.parse(output).status, "in_progress")
      assert.match(errors, /^No Datadog keys in the environment .* using a fake at http:\/\/127\.0\.0\.1:\d+\n$/)
    }), 30_000)

  it.live("names a missing variable", () =>
    Effect.gen(function*() {
      const { code, errors } = yield* Effect.promise(() => run("get-report-status", { DD_API_KEY: "only-one" }))
      assert.strictEqual(code, 2)
      assert.include(errors, "DD_APP_KEY")
    }), 30_000)

  for (const [example, begin] of [["get-report-status", ""], ["custom-policies", "Yours to fix: "]] as const) {
    it.live(`says in one line that there is no report's id: ${example}`, () =>
      Effect.gen(function*() {
        const keys = { DD_API_KEY: "a", DD_APP_KEY: "b", REPORT_DATA_ID: "" }
        const { code, errors } = yield* Effect.promise(() => run(example, keys))
        assert.deepStrictEqual([code, errors], [2, `${begin}REPORT_DATA_ID is not set\n`])
      }), 30_000)
  }
})

describe.concurrent("wait-for-report", () => {
  it.live("exits with 2 for an error, printed as its message", () =>
    Effect.gen(function*() {
      const { code, errors } = yield* against("wait-for-report", Timeline.always("completed"), {
        REPORT_DATA_ID: "2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"
      })
      assert.strictEqual(code, 2)
      assert.match(errors, /^GET .*: 404 Not Found\. Datadog says: .*\n$/)
    }).pipe(Effect.provide(withFake)), 30_000)

  it.live("shows how long the rate limit held it up", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "1" } }))
      const { code, output } = yield* against("wait-for-report", Timeline.always("completed"))
      assert.strictEqual(code, 0)
      assert.match(output, /^completed · [12] s elapsed · 1 poll · held up by the rate limit for 1 s\n/)
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
      assert.include(errors, "the connection to 127.0.0.1:1 was refused")
      assert.notInclude(errors, "canary")
    }), 30_000)
})

describe.concurrent("compose-into-an-app", () => {
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
