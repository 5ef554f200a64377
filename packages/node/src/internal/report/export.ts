/**
 * The whole way of a report: created, waited for, downloaded.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Stream from "effect/Stream"
import { Created, Done, Downloading, type ExportProgress, Polled } from "../../ExportProgress.ts"
import { type CreateOutcomeUnknown, ReportFailed, type WaitTimedOut } from "../../SloReportError.ts"
import type { Part } from "./download.ts"
import * as AtomicFile from "../file/atomicFile.ts"
import * as FileError from "../file/fileError.ts"

/** @internal */
export interface Steps {
  readonly create: Effect.Effect<ReportId, DatadogError | CreateOutcomeUnknown>
  readonly wait: (id: ReportId) => Stream.Stream<SloReport, DatadogError | WaitTimedOut>
  readonly download: (id: ReportId) => Stream.Stream<Part, DatadogError>
}

/** @internal */
export type ExportError = DatadogError | CreateOutcomeUnknown | WaitTimedOut | ReportFailed

/** @internal */
export const stream = <E, R>(
  steps: Steps,
  onChunk: (chunk: Uint8Array) => Effect.Effect<unknown, E, R>
): Stream.Stream<ExportProgress, ExportError | E, R> =>
  Stream.unwrap(Effect.gen(function*() {
    const id = yield* steps.create
    let last: SloReport | undefined
    let bytes = 0

    const polled = steps.wait(id).pipe(
      Stream.map((report) => {
        last = report
        return new Polled({ report })
      })
    )
    const downloading = steps.download(id).pipe(
      Stream.mapEffect(({ chunk, total }) =>
        Effect.map(onChunk(chunk), () => {
          bytes += chunk.length
          return new Downloading(total === undefined ? { bytes } : { bytes, total })
        })
      )
    )
    const file = Stream.suspend((): Stream.Stream<ExportProgress, ExportError | E, R> => {
      const report = last
      // A wait that ends has seen a report's end.
      if (report === undefined) return Stream.empty
      return report.status === "failed"
        ? Stream.fail(new ReportFailed({ report }))
        : Stream.concat(downloading, Stream.sync(() => new Done({ report, bytes })))
    })
    return Stream.concat(Stream.succeed(new Created({ id })), Stream.concat(polled, file))
  }))

/** @internal */
export const toFile = (
  steps: Steps,
  path: string
): Stream.Stream<ExportProgress, ExportError | PlatformError, FileSystem> =>
  Stream.unwrap(
    Effect.map(AtomicFile.make(path), ({ commit, write }) => {
      let note = ""
      const put = Effect.fnUntraced(function*(progress: ExportProgress) {
        if (progress._tag === "Created") note = `report ${progress.id} can be downloaded again`
        if (progress._tag === "Done") yield* commit
      })
      return Stream.mapError(
        Stream.tap(stream(steps, write), put),
        (error) => error._tag === "PlatformError" ? FileError.at(path, note)(error) : error
      )
    })
  )
