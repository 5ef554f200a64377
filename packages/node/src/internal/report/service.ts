/**
 * The client's operations, over ids and options as people give them.
 *
 * @since 0.1.0
 */
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as RetryPolicy from "../../RetryPolicy.ts"
import type { Options, Service, WaitOptions } from "../../SloReportClient.ts"
import { ReportFailed } from "../../SloReportError.ts"
import type { WaitEvent } from "../../WaitEvent.ts"
import * as Bucket from "../pacing/bucket.ts"
import * as Export from "./export.ts"
import * as Operations from "./operations.ts"
import * as Pacer from "../pacing/pacer.ts"
import { validId } from "./reportId.ts"
import { rows } from "./rows.ts"
import * as Scrub from "../http/scrub.ts"
import * as SharedPolls from "../polling/SharedPolls.ts"

// Of an even use of the rate limit, the part that polls leave to other calls.
const defaultShare = 0.5

/** @internal */
export const make = (options: Options, client: HttpClient, privately: Operations.Context["privately"]): Service => {
  const { pacing, site } = options
  const pacer = Pacer.make(pacing === false ? Bucket.unlimited : Bucket.make(pacing?.share ?? defaultShare))
  const shared = SharedPolls.make(pacer)
  const scrub = Scrub.make(options.credentials)
  const operations = Operations.make({
    site,
    privately,
    polls: pacing === false ? () => SharedPolls.make(pacer) : () => shared,
    sender: {
      client,
      pacer,
      scrub,
      attemptTimeout: Duration.fromInputUnsafe(options.attemptTimeout ?? "30 seconds"),
      retry: options.retry ?? RetryPolicy.default
    }
  })

  const waitForReport: Service["waitForReport"] = (id, options) => operations.wait(validId(id), options)

  const bytes = (id: ReportId) => Stream.map(operations.download(id), ({ chunk }) => chunk)

  const steps = (request: SloReportRequest, options: WaitOptions | undefined): Export.Steps => ({
    create: operations.create(request),
    wait: (id, mayPass) => operations.wait(Effect.succeed(id), options, mayPass),
    download: operations.download
  })

  const inSpan = Stream.withSpan("SloReportClient.exportReport", { attributes: { "datadog.site": site } })

  return {
    getReportStatus: (id) => Effect.flatMap(validId(id), operations.status),
    waitForReport,
    waitForReports: (ids, options) =>
      Stream.fromIterable(new Set(ids)).pipe(
        Stream.flatMap((id) => {
          const event = (result: WaitEvent["result"]): WaitEvent => ({ id, result })
          return waitForReport(id, options).pipe(
            Stream.map((report) => event(Result.succeed(report))),
            Stream.catch((error) => Stream.succeed(event(Result.fail(error))))
          )
        }, { concurrency: "unbounded" })
      ),
    awaitReport: Effect.fn("SloReportClient.awaitReport")(function*(id, options) {
      const last = yield* Stream.runLast(waitForReport(id, options))
      const report = Option.getOrThrow(last)
      return report.status === "failed" ? yield* new ReportFailed({ report }) : report
    }),
    createReport: operations.create,
    downloadReport: (id) => Stream.unwrap(Effect.map(validId(id), bytes)),
    reportRows: (id) => Stream.unwrap(Effect.map(validId(id), (reportId) => rows(reportId, bytes(reportId), scrub))),
    exportReport: (request, options) =>
      inSpan(Export.stream(steps(request, options), options?.onChunk ?? (() => Effect.void))),
    exportReportTo: (path, request, options) => inSpan(Export.toFile(steps(request, options), path))
  }
}
