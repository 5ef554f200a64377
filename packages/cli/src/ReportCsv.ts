/**
 * The rows of a report's CSV, as many at a time as its parts have.
 *
 * @since 0.1.0
 */
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import * as SloReportTable from "@effect-datadog/slo-report/SloReportTable"
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { NotAReport } from "./CommandError.ts"

/**
 * Reads the rows; a file without a header, such as an empty one, is no report either.
 *
 * @param name what is said of the file where something is wrong with it
 * @internal
 */
export const rows = <E, R>(
  name: string,
  bytes: Stream.Stream<Uint8Array, E, R>
): Stream.Stream<SloReportRow, E | NotAReport, R> =>
  Stream.suspend(() => {
    const reader = makeReader(name)
    let isFirst = true
    return bytes.pipe(
      Stream.tap((bytes) => {
        const issue = isFirst ? issueOfFirst(bytes) : undefined
        isFirst = false
        return issue === undefined ? Effect.void : Effect.fail(new NotAReport({ name, line: 1, issue }))
      }),
      Stream.pipeThroughChannel(Csv.decode<E | NotAReport>()),
      Stream.mapError((error) =>
        Csv.isCsvError(error) ? new NotAReport({ name, line: error.line, issue: issueOf(error.message) }) : error
      ),
      Stream.mapEffect(reader.read),
      Stream.flattenIterable,
      Stream.concat(Stream.drain(Stream.fromEffect(reader.end)))
    )
  })

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// A CSV reader's records don't tell their lines.
const makeReader = (name: string) => {
  let table: SloReportTable.SloReportTable | undefined
  let nextLine = 1
  const rowOf = (
    record: Csv.Row,
    line: number
  ): Result.Result<ReadonlyArray<SloReportRow>, SloReportTable.TableIssue> => {
    if (table !== undefined) return Result.map(SloReportTable.toRow(table, record, line), (row) => [row])
    return Result.map(SloReportTable.fromHeader(record), (header) => {
      table = header
      return []
    })
  }
  const refuse = (line: number, issue: string) => new NotAReport({ name, line, issue })
  return {
    read: (record: Csv.Row): Effect.Effect<ReadonlyArray<SloReportRow>, NotAReport> => {
      const line = nextLine
      nextLine += SloReportTable.lineCount(record)
      if (SloReportTable.isBlank(record)) return Effect.succeed([])
      const separator = table === undefined ? separatorOf(record) : undefined
      if (separator !== undefined) {
        return Effect.fail(
          refuse(line, `its columns are separated by ${separator}, expected commas, as a report has them`)
        )
      }
      return Effect.mapError(Effect.fromResult(rowOf(record, line)), (wrong) => refuse(wrong.line, wrong.issue))
    },
    end: Effect.suspend(() => table === undefined ? Effect.fail(refuse(1, "the file is empty")) : Effect.void)
  }
}

// But for abbreviations: "CSV record exceeds …".
const issueOf = (text: string): string => text.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase())

const issueOfFirst = (bytes: Uint8Array): string | undefined => {
  const start = bytes.subarray(0, 100)
  if (/^\s*</.test(new TextDecoder().decode(start))) return "it begins as a web page or XML does"
  const isWide = ["255,254", "254,255"].includes(start.subarray(0, 2).join())
  return isWide ? "it is UTF-16, expected UTF-8" : undefined
}

// Spreadsheets separate by what the country's decimal comma leaves to them.
const separatorOf = ([first = "", ...rest]: Csv.Row): string | undefined =>
  rest.length > 0 ? undefined : first.includes(";") ? "semicolons" : first.includes("\t") ? "tabs" : undefined
