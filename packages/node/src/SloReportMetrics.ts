/**
 * What the client counts, with Effect's `Metric`; each count also has the client's site, as `datadog.site`.
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"

/**
 * Requests sent, by `outcome`: `success`, the `_tag` of the error, or `interrupted`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const requests = Metric.counter("datadog.slo_report.requests", {
  description: "Requests sent, by outcome",
  incremental: true
})

/**
 * Retries, by `cause`: the `_tag` of the error that was retried.
 *
 * @category metrics
 * @since 0.1.0
 */
export const retries = Metric.counter("datadog.slo_report.retries", {
  description: "Retries, by cause",
  incremental: true
})

/**
 * Seconds slept, by `cause`: `backoff`, `rate_limit` or `poll`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const sleptSeconds = Metric.counter("datadog.slo_report.slept", {
  description: "Seconds slept, by cause",
  incremental: true,
  attributes: { unit: "s" }
})

/**
 * Waits for a report that ended, by `outcome`: the report's status, the `_tag` of the error, `defect`, or `interrupted`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const waits = Metric.counter("datadog.slo_report.waits", {
  description: "Waits for a report that ended, by outcome",
  incremental: true
})
