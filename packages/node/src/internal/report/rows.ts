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
import type * as Pull from "effect/Pull"
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
  bytes.pipe(
    Stream.mapArray(Arr.flatMap(sections)),
    Stream.rechunk(1),
    Stream.pipeThroughChannel(Csv.decode<E>()),
    Stream.mapError((error) =>
      Csv.isCsvError(error) ? invalid(id, { line: error.line, issue: uncapitalized(error.message) }) : error
    ),
    (records) => Stream.transformPull(records, (pull) => Effect.sync(() => readAll(id, pull, makeReader(scrub))))
  )

const lineFeed = 0x0a

const quotationMark = 0x22

// The rows of a section are in memory at once. With 64 KiB and 365 columns the heap grows by 65 MiB, with these by 33.
const maxSectionBytes = 8 * 1024

/**
 * A line with a quotation mark is a section of its own: nothing else can break a record, and Effect's reader drops
 * the records that come in one section with a broken one.
 */
const sections = (chunk: Uint8Array): Arr.NonEmptyReadonlyArray<Uint8Array> => {
  const result: Arr.NonEmptyArray<Uint8Array> = [firstSection(chunk)]
  for (let end = result[0].length; end < chunk.length;) {
    const section = firstSection(chunk.subarray(end))
    result.push(section)
    end += section.length
  }
  return result
}

// A line feed is never a part of another character in UTF-8.
const firstSection = (chunk: Uint8Array): Uint8Array => {
  const most = chunk.subarray(0, maxSectionBytes)
  const mark = most.indexOf(quotationMark)
  if (mark < 0) return most
  const lineStart = most.lastIndexOf(lineFeed, mark) + 1
  const lineEnd = most.indexOf(lineFeed, mark) + 1
  return most.subarray(0, lineStart || lineEnd || most.length)
}

type RowsPull<E> = Pull.Pull<Arr.NonEmptyReadonlyArray<SloReportRow>, E | InvalidReportTable>

// The rows before an issue come before it.
const readAll = <E>(
  id: ReportId,
  records: Pull.Pull<Arr.NonEmptyReadonlyArray<Csv.Row>, E>,
  read: Read
): RowsPull<E> => {
  let issue: Issue | undefined
  const pull: RowsPull<E> = Effect.suspend(() => {
    if (issue !== undefined) return Effect.fail(invalid(id, issue))
    return Effect.flatMap(records, (some) => {
      const rows: Array<SloReportRow> = []
      for (const record of some) {
        const row = read(record)
        if (Result.isFailure(row)) {
          issue = row.failure
          break
        }
        if (row.success !== undefined) rows.push(row.success)
      }
      return Arr.isArrayNonEmpty(rows) ? Effect.succeed(rows) : pull
    })
  })
  return pull
}

type Issue = Pick<SloReportTable.TableIssue, "line" | "issue">

type Read = (record: Csv.Row) => Result.Result<SloReportRow | undefined, Issue>

// A CSV reader's records don't tell their lines.
const makeReader = (scrub: Scrub): Read => {
  let table: SloReportTable.SloReportTable | undefined
  let nextLine = 1
  const read = (record: Csv.Row, line: number): Result.Result<SloReportRow | undefined, SloReportTable.TableIssue> => {
    if (table !== undefined) return SloReportTable.toRow(table, record, line)
    return Result.map(SloReportTable.fromHeader(record), (header) => void (table = header))
  }
  return (record) => {
    const line = nextLine
    nextLine += SloReportTable.lineCount(record)
    if (SloReportTable.isBlank(record)) return Result.succeed(undefined)
    const row = read(record, line)
    if (Result.isSuccess(row)) return row
    // An issue quotes the record.
    const { issue } = Result.getOrElse(Result.flip(read(record.map(scrub), line)), () => row.failure)
    return Result.fail({ line, issue })
  }
}

const invalid = (id: ReportId, { issue, line }: Issue) => new InvalidReportTable({ id, line, issue })

// But for abbreviations: "CSV record exceeds …".
const uncapitalized = (text: string): string => text.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase())
