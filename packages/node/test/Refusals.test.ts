import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Stream } from "effect"
import type { SloReportClient } from "../src/index.ts"
import type { Fate, Logged, ServerOptions } from "./utils/modelServer.ts"
import {
  advance,
  all,
  beginAll,
  between,
  every,
  finishAll,
  finishOne,
  given,
  ids,
  limit,
  refused,
  times,
  waits
} from "./utils/pacing.ts"
import { begin, failureOf } from "./utils/wait.ts"

const of = (log: ReadonlyArray<Logged>, id: string) => log.filter((logged) => logged.id === id)

// Waits that begin one after the other, so that no two polls are on their way together.
const staggered = (client: SloReportClient.Service, count: number, gap: number, interval: Duration.Input) =>
  beginAll(
    ids(count).map((id, index) =>
      Stream.unwrap(Effect.as(Effect.sleep(index * gap), client.waitForReport(id, every(interval))))
    )
  )

describe("a refusal with a long hint", () => {
  const aDay = { status: 429, retryAfter: 86_400 }

  const scene = (rule: ServerOptions["rule"]) =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule,
        fate: ({ at, id }) => id === "refused" && at >= 9000 ? aDay : undefined
      })
      const long = { deadline: "2 days" as Duration.Input }
      const waiting = yield* begin(client.waitForReport("refused", every("10 seconds", long)))
      const ending = yield* begin(client.waitForReport("refused", every("10 seconds", { deadline: "30 minutes" })))
      const others = yield* waits(client, 5, "7 seconds")
      yield* advance("10 seconds")
      return { client, server, waiting, ending, others }
    })

  for (
    const [name, rule, period] of [
      ["the period of the limit", limit(1000, 20), 20_000],
      ["a minute, where no period is known", undefined, 60_000]
    ] as const
  ) {
    it.effect(`pauses the polls of other reports for at most ${name}`, () =>
      Effect.gen(function*() {
        const { others, server, waiting } = yield* scene(rule)
        const [refusal] = refused(server.log)
        yield* advance("5 minutes")
        const after = server.log.filter(({ at }) => at > refusal!.at)
        assert.isAtLeast(after[0]!.at, refusal!.at + Math.min(period, 10_000))
        assert.isAtMost(after[0]!.at, refusal!.at + period + 1000)
        assert.isAtLeast(after.length, 5 * 25)
        assert.deepStrictEqual(of(after, "refused"), [])
        yield* Fiber.interruptAll([...others, waiting])
      }))
  }

  it.effect("holds up the refused report as long as it was told, and not longer", () =>
    Effect.gen(function*() {
      const { others, server, waiting } = yield* scene(undefined)
      yield* Fiber.interruptAll(others)
      yield* advance("25 hours")
      const mine = times(of(server.log, "refused"))
      const next = mine.find((at) => at > 10_000)
      assert.isAtLeast(next!, 86_410_000 - 1000)
      assert.isAtMost(next!, 86_410_000 + 10_000)
      yield* Fiber.interrupt(waiting)
    }))

  it.effect("ends the wait for that report whose deadline comes before, and no other", () =>
    Effect.gen(function*() {
      const { ending, others, waiting } = yield* scene(undefined)
      const { endedAt, exit } = yield* finishOne(ending, "1 second")
      assert.deepInclude(failureOf(exit), { _tag: "DatadogTooManyRequests", retryAfter: Duration.days(1) })
      assert.isAtMost(endedAt, 10_000)
      for (const fiber of [...others, waiting]) assert.isUndefined(fiber.pollUnsafe())
      yield* Fiber.interruptAll([...others, waiting])
    }))

  it.effect("holds up no wait that begins hours later", () =>
    Effect.gen(function*() {
      const { client, others, server, waiting } = yield* scene(undefined)
      yield* Fiber.interruptAll(others)
      yield* advance("10 hours")
      const now = yield* Clock.currentTimeMillis
      const late = yield* begin(client.waitForReport("late", every("5 seconds")))
      yield* advance("1 minute")
      assert.strictEqual(of(server.log, "late")[0]!.at, now)
      assert.isAtLeast(of(server.log, "late").length, 12)
      yield* Fiber.interruptAll([late, waiting])
    }))
})

