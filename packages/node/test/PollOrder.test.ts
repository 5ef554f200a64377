import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { SloReportClient } from "../src/index.ts"
import type { Logged } from "./utils/modelServer.ts"
import {
  advance,
  all,
  assertWithinLimit,
  beginAll,
  every,
  finishAll,
  given,
  ids,
  limit,
  lognormal,
  refused,
  seeded,
  times,
  waits
} from "./utils/pacing.ts"
import { begin } from "./utils/wait.ts"

const order = (log: ReadonlyArray<Logged>) => log.map(({ id }) => id)

const of = (log: ReadonlyArray<Logged>, id: string) => log.filter((logged) => logged.id === id)

const longestGap = (at: ReadonlyArray<number>) => Math.max(...at.slice(1).map((time, index) => time - at[index]!))

describe("of the polls that are due", () => {
  it.effect("the one whose report was polled longest ago goes first, whatever its interval", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1, 10), client: all })
      const fibers = yield* beginAll([
        client.waitForReport("a", every("1 second")),
        client.waitForReport("b", every("3 seconds")),
        client.waitForReport("c", every("9 seconds"))
      ])
      yield* advance("5 minutes")
      yield* Fiber.interruptAll(fibers)
      assert.isAtLeast(server.log.length, 27)
      assert.deepStrictEqual(order(server.log), server.log.map((_, index) => ["a", "b", "c"][index % 3]!))
    }))

  it.effect("a report that was never polled counts from when its wait began", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1, 10), client: all })
      const fibers = [...yield* beginAll(["a", "b", "c"].map((id) => client.waitForReport(id, every("1 second"))))]
      yield* advance("25 seconds")
      assert.deepStrictEqual(order(server.log), ["a", "b", "c"])
      fibers.push(yield* begin(client.waitForReport("new", every("1 second"))))
      yield* advance("2 minutes")
      yield* Fiber.interruptAll(fibers)
      assert.deepStrictEqual(order(server.log).slice(0, 11), [
        "a",
        "b",
        "c",
        "a",
        "b",
        "c",
        "new",
        "a",
        "b",
        "c",
        "new"
      ])
    }))

  it.effect("a report counts as polled for all its waits, for one that joins late too", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1, 10), client: all })
      const fibers = [...yield* beginAll(["a", "b", "c"].map((id) => client.waitForReport(id, every("1 second"))))]
      yield* advance("25 seconds")
      fibers.push(yield* begin(client.waitForReport("c", every("1 second"))))
      fibers.push(yield* begin(client.waitForReport("a", every("1 second"))))
      yield* advance("1 minute")
      yield* Fiber.interruptAll(fibers)
      assert.deepStrictEqual(order(server.log).slice(0, 8), ["a", "b", "c", "a", "b", "c", "a", "b"])
    }))

  it.effect("none goes before its interval is over, though it was polled longest ago", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1, 10), client: all })
      const fibers = yield* beginAll([
        client.waitForReport("often", every("2 seconds")),
        client.waitForReport("seldom", every("35 seconds"))
      ])
      yield* advance("20 minutes")
      yield* Fiber.interruptAll(fibers)
      const seldom = server.log.flatMap(({ id }, index) => id === "seldom" ? [index] : [])
      assert.isAtLeast(seldom.length, 25)
      for (const [index, at] of seldom.slice(1).entries()) {
        assert.include([3, 4, 5], at - seldom[index]!, "in its turn, 40 s later")
        assert.isAtLeast(server.log[at]!.at - server.log[seldom[index]!]!.at, 35_000)
      }
    }))

  it.effect("none goes whose eager wait has left while it was held up, before another wait wants it", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1, 10), client: all })
      const slow = yield* begin(client.waitForReport("a", every("1 second")), () => Effect.sleep("1 hour"))
      const [eager, ...others] = yield* beginAll([
        client.waitForReport("a", every("1 second")),
        client.waitForReport("a", every("1 hour")),
        client.waitForReport("b", every("1 second"))
      ])
      yield* advance("15 seconds")
      assert.deepStrictEqual(order(server.log), ["a", "b"])
      yield* Fiber.interrupt(eager!)
      yield* advance("20 seconds")
      assert.deepStrictEqual(order(server.log), ["a", "b", "b", "b"])
      assert.deepStrictEqual(times(server.log), [0, 10_000, 20_000, 30_000])
      yield* Fiber.interruptAll([slow, ...others])
    }))

  it.effect("those of one interval take turns, and all have the same", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(60, 60), latency: () => 100, client: all })
      const fibers = yield* waits(client, 90, "1 second")
      yield* advance("20 minutes")
      yield* Fiber.interruptAll(fibers)
      assertWithinLimit(server.log, 60)
      assert.deepStrictEqual(refused(server.log), [])
      const counts = ids(90).map((id) => of(server.log, id).length)
      assert.isAtMost(Math.max(...counts) - Math.min(...counts), 1)
    }))
})

