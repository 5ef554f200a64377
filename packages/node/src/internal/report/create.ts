/**
 * Creates a report, and never two.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import {
  CreateReportRequest,
  CreateReportResponse,
  type SloReportRequest
} from "@effect-datadog/slo-report/SloReportRequest"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Schema from "effect/Schema"
import { CreateOutcomeUnknown } from "../../SloReportError.ts"
import { type RetryingSender, send } from "../http/request.ts"

const path = "/api/v2/slo/report"

/** @internal */
export const create = (
  sender: RetryingSender,
  request: SloReportRequest
): Effect.Effect<ReportId, DatadogError | CreateOutcomeUnknown> =>
  encode(request).pipe(
    Effect.orDie,
    Effect.flatMap((body) =>
      send(
        sender,
        {
          operation: "create",
          call: { method: "POST", path },
          request: HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(path), body)
        },
        decode,
        wasNotProcessed
      )
    ),
    Effect.mapError((error) => mayBeProcessed(error) ? new CreateOutcomeUnknown({ error }) : error)
  )

const encode = Schema.encodeEffect(CreateReportRequest)

const decode = Schema.decodeUnknownResult(CreateReportResponse)

// Without a connection nothing was written, and a 429 comes before the request is looked at.
const wasNotProcessed = (error: DatadogError): boolean =>
  error._tag === "DatadogTooManyRequests" ||
  (error._tag === "DatadogTransportError" && (error.reason === "refused" || error.reason === "dns"))

const mayBeProcessed = (error: DatadogError): boolean => {
  switch (error._tag) {
    case "DatadogServerError":
    case "DatadogProtocolError":
      return true
    case "DatadogTransportError":
      // A certificate is refused before anything is written.
      return !wasNotProcessed(error) && error.reason !== "tls"
    default:
      return false
  }
}
