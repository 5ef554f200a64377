import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { describeInterrupts } from "./suites/interrupts.ts"
import { advance, every, given } from "./utils/pacing.ts"
import { requestsOf, withOwnMetrics } from "./utils/telemetry.ts"
import { begin } from "./utils/wait.ts"

// With a budget of one or two no fiber comes far.
describeInterrupts(Array.from({ length: 30 }, (_, index) => index + 3))

describe("an attempt that is interrupted", () => {
  it.effect("counts as a request, with that outcome: of a call", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ latency: () => 5000 })
      const fiber = yield* Effect.forkChild(client.getReportStatus("call-1"), { startImmediately: true })
      yield* advance("1 second")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([yield* requestsOf("interrupted"), yield* requestsOf("success")], [1, 0])
    }).pipe(withOwnMetrics))

  it.effect("counts as a request, with that outcome: of a poll that nobody waits for any more", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ latency: ({ index }) => index === 0 ? 0 : 5000 })
      const fibers = [
        yield* begin(client.waitForReport("a", every("5 seconds"))),
        yield* begin(client.waitForReport("a", every("5 seconds")))
      ]
      yield* advance("7 seconds")
      yield* Fiber.interruptAll(fibers)
      yield* advance(0)
      assert.deepStrictEqual([yield* requestsOf("interrupted"), yield* requestsOf("success")], [1, 1])
    }).pipe(withOwnMetrics))
})
