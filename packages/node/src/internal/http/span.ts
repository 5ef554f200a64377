/**
 * The end of a span that is kept by hand.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as References from "effect/References"
import type { Span } from "effect/Tracer"

/** @internal */
export const end = (span: Span, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.flatMap(
    References.TracerTimingEnabled,
    (isTimed) => Effect.map(isTimed ? Clock.currentTimeNanos : Effect.succeed(0n), (now) => span.end(now, exit))
  )
