/**
 * Virtual time for a whole operation: an hour of polls, retries and rate limits passes at once, at exact times.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { untilFilesAreQuiet } from "./internal/files.ts"

/**
 * The time that was given has passed, and the effect is not done.
 *
 * @category errors
 * @since 0.1.0
 */
export class StillRunning extends Data.TaggedError("StillRunning")<{ readonly duration: Duration.Duration }> {
  override get message(): string {
    return `The effect is still running after ${Duration.format(this.duration)} of virtual time. Give it more time, `
      + "or look for what it waits for: a deadline, a report that is never done, a fault that never answers."
  }
  override toJSON(): object {
    return Object.assign({}, this, { message: this.message })
  }
}

/**
 * Runs an effect while this much virtual time passes, a number being milliseconds, and gives its result.
 *
 * **Details**
 *
 * It needs the clock of `it.effect`, or `TestClock.layer()`, and dies without one. Whatever sleeps on that clock wakes in order and at its exact
 * time: the effect, what it forks, the client and the fake in memory. Work that takes no time is waited for before
 * time moves, however many fibers it has, and so are files that are read and written. When the effect is done, the rest
 * of the time passes, so that the clock then stands exactly this much later. A number is in milliseconds.
 *
 * Sockets are in real time: a program that talks to the fake's port is not for this.
 *
 * **Example** (A wait of five minutes)
 *
 * ```ts
 * import { FakeDatadog, TestTime, Timeline } from "@effect-datadog/slo-report-testing"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const fake = yield* FakeDatadog.FakeDatadog
 *   yield* fake.addReport({ timeline: Timeline.after("5 minutes", "completed") })
 *   return yield* TestTime.run(Effect.as(Effect.sleep("5 minutes"), "done"), "1 hour")
 * })
 * ```
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*<A, E, R>(
  effect: Effect.Effect<A, E, R>,
  duration: Duration.Input
): Effect.fn.Return<A, E | StillRunning, R> {
  const clock = yield* Clock.Clock
  if (!("adjust" in clock)) return yield* Effect.die(noTestClock)
  const whole = Duration.fromInputUnsafe(duration)
  const fiber = yield* startWoken(effect)
  yield* pass(fiber, Math.ceil(Duration.toMillis(whole)))
  if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
  yield* Fiber.interrupt(fiber)
  return yield* new StillRunning({ duration: whole })
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const noTestClock = "TestTime.run needs a test clock: test with it.effect, or provide TestClock.layer()."

// A test clock waits for all that follows from a sleep's end, but not for what was just forked. So the effect begins
// as a sleep's end, for which the clock steps back once: nothing else can be due between then and now.
const startWoken = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const now = yield* TestClock.testClockWith((clock) => clock.currentTimeMillis)
  yield* TestClock.setTime(now - 1)
  const fiber = yield* Effect.forkChild(Effect.andThen(Effect.sleep(1), effect), { startImmediately: true })
  yield* TestClock.adjust(1)
  yield* untilFilesAreQuiet
  return fiber
})

// Between steps files are waited for, which a test clock knows nothing of.
const pass = Effect.fnUntraced(function*(fiber: Fiber.Fiber<unknown, unknown>, millis: number) {
  const step = Math.max(1, Math.ceil(millis / steps))
  let left = millis
  while (left > 0 && fiber.pollUnsafe() === undefined) {
    yield* TestClock.adjust(Math.min(step, left))
    yield* untilFilesAreQuiet
    left -= step
  }
  if (left > 0) yield* TestClock.adjust(left)
})

const steps = 1000
