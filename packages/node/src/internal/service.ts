/**
 * The client put together: the operations over ids, requests and options as people give them.
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
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { ClientOptions } from "../ClientOptions.ts"
import * as DatadogConfig from "../DatadogConfig.ts"
import type { ExportOptions } from "../ExportOptions.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { ReportFailed } from "../SloReportError.ts"
import type { WaitEvent } from "../WaitEvent.ts"
import type { WaitOptions } from "../WaitOptions.ts"
import { maxAttempts } from "./http/attempt.ts"
import * as Bounds from "./http/bounds.ts"
import * as Scrub from "./http/scrub.ts"
import * as Limiter from "./pacing/limiter.ts"
import * as Pacer from "./pacing/pacer.ts"
import * as SharedPolls from "./polling/sharedPolls.ts"
import * as Wait from "./polling/wait.ts"
import * as CreatedReports from "./report/createdReports.ts"
import * as Export from "./report/export.ts"
import * as Operations from "./report/operations.ts"
import { validId } from "./report/reportId.ts"
import { rows } from "./report/rows.ts"

/** @internal */
export const make = Effect.fnUntraced(function*(
  options: DatadogConfig.DatadogConfig & ClientOptions,
  client: HttpClient,
  privately: Operations.Context["privately"]
) {
  const { pacing, site } = options
  const { attemptTimeout, reserve } = yield* Effect.sync(() => checked(options))
  const pacer = yield* Pacer.make(pacing === false ? Limiter.unlimited : Limiter.make(reserve))
  const scrub = Scrub.make(options.credentials)
  const retry = options.retry ?? RetryPolicy.default
  const created = CreatedReports.make()
  const slots = yield* Semaphore.make(maxAttempts)
  const sender = { client, scrub, attemptTimeout, retry, meter: pacer.meter, slots }
  const operations = Operations.make({ site, privately, created, sender })
  const polls = yield* SharedPolls.make({ pacer, retry, poll: operations.poll }, pacing !== false)

  const wait = <E>(id: Effect.Effect<ReportId, E>, options: WaitOptions | undefined) =>
    Wait.stream({ site, polls, created }, id, options)

  const waitForReport = (id: string, options?: WaitOptions) => wait(validId(id), options)

  const bytes = (id: ReportId) => Stream.map(operations.download(id), ({ chunk }) => chunk)

  const steps = (request: SloReportRequest, options: WaitOptions | undefined): Export.Steps => ({
    create: operations.create(request),
    wait: (id) => wait(Effect.succeed(id), options),
    download: operations.download
  })

  const inSpan = Stream.withSpan("SloReportClient.exportReport", { attributes: { "datadog.site": site } })

  return {
    getReportStatus: (id: string) => Effect.flatMap(validId(id), operations.status),
    waitForReport,
    waitForReports: (ids: Iterable<string>, options?: WaitOptions) =>
      Stream.fromIterable(new Set(ids)).pipe(
        Stream.flatMap((id) => {
          const event = (result: WaitEvent["result"]): WaitEvent => ({ id, result })
          return waitForReport(id, options).pipe(
            Stream.map((report) => event(Result.succeed(report))),
            Stream.catch((error) => Stream.succeed(event(Result.fail(error))))
          )
        }, { concurrency: "unbounded" })
      ),
    awaitReport: Effect.fn("SloReportClient.awaitReport")(function*(id: string, options?: WaitOptions) {
      const last = yield* Stream.runLast(waitForReport(id, options))
      const report = Option.getOrThrow(last)
      return report.status === "failed" ? yield* new ReportFailed({ report }) : report
    }),
    createReport: operations.create,
    downloadReport: (id: string) => Stream.unwrap(Effect.map(validId(id), bytes)),
    reportRows: (id: string) =>
      Stream.unwrap(Effect.map(validId(id), (reportId) => rows(reportId, bytes(reportId), scrub))),
    exportReport: <E = never, R = never>(request: SloReportRequest, options?: ExportOptions<E, R>) =>
      inSpan(Export.stream(steps(request, options), options?.onChunk ?? (() => Effect.void))),
    exportReportTo: (path: string, request: SloReportRequest, options?: WaitOptions) =>
      inSpan(Export.toFile(steps(request, options), path))
  }
})

// What is wrong with an option is a programmer's mistake, told before anything is sent.
const checked = (
  { attemptTimeout = "30 seconds", credentials, pacing }: DatadogConfig.DatadogConfig & ClientOptions
) => {
  DatadogConfig.checkCredentials(credentials)
  const reserve = pacing === false ? 0 : pacing?.reserve ?? Limiter.defaultReserve
  const isPart = (reserve: number) => reserve >= 0 && reserve <= 1
  return {
    attemptTimeout: Duration.millis(Bounds.millis("attemptTimeout", attemptTimeout, { atLeast: 1, isFinite: true })),
    reserve: Bounds.number("pacing.reserve", reserve, "from 0 to 1", isPart)
  }
}
