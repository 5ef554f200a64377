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
import type * as DatadogConfig from "../DatadogConfig.ts"
import type { ExportOptions } from "../ExportOptions.ts"
import type { ExportProgress } from "../ExportProgress.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { ReportFailed } from "../SloReportError.ts"
import type { WaitEvent } from "../WaitEvent.ts"
import type { WaitOptions } from "../WaitOptions.ts"
import type { Source as SourceName, TableOptions } from "../TableOptions.ts"
import * as Announcement from "./http/announcement.ts"
import { maxAttempts } from "./http/attempt.ts"
import * as Bounds from "./http/bounds.ts"
import * as Counts from "./http/counts.ts"
import { apiUrlOf } from "./http/settings.ts"
import * as Scrub from "./http/scrub.ts"
import { toFile, withAnnouncement } from "./export.ts"
import * as TableExport from "./history/export.ts"
import * as HistoryOperations from "./history/operations.ts"
import { type Period, validQuestion } from "./history/question.ts"
import * as Table from "./history/table.ts"
import * as Limiter from "./pacing/limiter.ts"
import * as Meters from "./pacing/meters.ts"
import * as PacedCalls from "./pacing/pacedCalls.ts"
import * as Pacer from "./pacing/pacer.ts"
import * as Turns from "./pacing/turns.ts"
import * as SharedPolls from "./polling/sharedPolls.ts"
import * as Wait from "./polling/wait.ts"
import * as CreatedReports from "./report/createdReports.ts"
import * as ReportExport from "./report/export.ts"
import * as Operations from "./report/operations.ts"
import { validId } from "./report/reportId.ts"
import { rows } from "./report/rows.ts"
import * as Source from "./source.ts"

