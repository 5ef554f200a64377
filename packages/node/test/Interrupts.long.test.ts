import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { describeInterrupts } from "./suites/interrupts.ts"
import { advance, all, between, every, given, limit } from "./utils/pacing.ts"
import { begin } from "./utils/wait.ts"

describeInterrupts(Array.from({ length: 198 }, (_, index) => index + 3))

describe("an interruption under the default budget of 2,048 operations", () => {
  it.effect(
    "costs no poll its place, wherever in a call it comes",
    () =>
      Effect.forEach(Array.from({ length: 2100 }, (_, index) => index + 1), (prefix) =>
        Effect.gen(function*() {
          const { client, server } = yield* given({ rule: limit(1, 10), latency: () => 10, client: all })
          const fiber = yield* begin(client.waitForReport("report", every("5 seconds")))
          yield* advance("1 second")
          const work = Effect.yieldNow.pipe(
            Effect.andThen(Effect.repeat(Effect.void, { times: prefix })),
            Effect.andThen(client.getReportStatus("call-1"))
          )
          const call = yield* Effect.forkChild(work, { startImmediately: true })
          yield* Effect.yieldNow
          yield* Fiber.interrupt(call)
          yield* advance("30 seconds")
          assert.isAtLeast(between(server.log, 10_000, 31_001).length, 2, `a prefix of ${prefix}`)
          yield* Fiber.interrupt(fiber)
          yield* advance(0)
          assert.strictEqual(server.inFlight(), 0, `a prefix of ${prefix}`)
        }).pipe(Effect.scoped, Effect.provide(TestClock.layer())), { discard: true }),
    120_000
  )
})
