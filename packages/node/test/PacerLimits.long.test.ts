import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { advance, all, between, given, limit, peak, refused, waits } from "./utils/pacing.ts"

describe("without headers", () => {
  it.effect("the requests of 10 s are halved after those with a 429, and rise by one after those without", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(20, 10),
        headers: false,
        refusalBody: "empty",
        client: all
      })
      const fibers = yield* waits(client, 60, "1 second")
      yield* advance("20 minutes")
      yield* Fiber.interruptAll(fibers)
      const windows = Array.from({ length: 120 }, (_, index) => {
        const requests = between(server.log, index * 10_000, (index + 1) * 10_000)
        return { sent: requests.length, refused: refused(requests).length }
      })
      const start = windows.findIndex(({ refused }) => refused > 0)
      assert.isAtLeast(start, 0, "it finds the limit")
      // The first time may have begun far above the limit.
      const steady = windows.slice(Math.max(start + 2, 40))
      for (const [index, window] of steady.slice(1).entries()) {
        const before = steady[index]!
        if (before.refused > 0) {
          assert.closeTo(window.sent, before.sent / 2, 2, "halved")
        } else {
          assert.isAtLeast(window.sent, before.sent - 1, "rises")
          assert.isAtMost(window.sent, before.sent + 2, "by one")
        }
      }
      const clean = steady.filter(({ refused }) => refused === 0).length
      const sum = (key: "sent" | "refused") => steady.reduce((total, window) => total + window[key], 0)
      // From 10 to 20 by ones: eleven windows to a 429, fifteen requests a window.
      assert.isAtMost(sum("refused"), (clean / 8) + 2)
      assert.isAtLeast(sum("sent") / steady.length, 12)
      assert.isAtMost(sum("sent") / steady.length, 18)
    }))

  it.effect("nobody stampedes after a 429 that asks for nothing", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(50, 60), headers: false, client: { retry: undefined } })
      const fibers = yield* waits(client, 300, "5 seconds")
      yield* advance("20 minutes")
      yield* Fiber.interruptAll(fibers)
      // Twenty windows: what AIMD overshoots, and no more than a few in each.
      assert.isAtMost(refused(between(server.log, 120_000, 1_200_000)).length, 90)
      assert.isAtMost(peak(between(server.log, 120_000, 1_200_000), 1000), 10)
    }))
})

describe("requests of others on the same limit", () => {
  const others: Record<string, (count: number, elapsed: number, period: number) => number> = {
    "30 % of it, evenly": (count, elapsed, period) => Math.floor(0.3 * count * elapsed / period),
    "30 % of it, at the window's begin": (count) => Math.floor(0.3 * count),
    "40 % of it, in the window's middle": (count, elapsed, period) => elapsed > period / 2 ? 0.4 * count : 0
  }
  for (const [name, foreign] of Object.entries(others)) {
    it.effect(`are seen: ${name}`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          rule: limit(100, 60),
          latency: () => 100,
          foreign: (rule, at) => foreign(rule.limit, at % rule.period, rule.period)
        })
        const fibers = yield* waits(client, 200, "5 seconds")
        yield* advance("20 minutes")
        yield* Fiber.interruptAll(fibers)
        // Twenty windows; independent waits have hundreds, a fixed share of the limit has 6 to 17.
        assert.isAtMost(refused(server.log).length, 5)
        assert.isAtLeast(server.log.length, 20 * 25)
      }))
  }
})
