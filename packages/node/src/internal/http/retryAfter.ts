/**
 * How long Datadog asks to wait before the next request.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as Duration from "effect/Duration"

/**
 * In milliseconds, 0 where it asks nothing.
 *
 * @internal
 */
export const retryAfterMillis = (error: DatadogError): number =>
  "retryAfter" in error && error.retryAfter !== undefined ? Duration.toMillis(error.retryAfter) : 0
