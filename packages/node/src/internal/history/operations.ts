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
import * as Search from "./search.ts"
import { sloHistory } from "./sloHistory.ts"
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
  readonly history: Calls["history"]
  /** For a table, whose requests are many. */
  readonly pacedHistory: Calls["history"]
}

/** @internal */
export const make = ({ pacedSender, privately, sender, site }: Context): Operations => {
  const call = { kind: "client", attributes: { "datadog.site": site, "retry.count": 0 } } as const

  const historyOver = (sender: RetryingSender) =>
    Effect.fn("SloReportClient.getSloHistory", call)(
      function*(question: Question): Effect.fn.Return<SloHistory, DatadogError> {
        yield* Effect.annotateCurrentSpan("slo.id", question.id)
        return yield* sloHistory(sender, question)
      },
      privately
    )

  return {
    search: (query) => Search.pages(sender, query, privately).pipe(Stream.withSpan("SloReportClient.searchSlos", call)),
    history: historyOver(sender),
    pacedHistory: historyOver(pacedSender)
  }
}
