/**
 * The call for an SLO's history over a period.
 *
 * @since 0.1.0
 */
import type { SloHistory } from "@effect-datadog/slo-report/SloHistory"
import * as SloHistoryResponse from "@effect-datadog/slo-report/SloHistoryResponse"
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Schema from "effect/Schema"
import { type RetryingSender, send } from "../http/request.ts"

// A week of 2-hour buckets was recorded with 3.9 kB, a year of them would be 160 kB; an SLO of groups has all of them.
const maxBytes = 8 * 1024 * 1024

/** @internal */
export const sloHistory = (
  sender: RetryingSender,
  question: SloHistoryResponse.Question
): Effect.Effect<SloHistory, DatadogError> => {
  const path = `/api/v1/slo/${encodeURIComponent(question.id)}/history`
  const request = HttpClientRequest.get(path, { urlParams: { from_ts: question.from, to_ts: question.to } })
  return send(
    sender,
    { operation: "history", call: { host: sender.host, method: "GET", path }, request, maxBytes },
    Schema.decodeUnknownResult(SloHistoryResponse.make(question))
  )
}
