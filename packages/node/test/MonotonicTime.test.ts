import { FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy, SloReportClient } from "../src/index.ts"
import { makeStepped } from "./utils/clock.ts"
import {
  advance,
  all,
  assertWithinLimit,
  every,
  type Given,
  given,
  ids,
  limit,
  refused,
  times
} from "./utils/pacing.ts"
import { sleptFor, withOwnMetrics } from "./utils/telemetry.ts"
import { failureOf, inMemory, withChance } from "./utils/wait.ts"

const hour = 3_600_000

// What happens to waits whose wall clock is set by some milliseconds, after some seconds.
const run = Effect.fnUntraced(
  function*(
    scene: Given,
    options: SloReportClient.WaitOptions,
    steps: ReadonlyArray<readonly [at: number, by: number]>
  ) {
    const { clock, now, step, transformClient } = yield* makeStepped
    return yield* Effect.gen(function*() {
      const { client, server } = yield* given({ ...scene, client: { ...scene.client, transformClient } })
      const ends: Array<unknown> = []
      const fibers = yield* Effect.forEach(ids(5), (id) =>
        Effect.forkChild(
          Effect.map(Effect.exit(Stream.runDrain(client.waitForReport(id, options))), (exit) => {
            ends.push([id, now(), Exit.isSuccess(exit) ? "done" : failureOf(exit)._tag])
          }),
          { startImmediately: true }
        ))
      let before = 0
      for (const [at, by] of steps) {
        yield* advance(Duration.seconds(at - before))
        step(by)
        before = at
      }
      yield* advance(Duration.seconds(1200 - before))
      yield* Fiber.interruptAll(fibers)
      return {
        ends,
        requests: server.log.map(({ at, id }) => [id, at]),
        slept: yield* Effect.all([sleptFor("backoff"), sleptFor("rate_limit"), sleptFor("poll")]),
        server
      }
    }).pipe(Effect.provideService(Clock.Clock, clock), withOwnMetrics, withChance(0.5))
  },
  Effect.scoped,
  Effect.provide(TestClock.layer())
)

const scenes: Record<string, { readonly given: Given; readonly options: SloReportClient.WaitOptions }> = {
  "a wait without a limit": {
    given: { job: () => ({ doneAt: 200_000 }) },
    options: every("5 seconds")
  },
  "the default policy": {
    given: { job: () => ({ doneAt: 500_000 }) },
    options: {}
  },
  "a deadline": {
    given: {},
    options: every("7 seconds", { deadline: "3 minutes" })
  },
  "answers that are slow": {
    given: { job: () => ({ doneAt: 200_000 }), latency: ({ at }) => 500 + at % 3000 },
    options: every("5 seconds")
  },
  "a 429 with a hint": {
    given: {
      job: () => ({ doneAt: 200_000 }),
      fate: ({ at, id }) =>
        id === "report-1" && at >= 20_000 && at < 40_000 ? { status: 429, retryAfter: 45 } : undefined
    },
    options: every("5 seconds")
  },
  "a backoff": {
    given: {
      job: () => ({ doneAt: 200_000 }),
      fate: ({ at }) => at >= 25_000 && at < 50_000 ? { status: 503 } : undefined,
      client: { retry: RetryPolicy.make({ times: 10, base: "4 seconds" }) }
    },
    options: every("5 seconds")
  },
  "polls without an answer": {
    given: { job: () => ({ doneAt: 200_000 }), fate: ({ at }) => at >= 25_000 && at < 40_000 ? "hang" : undefined },
    options: every("5 seconds")
  }
}

describe("the wall clock, when it is set", () => {
  for (const [name, { given, options }] of Object.entries(scenes)) {
    for (const [how, by] of [["back", -hour], ["forward", hour], ["back by a second", -1000]] as const) {
      it.effect(`${how}, neither stops nor hurries ${name}`, () =>
        Effect.gen(function*() {
          const { server: _, ...quiet } = yield* run(given, options, [])
          for (const at of [32, 31.5, 60]) {
            const { server: _, ...stepped } = yield* run(given, options, [[at, by]])
            assert.deepStrictEqual(stepped, quiet)
          }
        }))
    }
  }

  for (const [how, by] of [["back", -hour], ["forward", hour], ["by half a window", 30_000]] as const) {
    it.effect(`${how}, lets no limit be exceeded and leaves none unused`, () =>
      Effect.gen(function*() {
        const { server } = yield* run(
          { rule: limit(6, 60), latency: () => 100, client: all },
          every("5 seconds", { deadline: "1 day" }),
          [[95, by], [400, -by]]
        )
        assert.deepStrictEqual(refused(server.log), [])
        assertWithinLimit(server.log, 6)
        assert.isAtLeast(server.log.length, 100)
        const at = times(server.log)
        for (const [index, time] of at.slice(1).entries()) assert.isAtMost(time - at[index]!, 65_000)
      }))
  }

  it.effect("back, doesn't lengthen the elapsed time that a timeout tells", () =>
    Effect.gen(function*() {
      const { clock, step, transformClient } = yield* makeStepped
      yield* Effect.gen(function*() {
        const { client } = yield* given({ client: { transformClient } })
        const fiber = yield* Effect.forkChild(
          Effect.flip(client.awaitReport("a", every("5 seconds", { deadline: "1 minute" }))),
          { startImmediately: true }
        )
        yield* advance("32 seconds")
        step(-hour)
        yield* advance("28 seconds")
        assert.isDefined(fiber.pollUnsafe())
        const error = yield* Fiber.join(fiber)
        assert.deepInclude(error, { _tag: "WaitTimedOut", elapsed: Duration.minutes(1) })
      }).pipe(Effect.provideService(Clock.Clock, clock))
    }))

  it.effect("back, doesn't stretch the retry of a call", () =>
    Effect.gen(function*() {
      const { clock, step, transformClient } = yield* makeStepped
      yield* Effect.gen(function*() {
        const { client, server } = yield* given({
          fate: ({ index }) => index === 0 ? { status: 503, retryAfter: 10 } : undefined,
          client: { retry: RetryPolicy.default, transformClient }
        })
        const fiber = yield* Effect.forkChild(client.getReportStatus("call-0"), { startImmediately: true })
        yield* advance("5 seconds")
        step(-hour)
        yield* advance("7 seconds")
        assert.isDefined(fiber.pollUnsafe())
        assert.strictEqual(server.log.length, 2)
      }).pipe(Effect.provideService(Clock.Clock, clock))
    }))
})

describe("at a time that is no whole millisecond", () => {
  it.effect("waits go as at any other", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("1500 micros")
      const { client, server } = yield* given({ job: () => ({ doneAt: 9000 }) })
      const fiber = yield* Effect.forkChild(client.awaitReport("a", every("5 seconds")), { startImmediately: true })
      yield* advance("1 minute")
      assert.strictEqual((yield* Fiber.join(fiber)).status, "completed")
      assert.strictEqual(server.log.length, 3)
    }))

  it.effect("the fake adds a report and answers", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("1500 micros")
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("completed") })
      const report = yield* SloReportClient.SloReportClient.use((client) => client.getReportStatus(id))
      assert.strictEqual(report.status, "completed")
    }).pipe(Effect.provide(inMemory())))
})
