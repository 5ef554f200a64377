import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { advance, all, every, finishAll, finishOne, type Given, given, limit, times } from "./utils/pacing.ts"
import { begin, countSleeps, failureOf, type Observed, plain, withChance } from "./utils/wait.ts"

const id = "a-report"

const doneAt = (seconds: number, status = "completed") => () => ({ doneAt: seconds * 1000, status })

const inProgress = (...seconds: ReadonlyArray<number>) => seconds.map((at) => [at * 1000, "in_progress"] as const)

const completed = (seconds: number) => [seconds * 1000, "completed"] as const

const seconds = (...all: ReadonlyArray<number>) => all.map((at) => at * 1000)

const assertTimedOut = (
  observed: Observed<{ readonly _tag: string }>,
  expected: { readonly polls: number; readonly elapsed: Duration.Input; readonly last?: string }
) => {
  const error = failureOf(observed.exit)
  assert.strictEqual(error._tag, "WaitTimedOut")
  assert.deepStrictEqual(plain(error as never), {
    _tag: "WaitTimedOut",
    id,
    last: expected.last ?? "in_progress",
    polls: expected.polls,
    elapsed: Duration.fromInputUnsafe(expected.elapsed)
  })
}

describe("two waits for the same report", () => {
  it.effect("share every poll, and both see every value", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(20) })
      const one = yield* begin(client.waitForReport(id, every("5 seconds")))
      const other = yield* begin(client.waitForReport(id, every("5 seconds")))
      const observed = yield* finishAll([one, other])
      for (const { endedAt, exit, values } of observed) {
        assert.deepStrictEqual(values, [...inProgress(0, 5, 10, 15), completed(20)])
        assert.deepStrictEqual(exit, Exit.void)
        assert.strictEqual(endedAt, 20_000)
      }
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 15, 20))
    }))

  it.effect("share them also where it is one stream, run twice, and where one only awaits the report", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(20) })
      const stream = client.waitForReport(id, every("5 seconds"))
      const fibers = [yield* begin(stream), yield* begin(stream)]
      const awaited = yield* Effect.forkChild(client.awaitReport(id, every("5 seconds")))
      yield* finishAll(fibers)
      assert.strictEqual((yield* Fiber.join(awaited)).status, "completed")
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 15, 20))
    }))

  it.effect("don't share with a wait for another report, nor with one of another client", () =>
    Effect.gen(function*() {
      const one = yield* given({ job: doneAt(20) })
      const other = yield* given({ job: doneAt(20) })
      yield* finishAll([
        yield* begin(one.client.waitForReport(id, every("5 seconds"))),
        yield* begin(one.client.waitForReport("another", every("5 seconds"))),
        yield* begin(other.client.waitForReport(id, every("5 seconds")))
      ])
      assert.strictEqual(one.server.log.length, 10)
      assert.strictEqual(other.server.log.length, 5)
    }))

  for (const status of ["completed", "completed_with_errors", "failed"]) {
    it.effect(`both end with ${status}, and a wait that begins after that polls anew`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({ job: doneAt(10, status) })
        const wait = client.waitForReport(id, every("5 seconds"))
        const observed = yield* finishAll([yield* begin(wait), yield* begin(wait)], "1 minute")
        for (const { endedAt, values } of observed) {
          assert.deepStrictEqual(values.at(-1), [10_000, status])
          assert.strictEqual(endedAt, 10_000)
        }
        const late = yield* finishOne(yield* begin(wait))
        assert.deepStrictEqual(late.values, [[60_000, status]])
        assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 60))
      }))
  }

  it.effect("see at one time what a late answer tells, where the second joined a call in flight", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(6), latency: () => 3000 })
      const one = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("1 second")
      const other = yield* begin(client.waitForReport(id, every("5 seconds")))
      const observed = yield* finishAll([one, other])
      for (const { values } of observed) assert.deepStrictEqual(values, [...inProgress(3), completed(11)])
      assert.deepStrictEqual(times(server.log), seconds(0, 8))
    }))
})

describe("a wait that joins late", () => {
  it.effect("gets the latest value at once and every value from then on, at no request of its own", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(20) })
      const one = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("12 seconds")
      const other = yield* begin(client.waitForReport(id, every("5 seconds")))
      const [first, second] = yield* finishAll([one, other])
      assert.deepStrictEqual(first!.values, [...inProgress(0, 5, 10, 15), completed(20)])
      assert.deepStrictEqual(second!.values, [...inProgress(12, 15), completed(20)])
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 15, 20))
    }))

  it.effect("counts its deadline, and the polls that it took part in, from when it joined", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const one = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "31 seconds" })))
      yield* advance("7 seconds")
      const other = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "5 seconds" })))
      const [first, second] = yield* finishAll([one, other])
      assertTimedOut(second!, { polls: 2, elapsed: "5 seconds" })
      assert.strictEqual(second!.endedAt, 12_000)
      assertTimedOut(first!, { polls: 8, elapsed: "31 seconds" })
      assert.strictEqual(first!.endedAt, 31_000)
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 12, 17, 22, 27, 31))
    }))
})

