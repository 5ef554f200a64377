import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { SloReportClient } from "../src/index.ts"
import type { Arrival, Logged } from "./utils/modelServer.ts"
import {
  advance,
  all,
  beginAll,
  between,
  every,
  finishAll,
  given,
  ids,
  limit,
  peak,
  refused,
  times,
  waits
} from "./utils/pacing.ts"
import { begin } from "./utils/wait.ts"

const call = (client: SloReportClient.Service, id: string) =>
  Effect.andThen(Effect.forkChild(Effect.exit(client.getReportStatus(id)), { startImmediately: true }), advance(0))

const polls = (log: ReadonlyArray<Logged>) => log.filter(({ kind }) => kind === "poll")

describe("after a 429", () => {
  const refusals = {
    "with Retry-After": { status: 429, retryAfter: 20 },
    "with X-RateLimit-Reset": { status: 429 }
  }
  for (const [name, refusal] of Object.entries(refusals)) {
    it.effect(`${name} nobody polls before the hint, then one does, then they start slowly`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(60_000)
        const { client, server } = yield* given({
          rule: limit(100, 60),
          latency: () => 500,
          fate: ({ index }) => index === 10 ? refusal : undefined,
          client: all
        })
        const fibers = yield* waits(client, 200, "1 second")
        yield* advance("3 minutes")
        yield* Fiber.interruptAll(fibers)
        const [first, ...others] = refused(server.log)
        assert.deepStrictEqual(others, [])
        const until = first!.endedAt! + first!.hint
        assert.deepStrictEqual(between(server.log, first!.endedAt! + 1, until), [])
        const [probe, second, ...rest] = server.log.filter(({ at }) => at >= until)
        assert.isAtMost(probe!.at, until + 5000)
        assert.isAtLeast(second!.at, probe!.endedAt!, "one probe")
        const restart = [probe!, second!, ...rest].filter(({ at }) => at < until + 10_000)
        assert.isAtMost(peak(restart, 1000), 5, "no stampede")
        assert.isAtLeast(between(server.log, 180_000, 240_000).length, 70, "and back to the full pace")
      }))
  }

  it.effect("with a probe that is refused too, nobody else polls before its hint either", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(1000, 60),
        latency: () => 500,
        fate: ({ at, index }) =>
          index === 10 || (at > 10_000 && at < 40_000) ? { status: 429, retryAfter: 10 } : undefined,
        client: all
      })
      const fibers = yield* waits(client, 60, "1 second")
      yield* advance("90 seconds")
      yield* Fiber.interruptAll(fibers)
      const all429 = refused(server.log)
      assert.isAtLeast(all429.length, 2)
      assert.isAtMost(all429.length, 5, "one probe for each hint")
      for (const refusal of all429) {
        assert.deepStrictEqual(between(server.log, refusal.endedAt! + 1, refusal.endedAt! + refusal.hint), [])
      }
      assert.isAbove(between(server.log, 60_000, 90_000).length, 200)
    }))

  it.effect("of several calls in flight the longest hint counts", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(3000, 60),
        latency: ({ index }) => index === 0 ? 0 : 1000,
        fate: ({ index }) => index > 20 && index < 30 ? { status: 429, retryAfter: index === 24 ? 40 : 5 } : undefined,
        client: all
      })
      const fibers = yield* waits(client, 100, "1 second")
      yield* advance("1 minute")
      yield* Fiber.interruptAll(fibers)
      const longest = server.log[24]!
      assert.deepStrictEqual(between(server.log, longest.endedAt! + 1, longest.endedAt! + 40_000), [])
      assert.isAbove(server.log.at(-1)!.at, longest.endedAt! + 40_000)
    }))

  it.effect("a wait whose deadline comes before the hint sends nothing more", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        fate: ({ index }) => index === 3 ? { status: 429, retryAfter: 60 } : undefined
      })
      const fibers = yield* beginAll(
        ids(10).map((id) => client.waitForReport(id, every("5 seconds", { deadline: "20 seconds" })))
      )
      const observed = yield* finishAll(fibers)
      for (const { endedAt } of observed) assert.isAtMost(endedAt, 20_000)
      const at = refused(server.log)[0]!.at
      assert.deepStrictEqual(server.log.filter((request) => request.at > at), [])
    }))

  for (const refusalBody of ["empty", "html"] as const) {
    it.effect(`whose body is ${refusalBody} it is the same`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          rule: limit(100, 60),
          refusalBody,
          fate: ({ index }) => index === 10 ? { status: 429 } : undefined,
          client: all
        })
        const fibers = yield* waits(client, 200, "1 second")
        yield* advance("2 minutes")
        yield* Fiber.interruptAll(fibers)
        const [first, ...others] = refused(server.log)
        assert.deepStrictEqual(others, [])
        assert.deepStrictEqual(between(server.log, first!.at + 1, 60_000), [])
        assert.isAbove(between(server.log, 60_000, 120_000).length, 70)
      }))
  }
})

