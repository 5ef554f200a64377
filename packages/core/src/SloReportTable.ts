/**
 * The shape of a report's CSV: which column holds what.
 *
 * It takes records as a CSV reader yields them, cells of text, the first one the header. Columns are found
 * by their names, in any order.
 *
 * @since 0.1.0
 */
import { dual } from "effect/Function"
import * as Order from "effect/Order"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as IntervalCell from "./IntervalCell.ts"
import { isNothing, isOtherNumber, toNumber } from "./internal/cellText.ts"
import { date, isOtherDate, mayBeDate } from "./internal/dateText.ts"
import { instance } from "./internal/instance.ts"
import { SloReportRow } from "./SloReportRow.ts"

/**
 * What is wrong with a table, and on which line of the file.
 *
 * **Details**
 *
 * `line` counts from 1, the header's; `message` names it.
 *
 * @category models
 * @since 0.1.0
 */
export class TableIssue extends Schema.Class<TableIssue>("@effect-datadog/slo-report/TableIssue")({
  line: Schema.Int.check(Schema.isGreaterThan(0)),
  issue: Schema.String
}) {
  get message(): string {
    return `line ${this.line}: ${this.issue}`
  }
}

/**
 * A record of a CSV file: the texts of its cells, without quotes.
 *
 * @category models
 * @since 0.1.0
 */
export type CsvRecord = ReadonlyArray<string>

/**
 * A column: its name, and its place in every record, from 0.
 *
 * @category models
 * @since 0.1.0
 */
export interface Column {
  readonly name: string
  readonly index: number
}

/**
 * The names of the five columns that every report has, in Datadog's order.
 *
 * @category constants
 * @since 0.1.0
 */
export const knownColumns = ["id", "slo_type", "name", "target", "export_error"] as const

/**
 * The columns of a report.
 *
 * **Details**
 *
 * - `width`: how many cells every record has
 * - `known`: the places of the five columns that every report has
 * - `intervals`: the columns named by a date (`YYYY-MM-DD`), in the order of time
 * - `others`: every other column, in the order of the file
 *
 * @category models
 * @since 0.1.0
 */
export interface SloReportTable {
  readonly width: number
  readonly known: { readonly [K in typeof knownColumns[number]]: number }
  readonly intervals: ReadonlyArray<Column>
  readonly others: ReadonlyArray<Column>
}

/**
 * Reads the header, the first record of the file.
 *
 * **Details**
 *
 * A byte order mark before the first name is dropped. A header without one of the five columns, with the
 * same name twice, or with a column that has no name is an issue of line 1. So is one with a date in another
 * form than `YYYY-MM-DD`, as a spreadsheet writes it (`1/1/2024`, `Jan-24`): its cells would be no data.
 *
 * **Example** (The intervals of a file)
 *
 * ```ts
 * import { SloReportTable } from "@effect-datadog/slo-report"
 * import { Result } from "effect"
 *
 * const header = "id,slo_type,name,target,export_error,2026-10-01".split(",")
 * const { intervals } = Result.getOrThrow(SloReportTable.fromHeader(header))
 * intervals // => [{ name: "2026-10-01", index: 5 }]
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromHeader = (header: CsvRecord): Result.Result<SloReportTable, TableIssue> => {
  const names = header.map((name, index) => index === 0 ? name.replace(/^\uFEFF/, "") : name)
  if (isBlank(names)) return headerIssue("the header is empty")
  const seen = new Set<string>()
  for (const name of names) {
    if (name.trim() === "") return headerIssue(`column ${seen.size + 1} has no name`)
    if (seen.has(name)) return headerIssue(`the column ${quote(name)} is there twice`)
    seen.add(name)
  }
  const missing = knownColumns.filter((name) => !seen.has(name))
  if (missing.length > 0) return headerIssue(`the header lacks ${missing.map(quote).join(", ")}`)
  const columns = names.map((name, index) => ({ name, index })).filter(({ name }) => !isKnown(name))
  const intervals = columns.filter(({ name }) => isInterval(name)).sort(byName)
  const others = columns.filter(({ name }) => !isInterval(name))
  const lost = others.find(({ name }) => isOtherDate(name) || (intervals.length === 0 && mayBeDate(name)))
  if (lost !== undefined) return headerIssue(`the column ${quote(lost.name)} seems to be a date, expected YYYY-MM-DD`)
  return Result.succeed({
    width: names.length,
    known: {
      id: names.indexOf("id"),
      slo_type: names.indexOf("slo_type"),
      name: names.indexOf("name"),
      target: names.indexOf("target"),
      export_error: names.indexOf("export_error")
    },
    intervals,
    others
  })
}

/**
 * Reads a record below the header.
 *
 * **Details**
 *
 * `target` is absent where its text is no number, `exportError` where its text is empty or says that there
 * is nothing (`null`, `N/A`, `-`). A record with more or fewer cells than the header is an issue of its line;
 * so is one whose target or status is a number in another form than Datadog's (`99,9`, `1,000`, `1e999`).
 *
 * **Example** (A line that a spreadsheet has changed)
 *
 * ```ts
 * import { SloReportTable } from "@effect-datadog/slo-report"
 * import { Result } from "effect"
 *
 * const table = SloReportTable.fromIntervals(["2026-10-01"])
 * const row = SloReportTable.toRow(table, ["5f0a", "metric", "Checkout", "99,9", "", "99.95"], 2)
 * const issue = Result.isFailure(row) && row.failure.message
 * // => "line 2: expected a number such as 99.9 in the column \"target\", got \"99,9\""
 * ```
 *
 * @param line the line of the file on which the record starts; see {@link lineCount}
 * @category conversions
 * @since 0.1.0
 */
