import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Metric } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, type SloReportClient, SloReportMetrics } from "../src/index.ts"
import {
  advance,
  all,
  assertWithinLimit,
  beginAll,
  between,
  every,
  finishAll,
  finishOne,
  given,
  ids,
  limit,
  peak,
  refused,
  times
} from "./utils/pacing.ts"
import { begin, failureOf, plain } from "./utils/wait.ts"

const waits = (client: SloReportClient.Service, count: number, interval: Duration.Input, prefix?: string) =>
  beginAll(ids(count, prefix).map((id) => client.waitForReport(id, every(interval))))

const stop = <A>(fibers: ReadonlyArray<Fiber.Fiber<A>>) => Fiber.interruptAll(fibers)

describe("an unknown limit", () => {
  it.effect("is probed with one request, though a hundred waits begin at once", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), latency: () => 1999 })
      const fibers = yield* waits(client, 100, "5 seconds")
      yield* advance(1998)
      assert.deepStrictEqual(times(server.log), [0])
      yield* advance("30 seconds")
      assert.isAbove(server.log.length, 10)
      yield* stop(fibers)
    }))

  for (const [fate, gap] of [["lost", 1500], ["hang", 2000]] as const) {
    it.effect(`is probed with one request at a time, or every 2 s, until one is answered: ${fate}`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          rule: limit(100, 60),
          latency: () => 1500,
          fate: ({ index }) => index < 3 ? fate : undefined,
          client: { attemptTimeout: "4 seconds" }
        })
        const fibers = yield* waits(client, 100, "5 seconds")
        yield* advance("5 minutes")
        assert.deepStrictEqual(times(server.log).slice(0, 4), [0, gap, 2 * gap, 3 * gap])
        assert.isAtLeast(server.log[4]!.at, 3 * gap + 1500)
        yield* stop(fibers)
      }))
  }
})

describe("one wait under a limit that it doesn't reach", () => {
  it.effect("polls exactly when it would without one", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), latency: () => 200 })
      const { exit, endedAt } = yield* finishOne(
        yield* begin(client.waitForReport("a", every("3 seconds", { deadline: "12 seconds" })))
      )
      assert.deepStrictEqual(times(server.log), [0, 3200, 6400, 9600, 12_000])
      assert.deepInclude(plain(failureOf(exit) as never), { _tag: "WaitTimedOut", polls: 5 })
      assert.strictEqual(endedAt, 12_200)
    }))
})

describe("many waits under one limit", () => {
  it.effect("begin at half of its pace while more polls than one are due, and somewhat ahead of it from then on", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), client: all })
      const fibers = yield* waits(client, 3, "10 seconds")
      yield* advance("9 seconds")
      yield* Fiber.interruptAll(fibers)
      const [first, second, third] = times(server.log)
      assert.strictEqual(first, 0)
      assert.strictEqual(second, Math.ceil(60_000 / 99 / 0.5))
      assert.strictEqual(third, Math.ceil(second! + (60_000 - second!) / 98 / 1.2))
    }))

  for (const phase of [0, 17_000, 59_000]) {
    it.effect(`spread what is left over the time to the reset, ${phase / 1000} s into a window`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(phase)
        const { client, server } = yield* given({ rule: limit(60, 60), latency: () => 100, client: all })
        const fibers = yield* waits(client, 300, "1 second")
        yield* advance("5 minutes")
        yield* stop(fibers)
        assertWithinLimit(server.log, 60)
        assert.deepStrictEqual(refused(server.log), [])
        for (const window of [60_000, 120_000, 180_000, 240_000]) {
          const polls = between(server.log, window, window + 60_000)
          assert.isAtLeast(polls.length, 50, "the limit is used")
          assert.isAtMost(peak(polls, 10_000), 15, "evenly")
        }
      }))
  }

  it.effect("are as many as they may be, also with answers that are lost and calls that hang", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(50, 10),
        latency: ({ index }) => 100 * (index % 7),
        fate: ({ index }) => index === 0 ? undefined : index % 5 === 0 ? "lost" : index % 11 === 0 ? "hang" : undefined,
        client: { ...all, attemptTimeout: "3 seconds" }
      })
      const fibers = yield* waits(client, 400, "2 seconds")
      yield* advance("2 minutes")
      yield* stop(fibers)
      assertWithinLimit(server.log, 50)
      assert.isAtLeast(between(server.log, 60_000, 120_000).length, 200)
    }))

  it.effect("poll by themselves where the client doesn't pace, also for the same report", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), client: { pacing: false } })
      const fibers = [...yield* waits(client, 30, "5 seconds"), ...yield* waits(client, 1, "5 seconds")]
      yield* advance("10 seconds")
      yield* stop(fibers)
      assert.deepStrictEqual(times(server.log), [0, 5000, 10_000].flatMap((at) => Array.from({ length: 31 }, () => at)))
    }))
})

