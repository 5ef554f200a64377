/**
 * What a client counts, each with its site.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as SloReportMetrics from "../../SloReportMetrics.ts"
import type { WaitSleep } from "../../WaitEvent.ts"

/** @internal */
export interface Counts {
  readonly request: (outcome: "success" | "interrupted" | DatadogError["_tag"]) => Effect.Effect<void>
  readonly retry: (cause: DatadogError["_tag"]) => Effect.Effect<void>
  readonly slept: (cause: WaitSleep["cause"], millis: number) => Effect.Effect<void>
  readonly wait: (outcome: string) => Effect.Effect<void>
}

/** @internal */
export const make = (site: string): Counts => {
  const requests = counting(SloReportMetrics.requests, site, "outcome")
  const retries = counting(SloReportMetrics.retries, site, "cause")
  const sleptSeconds = counting(SloReportMetrics.sleptSeconds, site, "cause")
  const waits = counting(SloReportMetrics.waits, site, "outcome")
  return {
    request: (outcome) => requests(outcome, 1),
    retry: (cause) => retries(cause, 1),
    slept: (cause, millis) => millis > 0 ? sleptSeconds(cause, millis / 1000) : Effect.void,
    wait: (outcome) => waits(outcome, 1)
  }
}

// A metric that is kept knows its key, which else is made for each request.
const counting = (metric: Metric.Counter<number>, site: string, attribute: "outcome" | "cause") => {
  const kept = new Map<string, Metric.Counter<number>>()
  return (value: string, amount: number): Effect.Effect<void> => {
    const known = kept.get(value) ??
      Metric.withAttributes(metric, { "datadog.site": site, [attribute]: value })
    kept.set(value, known)
    return Metric.update(known, amount)
  }
}
