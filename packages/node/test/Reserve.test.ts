import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Fiber } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { SloReportClient } from "../src/index.ts"
import type { Logged } from "./utils/modelServer.ts"
import * as ModelServer from "./utils/modelServer.ts"
import {
  advance,
  assertWithinLimit,
  beginAll,
  between,
  every,
  finishAll,
  given,
  ids,
  limit,
  perWindow,
  refused,
  waits
} from "./utils/pacing.ts"
import { credentials, failureOf, site } from "./utils/wait.ts"

const polls = (log: ReadonlyArray<Logged>) => log.filter(({ kind }) => kind === "poll")

// What each poll has left, but for the first of a window, which finds out.
const leftByPolls = (log: ReadonlyArray<Logged>) => {
  const seen = new Set<number>()
  return polls(log).flatMap(({ remaining, window }) => {
    if (seen.has(window)) return [remaining]
    seen.add(window)
    return []
  })
}

const call = (client: SloReportClient.Service, id: string) =>
  Effect.andThen(Effect.forkChild(Effect.exit(client.getReportStatus(id)), { startImmediately: true }), advance(0))

describe("what is reserved", () => {
  it.effect("is a tenth of the limit, for ten calls at any second of a window beside 500 waits", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), latency: () => 50 })
      const fibers = yield* waits(client, 500, "1 second")
      for (const [window, second] of [3, 11, 20, 29, 38, 47, 53, 57, 58, 59].entries()) {
        yield* TestClock.setTime((window + 1) * 60_000 + second * 1000)
        yield* Effect.forEach(ids(10, `call-${window}`), (id) => call(client, id), { discard: true })
      }
      yield* advance("10 seconds")
      yield* Fiber.interruptAll(fibers)
      const calls = server.log.filter(({ kind }) => kind === "call")
      assert.strictEqual(calls.length, 100)
      assert.deepStrictEqual(refused(server.log), [])
    }))

  it.effect("is all that is left to others until the reset: polls have the rest", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), latency: () => 50 })
      const fibers = yield* waits(client, 500, "1 second")
      yield* advance("6 minutes")
      yield* Fiber.interruptAll(fibers)
      for (const left of leftByPolls(server.log)) assert.isAtLeast(left, 10)
      for (const window of [60_000, 120_000, 180_000, 240_000]) {
        const count = perWindow(server.log).get(`slo_report ${window}`) ?? 0
        assert.isAtLeast(count, 85)
        assert.isAtMost(count, 90)
      }
    }))

  for (const [reserve, most] of [[0, 100], [0.25, 75], [0.5, 50], [0.9, 10]] as const) {
    it.effect(`is what the option says: ${reserve} leaves polls ${most} of 100`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          rule: limit(100, 60),
          latency: () => 50,
          client: { pacing: { reserve } }
        })
        const fibers = yield* waits(client, 300, "1 second")
        yield* advance("4 minutes")
        yield* Fiber.interruptAll(fibers)
        assert.deepStrictEqual(refused(server.log), [])
        for (const window of [60_000, 120_000]) {
          const count = perWindow(server.log).get(`slo_report ${window}`) ?? 0
          assert.isAtMost(count, most)
          assert.isAtLeast(count, most * 0.85 - 1)
        }
      }))
  }

  for (const [reserve, rule] of [[1, limit(100, 60)], [0.1, limit(1, 60)], [0.5, limit(1, 10)]] as const) {
    it.effect(`leaves polls one a window, whatever it is: ${reserve} of ${rule.limit}`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({ rule, client: { pacing: { reserve } } })
        const fibers = yield* waits(client, 20, "1 second")
        yield* advance("5 minutes")
        yield* Fiber.interruptAll(fibers)
        assert.deepStrictEqual(refused(server.log), [])
        const counts = perWindow(server.log)
        for (let window = rule.period; window < 300_000; window += rule.period) {
          assert.strictEqual(counts.get(`slo_report ${window}`), 1)
        }
      }))
  }

  it.effect("is left by last polls too: 95 waits with one deadline", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), latency: () => 50 })
      const rare = every("1 hour", { deadline: 630_000 })
      const fibers = yield* beginAll(ids(95).map((id) => client.waitForReport(id, rare)))
      const observed = yield* finishAll(fibers, "12 minutes")
      for (const left of leftByPolls(server.log)) assert.isAtLeast(left, 10)
      assert.deepStrictEqual(refused(server.log), [])
      assertWithinLimit(server.log, 90)
      for (const { endedAt, exit } of observed) {
        assert.strictEqual(failureOf(exit)._tag, "WaitTimedOut")
        assert.isAtLeast(endedAt, 630_000)
        assert.isAtMost(endedAt, 631_000)
      }
    }))

  it.effect("is not taken by last polls that come one after the other", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(20, 60), latency: () => 50 })
      const fibers = yield* beginAll(
        ids(60).map((id, index) => client.waitForReport(id, every("1 hour", { deadline: 180_000 + index * 500 })))
      )
      yield* finishAll(fibers, "5 minutes")
      for (const left of leftByPolls(server.log)) assert.isAtLeast(left, 2)
      assert.deepStrictEqual(refused(server.log), [])
    }))

  it.effect("may be used up by last polls where it is nothing", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(100, 60),
        latency: () => 50,
        client: { pacing: { reserve: 0 } }
      })
      const rare = every("1 hour", { deadline: 630_000 })
      const fibers = yield* beginAll(ids(95).map((id) => client.waitForReport(id, rare)))
      yield* finishAll(fibers, "12 minutes")
      assert.strictEqual(between(server.log, 630_000, 631_000).length, 95)
      assert.deepStrictEqual(refused(server.log), [])
    }))
})

