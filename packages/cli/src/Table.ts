/**
 * A table to write or to judge: a file, standard input, a report that is there, or one that is asked for.
 *
 * Whatever it comes from, it is a file as a whole before anything is made of it, so that what is written is whole too.
 *
 * @since 0.1.0
 */
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { ReportInterval, SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { TableOptions } from "@effect-datadog/slo-report-node/TableOptions"
import type { WaitOptions } from "@effect-datadog/slo-report-node/WaitOptions"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { type PlatformError, systemError } from "effect/PlatformError"
import type * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs"
import type { CommandError, NotAReport } from "./CommandError.ts"
import { Datadog } from "./Datadog.ts"
import { Progress } from "./Progress.ts"
import * as ReportCsv from "./ReportCsv.ts"
import { Stderr } from "./Stderr.ts"

/** @internal */
export interface Table {
  /** A regular file. */
  readonly path: string
  /** What it is called where something is wrong with it. */
  readonly name: string
  /** The report's id, where there is a report. */
  readonly report?: string | undefined
  /** What was asked for, where that is known. */
  readonly query?: string | undefined
  readonly interval?: ReportInterval | undefined
  readonly timezone?: string | undefined
  readonly source?: "report" | "history" | undefined
}

/** @internal */
export const bytes = ({ path }: Table): Stream.Stream<Uint8Array, PlatformError, FileSystem.FileSystem> =>
  Stream.unwrap(FileSystem.FileSystem.useSync((fs) => fs.stream(path)))

/** @internal */
export const rows = (
  table: Table
): Stream.Stream<SloReportRow, PlatformError | NotAReport, FileSystem.FileSystem> =>
  ReportCsv.rows(table.name, bytes(table))

/**
 * The file at a path, or standard input for `-`.
 *
 * @internal
 */
export const fromFile = Effect.fnUntraced(function*(
  path: string
): Effect.fn.Return<Table, PlatformError, FileSystem.FileSystem | Stdio.Stdio | Stderr | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  if (path !== "-") {
    // What is no regular file, such as <(…) of a shell, can be read once.
    if ((yield* fs.stat(path)).type === "File") return { path, name: path }
    return { path: yield* spool(streamOnce(path)), name: path }
  }
  const stdio = yield* Stdio.Stdio
  if (yield* stdio.stdinIsTerminal) {
    yield* (yield* Stderr).line("Reading the CSV of a report from standard input; ^D ends it.")
  }
  return { path: yield* spool(stdio.stdin), name: "standard input" }
})

/**
 * A report that is there already: waited for, unless it is taken as it is, and downloaded.
 *
 * @internal
 */
export const fromReport = Effect.fnUntraced(function*(
  id: string,
  wait: WaitOptions | undefined
): Effect.fn.Return<Table, CommandError, FileSystem.FileSystem | Datadog | Progress | Scope.Scope> {
  const datadog = yield* Datadog
  if (wait !== undefined) yield* awaitReport(id, wait)
  const path = yield* spool(datadog.downloadReport(id))
  return { path, name: `report ${id}`, report: id, source: "report" }
})

/**
 * Waits until a report is done, and fails where it `failed`.
 *
 * @internal
 */
export const awaitReport = Effect.fnUntraced(function*(id: string, wait: WaitOptions) {
  const datadog = yield* Datadog
  const progress = yield* Progress
  const last = yield* datadog.waitForReport(id, { ...wait, onSleep: progress.onSleep }).pipe(
    Stream.tap(progress.polled),
    Stream.runLast,
    progress.resumable(() => id)
  )
  const report = Option.getOrThrow(last)
  if (report.status !== "failed") return report
  const { ReportFailed } = yield* Effect.promise(() => import("./Network.ts"))
  return yield* Effect.fail(new ReportFailed({ report }))
})

/**
 * A table that is asked for, from either source.
 *
 * @internal
 */
export const fromRequest = Effect.fnUntraced(function*(
  request: SloReportRequest,
  options: TableOptions
): Effect.fn.Return<Table, CommandError, FileSystem.FileSystem | Datadog | Progress | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const datadog = yield* Datadog
  const progress = yield* Progress
  const path = `${yield* fs.makeTempDirectoryScoped({ prefix: "datadog-slo-" })}/report.csv`
  let report: string | undefined
  yield* datadog.exportReportTo(path, request, { ...options, onSleep: progress.onSleep }).pipe(
    Stream.runForEach((event) => {
      if (event._tag === "Created") report = event.id
      return progress.exported(event)
    }),
    progress.resumable(() => report)
  )
  const { interval, query, timezone } = request
  const [name, source] = report === undefined
    ? ["the table of histories", "history"] as const
    : [`report ${report}`, "report"] as const
  return { path, name, report, query, interval, timezone, source }
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// Without positions, which a pipe has not.
const streamOnce = (path: string): Stream.Stream<Uint8Array, PlatformError> =>
  NodeStream.fromReadable({
    evaluate: () => Fs.createReadStream(path),
    onError: (cause) =>
      systemError({ _tag: "Unknown", module: "FileSystem", method: "stream", pathOrDescriptor: path, cause })
  })

/** A file of what is only there once. @internal */
export const spool = Effect.fnUntraced(function*<E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>
): Effect.fn.Return<string, E | PlatformError, FileSystem.FileSystem | Scope.Scope | R> {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped({ prefix: "datadog-slo-" })}/report.csv`
  yield* Stream.run(bytes, fs.sink(path))
  return path
})
