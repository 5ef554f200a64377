import { Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import { makeOutside, makeProcess } from "./utils/crash.ts"
import { makeFiles, requestOf } from "./utils/world.ts"

describe("150 exports under a limit of 100 requests in 10 seconds", () => {
  it.effect("meet no refusal, though all reports are done at once", () =>
    Effect.gen(function*() {
      const files = makeFiles()
      const outside = yield* makeOutside(files, {
        rateLimit: { limit: 100, period: "10 seconds", name: "slo_report" },
        report: { timeline: Timeline.after("1 hour", "completed") }
      })
      const { exports } = yield* makeProcess(outside)
      const requests = Array.from({ length: 150 }, (_, index) => requestOf({ query: `env:${index}` }))
      yield* Effect.forEach(requests, (request) => exports.start(request), { concurrency: "unbounded" })
      for (let i = 0; i < 60; i++) yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* outside.fake.reportIds).length, 150)
      // Many polls are on their way when the limit has no more room, and a download follows each.
      const slow = Fault.make("slow answer", (answer) => Effect.tap(answer, Effect.sleep("4 seconds")))
      yield* outside.fake.inject(slow, { operation: "status", times: Infinity })
      yield* outside.fake.advance("1 hour")
      for (let i = 0; i < 90; i++) yield* TestClock.adjust("1 second")
      assert.strictEqual(files.files.size, 150)
      assert.deepStrictEqual(yield* Stream.runCollect(exports.open), [])
      const refused = (yield* outside.fake.requests).filter(({ status }) => status === 429)
      assert.deepStrictEqual(refused.map(({ operation }) => operation), [])
    }))
})
