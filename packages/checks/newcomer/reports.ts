/**
 * What the application does with reports, whichever client it is given.
 */
import { SloReportRequest, Verdict, VerdictRule } from "@effect-datadog/slo-report"
import type { SloReport } from "@effect-datadog/slo-report"
import { SloReportClient } from "@effect-datadog/slo-report-node"
import { Duration, Effect, Stream } from "effect"

export type Progress =
  | { readonly type: "progress"; readonly status: SloReport.ReportStatus }
  | { readonly type: "failure"; readonly error: string; readonly message: string }

/** A report's progress; an error is its last element. */
export const progress = (client: SloReportClient.Service, id: string): Stream.Stream<Progress> =>
  client.waitForReport(id, { deadline: "10 minutes" }).pipe(
    Stream.map(({ status }): Progress => ({ type: "progress", status })),
    Stream.catch(({ _tag, message }) => Stream.make<[Progress]>({ type: "failure", error: _tag, message }))
  )

/** In words for people. */
export const announce = Effect.fn("announce")(function*(id: string) {
  const client = yield* SloReportClient.SloReportClient
  return yield* client.awaitReport(id, { deadline: "10 minutes" }).pipe(
    Effect.map(({ status }) => `Your report is ${status}.`),
    Effect.catchTags({
      DatadogNotFound: () => Effect.succeed("There is no such report."),
      ReportFailed: ({ report }) => Effect.succeed(`Datadog could not make report ${report.id}.`),
      WaitTimedOut: ({ elapsed, last }) =>
        Effect.succeed(`Your report is ${last?.status} after ${Duration.format(elapsed)}.`)
    })
  )
})

/** Whether a service keeps what it promises. */
export const verdict = Effect.fn("verdict")(function*(service: string, from: Date, to: Date) {
  const client = yield* SloReportClient.SloReportClient
  const request = yield* SloReportRequest.make({ query: `service:${service}`, from, to, interval: "monthly" })
  const rows = yield* Stream.runCollect(client.rows(request, { source: "history" }))
  return Verdict.fromRows(rows, yield* VerdictRule.make({ over: "latest" }))
})
