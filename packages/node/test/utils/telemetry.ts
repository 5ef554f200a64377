import { Clock, Duration, Effect, Logger, Metric, References } from "effect"
import { type SloReportClient, SloReportMetrics } from "../../src/index.ts"
import type { Log } from "./wait.ts"

export const withOwnMetrics = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(self, Metric.MetricRegistry, new Map()))

const countOf = (metric: typeof SloReportMetrics.waits, attributes: Record<string, string>) =>
  Effect.map(
    Metric.value(Metric.withAttributes(metric, { "datadog.site": "datadoghq.com", ...attributes })),
    ({ count }) => count
  )

export const waitsOf = (outcome: string) => countOf(SloReportMetrics.waits, { outcome })

export const requestsOf = (outcome: string) => countOf(SloReportMetrics.requests, { outcome })

export const sleptFor = (cause: "backoff" | "rate_limit" | "poll") => countOf(SloReportMetrics.sleptSeconds, { cause })

// A sleep that a listener was told of, at a time in milliseconds.
export interface Told {
  readonly at: number
  readonly cause: string
  readonly seconds: number
}

export const listen =
  (told: Array<Told>): NonNullable<SloReportClient.WaitOptions["onSleep"]> => ({ cause, duration }) =>
    Effect.map(Clock.currentTimeMillis, (at) => void told.push({ at, cause, seconds: Duration.toSeconds(duration) }))

export type Annotated = readonly [...Log, annotations: Readonly<Record<string, unknown>>]

// Keeps what is logged, with its annotations, in place of every other logger.
export const collectLogs = () => {
  const logs: Array<Annotated> = []
  const logger = Logger.make(({ fiber, logLevel, message }) => {
    const text = Array.isArray(message) ? message.join(" ") : String(message)
    logs.push([logLevel, text, fiber.getRef(References.CurrentLogAnnotations)])
  })
  const logged = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    self.pipe(Effect.provide(Logger.layer([logger])), Effect.provideService(References.MinimumLogLevel, "Trace"))
  return { logs, logged }
}