describe("jobs that come and go", () => {
  it.effect("starve no old one, though each is new and eager", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(60, 60), latency: () => 100, client: all })
      const old = yield* beginAll(ids(60, "old").map((id) => client.waitForReport(id, every("30 seconds"))))
      const newcomer = (index: number) =>
        client.waitForReport(`new-${index}`, every("1 second")).pipe(
          Stream.runDrain,
          Effect.timeoutOption("20 seconds")
        )
      const newcomers = yield* Effect.forkChild(
        Effect.forEach(
          Array.from({ length: 600 }, (_, index) => index),
          (index) => Effect.delay(newcomer(index), index * 2000),
          { concurrency: "unbounded", discard: true }
        )
      )
      yield* advance("20 minutes")
      yield* Fiber.interruptAll([...old, newcomers])
      for (const id of ids(60, "old")) assert.isAtMost(longestGap(times(of(server.log, id))), 130_000, id)
      const polled = Array.from({ length: 560 }, (_, index) => of(server.log, `new-${index}`).length)
      assert.isAtMost(Math.max(...polled), 4)
    }))

  it.effect("are seen to be done soon: about fifty at any time under 100 in a minute", () =>
    Effect.gen(function*() {
      const run = Effect.fnUntraced(
        function*(seed: number) {
          const random = seeded(seed)
          const doneAt = new Map<string, number>()
          const { client, server } = yield* given({
            rule: limit(100, 60),
            latency: () => 100,
            job: (id) => ({ doneAt: doneAt.get(id)! }),
            client: all
          })
          let at = 0
          const jobs = ids(400).map((id) => {
            // A job in 3.3 s, of 165 s in the mean.
            at += -Math.log(1 - random()) * 3300
            doneAt.set(id, at + lognormal(random, 120_000, 0.8))
            return Stream.unwrap(Effect.as(Effect.sleep(at), client.waitForReport(id, { deadline: "1 day" })))
          })
          const observed = yield* finishAll(yield* beginAll(jobs), "3 hours")
          assert.deepStrictEqual(refused(server.log), [])
          return observed.slice(100).map(({ endedAt, exit }, index) => {
            assert.deepStrictEqual(exit, Exit.void)
            return (endedAt - doneAt.get(`report-${index + 100}`)!) / 1000
          })
        },
        Effect.scoped,
        Effect.provide(TestClock.layer())
      )
      const lags = (yield* Effect.forEach([1, 2], run)).flat().toSorted((a, b) => a - b)
      assert.isAtMost(lags.reduce((sum, lag) => sum + lag, 0) / lags.length, 22)
      assert.isAtMost(lags[Math.floor(lags.length * 0.95)]!, 48)
    }), 60_000)
})

describe("many waits for one report", () => {
  it.effect("are one in the order, and all hear at once", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1, 10), job: () => ({ doneAt: 60_000 }), client: all })
      const wait = (id: string): ReturnType<SloReportClient.Service["waitForReport"]> =>
        client.waitForReport(id, every(Duration.seconds(1)))
      const fibers = yield* beginAll([...Array.from({ length: 50 }, () => wait("crowd")), wait("single")])
      const observed = yield* finishAll(fibers, "10 minutes")
      assert.deepStrictEqual(order(server.log).slice(0, 4), ["crowd", "single", "crowd", "single"])
      assert.strictEqual(new Set(observed.slice(0, 50).map(({ endedAt }) => endedAt)).size, 1)
    }))
})