describe("with policies that differ", () => {
  it.effect("the more eager one decides, and all see all", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(16) })
      const lazy = yield* begin(client.waitForReport(id, every("10 seconds")))
      const eager = yield* begin(client.waitForReport(id, every("4 seconds")))
      for (const { values } of yield* finishAll([lazy, eager])) {
        assert.deepStrictEqual(values, [...inProgress(0, 4, 8, 12), completed(16)])
      }
      assert.deepStrictEqual(times(server.log), seconds(0, 4, 8, 12, 16))
    }))

  it.effect("the lazy one's interval, from the last answer, is left when the eager one leaves", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(30) })
      const lazy = yield* begin(client.waitForReport(id, every("10 seconds")))
      const eager = yield* begin(client.waitForReport(id, every("4 seconds")))
      yield* advance("9 seconds")
      yield* Fiber.interrupt(eager)
      const { values } = yield* finishOne(lazy)
      assert.deepStrictEqual(values, [...inProgress(0, 4, 8, 18, 28), completed(38)])
      assert.deepStrictEqual(times(server.log), seconds(0, 4, 8, 18, 28, 38))
    }))

  it.effect("one that joins more eager hurries the polls from then on", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(29) })
      const lazy = yield* begin(client.waitForReport(id, every("5 minutes")))
      yield* advance("9 seconds")
      const eager = yield* begin(client.waitForReport(id, every("5 seconds")))
      const [first, second] = yield* finishAll([lazy, eager])
      const [start, joined, ...rest] = times(server.log)
      assert.strictEqual(start, 0)
      // Whether its first interval runs from the last answer or from its beginning is open.
      assert.isAtLeast(joined!, 9000)
      assert.isAtMost(joined!, 14_000)
      for (const [index, at] of rest.entries()) assert.strictEqual(at, joined! + 5000 * (index + 1))
      assert.deepStrictEqual(second!.values[0], [9000, "in_progress"])
      assert.deepStrictEqual(second!.values.slice(1), first!.values.slice(1))
      assert.strictEqual(first!.endedAt, second!.endedAt)
      assert.isAtMost(first!.endedAt, 34_000)
    }))
})

describe("with deadlines that differ", () => {
  it.effect("each ends at its own, with a last poll that the others see too", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(20) })
      const short = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "12 seconds" })))
      const long = yield* begin(client.waitForReport(id, every("5 seconds")))
      const [first, second] = yield* finishAll([short, long])
      assertTimedOut(first!, { polls: 4, elapsed: "12 seconds" })
      assert.strictEqual(first!.endedAt, 12_000)
      assert.deepStrictEqual(first!.values, inProgress(0, 5, 10, 12))
      assert.deepStrictEqual(second!.values, [...inProgress(0, 5, 10, 12, 17), completed(22)])
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 12, 17, 22))
    }))

  it.effect("a terminal answer beats the timeout of the one whose deadline passed in flight", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: doneAt(10), latency: () => 4000 })
      const short = yield* begin(client.waitForReport(id, every("6 seconds", { deadline: "12 seconds" })))
      const long = yield* begin(client.waitForReport(id, every("6 seconds")))
      for (const { exit, values } of yield* finishAll([short, long])) {
        assert.deepStrictEqual(values, [...inProgress(4), completed(14)])
        assert.deepStrictEqual(exit, Exit.void)
      }
    }))

  it.effect("a hint beyond one's deadline ends that one, and the others keep it", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        job: doneAt(20),
        fate: ({ index }) => index === 1 ? { status: 429, retryAfter: 60 } : undefined
      })
      const short = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "30 seconds" })))
      const long = yield* begin(client.waitForReport(id, every("5 seconds")))
      const [first, second] = yield* finishAll([short, long])
      assert.include(["DatadogTooManyRequests", "WaitTimedOut"], failureOf(first!.exit)._tag)
      assert.isAtMost(first!.endedAt, 30_000)
      assert.deepStrictEqual(second!.exit, Exit.void)
      assert.deepStrictEqual(times(server.log).slice(0, 2), seconds(0, 5))
      assert.isAtLeast(server.log[2]!.at, 65_000)
    }))
})

// What a wait is doing when it is left.
const moments: Record<string, { readonly given: Given; readonly at: number }> = {
  "between polls": { given: {}, at: 7000 },
  "with a call in flight": { given: { latency: () => 3000 }, at: 10_000 },
  "with its first call in flight": { given: { latency: () => 3000 }, at: 1000 },
  "with a call that gets no answer": {
    given: { fate: ({ index }) => index > 0 && index < 4 ? "hang" : undefined },
    at: 9000
  },
  "held up by the limit": { given: { rule: limit(1, 60), client: all }, at: 30_000 },
  "after a 429": {
    given: { fate: ({ index }) => index === 1 ? { status: 429, retryAfter: 60 } : undefined },
    at: 20_000
  }
}

