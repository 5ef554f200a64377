import { assert, describe, it } from "@effect/vitest"
import type { Duration } from "effect"
import { Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { SloReportClient } from "../src/index.ts"
import { request } from "./utils/flow.ts"
import type { Arrival, Logged, ServerOptions } from "./utils/modelServer.ts"
import {
  advance,
  all,
  assertWithinLimit,
  beginAll,
  between,
  every,
  given,
  limit,
  peak,
  perWindow,
  refused,
  waits
} from "./utils/pacing.ts"

const polls = (log: ReadonlyArray<Logged>) => log.filter(({ kind }) => kind === "poll")

const of = (log: ReadonlyArray<Logged>, id: string) => log.filter((logged) => logged.id === id)

// A loop of create calls.
const creating = (client: SloReportClient.Service, delay: Duration.Input) =>
  Effect.forkChild(Effect.delay(Effect.forever(Effect.exit(client.createReport(request))), delay))

const byKind = (poll: ServerOptions["rule"], create: ServerOptions["rule"]) => (arrival: Arrival) => {
  const rule = arrival.kind === "create" ? create : poll
  return typeof rule === "function" ? rule(arrival) : rule
}

describe("calls of another limit", () => {
  for (const calls of [5, 9, 12]) {
    it.effect(`take no room from polls: ${calls} slow create calls on their way`, () =>
      Effect.gen(function*() {
        const run = Effect.fnUntraced(function*(calls: number) {
          const { client, server } = yield* given({
            rule: byKind(limit(10, 10), limit(1000, 60, "create")),
            latency: ({ kind }) => kind === "create" ? 5000 : 0,
            client: all
          })
          const fibers = yield* waits(client, 3, "5 seconds")
          yield* advance("1 second")
          const loops = yield* Effect.forEach(Array.from({ length: calls }, (_, index) => index * 400), (delay) =>
            creating(client, delay))
          yield* advance("2 minutes")
          yield* Fiber.interruptAll([...fibers, ...loops])
          assert.deepStrictEqual(refused(server.log), [])
          return polls(server.log).length
        })
        const alone = yield* run(0)
        yield* TestClock.setTime(600_000)
        assert.isAtLeast(yield* run(calls), alone - 3)
      }))
  }

  it.effect("don't keep polls paused after their 429", () =>
    Effect.gen(function*() {
      const run = Effect.fnUntraced(function*(calls: number) {
        const { client, server } = yield* given({
          rule: byKind(limit(100, 10), limit(1000, 60, "create")),
          latency: ({ kind }) => kind === "create" ? 2000 : 0,
          fate: ({ at, kind }) => kind === "poll" && at % 600_000 === 10_000 ? { status: 429 } : undefined,
          client: all
        })
        const fibers = yield* waits(client, 1, "5 seconds")
        const loops = yield* Effect.forEach([0, 1000].slice(0, calls), (delay) => creating(client, delay))
        yield* advance("5 minutes")
        yield* Fiber.interruptAll([...fibers, ...loops])
        assert.strictEqual(refused(server.log).length, 1)
        return polls(server.log).length
      })
      const alone = yield* run(0)
      assert.isAtLeast(alone, 55)
      yield* TestClock.setTime(600_000)
      assert.isAtLeast(yield* run(2), alone - 2)
    }))

  it.effect("teach polls nothing, where polls are told of no limit", () =>
    Effect.gen(function*() {
      const run = Effect.fnUntraced(function*(calls: number) {
        const { client, server } = yield* given({ rule: byKind(undefined, limit(10, 300, "create")) })
        const fibers = yield* waits(client, 20, "5 seconds")
        yield* advance("1 second")
        for (let call = 0; call < calls; call++) yield* Effect.exit(client.createReport(request))
        yield* advance("5 minutes")
        yield* Fiber.interruptAll(fibers)
        return polls(server.log).length
      })
      const alone = yield* run(0)
      assert.isAtLeast(alone, 1200)
      assert.strictEqual(yield* run(1), alone)
    }))

  it.effect("teach polls nothing before their first answer", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: byKind(limit(100, 10), limit(1, 300, "create")),
        latency: ({ kind }) => kind === "poll" ? 1000 : 0
      })
      yield* client.createReport(request)
      const fibers = yield* waits(client, 10, "5 seconds")
      yield* advance("1 minute")
      yield* Fiber.interruptAll(fibers)
      assert.isAtLeast(polls(server.log).length, 70)
    }))

  it.effect("lift no pause of polls", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: byKind(limit(100, 60), limit(100, 60, "create")),
        fate: ({ index }) => index === 10 ? { status: 429, retryAfter: 40 } : undefined
      })
      const fibers = yield* waits(client, 20, "5 seconds")
      yield* advance("20 seconds")
      const [refusal] = refused(server.log)
      yield* client.createReport(request)
      yield* advance("15 seconds")
      assert.deepStrictEqual(polls(between(server.log, refusal!.at + 1, 35_001)), [])
      yield* Fiber.interruptAll(fibers)
    }))
})