describe("the due rule", () => {
  it.effect("polls the report that was polled longest ago, of those that are due", () =>
    Effect.gen(function*() {
      // One poll in 10 s: "seldom" is due at every third, and then waits longest.
      const { client, server } = yield* given({ rule: limit(1, 10), client: all })
      const fibers = yield* beginAll([
        client.waitForReport("often", every("2 seconds")),
        client.waitForReport("seldom", every("30 seconds"))
      ])
      yield* advance("20 minutes")
      yield* stop(fibers)
      const seldom = server.log.flatMap(({ id }, index) => id === "seldom" ? [index] : [])
      assert.isAtLeast(seldom.length, 25)
      const between = seldom.slice(1).map((at, index) => at - seldom[index]! - 1)
      for (const often of between) assert.include([2, 3], often)
    }))

  it.effect("gives each of many waits its part: those that are due take turns", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(60, 60), client: all })
      const fibers = [
        ...yield* waits(client, 10, "2 seconds", "often"),
        ...yield* waits(client, 10, "30 seconds", "seldom")
      ]
      yield* advance("30 minutes")
      yield* stop(fibers)
      const count = (prefix: string) => server.log.filter(({ id }) => id.startsWith(prefix)).length
      // Of 60 polls a minute the seldom ones take what they want, 10 in 30 s, and the often ones the rest.
      assert.closeTo(count("seldom"), 10 * 60, 60)
      assert.closeTo(count("often"), 30 * 60 - 10 * 60, 100)
    }))

  it.effect("polls nobody before the interval is over, however much is left", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1000, 10), client: all })
      const fibers = yield* waits(client, 5, "30 seconds")
      yield* advance("10 minutes")
      yield* stop(fibers)
      for (const id of ids(5)) {
        const mine = times(server.log.filter((request) => request.id === id))
        for (const [index, at] of mine.slice(1).entries()) {
          assert.isAtLeast(at - mine[index]!, 30_000)
          assert.isAtMost(at - mine[index]!, 31_000)
        }
      }
    }))
})

describe("at its deadline a wait", () => {
  it.effect("that the limit leaves no last poll has timed out, then and not later", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1, 60), client: all })
      const wait = (id: string) => begin(client.waitForReport(id, every("5 seconds", { deadline: "30 seconds" })))
      const observed = yield* finishAll([yield* wait("a"), yield* wait("b")])
      assert.deepStrictEqual(times(server.log), [0])
      const [polled, unpolled] = server.log[0]!.id === "a" ? observed : observed.toReversed()
      const elapsed = Duration.seconds(30)
      assert.deepInclude(plain(failureOf(polled!.exit) as never), {
        _tag: "WaitTimedOut",
        polls: 1,
        last: "in_progress",
        elapsed
      })
      assert.deepInclude(plain(failureOf(unpolled!.exit) as never), {
        _tag: "WaitTimedOut",
        polls: 0,
        last: undefined,
        elapsed
      })
      assert.deepStrictEqual([polled!.endedAt, unpolled!.endedAt], [30_000, 30_000])
    }))

  it.effect("takes the answer of a call in flight, and a terminal one beats the timeout", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        rule: limit(30, 60),
        latency: () => 4000,
        job: (id) => ({ doneAt: id === "a" ? 0 : Infinity })
      })
      const wait = (id: string) => client.waitForReport(id, every("20 seconds", { deadline: "3 seconds" }))
      const [first, second] = yield* finishAll(yield* beginAll([wait("a"), wait("b")]))
      assert.deepStrictEqual(first!.values, [[4000, "completed"]])
      assert.deepStrictEqual(first!.exit, Exit.void)
      // The probe is still out at b's deadline.
      assert.strictEqual(failureOf(second!.exit)._tag, "WaitTimedOut")
      assert.isAtMost(second!.endedAt, 7000)
    }))
})

describe("calls in the foreground", () => {
  const sentAt = (client: SloReportClient.Service, id: string) =>
    Effect.andThen(Effect.forkChild(Effect.exit(client.getReportStatus(id)), { startImmediately: true }), advance(0))

  it.effect("are sent at once, ahead of all polls that are due, and while a limit is unknown", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), latency: () => 1000 })
      const fibers = yield* waits(client, 500, "1 second")
      for (const [index, at] of [0, 500, 20_000, 59_000].entries()) {
        yield* TestClock.setTime(at)
        yield* sentAt(client, `call-${index}`)
        assert.deepInclude(server.log.findLast(({ kind }) => kind === "call"), { id: `call-${index}`, at })
      }
      yield* stop(fibers)
    }))

  it.effect("are sent at once while a 429 holds all polls up", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(100, 60),
        fate: ({ index }) => index === 5 ? { status: 429, retryAfter: 90 } : undefined
      })
      const fibers = yield* waits(client, 50, "5 seconds")
      yield* advance("30 seconds")
      yield* sentAt(client, "call-0")
      assert.deepInclude(server.log[6], { id: "call-0", at: 30_000, status: 200 })
      assert.strictEqual(server.log[7]?.at, 30_000, "and its answer ends the pause")
      yield* stop(fibers)
    }))
})

