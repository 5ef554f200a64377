/**
 * The fake's own clock: that of whoever runs it, moved on as it is told.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"

/** @internal */
export interface FakeClock {
  /** Runs what the fake does by its clock. */
  readonly provide: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Lets a body that is sent later go by the fake's clock. */
  readonly provideStream: <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
  /** Lets time pass; what sleeps wakes if its time has come. */
  readonly advance: (duration: Duration.Input) => Effect.Effect<void>
  /** Shows this time, in epoch milliseconds; what sleeps goes on to sleep for as long as it had left. */
  readonly set: (millis: number) => Effect.Effect<void>
  /** Shows the time of whoever runs it again. */
  readonly reset: () => void
}

/** @internal */
export const make = (): FakeClock => {
  let offset = 0
  // What was skipped is counted apart, since a clock that is set to another time lets none pass.
  let skipped = 0
  let moved = Latch.makeUnsafe()

  const sleep = (outer: Clock.Clock, duration: Duration.Duration): Effect.Effect<void> => {
    const passed = () => outer.currentTimeMillisUnsafe() + skipped
    return Effect.suspend(() => {
      const end = passed() + Duration.toMillis(duration)
      const rest: Effect.Effect<void> = Effect.suspend(() => {
        const left = end - passed()
        return left <= 0
          ? Effect.void
          : Effect.raceFirst(outer.sleep(Duration.millis(left)), Effect.andThen(moved.await, rest))
      })
      return rest
    })
  }

  const own = new WeakSet<Clock.Clock>()
  const over = (outer: Clock.Clock): Clock.Clock => {
    // What the fake runs may use the fake again, as a hook does.
    if (own.has(outer)) return outer
    const clock = make(outer)
    own.add(clock)
    return clock
  }

  const make = (outer: Clock.Clock): Clock.Clock => {
    const currentTimeMillisUnsafe = () => outer.currentTimeMillisUnsafe() + offset
    const currentTimeNanosUnsafe = () => outer.currentTimeNanosUnsafe() + nanosOf(offset)
    const monotonicTimeNanosUnsafe = () => outer.monotonicTimeNanosUnsafe() + nanosOf(skipped)
    return {
      currentTimeMillisUnsafe,
      currentTimeNanosUnsafe,
      monotonicTimeNanosUnsafe,
      currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
      currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
      monotonicTimeNanos: Effect.sync(monotonicTimeNanosUnsafe),
      sleep: (duration) => sleep(outer, duration)
    }
  }

  return {
    provide: (effect) => Effect.updateService(effect, Clock.Clock, over),
    provideStream: (stream) => Stream.updateService(stream, Clock.Clock, over),
    advance: (duration) =>
      Effect.sync(() => {
        const given = Duration.toMillis(Duration.fromInputUnsafe(duration))
        const millis = Number.isFinite(given) ? Math.max(0, given) : 0
        offset += millis
        skipped += millis
        const waiting = moved
        moved = Latch.makeUnsafe()
        waiting.openUnsafe()
      }),
    set: (millis) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        offset = millis - now
      }),
    reset: () => {
      offset = 0
    }
  }
}

const nanosOf = (millis: number): bigint => BigInt(Math.round(millis * 1_000_000))
