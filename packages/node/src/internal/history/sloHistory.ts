/**
 * The call for an SLO's history over a period.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { SloHistory } from "@effect-datadog/slo-report/SloHistory"
import * as SloHistoryResponse from "@effect-datadog/slo-report/SloHistoryResponse"
import type * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Schema from "effect/Schema"
import { type RetryingSender, send } from "../http/request.ts"
import type { Decode } from "../http/response.ts"

// A week of 2-hour buckets was recorded with 3.9 kB, a year of them would be 160 kB; an SLO of groups has all of them.
const maxBytes = 8 * 1024 * 1024

/**
 * Asks for a history, and gives what it is decoded to: what is wanted of it, and no more.
 *
 * @internal
 */
export interface HistoryCall {
  <A>(question: SloHistoryResponse.Question, decode: Decode<A>): Effect.Effect<A, DatadogError>
}

/** @internal */
export const sloHistory = <A>(
  sender: RetryingSender,
  question: SloHistoryResponse.Question,
  decode: Decode<A>
): Effect.Effect<A, DatadogError> => {
  const path = `/api/v1/slo/${encodeURIComponent(question.id)}/history`
  const request = HttpClientRequest.get(path, { urlParams: { from_ts: question.from, to_ts: question.to } })
  return send(
    sender,
    { operation: "history", call: { host: sender.host, method: "GET", path }, request, maxBytes },
    decode
  )
}

/** @internal */
export const whole = (question: SloHistoryResponse.Question): Decode<SloHistory> =>
  Schema.decodeUnknownResult(SloHistoryResponse.make(question))
