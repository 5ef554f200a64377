/**
 * Sleeps that are counted, by what they wait for.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as Effect from "effect/Effect"
import type { WaitSleep } from "../../WaitEvent.ts"
import type { Counts } from "./counts.ts"
import * as Monotonic from "./monotonic.ts"

/** @internal */
export type SleepCause = WaitSleep["cause"]

/**
 * What a sleep before the next request waits for, after this error.
 *
 * @internal
 */
export const causeOf = (error: DatadogError): "backoff" | "rate_limit" =>
  error._tag === "DatadogTooManyRequests" ? "rate_limit" : "backoff"

/**
 * Sleeps, and counts the time as long as it was, also where it is interrupted.
 *
 * @internal
 */
export const sleep = (counts: Counts, cause: SleepCause, millis: number): Effect.Effect<void> =>
  Effect.flatMap(Monotonic.millis, (from) =>
    Effect.ensuring(
      Effect.sleep(millis),
      Effect.flatMap(Monotonic.millis, (now) => counts.slept(cause, now - from))
    ))
