/**
 * Rows back to the CSV of a report, as Datadog writes it: lines that end with a line feed, and quotes around
 * the cells that need them and no others (RFC 4180).
 *
 * @since 0.1.0
 */
import { dual } from "effect/Function"
import * as Order from "effect/Order"
import type { SloReportRow } from "./SloReportRow.ts"
import * as SloReportTable from "./SloReportTable.ts"

/**
 * The first line of the file, with its line feed.
 *
 * **Example** (The columns of two months)
 *
 * ```ts
 * import { SloReportCsv, SloReportTable } from "@effect-datadog/slo-report"
 *
 * const table = SloReportTable.fromIntervals(["2026-09-01", "2026-10-01"])
 * SloReportCsv.header(table) // => "id,slo_type,name,target,export_error,2026-09-01,2026-10-01\n"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const header = (self: SloReportTable.SloReportTable): string => {
  const names = new Map<number, string>()
  for (const [name, index] of Object.entries(self.known)) names.set(index, name)
  for (const { index, name } of [...self.intervals, ...self.others]) names.set(index, name)
  return line(self, (index) => names.get(index))
}

/**
 * The line of a row, with its line feed.
 *
 * **Details**
 *
 * A cell has the text that Datadog wrote, a target its number's shortest. What the row lacks is empty; what
 * the table has no column for is left out.
 *
 * **Example** (A name that needs quotes)
 *
 * ```ts
 * import { IntervalCell, SloReportCsv, SloReportRow, SloReportTable } from "@effect-datadog/slo-report"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout, EU", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.95")]
 * })
 * SloReportCsv.record(SloReportTable.fromIntervals(["2026-10-01"]), row) // => "5f0a,metric,\"Checkout, EU\",99.9,,99.95\n"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const record: {
  (row: SloReportRow): (self: SloReportTable.SloReportTable) => string
  (self: SloReportTable.SloReportTable, row: SloReportRow): string
} = dual(2, (self: SloReportTable.SloReportTable, row: SloReportRow): string => {
  const { known } = self
  const texts = new Map<number, string | undefined>([
    [known.id, row.id],
    [known.slo_type, row.sloType],
    [known.name, row.name],
    [known.target, row.target?.toString()],
    [known.export_error, row.exportError]
  ])
  const cells = new Map(row.cells.map(({ raw, start }) => [start, raw]))
  for (const { index, name } of self.intervals) texts.set(index, cells.get(name))
  const others = new Map(Object.entries(row.other))
  for (const { index, name } of self.others) texts.set(index, others.get(name))
  return line(self, (index) => texts.get(index))
})

/**
 * The whole file of some rows.
 *
 * **Details**
 *
 * Its columns are all that the rows have: the five that every report has, the intervals in the order of time,
 * then the others as they come. To read it gives the same rows, if they have the same intervals, and no
 * export error that says nothing (`""`, `null`, `-`).
 *
 * **Example** (Those that missed their target)
 *
 * ```ts
 * import { IntervalCell, SloReportCsv, type SloReportRow } from "@effect-datadog/slo-report"
 *
 * const missed = (rows: ReadonlyArray<SloReportRow.SloReportRow>) =>
 *   SloReportCsv.fromRows(rows.filter(({ cells, target }) => cells.some((cell) => IntervalCell.met(cell, target) === false)))
 *
 * missed([]) // => "id,slo_type,name,target,export_error\n"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow>): string => {
  const intervals = new Set(rows.flatMap(({ cells }) => cells.map(({ start }) => start)))
  const others = new Set(rows.flatMap(({ other }) => Object.keys(other)))
  const table = SloReportTable.fromIntervals([...intervals].sort(Order.String), [...others])
  return header(table) + rows.map((row) => record(table, row)).join("")
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const line = ({ width }: SloReportTable.SloReportTable, text: (index: number) => string | undefined): string =>
  `${Array.from({ length: width }, (_, index) => quote(text(index) ?? "")).join(",")}\n`

const quote = (text: string): string => /[",\r\n]/.test(text) ? `"${text.replaceAll(`"`, `""`)}"` : text