describe("without headers", () => {
  it.effect("nothing is held up where there never is a 429", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const fibers = yield* waits(client, 20, "10 seconds")
      yield* advance("10 minutes")
      yield* Fiber.interruptAll(fibers)
      assert.isAtLeast(server.log.length, 20 * 55)
    }))
})

describe("the name of a limit", () => {
  it.effect("keeps apart what is told of another: its 429 and its Remaining hold up no poll", () =>
    Effect.gen(function*() {
      const run = Effect.fnUntraced(function*(start: number, calls: boolean) {
        yield* TestClock.setTime(start)
        const { client, server } = yield* given({
          rule: ({ kind }: Arrival) => kind === "call" ? limit(2, 60, "other") : limit(100, 60)
        })
        const fibers = yield* waits(client, 100, "1 second")
        yield* advance("10 seconds")
        if (calls) { for (const id of ids(4, "call")) yield* call(client, id) }
        yield* advance("110 seconds")
        yield* Fiber.interruptAll(fibers)
        assert.strictEqual(refused(server.log).length, calls ? 2 : 0)
        return times(polls(server.log)).map((at) => at - start)
      })
      const quiet = yield* run(0, false)
      const disturbed = yield* run(600_000, true)
      assert.closeTo(disturbed.length, quiet.length, 3)
      assert.closeTo(
        disturbed.filter((at) => at < 60_000).length,
        quiet.filter((at) => at < 60_000).length,
        3
      )
    }))

  it.effect("may change: a narrow limit after a wide one is kept, and the wide one used when it is back", () =>
    Effect.gen(function*() {
      const wide = limit(40, 10, "wide")
      const narrow = limit(6, 60, "narrow")
      const { client, server } = yield* given({
        rule: ({ at }: Arrival) => at >= 120_000 && at < 420_000 ? narrow : wide,
        client: all
      })
      const fibers = yield* waits(client, 60, "1 second")
      yield* advance("9 minutes")
      yield* Fiber.interruptAll(fibers)
      assert.deepStrictEqual(refused(server.log), [])
      for (const window of [180_000, 240_000, 300_000, 360_000]) {
        const count = between(server.log, window, window + 60_000).length
        assert.isAtLeast(count, 4)
        assert.isAtMost(count, 6)
      }
      assert.isAtLeast(between(server.log, 60_000, 120_000).length, 190)
      assert.isAtLeast(between(server.log, 480_000, 540_000).length, 190)
    }))
})

describe("an answer that is older than the newest", () => {
  it.effect("doesn't count: what it tells to be left is gone", () =>
    Effect.gen(function*() {
      // One answer of the second window is late; a call that takes all the rest comes in between.
      let late = -1
      const { client, server } = yield* given({
        rule: limit(20, 20),
        latency: ({ at, index, kind }) => {
          if (kind === "call" || late >= 0 || at < 20_000) return 10
          late = index
          return 15_000
        },
        client: all
      })
      const fibers = yield* waits(client, 100, "1 second")
      yield* advance("30 seconds")
      const calls = ids(server.log.at(-1)!.remaining, "call")
      yield* Effect.forEach(calls, (id) => call(client, id))
      assert.strictEqual(server.log.at(-1)!.remaining, 0)
      yield* advance("30 seconds")
      yield* Fiber.interruptAll(fibers)
      assert.isAbove(server.log[late]!.remaining, 10)
      assert.isBelow(server.log[late]!.endedAt!, 40_000)
      assert.deepStrictEqual(polls(between(server.log, 30_001, 40_000)), [])
      assert.deepStrictEqual(refused(server.log), [])
    }))

  it.effect("of a window that is over neither stops the next nor stretches it", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(30, 10),
        // Every third answer is more than a window late.
        latency: ({ index }) => index > 0 && index % 3 === 0 ? 13_000 : 100,
        client: all
      })
      const fibers = yield* waits(client, 200, "1 second")
      yield* advance("3 minutes")
      yield* Fiber.interruptAll(fibers)
      assert.deepStrictEqual(refused(server.log), [])
      for (let window = 30_000; window < 180_000; window += 10_000) {
        assert.isAtLeast(between(server.log, window, window + 10_000).length, 15)
      }
    }))
})

describe("requests of others on the same limit", () => {
  it.effect("that take all of it leave a probe in a window, and every report is seen through", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(100, 60),
        latency: () => 100,
        job: () => ({ doneAt: 100_000 }),
        foreign: (rule, at) => at < 600_000 ? rule.limit : 0
      })
      const fibers = [
        yield* begin(client.waitForReport("a", every("5 seconds"))),
        ...yield* waits(client, 30, "5 seconds")
      ]
      const observed = yield* finishAll(fibers)
      assert.isAtMost(refused(server.log).length, 20)
      for (const { values } of observed) assert.strictEqual(values.at(-1)?.[1], "completed")
    }))
})
