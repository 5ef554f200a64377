/**
 * Creates a report, and never two.
 *
 * @since 0.1.0
 */
import { type DatadogError, type DatadogTransportError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import {
  CreateReportRequest,
  CreateReportResponse,
  make,
  SloReportRequest
} from "@effect-datadog/slo-report/SloReportRequest"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { CreateOutcomeUnknown } from "../../SloReportError.ts"
import type { Outgoing } from "../http/attempt.ts"
import { type RetryingSender, send } from "../http/request.ts"
import type { Decode } from "../http/response.ts"
import { redacted } from "../http/scrub.ts"
import { type Call, notSendable } from "../http/transport.ts"

/** @internal */
export const create = (
  sender: RetryingSender,
  request: SloReportRequest
): Effect.Effect<ReportId, DatadogError | CreateOutcomeUnknown> => {
  const call: Call = { host: sender.host, method: "POST", path }
  return Effect.matchEffect(toBody(request), {
    onFailure: ({ message }): Effect.Effect<never, DatadogError> => Effect.fail(notSendable(call, message)),
    onSuccess: (body) => {
      const outgoing: Outgoing = { operation: "create", call, request: HttpClientRequest.bodyJsonUnsafe(post, body) }
      return send(sender, outgoing, decode, mayRetry).pipe(
        Effect.mapError((error) => stageOf(error) === "unknown" ? new CreateOutcomeUnknown({ error }) : error)
      )
    }
  })
}

const path = "/api/v2/slo/report"

// Over a connection that the server is closing the request may be lost or not.
const post = HttpClientRequest.post(path, { headers: { connection: "close" } })

const isRequest = Schema.is(SloReportRequest)

// A plain object of the same shape has the same type.
const toBody = (request: SloReportRequest) =>
  Effect.flatMap(isRequest(request) ? Effect.succeed(request) : make(request), encode)

const encode = Schema.encodeEffect(CreateReportRequest)

const decodeId = Schema.decodeUnknownResult(CreateReportResponse)

// An id that was one of the client's own secrets has been taken out.
const decode: Decode<ReportId> = (json) =>
  Result.flatMap(
    decodeId(json),
    (id): ReturnType<typeof decode> =>
      id.includes(redacted) ? Result.fail({ message: "Expected an id, got a secret" }) : Result.succeed(id)
  )

/**
 * How far a request came that was not answered with an id: nothing of it was sent, it was refused before a
 * report was made, or nobody knows.
 */
const stageOf = (error: DatadogError): "not sent" | "refused" | "unknown" => {
  switch (error._tag) {
    case "DatadogTransportError":
      // A mistake in the program is made again by who sends again, and tells so itself.
      return error.sent === "no" || isBug(error) ? "not sent" : "unknown"
    case "DatadogServerError":
      // The server doesn't know the method, or the version of HTTP.
      return error.status === 501 || error.status === 505 ? "refused" : "unknown"
    case "DatadogUnexpectedStatus":
      // 303 shows where the result is; what no standard knows tells nothing.
      return error.status === 303 || error.status < 300 || error.status > 499 ? "unknown" : "refused"
    case "DatadogProtocolError":
      return "unknown"
    default:
      return "refused"
  }
}

const isBug = ({ isTransient, reason }: DatadogTransportError): boolean => reason === "other" && !isTransient

const mayRetry = (error: DatadogError): boolean => stageOf(error) !== "unknown" && isRetryable(error)