describe("calls of the same limit", () => {
  it.effect("take room from polls, so that none is refused", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(20, 10), latency: () => 100 })
      const fibers = yield* waits(client, 60, "1 second")
      const loop = yield* Effect.forkChild(
        Effect.forever(Effect.andThen(Effect.exit(client.createReport(request)), Effect.sleep("8 seconds")))
      )
      yield* advance("2 minutes")
      yield* Fiber.interruptAll([...fibers, loop])
      // Their limit is known by its name from the first answer on.
      assert.deepStrictEqual(refused(between(server.log, 10_000, Infinity)), [])
      assertWithinLimit(between(server.log, 10_000, Infinity), 20)
      assert.isAtLeast(polls(between(server.log, 10_000, 110_000)).length, 100)
    }))

  it.effect("lift the pause of polls at once by a success that was asked for after the refusal", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(100, 60),
        fate: ({ index }) => index === 10 ? { status: 429, retryAfter: 50 } : undefined
      })
      const fibers = yield* waits(client, 20, "5 seconds")
      yield* advance("20 seconds")
      const [refusal] = refused(server.log)
      assert.deepStrictEqual(between(server.log, refusal!.at + 1, 20_001), [])
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(client.getReportStatus("call-0"))))
      yield* advance("5 seconds")
      assert.isAtLeast(polls(between(server.log, 20_000, 25_001)).length, 1)
      assert.deepStrictEqual(between(of(server.log, refusal!.id), refusal!.at + 1, refusal!.at + 50_000), [])
      yield* Fiber.interruptAll(fibers)
    }))

  it.effect("lift it for a single poll that waits, too", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(100, 60),
        fate: ({ at, id }) => id === "a" && at >= 5000 ? { status: 429, retryAfter: 50 } : undefined
      })
      const fibers = yield* beginAll(["a", "b"].map((id) => client.waitForReport(id, every("5 seconds"))))
      yield* advance("10 seconds")
      assert.deepStrictEqual(between(server.log, 5001, 10_001), [])
      yield* client.getReportStatus("call-0")
      yield* advance(0)
      assert.deepStrictEqual(of(server.log, "b").map(({ at }) => at).slice(1), [10_000])
      yield* Fiber.interruptAll(fibers)
    }))

  it.effect("don't lift it by a success that was asked for before", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(100, 60),
        latency: ({ kind }) => kind === "call" ? 10_000 : 0,
        fate: ({ at, kind }) =>
          kind === "poll" && at >= 10_000 && at < 20_000 ? { status: 429, retryAfter: 45 } : undefined
      })
      const fibers = yield* waits(client, 20, "5 seconds")
      yield* advance("5 seconds")
      const call = yield* Effect.forkChild(client.getReportStatus("call-0"), { startImmediately: true })
      yield* advance("25 seconds")
      yield* Fiber.join(call)
      const last = refused(server.log).at(-1)!
      assert.isBelow(last.at, 12_000)
      assert.deepStrictEqual(polls(between(server.log, last.at + 1, 30_001)), [])
      yield* Fiber.interruptAll(fibers)
    }))
})

