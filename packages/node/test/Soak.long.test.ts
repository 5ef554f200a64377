import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"
import { SloReportClient } from "../src/index.ts"
import { seeded } from "./utils/pacing.ts"
import { countSleeps, inMemory } from "./utils/wait.ts"

const waits = 1000
const rule = { limit: 100, period: "1 minute", name: "slo_report" } as const
const trouble = [Fault.status(503), Fault.reset, Fault.latency("4 seconds"), Fault.truncate(5)]

describe("an hour of a thousand waits", () => {
  it.effect("ends all of them within the rate limit, and leaves nothing", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const client = yield* SloReportClient.SloReportClient
      const { clock, pending } = yield* countSleeps
      const random = seeded(1)
      for (const [index, fault] of trouble.entries()) {
        yield* fake.inject(fault, { times: Infinity, when: ({ sequence }) => sequence % 101 === 20 * (index + 1) })
      }
      const fibers = yield* Effect.forEach(Array.from({ length: waits }), () =>
        Effect.gen(function*() {
          const age = Duration.millis(Math.floor(random() * 2_400_000))
          const id = yield* fake.addReport({ timeline: Timeline.after(age, "completed") })
          return yield* Effect.forkChild(client.awaitReport(id, { deadline: "1 hour" }), { startImmediately: true })
        })).pipe(Effect.provideService(Clock.Clock, clock), Random.withSeed(1))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(fibers.filter((fiber) => fiber.pollUnsafe() === undefined).length, 0, "all have ended")
      for (const fiber of fibers) assert.strictEqual((yield* Fiber.join(fiber)).status, "completed")
      const perWindow = new Map<number, number>()
      // What a fault answers in the API's stead is not counted by it.
      const counted = (yield* fake.requests).filter(({ fault }) => !/status|RESET/.test(fault ?? ""))
      assert.deepStrictEqual(counted.filter(({ status }) => status === 429), [])
      for (const { at } of counted) {
        const window = Math.floor(at / 60_000)
        perWindow.set(window, (perWindow.get(window) ?? 0) + 1)
      }
      assert.isAtMost(Math.max(...perWindow.values()), rule.limit)
      assert.isAbove(perWindow.size, 39)
      assert.deepStrictEqual([pending(), yield* fake.inFlight], [0, 0])
    }).pipe(Effect.provide(inMemory({}, { rateLimit: rule }))), 120_000)
})
