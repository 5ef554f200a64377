/**
 * A report's rows, out of the bytes of its file.
 *
 * @since 0.1.0
 */
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import * as SloReportTable from "@effect-datadog/slo-report/SloReportTable"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { InvalidReportTable } from "../../SloReportError.ts"
import type { Scrub } from "../http/scrub.ts"

/** @internal */
export const rows = <E, R>(
  id: ReportId,
  bytes: Stream.Stream<Uint8Array, E, R>,
  scrub: Scrub
): Stream.Stream<SloReportRow, E | InvalidReportTable, R> =>
  Stream.suspend(() => {
    const read = makeReader(scrub)
    return bytes.pipe(
      // Line by line, since Effect's reader drops the records that come in one part with a broken one.
      Stream.mapArray(Arr.flatMap(lines)),
      Stream.rechunk(1),
      Stream.pipeThroughChannel(Csv.decode<E>()),
      Stream.mapEffect((record) => {
        const row = read(record)
        return Result.isSuccess(row) ? Effect.succeed(row.success) : Effect.fail(invalid(id, row.failure))
      }),
      Stream.filter((row) => row !== undefined),
      Stream.mapError((error) =>
        Csv.isCsvError(error) ? invalid(id, { line: error.line, issue: uncapitalized(error.message) }) : error
      )
    )
  })

const lineFeed = 0x0a

// A line feed is never a part of another character in UTF-8.
const lines = (chunk: Uint8Array): Arr.NonEmptyReadonlyArray<Uint8Array> => {
  const end = chunk.indexOf(lineFeed) + 1
  const result: Arr.NonEmptyArray<Uint8Array> = [end === 0 ? chunk : chunk.subarray(0, end)]
  for (let start = end; start > 0 && start < chunk.length;) {
    const next = chunk.indexOf(lineFeed, start) + 1
    result.push(next === 0 ? chunk.subarray(start) : chunk.subarray(start, next))
    start = next
  }
  return result
}

type Issue = Pick<SloReportTable.TableIssue, "line" | "issue">

type Read = (record: Csv.Row) => Result.Result<SloReportRow | undefined, Issue>

// A CSV reader's records don't tell their lines.
const makeReader = (scrub: Scrub): Read => {
  let table: SloReportTable.SloReportTable | undefined
  let nextLine = 1
  return (record) => {
    const line = nextLine
    nextLine += SloReportTable.lineCount(record)
    if (table === undefined) {
      const header = SloReportTable.fromHeader(record)
      if (Result.isSuccess(header)) return Result.succeed(void (table = header.success))
      // An issue of a header quotes it.
      const { issue } = Result.getOrElse(
        Result.flip(SloReportTable.fromHeader(record.map(scrub))),
        () => header.failure
      )
      return Result.fail({ line, issue })
    }
    return SloReportTable.isBlank(record) ? Result.succeed(undefined) : SloReportTable.toRow(table, record, line)
  }
}

const invalid = (id: ReportId, { issue, line }: Issue) => new InvalidReportTable({ id, line, issue })

const uncapitalized = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)
