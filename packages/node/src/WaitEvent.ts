/**
 * What waits tell of themselves.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { SloReport } from "@effect-datadog/slo-report/SloReport"
import type * as Duration from "effect/Duration"
import type * as Result from "effect/Result"
import type { InvalidReportId, WaitTimedOut } from "./SloReportError.ts"

/**
 * A sleep of a wait: what for, and for how long at least.
 *
 * **Details**
 *
 * - `poll`: until its own interval is over
 * - `rate_limit`: until the rate limit has room for its poll
 * - `backoff`: until a failed call is sent again
 *
 * @category models
 * @since 0.1.0
 */
export interface WaitSleep {
  readonly cause: "poll" | "rate_limit" | "backoff"
  readonly duration: Duration.Duration
}

/**
 * What a wait for many reports tells of one of them: what a poll saw, or the error that ended its wait.
 *
 * @category models
 * @since 0.1.0
 */
export interface WaitEvent {
  readonly id: string
  readonly result: Result.Result<SloReport, DatadogError | InvalidReportId | WaitTimedOut>
}
