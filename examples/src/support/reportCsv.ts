/**
 * Reads the rows of a report from its CSV.
 */
import { type SloReportRow, SloReportTable } from "@effect-datadog/slo-report"
import { Data, Effect, Stream } from "effect"
import { Csv } from "effect/encoding"

/** The text is no report's CSV; the message names the line. */
export class NotAReport extends Data.TaggedError("NotAReport")<{ readonly message: string }> {}

export const rows = Effect.fnUntraced(function*<E, R>(bytes: Stream.Stream<Uint8Array, E, R>) {
  const [header = [], ...records] = yield* bytes.pipe(
    Stream.pipeThroughChannel(Csv.decode<E>()),
    Stream.runCollect,
    Effect.mapError((error) =>
      error instanceof Csv.CsvError ? notAReport({ message: `line ${error.line}: ${error.message}` }) : error
    )
  )
  const table = yield* Effect.mapError(Effect.fromResult(SloReportTable.fromHeader(header)), notAReport)
  let line = 1
  let last = header
  const rows: Array<SloReportRow.SloReportRow> = []
  for (const record of records) {
    line += SloReportTable.lineCount(last)
    last = record
    if (SloReportTable.isBlank(record)) continue
    rows.push(yield* Effect.mapError(Effect.fromResult(SloReportTable.toRow(table, record, line)), notAReport))
  }
  return rows
})

const notAReport = ({ message }: { readonly message: string }) =>
  new NotAReport({ message: `This is no SLO report: ${message}` })