const made = (options: SloReportClient.ClientOptions) =>
  Effect.exit(
    SloReportClient.make({ site, credentials, ...options }).pipe(
      Effect.provideService(HttpClient.HttpClient, ModelServer.make().client)
    )
  )

const assertRefused = (exit: Exit.Exit<unknown, unknown>, ...words: ReadonlyArray<string>) => {
  assert.isTrue(Exit.hasDies(exit))
  const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  assert.instanceOf(defect, RangeError)
  if (defect instanceof RangeError) { for (const word of words) assert.include(defect.message, word) }
}

describe("an option that can't be", () => {
  for (const reserve of [-0.1, 1.01, 1.5, 50, NaN, Infinity, -Infinity]) {
    it.effect(`is refused when the client is made: a reserve of ${reserve}`, () =>
      Effect.map(made({ pacing: { reserve } }), (exit) => assertRefused(exit, "pacing.reserve", String(reserve))))
  }

  for (const reserve of [0, 0.1, 0.5, 1, undefined]) {
    it.effect(`is not a reserve of ${reserve}`, () =>
      Effect.map(made({ pacing: { reserve } }), (exit) => assert.isTrue(Exit.isSuccess(exit))))
  }

  const timeouts: Record<string, Duration.Input> = {
    "Infinity": "Infinity",
    "infinite": Duration.infinity,
    "0": 0,
    "-1": -1,
    "zero": Duration.zero,
    "NaN": NaN
  }
  for (const [name, attemptTimeout] of Object.entries(timeouts)) {
    it.effect(`is refused when the client is made: an attemptTimeout of ${name}`, () =>
      Effect.map(made({ attemptTimeout }), (exit) => assertRefused(exit, "attemptTimeout")))
  }

  it.effect("is refused by the layer, too", () =>
    Effect.gen(function*() {
      const layer = SloReportClient.layer({ site, credentials, pacing: { reserve: 50 } })
      const exit = yield* SloReportClient.SloReportClient.use(Effect.succeed).pipe(
        Effect.provide(layer),
        Effect.provideService(HttpClient.HttpClient, ModelServer.make().client),
        Effect.exit
      )
      assertRefused(exit, "pacing.reserve", "50")
    }))
})
