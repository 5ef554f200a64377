/**
 * Sleeps that are counted, by what they wait for.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as SloReportMetrics from "../../SloReportMetrics.ts"

/** @internal */
export type Cause = "poll" | "rate_limit" | "backoff"

/** @internal */
export type OnSleep = (cause: Cause, millis: number) => Effect.Effect<void>

/**
 * Sleeps, and counts the time as long as it was, also where it is interrupted.
 *
 * @internal
 */
export const sleep = (cause: Cause, millis: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (from) =>
    Effect.ensuring(
      Effect.sleep(millis),
      Effect.flatMap(Clock.currentTimeMillis, (now) => slept(cause, now - from))
    ))

/** @internal */
export const slept = (cause: Cause, millis: number): Effect.Effect<void> =>
  millis > 0
    ? Metric.update(Metric.withAttributes(SloReportMetrics.sleptSeconds, { cause }), millis / 1000)
    : Effect.void