export const toRow: {
  (record: CsvRecord, line: number): (self: SloReportTable) => Result.Result<SloReportRow, TableIssue>
  (self: SloReportTable, record: CsvRecord, line: number): Result.Result<SloReportRow, TableIssue>
} = dual(
  3,
  (self: SloReportTable, record: CsvRecord, line: number): Result.Result<SloReportRow, TableIssue> => {
    if (record.length !== self.width) {
      return rowIssue(line, `expected ${self.width} cells, as in the header, got ${record.length}`)
    }
    const text = (index: number): string => record[index]!
    const target = text(self.known.target)
    const exportError = text(self.known.export_error)
    const row = instance(SloReportRow.prototype)
    row.id = text(self.known.id)
    row.sloType = text(self.known.slo_type)
    row.name = text(self.known.name)
    const percent = toNumber(target)
    if (percent !== undefined) row.target = percent
    else if (isOtherNumber(target)) return numberIssue(line, "target", target)
    if (!isNothing(exportError)) row.exportError = exportError
    const cells: Array<IntervalCell.IntervalCell> = []
    for (const { index, name } of self.intervals) {
      const raw = text(index)
      const status = toNumber(raw)
      if (status === undefined && isOtherNumber(raw)) return numberIssue(line, name, raw)
      const cell = instance(IntervalCell.IntervalCell.prototype)
      cell.start = name
      if (status !== undefined) cell.status = status
      cell.raw = raw
      cells.push(cell)
    }
    row.cells = cells
    row.other = self.others.length === 0
      ? {}
      : Object.fromEntries(self.others.map(({ index, name }) => [name, text(index)]))
    return Result.succeed(row)
  }
)

/**
 * Whether a record is an empty line of the file, as CSV readers yield it.
 *
 * **Example** (The line after the last)
 *
 * ```ts
 * import { SloReportTable } from "@effect-datadog/slo-report"
 *
 * const records = "5f0a,metric\n".split("\n").map((line) => line.split(","))
 * records.filter((record) => !SloReportTable.isBlank(record)).length // => 1
 * ```
 *
 * @category predicates
 * @since 0.1.0
 */
export const isBlank = (record: CsvRecord): boolean => record.length < 2 && record.every((text) => text === "")

/**
 * How many lines of the file a record takes: one, and one more for each line break in its cells.
 *
 * **Example** (A name of two lines)
 *
 * ```ts
 * import { SloReportTable } from "@effect-datadog/slo-report"
 *
 * SloReportTable.lineCount(["5f0a", "metric", "Checkout\n(EU)"]) // => 2
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const lineCount = (record: CsvRecord): number => {
  let lines = 1
  for (const text of record) {
    if (text.includes("\n") || text.includes("\r")) lines += text.match(/\r\n|\r|\n/g)!.length
  }
  return lines
}

/**
 * Makes the columns of a report: the five that every report has, then one an interval, then the others.
 *
 * **Example** (A month, and a column of your own)
 *
 * ```ts
 * import { SloReportTable } from "@effect-datadog/slo-report"
 *
 * const { others, width } = SloReportTable.fromIntervals(["2026-10-01"], ["owner"])
 * width // => 7
 * others // => [{ name: "owner", index: 6 }]
 * ```
 *
 * @param starts the dates on which the intervals start, `YYYY-MM-DD`, in the order of time
 * @param others the names of other columns @default none
 * @category constructors
 * @since 0.1.0
 */
export const fromIntervals = (starts: ReadonlyArray<string>, others: ReadonlyArray<string> = []): SloReportTable => {
  const columns = (names: ReadonlyArray<string>, first: number): ReadonlyArray<Column> =>
    names.map((name, index) => ({ name, index: first + index }))
  const firstOther = knownColumns.length + starts.length
  return {
    width: firstOther + others.length,
    known: { id: 0, slo_type: 1, name: 2, target: 3, export_error: 4 },
    intervals: columns(starts, knownColumns.length),
    others: columns(others, firstOther)
  }
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const isKnown = (name: string): boolean => knownColumns.some((known) => known === name)

const isInterval = (name: string): boolean => date.test(name)

const byName: Order.Order<Column> = Order.mapInput(Order.String, ({ name }) => name)

const rowIssue = (line: number, issue: string): Result.Result<never, TableIssue> =>
  Result.fail(new TableIssue({ line, issue }))

const headerIssue = (issue: string): Result.Result<never, TableIssue> => rowIssue(1, issue)

const numberIssue = (line: number, column: string, text: string): Result.Result<never, TableIssue> =>
  rowIssue(line, `expected a number such as 99.9 in the column ${quote(column)}, got ${quote(text)}`)

// A file that is no report can have anything in its place.
const quote = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
