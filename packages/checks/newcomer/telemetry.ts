/**
 * Traces, metrics and logs, to an OpenTelemetry collector.
 */
import { Config, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp } from "effect/observability"

export const telemetry = (serviceName: string) =>
  Layer.unwrap(Effect.gen(function*() {
    const baseUrl = yield* Config.String("OTEL_EXPORTER_OTLP_ENDPOINT")
    return Otlp.layerJson({ baseUrl, resource: { serviceName } })
  })).pipe(Layer.provide(FetchHttpClient.layer))
