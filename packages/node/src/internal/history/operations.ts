/**
 * The calls that search SLOs and tell their histories, each in its span.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import type { SloHistory } from "@effect-datadog/slo-report/SloHistory"
import type { Question } from "@effect-datadog/slo-report/SloHistoryResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RetryingSender } from "../http/request.ts"
import type { Decode } from "../http/response.ts"
import * as Box from "./box.ts"
import * as Search from "./search.ts"
import { type HistoryCall, sloHistory, whole } from "./sloHistory.ts"
import type { Calls } from "./table.ts"

/** @internal */
export interface Context {
  readonly site: DatadogSite
  readonly sender: RetryingSender
  /** Sends when it is a request's turn. */
  readonly pacedSender: RetryingSender
  readonly privately: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** @internal */
export interface Operations {
  readonly search: Calls["search"]
  readonly history: (question: Question) => Effect.Effect<SloHistory, DatadogError>
  /** For a table, whose requests are many. */
  readonly pacedHistory: HistoryCall
}

/** @internal */
export const make = ({ pacedSender, privately, sender, site }: Context): Operations => {
  const call = { kind: "client", attributes: { "datadog.site": site, "retry.count": 0 } } as const

  const spanned = Effect.fn("SloReportClient.getSloHistory", call)(
    function*(sender: RetryingSender, question: Question, decode: Decode<void>): Effect.fn.Return<void, DatadogError> {
      yield* Effect.annotateCurrentSpan("slo.id", question.id)
      return yield* sloHistory(sender, question, decode)
    },
    privately
  )

  const historyOver = (sender: RetryingSender): HistoryCall => (question, decode) =>
    Effect.suspend(() => {
      const box = Box.make(decode)
      return Effect.map(spanned(sender, question, box.fill), box.take)
    })

  const history = historyOver(sender)
  return {
    search: (query) => Search.pages(sender, query, privately).pipe(Stream.withSpan("SloReportClient.searchSlos", call)),
    history: (question) => history(question, whole(question)),
    pacedHistory: historyOver(pacedSender)
  }
}
