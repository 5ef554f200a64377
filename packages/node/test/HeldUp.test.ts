import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { RetryPolicy } from "../src/index.ts"
import type { Logged } from "./utils/modelServer.ts"
import { advance, all, beginAll, every, given, ids, limit, waits } from "./utils/pacing.ts"
import { collectLogs, listen, type Told } from "./utils/telemetry.ts"
import { begin, type Log } from "./utils/wait.ts"

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
})
