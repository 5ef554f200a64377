/**
 * Waits for a report and sends what the client tells of it to an OpenTelemetry collector: traces, metrics and logs.
 *
 *     OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 REPORT_DATA_ID=… node src/observe.ts
 */
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Fault } from "@effect-datadog/slo-report-testing"
import { Config, Console, Effect, Layer, Option, References, Stream } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { Otlp } from "effect/observability"
import { environmentWith } from "./support/environment.ts"
import { main } from "./support/main.ts"

const collector = process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] || "http://127.0.0.1:4318"

// An exporter never fails a program, so a collector that is not there is noticed by an empty export.
const isThere = Effect.gen(function*() {
  const url = HttpClientRequest.appendUrl(HttpClientRequest.post(collector), "/v1/traces")
  const client = HttpClient.filterStatusOk(yield* HttpClient.HttpClient)
  yield* client.execute(HttpClientRequest.bodyJsonUnsafe(url, { resourceSpans: [] }))
}).pipe(Effect.timeout("2 seconds"), Effect.isSuccess, Effect.withTracerEnabled(false))

const exporter = Layer.unwrap(Effect.gen(function*() {
  if (yield* isThere) {
    yield* Console.error(`Traces, metrics and logs go to ${collector}`)
    return Layer.merge(
      Otlp.layerJson({ baseUrl: collector, resource: { serviceName: "observe" }, loggerMergeWithExisting: false }),
      // Retries are logged at debug.
      Layer.succeed(References.MinimumLogLevel, "Debug")
    )
  }
  yield* Console.error(`No collector at ${collector} (OTEL_EXPORTER_OTLP_ENDPOINT): nothing is sent`)
  return Layer.empty
})).pipe(Layer.provide(FetchHttpClient.layer))

const wait = Effect.gen(function*() {
  const client = yield* SloReportClient.SloReportClient
  const id = yield* Config.String("REPORT_DATA_ID")
  return yield* Stream.runLast(client.waitForReport(id))
}).pipe(Effect.withSpan("observe"))

// The client makes its polls itself: its layer is given the exporter, not the wait alone.
const client = Layer.provideMerge(NodeSloReportClient.layerNode(), exporter)

const program = Effect.gen(function*() {
  const { id, status } = Option.getOrThrow(yield* Effect.provide(wait, client))
  yield* Console.log(`Report ${id} is ${status}.`)
  return status === "failed" ? 1 : 0
})

// The fake goes wrong twice, so that there is something to see.
const environment = environmentWith(Fault.status(429, { headers: { "X-RateLimit-Reset": "1" } }), Fault.status(503))

program.pipe(Effect.provide(environment), main)
