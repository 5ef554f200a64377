/**
 * A Lambda handler that tells a report's status. Its client is made with the first call, and lives as its container.
 */
import { DatadogError } from "@effect-datadog/slo-report"
import { SloReportClient, type SloReportError } from "@effect-datadog/slo-report-node"
import { Effect, Layer, ManagedRuntime } from "effect"
import { FetchHttpClient } from "effect/http"

export interface Event {
  readonly pathParameters: { readonly id: string }
}

export interface Context {
  readonly getRemainingTimeInMillis: () => number
}

export interface Response {
  readonly statusCode: number
  readonly body: string
}

const runtime = ManagedRuntime.make(Layer.provide(SloReportClient.layerConfig(), FetchHttpClient.layer))

const response = (statusCode: number, body: object): Response => ({ statusCode, body: JSON.stringify(body) })

const refusal = (error: DatadogError.DatadogError | SloReportError.InvalidReportId): Response => {
  switch (error._tag) {
    case "InvalidReportId":
    case "DatadogBadRequest":
      return response(400, { message: error.message })
    case "DatadogNotFound":
      return response(404, { message: error.message })
    default:
      return response(DatadogError.isRetryable(error) ? 503 : 502, { message: error.message })
  }
}

export const handler = (event: Event, context: Context): Promise<Response> =>
  SloReportClient.SloReportClient.use((client) => client.getReportStatus(event.pathParameters.id)).pipe(
    Effect.map(({ id, status }) => response(200, { id, status })),
    Effect.catch((error) => Effect.succeed(refusal(error))),
    Effect.timeoutOrElse({
      duration: context.getRemainingTimeInMillis() - 500,
      orElse: () => Effect.succeed(response(504, { message: "Datadog takes too long" }))
    }),
    runtime.runPromise
  )
