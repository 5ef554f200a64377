import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { CallPacing, type SloReportClient } from "../src/index.ts"
import { request } from "./utils/flow.ts"
import type { Arrival, Logged } from "./utils/modelServer.ts"
import { advance, assertWithinLimit, between, given, limit, perWindow, refused, waits } from "./utils/pacing.ts"

const of = (log: ReadonlyArray<Logged>, kind: Arrival["kind"]) => log.filter((logged) => logged.kind === kind)

/** Many creates at once. */
const creates = (client: SloReportClient.Service, count: number, pacing: CallPacing.CallPacing) =>
  Effect.forEach(
    Array.from({ length: count }),
    () =>
      Effect.forkChild(
        Effect.provideService(Effect.exit(client.createReport(request)), CallPacing.Current, pacing),
        { startImmediately: true }
      )
  )

const latency = () => 300

describe("a call that takes its turn", () => {
  it.effect("meets no limit, however many there are and from the first on", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 10), latency })
      yield* creates(client, 300, "paced")
      yield* advance("45 seconds")
      assert.strictEqual(server.log.length, 300)
      assert.deepStrictEqual(refused(server.log), [])
      // But for the first window, in which the limit is found out, nearly all is used but what is reserved.
      for (const count of [...perWindow(server.log).values()].slice(1, 3)) {
        assert.isAtLeast(count, 88)
        assert.isAtMost(count, 90)
      }
    }))

  it.effect("meets the limit where it goes ahead", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 10), latency })
      yield* creates(client, 300, "ahead")
      yield* advance("1 second")
      assert.strictEqual(refused(server.log).length, 200)
    }))

  it.effect("goes before polls, and shares their limit with them", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 10), latency })
      const fibers = yield* waits(client, 500, "1 second")
      yield* advance("20 seconds")
      yield* creates(client, 60, "paced")
      yield* advance("10 seconds")
      assert.strictEqual(of(server.log, "create").length, 60)
      // As even as polls: nobody used all up at once.
      assert.isAtMost(between(of(server.log, "create"), 20_000, 22_000).length, 30)
      yield* advance("1 minute")
      assert.isAbove(of(between(server.log, 30_000, 40_000), "poll").length, 80)
      assertWithinLimit(server.log, 90)
      yield* Fiber.interruptAll(fibers)
    }))

  it.effect("goes at once where its limit is another one", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: ({ kind }) => kind === "create" ? limit(1000, 10, "create") : limit(10, 10),
        latency
      })
      const fibers = yield* waits(client, 50, "1 second")
      yield* advance("5 seconds")
      yield* creates(client, 1, "paced")
      yield* advance("10 seconds")
      yield* creates(client, 200, "paced")
      yield* advance(0)
      assert.strictEqual(of(server.log, "create").length, 201)
      yield* Fiber.interruptAll(fibers)
      assert.deepStrictEqual(refused(server.log), [])
    }))

  it.effect("goes at once where answers tell no limit, from the second on", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ latency })
      yield* creates(client, 1, "paced")
      yield* advance("1 second")
      yield* creates(client, 200, "paced")
      yield* advance(0)
      assert.strictEqual(server.log.length, 201)
    }))

  it.effect("lets polls find their own limit, where a call's was known first", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: ({ kind }) => kind === "create" ? limit(1000, 60, "create") : limit(10, 10),
        latency
      })
      yield* creates(client, 20, "paced")
      yield* advance("2 seconds")
      const fibers = yield* waits(client, 50, "1 second")
      yield* advance("1 minute")
      yield* Fiber.interruptAll(fibers)
      assert.isAtMost(refused(server.log).length, 10)
      assert.deepStrictEqual(refused(between(server.log, 20_000, 60_000)), [])
    }))

  it.effect("tells when it has its turn, before it is sent, and can be given up until then", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 10), latency })
      const told: Array<number> = []
      const create = (before: Effect.Effect<void>) =>
        Effect.forkChild(
          Effect.exit(client.createReport(request)).pipe(
            Effect.provideService(CallPacing.Current, "paced"),
            Effect.provideService(CallPacing.BeforeSend, before)
          ),
          { startImmediately: true }
        )
      yield* Effect.forEach([1, 2, 3], () => create(Effect.sync(() => void told.push(server.log.length))))
      yield* advance("5 seconds")
      assert.deepStrictEqual(told, [0, 1, 2])
      const held = yield* Effect.forEach(Array.from({ length: 100 }), () => create(Effect.never))
      yield* advance("30 seconds")
      yield* Fiber.interruptAll(held)
      assert.strictEqual(server.log.length, 3)
      // Those that were given up hold no place.
      yield* creates(client, 89, "paced")
      yield* advance("20 seconds")
      assert.strictEqual(server.log.length, 92)
    }))

  it.effect("sends nothing, and holds nobody up, where it is interrupted before", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(10, 60), latency })
      const fibers = yield* creates(client, 30, "paced")
      yield* advance("59 seconds")
      const before = server.log.length
      assert.isAtMost(before, 9)
      yield* Fiber.interruptAll(fibers)
      yield* advance("10 minutes")
      assert.strictEqual(server.log.length, before)
      yield* creates(client, 5, "paced")
      yield* advance("1 minute")
      assert.strictEqual(server.log.length, before + 5)
      assert.deepStrictEqual(refused(server.log), [])
    }))
})
