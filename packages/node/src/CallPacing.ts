/**
 * Whether a call goes at once, or waits until the rate limit has room for it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * `"ahead"` goes at once, and takes its room from polls; `"paced"` takes its turn, as polls do.
 *
 * @category models
 * @since 0.1.0
 */
export type CallPacing = "ahead" | "paced"

/**
 * How the calls of an effect are paced.
 *
 * **Details**
 *
 * A call that is `"paced"` waits for its turn where its limit is that of the polls, or isn't known yet: it goes before
 * the polls that are due, leaves the client's reserve alone, and is no longer held up when it is interrupted. So what
 * has time, such as the next of many creates, meets no limit that answers tell of. Calls of another limit go at once;
 * those for histories have turns of their own. `@default` `"ahead"`
 *
 * **Example** (Creating many reports within the limit)
 *
 * ```ts
 * import type { SloReportRequest } from "@effect-datadog/slo-report"
 * import { CallPacing, SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Effect } from "effect"
 *
 * const createAll = (requests: ReadonlyArray<SloReportRequest.SloReportRequest>) =>
 *   SloReportClient.SloReportClient.use(({ createReport }) =>
 *     Effect.forEach(requests, createReport, { concurrency: 5 })
 *   ).pipe(Effect.provideService(CallPacing.Current, "paced"))
 * ```
 *
 * @category references
 * @since 0.1.0
 */
export const Current = Context.Reference<CallPacing>("@effect-datadog/slo-report-node/CallPacing/Current", {
  defaultValue: () => "ahead"
})

/**
 * What is done when a call has its turn, right before each time that it is sent.
 *
 * **Details**
 *
 * What is not sent yet can be given up without a doubt: interrupted until this has been done, the call was never sent.
 * `@default` nothing
 *
 * **Example** (Telling when a call that may have waited is sent)
 *
 * ```ts
 * import type { SloReportRequest } from "@effect-datadog/slo-report"
 * import { CallPacing, SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Effect } from "effect"
 *
 * const create = (request: SloReportRequest.SloReportRequest) =>
 *   SloReportClient.SloReportClient.use((client) => client.createReport(request)).pipe(
 *     Effect.provideService(CallPacing.Current, "paced"),
 *     Effect.provideService(CallPacing.BeforeSend, Effect.logInfo("sent"))
 *   )
 * ```
 *
 * @category references
 * @since 0.1.0
 */
export const BeforeSend = Context.Reference<Effect.Effect<void>>(
  "@effect-datadog/slo-report-node/CallPacing/BeforeSend",
  { defaultValue: () => Effect.void }
)
