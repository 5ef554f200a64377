/**
 * A table of histories as the file of a report, row by row.
 *
 * @since 0.1.0
 */
import * as SloReportCsv from "@effect-datadog/slo-report/SloReportCsv"
import * as SloReportTable from "@effect-datadog/slo-report/SloReportTable"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Done, type ExportProgress, RowDone, SlosFound } from "../../ExportProgress.ts"
import type { Table, TableError } from "./table.ts"

/** @internal */
export const stream = <E, R>(
  table: Effect.Effect<Table, TableError>,
  onChunk: (chunk: Uint8Array) => Effect.Effect<unknown, E, R>
): Stream.Stream<ExportProgress, TableError | E, R> =>
  Stream.unwrap(Effect.map(table, ({ intervals, rows, slos }) => {
    const csv = SloReportTable.fromIntervals(intervals.map(({ start }) => start))
    const encoder = new TextEncoder()
    let bytes = 0
    let done = 0
    let exportErrors = 0

    const write = (text: string) =>
      Effect.suspend(() => {
        const chunk = encoder.encode(text)
        bytes += chunk.length
        return onChunk(chunk)
      })
    const found = Effect.as(
      write(SloReportCsv.header(csv)),
      new SlosFound({ slos: slos.length, intervals: intervals.length })
    )
    const rowsDone = Stream.mapEffect(rows, (row) =>
      Effect.map(write(SloReportCsv.record(csv, row)), () => {
        done += 1
        if (row.exportError !== undefined) exportErrors += 1
        return new RowDone({ rows: done, total: slos.length, bytes })
      }))
    return Stream.fromEffect(found).pipe(
      Stream.concat(rowsDone),
      Stream.concat(Stream.sync(() => new Done({ bytes, exportErrors })))
    )
  }))
