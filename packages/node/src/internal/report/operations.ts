/**
 * The calls to the report endpoints, each in its span.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Stream from "effect/Stream"
import type { Span, SpanOptions } from "effect/Tracer"
import type { CreateOutcomeUnknown } from "../../SloReportError.ts"
import type { Outgoing } from "../http/attempt.ts"
import { type RetryingSender, send, sendOnce } from "../http/request.ts"
import type { PollContext } from "../polling/sharedPoll.ts"
import * as Create from "./create.ts"
import type { CreatedReports } from "./createdReports.ts"
import * as Download from "./download.ts"
import * as Status from "./status.ts"

/** @internal */
export interface Context {
  readonly site: DatadogSite
  readonly sender: RetryingSender
  readonly created: CreatedReports
  readonly privately: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** @internal */
export interface Operations {
  readonly status: (id: ReportId) => Effect.Effect<SloReport, DatadogError>
  /** One attempt for the status, for all that wait for it. */
  readonly poll: (id: ReportId, context: PollContext) => Effect.Effect<SloReport, DatadogError>
  readonly create: (request: SloReportRequest) => Effect.Effect<ReportId, DatadogError | CreateOutcomeUnknown>
  readonly download: (id: ReportId) => Stream.Stream<Download.Part, DatadogError>
}

/** @internal */
export const make = ({ created, privately, sender, site }: Context): Operations => {
  const call = { kind: "client", attributes: { "datadog.site": site, "retry.count": 0 } } as const

  // The one call that is made often: by hand its span costs 3 µs, with Effect.fn and annotations 15 µs.
  const statusIn = (
    span: SpanOptions,
    self: Effect.Effect<SloReport, DatadogError>
  ): Effect.Effect<SloReport, DatadogError> =>
    privately(
      Effect.useSpan("SloReportClient.getReportStatus", { kind: "client", ...span }, (span) =>
        Effect.withParentSpan(
          Effect.map(self, (report) => annotated(span, report)),
          span,
          { captureStackTrace: false }
        ))
    )

  return {
    status: (id) =>
      statusIn(
        { attributes: { ...call.attributes, "slo.report.id": id } },
        created.retryWhileNotFound(id)(send(sender, statusRequest(sender.host, id), Status.decodeOf(id)))
      ),
    poll: (id, { links, permit, retries }) =>
      statusIn(
        { root: true, links, attributes: { ...call.attributes, "slo.report.id": id, "retry.count": retries } },
        sendOnce(sender, statusRequest(sender.host, id), Status.decodeOf(id), permit)
      ),
    create: Effect.fn("SloReportClient.createReport", call)(
      function*(request: SloReportRequest): Effect.fn.Return<ReportId, DatadogError | CreateOutcomeUnknown> {
        const id = yield* Create.create(sender, request)
        yield* created.add(id)
        yield* Effect.annotateCurrentSpan("slo.report.id", id)
        return id
      },
      privately
    ),
    download: (id) =>
      Stream.unwrap(created.retryWhileNotFound(id)(privately(Download.open(sender, id)))).pipe(
        Stream.withSpan("SloReportClient.downloadReport", {
          ...call,
          attributes: { ...call.attributes, "slo.report.id": id }
        })
      )
  }
}

const statusRequest = (host: string, id: ReportId): Outgoing => {
  const path = `/api/v2/slo/report/${encodeURIComponent(id)}/status`
  return { operation: "status", call: { host, method: "GET", path }, request: HttpClientRequest.get(path) }
}

const annotated = (span: Span, report: SloReport): SloReport => {
  span.attribute("slo.report.status", report.rawStatus)
  return report
}
