/**
 * The client's operations, over ids and options as people give them.
 *
 * @since 0.1.0
 */
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Service, WaitOptions } from "../SloReportClient.ts"
import { ReportFailed } from "../SloReportError.ts"
import * as Export from "./export.ts"
import * as Operations from "./operations.ts"
import { validId } from "./reportId.ts"
import { rows } from "./rows.ts"

/** @internal */
export const make = (context: Operations.Context): Service => {
  const operations = Operations.make(context)

  const waitForReport: Service["waitForReport"] = (id, options) =>
    Stream.unwrap(Effect.map(validId(id), (reportId) => operations.wait(reportId, options)))

  const bytes = (id: ReportId) => Stream.map(operations.download(id), ({ chunk }) => chunk)

  const steps = (request: SloReportRequest, options: WaitOptions | undefined): Export.Steps => ({
    create: operations.create(request),
    wait: (id, mayPass) => operations.wait(id, options, mayPass),
    download: operations.download
  })

  const inSpan = Stream.withSpan("SloReportClient.exportReport", { attributes: { "datadog.site": context.site } })

  return {
    getReportStatus: (id) => Effect.flatMap(validId(id), operations.status),
    waitForReport,
    awaitReport: Effect.fn("SloReportClient.awaitReport")(function*(id, options) {
      const last = yield* Stream.runLast(waitForReport(id, options))
      const report = Option.getOrThrow(last)
      return report.status === "failed" ? yield* new ReportFailed({ report }) : report
    }),
    createReport: operations.create,
    downloadReport: (id) => Stream.unwrap(Effect.map(validId(id), bytes)),
    reportRows: (id) =>
      Stream.unwrap(Effect.map(validId(id), (reportId) => rows(reportId, bytes(reportId), context.sender.scrub))),
    exportReport: (request, options) =>
      inSpan(Export.stream(steps(request, options), options?.onChunk ?? (() => Effect.void))),
    exportReportTo: (path, request, options) => inSpan(Export.toFile(steps(request, options), path))
  }
}