describe("an answer that tells of no limit, where others do", () => {
  for (const status of [502, 500, 403]) {
    it.effect(`teaches nothing: the first is a ${status}, and 300 waits keep the limit`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          rule: limit(100, 60),
          headers: (answer) => answer.status === 200 || answer.status === 429,
          latency: () => 100,
          fate: ({ index }) => index === 0 ? { status } : undefined,
          client: all
        })
        const fibers = yield* waits(client, 300, "10 seconds")
        yield* advance("3 minutes")
        yield* Fiber.interruptAll(fibers)
        assert.deepStrictEqual(refused(server.log), [])
        assert.isAtMost(peak(server.log, 1000), 12)
        assert.isAtLeast(server.log.length, 200)
      }))
  }

  it.effect("doesn't loosen the limit where it comes in the middle", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(50, 30),
        headers: (answer) => answer.status === 200 || answer.status === 429,
        latency: () => 100,
        fate: ({ index }) => index % 7 === 3 ? { status: 502 } : undefined,
        client: all
      })
      const fibers = yield* waits(client, 200, "5 seconds")
      yield* advance("3 minutes")
      yield* Fiber.interruptAll(fibers)
      assert.deepStrictEqual(refused(server.log), [])
      assertWithinLimit(server.log, 50)
      assert.isAtLeast(server.log.length, 200)
    }))

  const partial = {
    "a period": ["x-ratelimit-period"],
    "a limit": ["x-ratelimit-limit"],
    "both": ["x-ratelimit-period", "x-ratelimit-limit"],
    "a name": ["x-ratelimit-name"]
  }
  for (const [name, without] of Object.entries(partial)) {
    for (const phase of [0, 50_000]) {
      it.effect(`keeps the limit though it lacks ${name}, ${phase / 1000} s into a window`, () =>
        Effect.gen(function*() {
          yield* TestClock.setTime(phase)
          const { client, server } = yield* given({ rule: limit(100, 60), without, latency: () => 300, client: all })
          const fibers = yield* waits(client, 300, "10 seconds")
          yield* advance("5 minutes")
          yield* Fiber.interruptAll(fibers)
          assert.deepStrictEqual(refused(server.log), [])
          for (const window of [120_000, 180_000, 240_000]) {
            assert.isAtLeast(perWindow(server.log).get(`slo_report ${window}`) ?? 0, 50)
          }
        }))
    }
  }
})

describe("without headers", () => {
  // How many polls each ten seconds had.
  const tens = (log: ReadonlyArray<Logged>, from: number, count: number) =>
    Array.from({ length: count }, (_, index) => between(log, from + 10_000 * index, from + 10_000 * (index + 1)).length)

  const scene = (isRefused: (arrival: Arrival) => boolean) =>
    Effect.gen(function*() {
      let wasRefused = -Infinity
      const { client, server } = yield* given({
        fate: (arrival) => {
          if (!isRefused(arrival) || arrival.at - wasRefused < 1000) return undefined
          wasRefused = arrival.at
          return { status: 429 }
        }
      })
      const fibers = yield* waits(client, 30, "1 second")
      yield* advance("4 minutes")
      yield* Fiber.interruptAll(fibers)
      return server
    })

  it.effect("polls go unhindered until a 429; then half of what was sent, one more in each ten seconds", () =>
    Effect.gen(function*() {
      const server = yield* scene(({ at }) => at >= 39_000 && at < 39_500)
      assert.strictEqual(refused(server.log).length, 1)
      assert.deepStrictEqual(tens(server.log, 10_000, 2), [300, 300])
      const after = tens(server.log, 50_000, 18)
      assert.isAtLeast(after[0]!, 100)
      assert.isAtMost(after[0]!, 160)
      for (const [index, count] of after.slice(1).entries()) {
        assert.isAtLeast(count, after[index]! - 1)
        assert.isAtMost(count, after[index]! + 3)
      }
      assert.isAtLeast(after[17]! - after[0]!, 14)
      assert.isAtMost(after[17]! - after[0]!, 20)
    }))

  it.effect("each refused window halves it again, once", () =>
    Effect.gen(function*() {
      const server = yield* scene(({ at }) =>
        (at >= 39_000 && at < 39_500) || (at >= 78_000 && at < 78_500) || (at >= 118_000 && at < 118_500)
      )
      assert.strictEqual(refused(server.log).length, 3)
      const [first, , , , , , last] = tens(server.log, 60_000, 8)
      assert.isAtMost(last!, first! / 2)
      assert.isAtLeast(last!, first! / 8)
    }))
})
