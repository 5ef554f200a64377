/**
 * A wait's pause between two polls: until when, and what for.
 *
 * All times are epoch milliseconds.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import { hintMillis } from "../http/retryAfter.ts"
import { sleepCause } from "../http/request.ts"
import type { Want } from "./SharedPolls.ts"
import type * as Sleep from "../http/sleep.ts"

/** @internal */
export interface Pause extends Want {
  readonly cause: Sleep.Cause
}

// In milliseconds: the first poll is overdue as one of a wait with this interval, so that new waits starve no old one.
const firstInterval = 100

/** Before the first poll. @internal */
export const first = (started: number, latest: number): Pause => ({
  due: started,
  interval: firstInterval,
  latest,
  cause: "poll"
})

/**
 * The interval runs from an answer to the next request; a consumer that is slow doesn't stretch it.
 *
 * @internal
 */
export const after = (interval: number, answeredAt: number, latest: number, error?: DatadogError): Pause => {
  const hint = error === undefined ? 0 : hintMillis(error)
  return {
    due: Math.min(answeredAt + Math.max(hint, interval), latest),
    interval,
    latest,
    cause: error !== undefined && hint > interval ? sleepCause(error) : "poll"
  }
}
