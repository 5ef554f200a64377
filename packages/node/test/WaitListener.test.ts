import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Queue } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy } from "../src/index.ts"
import { advance, every, finishAll, finishOne, type Given, given, times } from "./utils/pacing.ts"
import { listen, sleptFor, type Told, withOwnMetrics } from "./utils/telemetry.ts"
import { begin, failureOf, withChance } from "./utils/wait.ts"

const id = "a-report"

const doneAt = (seconds: number) => () => ({ doneAt: seconds * 1000 })

const seconds = (...all: ReadonlyArray<number>) => all.map((at) => at * 1000)

describe("the listener of a wait", () => {
  const given503: Given = {
    job: doneAt(20),
    fate: ({ index }) => index === 1 ? { status: 503 } : undefined,
    client: { retry: RetryPolicy.default }
  }

  it.effect("is told of an interval after a failure that the client's policy doesn't retry", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({ ...given503, client: { retry: RetryPolicy.none } })
      const fiber = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep: listen(told) })))
      yield* finishOne(fiber, "1 minute")
      assert.deepStrictEqual(told, [0, 5, 10, 15].map((at) => ({ at: at * 1000, cause: "poll", seconds: 5 })))
    }))

  it.effect("that lets another wait go leaves the place of its poll to its own at once", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ fate: ({ index }) => index === 0 ? "hang" : undefined })
      const probing = yield* begin(client.waitForReport("another", every("5 seconds")))
      yield* advance("1 second")
      const onSleep = () => Fiber.interrupt(probing)
      const fiber = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep })))
      yield* advance(0)
      assert.deepStrictEqual(times(server.log), seconds(0, 1))
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("that dies when told of a backoff ends its own wait alone, with that", () =>
    Effect.gen(function*() {
      const { client } = yield* given(given503)
      const onSleep = ({ cause }: { readonly cause: string }) =>
        cause === "backoff" ? Effect.die("no backoff") : Effect.void
      const broken = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep })))
      const other = yield* begin(client.waitForReport(id, every("7 seconds")))
      const [first, second] = yield* finishAll([broken, other], "1 minute")
      assert.isTrue(Exit.hasDies(first!.exit))
      assert.strictEqual(first!.endedAt, 5000)
      assert.deepStrictEqual(second!.exit, Exit.void)
      assert.isAtMost(second!.endedAt, 27_000)
    }).pipe(withChance(0.5)))

  it.effect("that dies while its wait sleeps leaves the sleep counted as long as it was", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      const onSleep = () => Effect.andThen(Effect.sleep("3 seconds"), Effect.die("a bug"))
      yield* finishOne(yield* begin(client.waitForReport(id, every("5 seconds", { onSleep }))), "1 minute")
      assert.strictEqual(yield* sleptFor("poll"), 3)
    }).pipe(withOwnMetrics))

  it.effect("that interrupts itself ends its own wait alone, with that", () =>
    Effect.gen(function*() {
      const { client } = yield* given(given503)
      const onSleep = ({ cause }: { readonly cause: string }) => cause === "backoff" ? Effect.interrupt : Effect.void
      const broken = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep })))
      const other = yield* begin(client.waitForReport(id, every("7 seconds")))
      const [first, second] = yield* finishAll([broken, other], "1 minute")
      assert.isTrue(Exit.hasInterrupts(first!.exit))
      assert.isFalse(Exit.hasDies(first!.exit))
      assert.strictEqual(first!.endedAt, 5000)
      assert.deepStrictEqual(second!.exit, Exit.void)
      assert.isAtMost(second!.endedAt, 27_000)
    }).pipe(withChance(0.5)))

  it.effect("that blocks holds up nobody, its own wait neither", () =>
    Effect.gen(function*() {
      const run = Effect.fnUntraced(
        function*(blocks: boolean) {
          const { client, server } = yield* given(given503)
          const onSleep = () => blocks ? Effect.never : Effect.void
          const blocked = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep })))
          const other = yield* begin(client.waitForReport(id, every("7 seconds", { deadline: "1 minute" })))
          yield* advance("2 minutes")
          const ends = [blocked, other].map((fiber) => {
            const exit = fiber.pollUnsafe()
            return exit !== undefined && Exit.isSuccess(exit) ? exit.value.endedAt : "it goes on"
          })
          return { ends, times: times(server.log) }
        },
        withChance(0.5),
        Effect.scoped,
        Effect.provide(TestClock.layer())
      )
      assert.deepStrictEqual(yield* run(true), yield* run(false))
    }))

  it.effect("that waits for a full queue doesn't put off its own deadline", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const queue = yield* Queue.bounded<string>(1)
      const onSleep = ({ cause }: { readonly cause: string }) => Effect.asVoid(Queue.offer(queue, cause))
      const fiber = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep, deadline: "12 seconds" })))
      const { endedAt, exit } = yield* finishOne(fiber, "1 minute")
      assert.deepStrictEqual([failureOf(exit)._tag, endedAt], ["WaitTimedOut", 12_000])
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 12))
    }))

  it.effect("is interrupted when the sleep is over", () =>
    Effect.gen(function*() {
      const stopped: Array<boolean> = []
      const { client } = yield* given({ job: doneAt(10) })
      const onSleep = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => stopped.push(true)))
      const fiber = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep })))
      yield* advance("4999 millis")
      assert.strictEqual(stopped.length, 0)
      yield* advance("1 millis")
      assert.strictEqual(stopped.length, 1)
      yield* finishOne(fiber, "1 minute")
      assert.strictEqual(stopped.length, 2)
    }))

  it.effect("is never called after its wait has ended, while those that stay are told", () =>
    Effect.gen(function*() {
      const [toldFirst, toldSecond]: [Array<Told>, Array<Told>] = [[], []]
      const { client } = yield* given({
        job: doneAt(20),
        fate: ({ index }) => index >= 1 && index < 4 ? { status: 503, retryAfter: 10 } : undefined,
        client: { retry: RetryPolicy.default }
      })
      const first = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep: listen(toldFirst) })))
      const second = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep: listen(toldSecond) })))
      yield* advance("6 seconds")
      yield* Fiber.interrupt(first)
      yield* finishOne(second, "10 minutes")
      assert.deepStrictEqual(toldFirst.filter(({ at }) => at > 6000), [])
      const backoffs = toldSecond.filter(({ cause }) => cause === "backoff").map(({ at }) => at)
      assert.strictEqual(backoffs[0], 5000)
      assert.strictEqual(backoffs.length, 3)
    }).pipe(withChance(0)))
})
