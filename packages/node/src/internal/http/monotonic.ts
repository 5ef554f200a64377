/**
 * Time that is measured: it never goes back, whatever happens to the wall clock.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * Whole milliseconds since a moment that is always the same; a fraction would cost 16 bytes wherever it is kept.
 *
 * @internal
 */
export const millisOf = (clock: Clock.Clock): number => Math.floor(Number(clock.monotonicTimeNanosUnsafe()) / 1e6)

/** @internal */
export const millis: Effect.Effect<number> = Clock.clockWith((clock) => Effect.succeed(millisOf(clock)))
