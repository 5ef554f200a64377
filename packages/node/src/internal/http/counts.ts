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
  const attributes = { "datadog.site": site }
  const requests = Metric.withAttributes(SloReportMetrics.requests, attributes)
  const retries = Metric.withAttributes(SloReportMetrics.retries, attributes)
  const sleptSeconds = Metric.withAttributes(SloReportMetrics.sleptSeconds, attributes)
  const waits = Metric.withAttributes(SloReportMetrics.waits, attributes)
  return {
    request: (outcome) => Metric.update(Metric.withAttributes(requests, { outcome }), 1),
    retry: (cause) => Metric.update(Metric.withAttributes(retries, { cause }), 1),
    slept: (cause, millis) =>
      millis > 0 ? Metric.update(Metric.withAttributes(sleptSeconds, { cause }), millis / 1000) : Effect.void,
    wait: (outcome) => Metric.update(Metric.withAttributes(waits, { outcome }), 1)
  }
}
