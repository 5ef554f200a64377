/**
 * The operations of the client, as a service has them.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { Slo } from "@effect-datadog/slo-report/Slo"
import type { SloHistory } from "@effect-datadog/slo-report/SloHistory"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import type * as Stream from "effect/Stream"
import type { ExportOptions } from "./ExportOptions.ts"
import type { ExportProgress } from "./ExportProgress.ts"
import type {
  CreateOutcomeUnknown,
  InvalidReportId,
  InvalidReportTable,
  InvalidSloId,
  InvalidSloPeriod,
  ReportFailed,
  SloTableError,
  WaitTimedOut
} from "./SloReportError.ts"
import type { TableOptions } from "./TableOptions.ts"
import type { WaitEvent } from "./WaitEvent.ts"
import type { WaitOptions } from "./WaitOptions.ts"

/**
 * The operations of the client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /**
   * Asks for a report's status, once, with retries.
   *
   * **Example** (Whether a report is done)
   *
   * ```ts
   * import { SloReport } from "@effect-datadog/slo-report"
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect } from "effect"
   *
   * const isDone = SloReportClient.SloReportClient.use((client) =>
   *   Effect.map(client.getReportStatus("my-report"), SloReport.isTerminal)
   * )
   * ```
   */
  readonly getReportStatus: (id: string) => Effect.Effect<SloReport, DatadogError | InvalidReportId>
  /**
   * Waits for a report: emits what every poll saw, the terminal report last, then ends.
   *
   * Polls belong to the client: waits for one report share them. A report that `failed` is a value here. A poll
   * that fails in the middle of a wait ends it only where that can't pass: 400, 401, 403, 404, 501 and 505, a
   * transport error that is not `isTransient`, or a hint beyond the deadline. Until Datadog has told its status once,
   * or this client has created it, so do an answer that isn't Datadog's, and a connection that fails after its
   * retries. `WaitTimedOut` tells what was last known, and what held the wait up.
   *
   * **Example** (Every status, as it comes)
   *
   * ```ts
   * import { PollPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect, Stream } from "effect"
   *
   * const wait = SloReportClient.SloReportClient.use((client) =>
   *   client.waitForReport("my-report", { poll: PollPolicy.fixed("10 seconds") }).pipe(
   *     Stream.runForEach(({ status }) => Effect.logInfo(status))
   *   )
   * )
   * ```
   */
  readonly waitForReport: (
    id: string,
    options?: WaitOptions
  ) => Stream.Stream<SloReport, DatadogError | InvalidReportId | WaitTimedOut>
  /**
   * Waits for many reports at once: what every poll of each saw, as it comes, and the error of a wait as a value.
   *
   * It ends when all waits have ended. An id that is given twice is waited for once.
   *
   * **Example** (Which of many could not be waited for)
   *
   * ```ts
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect, Result, Stream } from "effect"
   *
   * const waitForAll = (ids: ReadonlyArray<string>) =>
   *   SloReportClient.SloReportClient.use((client) =>
   *     Stream.runForEach(client.waitForReports(ids, { deadline: "1 hour" }), ({ id, result }) =>
   *       Result.isFailure(result) ? Effect.logError(id, result.failure) : Effect.void)
   *   )
   * ```
   */
  readonly waitForReports: (ids: Iterable<string>, options?: WaitOptions) => Stream.Stream<WaitEvent>
  /**
   * Waits for a report and gives it when it is `completed` or `completed_with_errors`.
   *
   * **Example** (A report that failed is made again)
   *
   * ```ts
   * import type { SloReportRequest } from "@effect-datadog/slo-report"
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect } from "effect"
   *
   * const make = (request: SloReportRequest.SloReportRequest) =>
   *   SloReportClient.SloReportClient.use((client) =>
   *     Effect.flatMap(client.createReport(request), (id) => client.awaitReport(id)).pipe(
   *       Effect.retry({ times: 1, while: ({ _tag }) => _tag === "ReportFailed" })
   *     )
   *   )
   * ```
   */
  readonly awaitReport: (
    id: string,
    options?: WaitOptions
  ) => Effect.Effect<SloReport, DatadogError | InvalidReportId | WaitTimedOut | ReportFailed>
  /**
   * Creates a report and gives its id, to wait for.
   *
   * It is sent again only where it can't have been processed: after a 429, or without a connection.
   * `CreateOutcomeUnknown` tells that an answer was lost. A plain object of the same shape is checked as
   * `SloReportRequest.make` does; what is wrong with it is a `DatadogTransportError` whose `reason` is `invalid`,
   * before anything is sent. In the first 15 seconds of a report that this client has created, a 404 is no answer:
   * waits poll on, other calls ask again every second. The last 10,000 reports are remembered for it.
   *
   * **Example** (The report of a team)
   *
   * ```ts
   * import { SloReportRequest } from "@effect-datadog/slo-report"
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect } from "effect"
   *
   * const create = Effect.gen(function*() {
   *   const client = yield* SloReportClient.SloReportClient
   *   const period = { from: "2026-01-01", to: "2026-07-01", interval: "monthly" } as const
   *   return yield* client.createReport(yield* SloReportRequest.make({ query: "team:pay", ...period }))
   * })
   * ```
   */
  readonly createReport: (
    request: SloReportRequest
  ) => Effect.Effect<ReportId, DatadogError | CreateOutcomeUnknown>
  /**
   * Downloads the CSV file of a report that is done, as fast as its bytes are taken.
   *
   * The first line must be a report's header, and a body that is cut short is an error, never a shorter file: where
   * neither a length nor chunks tell the body's end, its last line must end in a line break. Calls are retried
   * until the first byte is out. `attemptTimeout` is the limit for the first bytes, then for each gap between parts,
   * not for the whole file.
   *
   * **Example** (How large it is)
   *
   * ```ts
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Stream } from "effect"
   *
   * const size = SloReportClient.SloReportClient.use((client) =>
   *   Stream.runFold(client.downloadReport("my-report"), () => 0, (bytes, part) => bytes + part.length)
   * )
   * ```
   */
  readonly downloadReport: (id: string) => Stream.Stream<Uint8Array, DatadogError | InvalidReportId>
  /**
   * Downloads the rows of a report that is done, in groups, as the parts of its file arrive.
   *
   * The rows before one that is wrong come before the error.
   *
   * **Example** (The SLOs that missed their target)
   *
   * ```ts
   * import { IntervalCell } from "@effect-datadog/slo-report"
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Stream } from "effect"
   *
   * const missed = SloReportClient.SloReportClient.use((client) =>
   *   client.reportRows("my-report").pipe(
   *     Stream.filter(({ cells, target }) => cells.some((cell) => IntervalCell.met(cell, target) === false)),
   *     Stream.runCollect
   *   )
   * )
   * ```
   */
  readonly reportRows: (
    id: string
  ) => Stream.Stream<SloReportRow, DatadogError | InvalidReportId | InvalidReportTable>
  /**
   * Searches SLOs, in Datadog's query language: those that a report with this query would have, each once.
   *
   * A page that has no new one though more follow, such as a cache's, is a `DatadogProtocolError`, never the end.
   *
   * **Example** (The names of a team's SLOs)
   *
   * ```ts
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Stream } from "effect"
   *
   * const names = SloReportClient.SloReportClient.use((client) =>
   *   Stream.runCollect(Stream.map(client.searchSlos("team:pay AND service:checkout"), ({ name }) => name))
   * )
   * ```
   */
  readonly searchSlos: (query: string) => Stream.Stream<Slo, DatadogError>
  /**
   * Asks for an SLO's history over a period in epoch seconds, such as an interval of `ReportIntervals`.
   *
   * **Example** (January of one SLO)
   *
   * ```ts
   * import { SloHistory } from "@effect-datadog/slo-report"
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect } from "effect"
   *
   * const january = SloReportClient.SloReportClient.use((client) =>
   *   Effect.map(client.getSloHistory("5f0a", { from: 1_767_225_600, to: 1_769_904_000 }), SloHistory.outcome)
   * )
   * ```
   */
  readonly getSloHistory: (
    id: string,
    period: { readonly from: number; readonly to: number }
  ) => Effect.Effect<SloHistory, DatadogError | InvalidSloId | InvalidSloPeriod>
  /**
   * The rows of a table, each as soon as it is complete: from a report that is created and waited for, or, where
   * reports are refused, from the histories of the SLOs.
   *
   * Of histories, an SLO that fails is a row with an `exportError`. Their requests take turns, as the limit that
   * Datadog's answers name has room for them; other calls don't wait for them.
   *
   * **Example** (A verdict, without the report endpoints)
   *
   * ```ts
   * import { type SloReportRequest, Verdict } from "@effect-datadog/slo-report"
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect, Stream } from "effect"
   *
   * const judge = (request: SloReportRequest.SloReportRequest) =>
   *   SloReportClient.SloReportClient.use((client) =>
   *     Effect.map(Stream.runCollect(client.rows(request, { source: "history" })), (rows) => Verdict.fromRows(rows))
   *   )
   * ```
   */
  readonly rows: (
    request: SloReportRequest,
    options?: TableOptions
  ) => Stream.Stream<SloReportRow, SloTableError | InvalidReportTable>
  /**
   * Makes a table as the file of a report, from either source as {@link Service.rows}, and emits how far it has
   * come, `Done` last.
   *
   * **Example** (To standard output, part by part)
   *
   * ```ts
   * import type { SloReportRequest } from "@effect-datadog/slo-report"
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect, Stream } from "effect"
   *
   * const print = (request: SloReportRequest.SloReportRequest) =>
   *   SloReportClient.SloReportClient.use((client) =>
   *     Stream.runDrain(client.exportReport(request, {
   *       onChunk: (bytes) => Effect.sync(() => process.stdout.write(bytes))
   *     }))
   *   )
   * ```
   */
  readonly exportReport: <E = never, R = never>(
    request: SloReportRequest,
    options?: ExportOptions<E, R>
  ) => Stream.Stream<ExportProgress, SloTableError | E, R>
  /**
   * Exports a table to a file, which appears, or is replaced, all at once and before `Done`.
   *
   * An export that fails or is interrupted leaves nothing behind, and an existing file as it was. Links are followed
   * when it begins. A device, a FIFO, a socket, a missing folder, missing permission or a file in use is a
   * `PlatformError` before the report is created. A target that can't be renamed onto is overwritten; where that
   * fails too, the error names the file that is kept beside it.
   *
   * **Example** (Where the numbers came from)
   *
   * ```ts
   * import type { SloReportRequest } from "@effect-datadog/slo-report"
   * import { SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect, Stream } from "effect"
   *
   * const save = (request: SloReportRequest.SloReportRequest) =>
   *   SloReportClient.SloReportClient.use((client) =>
   *     Stream.runForEach(client.exportReportTo("slos.csv", request), (progress) =>
   *       progress._tag === "SourceChosen" ? Effect.logInfo(progress.source) : Effect.void)
   *   )
   * ```
   */
  readonly exportReportTo: (
    path: string,
    request: SloReportRequest,
    options?: TableOptions
  ) => Stream.Stream<ExportProgress, SloTableError | PlatformError, FileSystem>
}
