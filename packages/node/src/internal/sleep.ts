/**
 * Sleeps that are counted, by what they wait for.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as SloReportMetrics from "../SloReportMetrics.ts"

/** @internal */
export type Cause = "backoff" | "rate_limit" | "poll"

/**
 * Sleeps, and counts the time as long as it was, also where it is interrupted.
 *
 * @internal
 */
export const sleep = (cause: Cause, millis: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (from) => Effect.ensuring(Effect.sleep(millis), slept(cause, from)))

const slept = (cause: Cause, from: number): Effect.Effect<void> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => Metric.update(Metric.withAttributes(SloReportMetrics.sleptSeconds, { cause }), (now - from) / 1000)
  )
