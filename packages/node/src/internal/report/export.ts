/**
 * The way of a report that is created: waited for, downloaded.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Created, Done, Downloading, type ExportProgress, Polled } from "../../ExportProgress.ts"
import { ReportFailed, type WaitTimedOut } from "../../SloReportError.ts"
import type { Part } from "./download.ts"

/** @internal */
export interface Steps {
  readonly id: ReportId
  readonly wait: Stream.Stream<SloReport, DatadogError | WaitTimedOut>
  readonly download: Stream.Stream<Part, DatadogError>
}

/** @internal */
export type ExportError = DatadogError | WaitTimedOut | ReportFailed

/** @internal */
export const stream = <E, R>(
  { download, id, wait }: Steps,
  onChunk: (chunk: Uint8Array) => Effect.Effect<unknown, E, R>
): Stream.Stream<ExportProgress, ExportError | E, R> =>
  Stream.suspend(() => {
    let last: SloReport | undefined
    let bytes = 0

    const polled = wait.pipe(
      Stream.map((report) => {
        last = report
        return new Polled({ report })
      })
    )
    const downloading = download.pipe(
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
  })
