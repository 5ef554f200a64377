import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { RetryPolicy } from "../src/index.ts"
import type { Logged } from "./utils/modelServer.ts"
import { advance, all, beginAll, every, finishAll, given, ids, limit, waits } from "./utils/pacing.ts"
import { collectLogs, listen, type Told } from "./utils/telemetry.ts"
import { begin, failureOf, type Log } from "./utils/wait.ts"

const of = (log: ReadonlyArray<Logged>, id: string) => log.filter((logged) => logged.id === id)

describe("a wait that the limit holds up", () => {
  it.effect("is told so in a crowd, before its first poll", () =>
    Effect.gen(function*() {
      const told = new Map<string, Array<Told>>(ids(200).map((id) => [id, []]))
      const { client, server } = yield* given({ rule: limit(60, 60), latency: () => 100, client: all })
      const fibers = yield* beginAll(
        ids(200).map((id) => client.waitForReport(id, every("30 seconds", { onSleep: listen(told.get(id)!) })))
      )
      yield* advance("5 minutes")
      yield* Fiber.interruptAll(fibers)
      let late = 0
      for (const id of ids(200)) {
        const first = of(server.log, id)[0]?.at ?? Infinity
        if (first <= 60_000) continue
        late += 1
        const heldUp = told.get(id)!.find(({ at, cause }) => cause === "rate_limit" && at < first)
        assert.isDefined(heldUp, `${id} is told`)
        assert.isAtMost(heldUp.at, 5000)
        assert.isTrue(Number.isFinite(heldUp.seconds))
        assert.isAbove(heldUp.seconds, 0)
      }
      assert.isAtLeast(late, 100)
    }))

  it.effect("is told so where a backoff of its own has ended meanwhile", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client, server } = yield* given({
        latency: () => 10,
        fate: ({ at, id }) =>
          id === "x" && at >= 5000 && at < 5100
            ? { status: 503, retryAfter: 2 }
            : id === "y" && at >= 6000 && at < 6100
            ? { status: 429, retryAfter: 300 }
            : undefined,
        client: { retry: RetryPolicy.default }
      })
      const x = yield* begin(client.waitForReport("x", every("5 seconds", { onSleep: listen(told) })))
      const y = yield* begin(client.waitForReport("y", every("6 seconds")))
      yield* advance("50 seconds")
      assert.strictEqual(of(server.log, "x").length, 2)
      assert.isTrue(told.some(({ at, cause }) => cause === "rate_limit" && at >= 6000 && at < 10_000))
      yield* advance("30 seconds")
      assert.isAtLeast(of(server.log, "x").length, 3)
      yield* Fiber.interruptAll([x, y])
    }))

  it.effect("is told so when it is due, and once, though others for its report are held up after it", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ rule: limit(1, 60), client: all })
      const intervals = ["5 seconds", "8 seconds", "30 seconds"] as const
      const told = intervals.map((): Array<Told> => [])
      const fibers = yield* beginAll(
        intervals.map((interval, index) =>
          client.waitForReport("x", every(interval, { onSleep: listen(told[index]!) }))
        )
      )
      yield* advance("59 seconds")
      yield* Fiber.interruptAll(fibers)
      const limited = told.map((sleeps) => sleeps.filter(({ cause }) => cause === "rate_limit"))
      assert.deepStrictEqual(limited.map((sleeps) => sleeps.map(({ at, seconds }) => [at, seconds])), [
        [[5000, 55]],
        [[8000, 52]],
        [[30_000, 30]]
      ])
    }))

  it.effect("is told so when it is due, where it joins one that waits for its turn", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({ rule: limit(1, 60), client: all })
      const first = yield* begin(client.waitForReport("x", every("5 seconds")))
      yield* advance("20 seconds")
      const late = yield* begin(client.waitForReport("x", every("5 seconds", { onSleep: listen(told) })))
      yield* advance("10 seconds")
      assert.deepStrictEqual(told, [
        { at: 20_000, cause: "poll", seconds: 5 },
        { at: 25_000, cause: "rate_limit", seconds: 35 }
      ])
      yield* Fiber.interruptAll([first, late])
    }))

  it.effect("is told so alone: none is whose poll goes when it is due", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({ latency: () => 1000 })
      const fiber = yield* begin(client.waitForReport("x", every("5 seconds", { onSleep: listen(told) })))
      yield* advance("15 seconds")
      assert.deepStrictEqual(told, [1000, 7000, 13_000].map((at) => ({ at, cause: "poll", seconds: 5 })))
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("is told so alone, where another for its report is answered and due at once", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({ rule: limit(1, 60), latency: () => 1000, client: all })
      const hasty = yield* begin(client.waitForReport("x", every("100 millis")))
      const other = yield* begin(client.waitForReport("x", every("5 seconds", { onSleep: listen(told) })))
      yield* advance("4 seconds")
      assert.deepStrictEqual(told, [{ at: 1000, cause: "poll", seconds: 5 }])
      yield* Fiber.interruptAll([hasty, other])
    }))

  it.effect("ends at its own deadline, though another for its report is held up after it", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ rule: limit(1, 60), client: all })
      const fibers = yield* beginAll([
        client.waitForReport("x", every("5 seconds", { deadline: "40 seconds" })),
        client.waitForReport("x", every("20 seconds", { deadline: "50 seconds" }))
      ])
      const observed = yield* finishAll(fibers, "2 minutes")
      assert.deepStrictEqual(observed.map(({ endedAt }) => endedAt), [40_000, 50_000])
      for (const { exit } of observed) assert.strictEqual(failureOf(exit)._tag, "WaitTimedOut")
    }))

  const notices = (logs: ReadonlyArray<readonly [...Log, unknown]>) =>
    logs.filter(([level, message]) => level === "Info" && message.includes("The rate limit holds polls up: "))

  it.effect("is noticed once a client, and not before it has been held up for more than a minute", () =>
    Effect.gen(function*() {
      const { logged, logs } = collectLogs()
      yield* Effect.gen(function*() {
        const { client } = yield* given({ rule: limit(10, 60), latency: () => 100, client: all })
        const fibers = yield* waits(client, 100, "5 seconds")
        yield* advance("60 seconds")
        assert.deepStrictEqual(logs.filter(([level]) => level === "Info"), [])
        yield* advance("5 minutes")
        assert.strictEqual(notices(logs).length, 1)
        yield* advance("1 hour")
        yield* Fiber.interruptAll(fibers)
        assert.strictEqual(logs.filter(([level]) => level === "Info").length, 1)
      }).pipe(logged)
    }))

  it.effect("is not noticed where it was for a minute or less, however long the hint", () =>
    Effect.gen(function*() {
      const { logged, logs } = collectLogs()
      yield* Effect.gen(function*() {
        const { client } = yield* given({
          fate: ({ at }) => at === 10_000 ? { status: 429, retryAfter: 600 } : undefined
        })
        const fibers = yield* waits(client, 3, "5 seconds")
        yield* advance("15 seconds")
        yield* Fiber.interruptAll(fibers)
        yield* advance("1 hour")
        assert.deepStrictEqual(notices(logs), [])
      }).pipe(logged)
    }))

  it.effect("is not noticed where each poll is answered, however many there are", () =>
    Effect.gen(function*() {
      const { logged, logs } = collectLogs()
      yield* Effect.gen(function*() {
        const { client } = yield* given()
        const fibers = yield* waits(client, 3, "5 seconds")
        yield* advance("10 minutes")
        yield* Fiber.interruptAll(fibers)
        assert.deepStrictEqual(notices(logs), [])
      }).pipe(logged)
    }))

  const others = {
    "has ended meanwhile": every("5 seconds", { deadline: "30 seconds" }),
    "is due at the end of the minute": every("65 seconds")
  }
  for (const [name, options] of Object.entries(others)) {
    it.effect(`is noticed in time, and not before, though another for its report ${name}`, () =>
      Effect.gen(function*() {
        const { logged, logs } = collectLogs()
        yield* Effect.gen(function*() {
          const { client } = yield* given({ rule: limit(1, 300), client: all })
          const fibers = yield* beginAll([every("5 seconds"), options].map((each) => client.waitForReport("x", each)))
          yield* advance("65 seconds")
          assert.deepStrictEqual(notices(logs), [])
          yield* advance("1 second")
          assert.deepStrictEqual(notices(logs).map(([, message]) => message), [
            "The rate limit holds polls up: that of report x for 60 s so far"
          ])
          yield* Fiber.interruptAll(fibers)
        }).pipe(logged)
      }))
  }

  it.effect("is not noticed where it has left, and another for its report wants a poll later", () =>
    Effect.gen(function*() {
      const { logged, logs } = collectLogs()
      yield* Effect.gen(function*() {
        const { client } = yield* given({ rule: limit(1, 300), client: all })
        const [eager, lazy] = [
          yield* begin(client.waitForReport("x", every("5 seconds"))),
          yield* begin(client.waitForReport("x", every("100 seconds")))
        ]
        yield* advance("30 seconds")
        yield* Fiber.interrupt(eager)
        yield* advance("130 seconds")
        assert.deepStrictEqual(notices(logs), [])
        yield* advance("1 second")
        assert.strictEqual(notices(logs).length, 1)
        yield* Fiber.interrupt(lazy)
      }).pipe(logged)
    }))

  it.effect("is noticed where a 429 without a hint is followed by a long backoff", () =>
    Effect.gen(function*() {
      const { logged, logs } = collectLogs()
      yield* Effect.gen(function*() {
        const { client, server } = yield* given({
          fate: ({ index }) => index === 1 ? { status: 429 } : undefined,
          client: { retry: Schedule.spaced("10 minutes") }
        })
        const fiber = yield* begin(client.waitForReport("x", every("5 seconds")))
        yield* advance("66 seconds")
        assert.strictEqual(server.log.length, 2)
        assert.strictEqual(notices(logs).length, 1)
        yield* Fiber.interrupt(fiber)
      }).pipe(logged)
    }))
})