/** @internal */
export const make = Effect.fnUntraced(function*(
  options: DatadogConfig.DatadogConfig & ClientOptions,
  client: HttpClient,
  privately: Operations.Context["privately"]
) {
  const { pacing, site } = options
  const { attemptTimeout, reserve } = yield* Effect.sync(() => checked(options))
  const limiter = pacing === false ? Limiter.unlimited : Limiter.make(reserve)
  const pacer = yield* Pacer.make(limiter)
  const scrub = Scrub.make(options.credentials)
  const retry = options.retry ?? RetryPolicy.default
  const counts = Counts.make(site)
  const created = CreatedReports.make(counts)
  const slots = yield* Semaphore.make(maxAttempts)
  const turns = yield* Turns.make
  const announcements = Announcement.make(scrub)
  const { host } = new URL(apiUrlOf(options))
  const common = { client, host, scrub, attemptTimeout, retry, announcements, slots, counts }
  const sender = { ...common, meter: Meters.both(PacedCalls.meter(pacer, limiter), turns.ahead) }
  const pacedSender = { ...common, meter: Meters.both(turns.paced, pacer.meter) }
  const operations = Operations.make({ site, privately, created, sender })
  const histories = HistoryOperations.make({ site, privately, sender, pacedSender })
  const polls = yield* SharedPolls.make({ pacer, retry, counts, poll: operations.poll }, pacing !== false)

  const wait = <E>(id: Effect.Effect<ReportId, E>, options: WaitOptions | undefined) =>
    Wait.stream({ site, polls, created, counts }, id, options)

  const waitForReport = (id: string, options?: WaitOptions) => wait(validId(id), options)

  const bytes = (id: ReportId) => Stream.map(operations.download(id), ({ chunk }) => chunk)

  const done = Effect.fnUntraced(function*<E>(id: Effect.Effect<ReportId, E>, options: WaitOptions | undefined) {
    const report = Option.getOrThrow(yield* Stream.runLast(wait(id, options)))
    return report.status === "failed" ? yield* new ReportFailed({ report }) : report
  })

  // Of the table's span, which the calls are below.
  const create = (request: SloReportRequest) =>
    Effect.tap(operations.create(request), (id) => Effect.annotateCurrentSpan("slo.report.id", id))

  const reportRows = (id: ReportId) => rows(id, bytes(id), scrub)

  const table = (request: SloReportRequest, { maxSlos, slos }: CheckedTable) => {
    const search = slos === undefined ? histories.search : () => Stream.succeed({ slos, total: undefined })
    return Table.make({ host, search, history: histories.pacedHistory }, request, maxSlos)
  }

  const exporting = <E, R>(
    request: SloReportRequest,
    onChunk: (chunk: Uint8Array) => Effect.Effect<unknown, E, R>,
    options: CheckedTable
  ) => {
    const wait_ = (id: ReportId) => wait(Effect.succeed(id), options)
    return withAnnouncement(
      Source.stream(options.source, {
        create: create(request),
        report: (id, chosen) =>
          Stream.concat(
            Stream.succeed<ExportProgress>(chosen),
            ReportExport.stream({ id, wait: wait_(id), download: operations.download(id) }, onChunk)
          ),
        history: (chosen) =>
          Stream.concat(Stream.succeed<ExportProgress>(chosen), TableExport.stream(table(request, options), onChunk))
      }),
      announcements
    )
  }

  const attributes = { "datadog.site": site }
  const inRowsSpan = Stream.withSpan("SloReportClient.rows", { attributes })
  const inExportSpan = Stream.withSpan("SloReportClient.exportReport", { attributes })

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
    awaitReport: Effect.fn("SloReportClient.awaitReport")((id: string, options?: WaitOptions) =>
      done(validId(id), options)
    ),
    createReport: operations.create,
    downloadReport: (id: string) => Stream.unwrap(Effect.map(validId(id), bytes)),
    reportRows: (id: string) => Stream.unwrap(Effect.map(validId(id), reportRows)),
    searchSlos: (query: string) => Stream.flattenIterable(Stream.map(histories.search(query), ({ slos }) => slos)),
    getSloHistory: (id: string, period: Period) => Effect.flatMap(validQuestion(id, period), histories.history),
    rows: (request: SloReportRequest, options?: TableOptions) =>
      withChecked(options, (checked) =>
        inRowsSpan(Source.stream(checked.source, {
          create: create(request),
          report: (id) => Stream.unwrap(Effect.as(done(Effect.succeed(id), checked), reportRows(id))),
          history: () => Stream.unwrap(Effect.map(table(request, checked), ({ rows }) => rows))
        }))),
    exportReport: <E = never, R = never>(request: SloReportRequest, options?: ExportOptions<E, R>) =>
      withChecked(
        options,
        (checked) => inExportSpan(exporting(request, options?.onChunk ?? (() => Effect.void), checked))
      ),
    exportReportTo: (path: string, request: SloReportRequest, options?: TableOptions) =>
      withChecked(options, (checked) => inExportSpan(toFile(path, (write) => exporting(request, write, checked))))
  }
})

// What a report stops at, by Datadog's documentation.
const defaultMaxSlos = 1000

// What is wrong with an option is a programmer's mistake, told before anything is sent.
const checked = (
  { attemptTimeout = "30 seconds", pacing }: ClientOptions
) => {
  const reserve = pacing === false ? 0 : pacing?.reserve ?? Limiter.defaultReserve
  const isPart = (reserve: number) => reserve >= 0 && reserve <= 1
  return {
    attemptTimeout: Duration.millis(Bounds.millis("attemptTimeout", attemptTimeout, { atLeast: 1, isFinite: true })),
    reserve: Bounds.number("pacing.reserve", reserve, "from 0 to 1", isPart)
  }
}

interface CheckedTable extends TableOptions {
  readonly source: SourceName
  readonly maxSlos: number
}

const withChecked = <A, E, R>(
  options: TableOptions = {},
  stream: (checked: CheckedTable) => Stream.Stream<A, E, R>
): Stream.Stream<A, E, R> =>
  Stream.suspend(() => {
    Wait.deadlineOf(options)
    return stream({
      ...options,
      source: Bounds.oneOf("source", options.source ?? "auto", ["report", "history", "auto"]),
      maxSlos: Bounds.number("maxSlos", options.maxSlos ?? defaultMaxSlos, "a number, 1 or more", (max) => max >= 1)
    })
  })