describe("leaving", () => {
  for (const [name, moment] of Object.entries(moments)) {
    it.effect(`leaves the others as they are, whoever polls for them: ${name}`, () =>
      Effect.gen(function*() {
        const run = Effect.fnUntraced(function*(leaves: boolean) {
          const start = yield* Clock.currentTimeMillis
          const { client, server } = yield* given({
            ...moment.given,
            job: () => ({ doneAt: start + 100_000 }),
            client: { ...moment.given.client, attemptTimeout: "5 seconds" }
          })
          const first = yield* begin(client.waitForReport(id, every("5 seconds")))
          const second = yield* begin(client.waitForReport(id, every("5 seconds")))
          yield* advance(moment.at)
          if (leaves) yield* Fiber.interrupt(first)
          const { exit } = yield* finishOne(second, Duration.days(1))
          assert.deepStrictEqual(exit, Exit.void)
          return times(server.log).map((at) => at - start)
        }, withChance(0.5))
        const alone = yield* run(true)
        yield* TestClock.setTime(Duration.toMillis("2 days"))
        const together = yield* run(false)
        assert.deepStrictEqual(alone, together)
      }))

    it.effect(`the last one leaves no timer and no call: ${name}`, () =>
      Effect.gen(function*() {
        const { clock, pending } = yield* countSleeps
        yield* Effect.gen(function*() {
          const { client, server } = yield* given(moment.given)
          const fibers = [
            yield* begin(client.waitForReport(id, every("5 seconds"))),
            yield* begin(client.waitForReport(id, every("5 seconds")))
          ]
          yield* advance(moment.at)
          assert.isAbove(server.log.length, 0)
          yield* Fiber.interruptAll(fibers)
          yield* advance(0)
          assert.strictEqual(pending(), 0, "no sleep is left")
          assert.strictEqual(server.inFlight(), 0, "no call is in flight")
          const before = server.log.length
          yield* advance("1 hour")
          assert.strictEqual(server.log.length, before, "no request follows")
        }).pipe(Effect.provideService(Clock.Clock, clock))
      }))
  }

  it.effect("by having seen enough is leaving too", () =>
    Effect.gen(function*() {
      const { clock, pending } = yield* countSleeps
      yield* Effect.gen(function*() {
        const { client, server } = yield* given()
        const wait = client.waitForReport(id, every("5 seconds"))
        const short = yield* begin(Stream.take(wait, 2))
        const long = yield* begin(Stream.take(wait, 3))
        const [first, second] = yield* finishAll([short, long], "1 minute")
        assert.strictEqual(first!.endedAt, 5000)
        assert.strictEqual(second!.endedAt, 10_000)
        assert.deepStrictEqual(times(server.log), seconds(0, 5, 10))
        assert.strictEqual(pending(), 0)
      }).pipe(Effect.provideService(Clock.Clock, clock))
    }))
})

describe("a consumer that is slow", () => {
  it.effect("holds up no other wait for the report, and takes the latest answer when it is back", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(20) })
      const wait = client.waitForReport(id, every("5 seconds"))
      const slow = yield* begin(wait, () => Effect.sleep("20 seconds"))
      const quick = yield* begin(wait)
      const [first, second] = yield* finishAll([slow, quick])
      assert.deepStrictEqual(second!.values, [...inProgress(0, 5, 10, 15), completed(20)])
      assert.deepStrictEqual(first!.values, [...inProgress(0, 20), completed(40)])
      assert.deepStrictEqual(first!.exit, Exit.void)
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 15, 20))
    }))

  it.effect("holds up no wait for another report", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: doneAt(20) })
      const slow = yield* begin(client.waitForReport("slow", every("5 seconds")), () => Effect.sleep("1 hour"))
      const quick = yield* begin(client.waitForReport(id, every("5 seconds")))
      const [, second] = yield* finishAll([slow, quick])
      assert.deepStrictEqual(second!.values, [...inProgress(0, 5, 10, 15), completed(20)])
    }))
})

describe("an error", () => {
  const fatal = [400, 401, 403, 404]
  for (const status of fatal) {
    it.effect(`that ends a wait, a ${status}, ends all waits for that report and no other`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          job: doneAt(20),
          fate: (arrival) => arrival.id === id && arrival.at === 10_000 ? { status } : undefined
        })
        const wait = client.waitForReport(id, every("5 seconds"))
        const fibers = [yield* begin(wait), yield* begin(wait)]
        const other = yield* begin(client.waitForReport("other", every("5 seconds")))
        const observed = yield* finishAll(fibers)
        for (const { endedAt, exit, values } of observed) {
          assert.deepInclude(failureOf(exit), { status })
          assert.deepStrictEqual(values, inProgress(0, 5))
          assert.strictEqual(endedAt, 10_000)
        }
        assert.deepStrictEqual((yield* finishOne(other)).exit, Exit.void)
        assert.strictEqual(server.log.filter((request) => request.id === id).length, 3)
      }))
  }

  it.effect("that may pass ends none of them", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        job: doneAt(20),
        fate: ({ at }) => at === 5000 ? "lost" : at === 10_000 ? { status: 503 } : undefined
      })
      const wait = client.waitForReport(id, every("5 seconds"))
      const observed = yield* finishAll([yield* begin(wait), yield* begin(wait)])
      for (const { values } of observed) assert.deepStrictEqual(values, [...inProgress(0, 15), completed(20)])
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 15, 20))
    }))
})