describe("a refusal that says nothing", () => {
  const bare = { status: 429 }

  for (const withHeaders of [true, false]) {
    const name = withHeaders ? "with headers" : "without headers"
    it.effect(`pauses all polls for a second, for two, for four …: answers ${name}`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          rule: limit(10_000, 60),
          headers: ({ status }) => withHeaders && status === 200,
          refusalBody: "empty",
          latency: () => 50,
          fate: ({ at }) => at >= 35_000 && at < 95_000 ? bare : undefined,
          client: all
        })
        const fibers = yield* staggered(client, 100, 100, "10 seconds")
        yield* advance("3 minutes")
        yield* Fiber.interruptAll(fibers)
        const refusals = refused(server.log)
        assert.isAtLeast(refusals.length, 5)
        for (const [index, { at }] of refusals.slice(1).entries()) {
          const pause = Math.min(60_000, 1000 * 2 ** index)
          const since = at - refusals[index]!.endedAt!
          assert.isAtLeast(since, pause)
          // Without headers the pace is slow, too.
          assert.isAtMost(since, pause + (withHeaders ? 1000 : 10_000))
        }
        assert.isAtLeast(between(server.log, 150_000, 180_000).length, withHeaders ? 200 : 2, "and then it is over")
      }))
  }

  it.effect("pauses them at most for the limit's period", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(1000, 10),
        headers: ({ status }) => status === 200,
        fate: ({ at }) => at >= 30_000 && at < 120_000 ? bare : undefined,
        client: all
      })
      const fibers = yield* staggered(client, 20, 50, "1 second")
      yield* advance("2 minutes")
      yield* Fiber.interruptAll(fibers)
      const at = times(refused(server.log))
      const gaps = at.slice(1).map((next, index) => next - at[index]!)
      for (const [index, gap] of gaps.entries()) {
        const pause = Math.min(10_000, 1000 * 2 ** index)
        assert.isAtLeast(gap, pause)
        assert.isAtMost(gap, pause + 1000)
      }
      assert.isAtLeast(gaps.filter((gap) => gap >= 10_000).length, 3)
    }))

  it.effect("begins with a second again after a success", () =>
    Effect.gen(function*() {
      let isLast = false
      const { client, server } = yield* given({
        rule: limit(10_000, 60),
        headers: ({ status }) => status === 200,
        fate: ({ at }) => {
          if (at >= 30_000 && at < 36_000) return bare
          if (at < 100_000 || isLast) return undefined
          isLast = true
          return bare
        },
        client: all
      })
      const fibers = yield* staggered(client, 50, 100, "5 seconds")
      yield* advance("2 minutes")
      yield* Fiber.interruptAll(fibers)
      const last = refused(server.log).at(-1)!
      assert.isAtLeast(last.at, 100_000)
      const next = server.log.find(({ at }) => at > last.at)!
      assert.isAtLeast(next.at, last.at + 1000)
      assert.isAtMost(next.at, last.at + 2000)
    }))
})

describe("while the limit is unknown or has just refused", () => {
  it.effect("another poll goes after 2 seconds where the first has no answer, and a crowd is in time", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        fate: ({ index }) => index === 0 ? "hang" : undefined,
        job: () => ({ doneAt: 0 })
      })
      const fibers = yield* beginAll(
        ids(50).map((id) => client.waitForReport(id, { deadline: "25 seconds" }))
      )
      const observed = yield* finishAll(fibers, "5 minutes")
      assert.strictEqual(server.log[1]!.at, 2000)
      const done = observed.filter(({ exit }) => Exit.isSuccess(exit))
      assert.isAtLeast(done.length, 49)
      for (const { endedAt } of done) assert.isAtMost(endedAt, 25_000)
    }))

  it.effect("one more goes every 2 seconds until one is answered", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        rule: limit(100, 60),
        latency: () => 500,
        fate: ({ index }) => index < 3 ? "hang" : undefined
      })
      const fibers = yield* waits(client, 50, "5 seconds")
      yield* advance("10 seconds")
      yield* Fiber.interruptAll(fibers)
      assert.deepStrictEqual(times(server.log).slice(0, 4), [0, 2000, 4000, 6000])
      assert.isAtLeast(server.log[4]!.at, 6500)
    }))

  it.effect("the same after a refusal", () =>
    Effect.gen(function*() {
      let after = 0
      const { client, server } = yield* given({
        rule: limit(1000, 60),
        fate: ({ at, index }): Fate => {
          if (index === 30) return { status: 429, retryAfter: 20 }
          if (index < 30 || at < 20_000) return undefined
          after += 1
          return after <= 2 ? "hang" : undefined
        },
        client: all
      })
      const fibers = yield* waits(client, 40, "5 seconds")
      yield* advance("1 minute")
      yield* Fiber.interruptAll(fibers)
      const [refusal] = refused(server.log)
      const [first, second, third] = server.log.filter(({ at }) => at > refusal!.at)
      assert.isAtLeast(first!.at, refusal!.at + 20_000)
      assert.strictEqual(second!.at, first!.at + 2000)
      assert.strictEqual(third!.at, second!.at + 2000)
      assert.isAtLeast(server.log.length, 100)
    }))

  for (const fate of ["lost", { status: 503 }] as const) {
    const name = typeof fate === "string" ? "is lost" : "is a 503"
    it.effect(`a poll whose answer ${name} gives its place to the next at once`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          rule: limit(100, 60),
          headers: ({ status }) => status === 200,
          latency: () => 300,
          fate: ({ index }) => index < 4 ? fate : undefined
        })
        const fibers = yield* waits(client, 50, "5 seconds")
        yield* advance("10 seconds")
        yield* Fiber.interruptAll(fibers)
        assert.deepStrictEqual(times(server.log).slice(0, 5), [0, 300, 600, 900, 1200])
      }))
  }

  it.effect("a poll that is interrupted gives its place to the next at once", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(100, 60), latency: () => 1500 })
      const first = yield* begin(client.waitForReport("first", every("5 seconds")))
      const fibers = yield* waits(client, 20, "5 seconds")
      yield* advance("1 second")
      assert.deepStrictEqual(server.log.map(({ id }) => id), ["first"])
      yield* Fiber.interrupt(first)
      yield* advance("100 millis")
      assert.strictEqual(server.log.length, 2)
      assert.isAtMost(server.log[1]!.at, 1001)
      yield* Fiber.interruptAll(fibers)
    }))
})
