import { FakeDatadog, TestTime, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Ref } from "effect"
import { TestClock } from "effect/testing"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import { call, statusPath } from "./support.ts"

const now = Clock.currentTimeMillis

describe("TestTime.run", () => {
  it.effect("gives the result, and lets exactly the whole time pass", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(12_345)
      const seen = yield* TestTime.run(Effect.delay(now, "90 seconds"), "1 hour")
      assert.strictEqual(seen, 12_345 + 90_000)
      assert.strictEqual(yield* now, 12_345 + 3_600_000)
      assert.strictEqual(yield* Clock.currentTimeNanos, 3_612_345_000_000n)
    }))

  it.effect("begins at the present moment, which does not pass for what takes no time", () =>
    Effect.gen(function*() {
      const hops = (left: number): Effect.Effect<number> =>
        left === 0 ?
          now :
          Effect.flatMap(
            Effect.forkChild(Effect.yieldNow),
            (fiber) => Effect.andThen(Fiber.join(fiber), Effect.suspend(() => hops(left - 1)))
          )
      assert.deepStrictEqual(yield* TestTime.run(Effect.zip(now, hops(2000)), "1 hour"), [0, 0])
      assert.deepStrictEqual(yield* TestTime.run(Effect.delay(hops(2000), 7), "1 hour"), 3_600_007)
    }))

  it.effect("waits for files between what sleeps", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.promise(() => Fs.mkdtemp(Path.join(Os.tmpdir(), "test-time-")))
      const file = Path.join(folder, "file")
      const write = Effect.promise(async () => {
        for (let part = 0; part < 20; part++) await Fs.appendFile(file, "x".repeat(100_000))
        return (await Fs.stat(file)).size
      })
      const times = yield* TestTime.run(
        Effect.gen(function*() {
          const first = yield* write
          const written = yield* now
          yield* Effect.sleep("10 seconds")
          return [first, written, yield* now]
        }),
        "1 minute"
      )
      yield* Effect.promise(() => Fs.rm(folder, { recursive: true }))
      assert.deepStrictEqual(times, [2_000_000, 0, 10_000])
    }))

  it.effect("says that an effect is still running, and ends it", () =>
    Effect.gen(function*() {
      const ended = yield* Ref.make(false)
      const sleepy = Effect.onInterrupt(Effect.sleep("1 hour"), () => Ref.set(ended, true))
      const error = yield* Effect.flip(TestTime.run(sleepy, "59 minutes"))
      assert.strictEqual(error._tag, "StillRunning")
      assert.match(error.message, /^The effect is still running after 59m of virtual time\. Give it more time, or /)
      assert.isTrue(yield* Ref.get(ended))
      assert.strictEqual(yield* now, 59 * 60_000)
    }))

  it.effect("passes failures and defects on", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* Effect.exit(TestTime.run(Effect.delay(Effect.fail("no"), 5), "1 second")),
        Exit.fail("no")
      )
      assert.deepStrictEqual(yield* Effect.exit(TestTime.run(Effect.die("boom"), 1)), Exit.die("boom"))
    }))

  it.live("says that it needs a test clock", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(TestTime.run(Effect.void, "1 hour"))
      assert.match(String(exit), /needs a test clock: test with it\.effect/)
    }))

  it.effect("takes no time at all, too", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* TestTime.run(Effect.succeed(1), 0), 1)
      assert.strictEqual((yield* Effect.flip(TestTime.run(Effect.never, 0)))._tag, "StillRunning")
    }))

  it.effect("drives the fake in memory", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("5 minutes", "completed") })
      const seen = yield* TestTime.run(Effect.delay(call(statusPath(id)), "5 minutes"), "1 hour")
      assert.include(seen.body, "\"completed\"")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})