const sleptFor = (cause: "backoff" | "rate_limit" | "poll") =>
  Effect.map(
    Metric.value(Metric.withAttributes(SloReportMetrics.sleptSeconds, { "datadog.site": "datadoghq.com", cause })),
    ({ count }) => count
  )

const slept = Effect.all({ backoff: sleptFor("backoff"), rateLimit: sleptFor("rate_limit"), poll: sleptFor("poll") })

const withOwnMetrics = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(self, Metric.MetricRegistry, new Map()))

interface Told {
  readonly at: number
  readonly cause: string
  readonly seconds: number
}

const listen = (told: Array<Told>): SloReportClient.WaitOptions["onSleep"] => ({ cause, duration }) =>
  Effect.map(Clock.currentTimeMillis, (at) => void told.push({ at, cause, seconds: Duration.toSeconds(duration) }))

describe("the time that a wait sleeps", () => {
  it.effect("is told before each poll, with its interval, where nothing holds it up", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({ job: () => ({ doneAt: 15_000 }) })
      yield* finishOne(yield* begin(client.waitForReport("a", every("5 seconds", { onSleep: listen(told) }))))
      assert.deepStrictEqual(told, [0, 5000, 10_000].map((at) => ({ at, cause: "poll", seconds: 5 })))
      assert.deepStrictEqual(yield* slept, { backoff: 0, rateLimit: 0, poll: 15 })
    }).pipe(withOwnMetrics))

  it.effect("beyond its own interval is the limit's, where that holds it up", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({ rule: limit(1, 60), job: () => ({ doneAt: 120_000 }), client: all })
      const { endedAt } = yield* finishOne(
        yield* begin(client.waitForReport("a", every("5 seconds", { onSleep: listen(told) })))
      )
      assert.isAtLeast(endedAt, 120_000)
      assert.isAtMost(endedAt, 125_000)
      const { backoff, poll, rateLimit } = yield* slept
      assert.deepStrictEqual({ backoff, poll }, { backoff: 0, poll: 10 })
      assert.closeTo(rateLimit, endedAt / 1000 - 10, 1e-6)
      const heldUp = told.filter(({ cause }) => cause === "rate_limit")
      assert.isAtLeast(heldUp.length, 2)
      for (const { at, seconds } of heldUp) {
        assert.isAbove(seconds, 0)
        assert.isAtMost(seconds, 62)
        assert.isAtMost(at % 60_000, 7000)
      }
      for (const { cause, seconds } of told) if (cause === "poll") assert.strictEqual(seconds, 5)
    }).pipe(withOwnMetrics))

  it.effect("adds up over waits that compete", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ rule: limit(10, 10), job: () => ({ doneAt: 100_000 }), client: all })
      const observed = yield* finishAll(yield* waits(client, 40, "2 seconds"))
      const { backoff, poll, rateLimit } = yield* slept
      const total = observed.reduce((sum, { endedAt }) => sum + endedAt / 1000, 0)
      assert.strictEqual(backoff, 0)
      assert.closeTo(poll + rateLimit, total, 1)
      const polls = observed.reduce((sum, { values }) => sum + values.length - 1, 0)
      assert.closeTo(poll, 2 * polls, 1e-6)
    }).pipe(withOwnMetrics))

  it.effect("is the limit's after a 429", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({
        job: () => ({ doneAt: 20_000 }),
        fate: ({ index }) => index === 1 ? { status: 429, retryAfter: 30 } : undefined
      })
      yield* finishOne(yield* begin(client.waitForReport("a", every("5 seconds", { onSleep: listen(told) }))))
      const { rateLimit } = yield* slept
      assert.isAtLeast(rateLimit, 25)
      assert.include(told.map(({ cause }) => cause), "rate_limit")
    }).pipe(withOwnMetrics))

  it.effect("in a retry is told as what it is", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({
        job: () => ({ doneAt: 10_000 }),
        fate: ({ index }) => index === 1 ? { status: 503, retryAfter: 3 } : undefined,
        client: { retry: undefined }
      })
      yield* finishOne(yield* begin(client.waitForReport("a", every("5 seconds", { onSleep: listen(told) }))))
      assert.deepInclude(told.filter(({ cause }) => cause === "backoff").map(({ at }) => at), 5000)
    }))
})

describe("the policy of a wait", () => {
  it.effect("decides its interval also under the pacer", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 10), job: () => ({ doneAt: 400_000 }) })
      const poll = PollPolicy.sqrt({ factor: 2, min: "2 seconds", max: "20 seconds" })
      yield* finishOne(yield* begin(client.waitForReport("a", { poll })))
      for (const [index, { at }] of server.log.slice(1).entries()) {
        const before = server.log[index]!.at
        const interval = Math.min(20, Math.max(2, 2 * Math.sqrt(before / 1000))) * 1000
        assert.isAtLeast(at - before, 0.9 * interval - 1)
        assert.isAtMost(at - before, 1.1 * interval + 1)
      }
    }))
})
