/**
 * A report or a verdict as JSON lines, for warehouses: every key is in every line, `null` for nothing.
 *
 * Keys are in the words of the report's columns. Numbers are as they are, not rounded.
 *
 * @since 0.1.0
 */
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { Verdict } from "@effect-datadog/slo-report/Verdict"
import * as Stream from "effect/Stream"
import { stringify } from "./internal/json.ts"
import * as Record from "./internal/record.ts"
import type { Options } from "./Json.ts"

/**
 * The lines of a row, one an interval, each with its line feed.
 *
 * **Details**
 *
 * What is said of the SLO is in each, its export error too. An SLO without intervals has one line, whose `start`
 * is `null`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRow = (row: SloReportRow, { interval, report }: Options = {}): string => {
  const cells = row.cells.map((cell) => Record.ofCell(cell, row.target))
  return (cells.length === 0 ? [Record.noCell] : cells).map((cell) =>
    line({
      report: report ?? null,
      ...Record.ofSlo(row),
      interval: interval ?? null,
      ...cell,
      export_error: row.exportError ?? null,
      other: row.other
    })
  ).join("")
}

/**
 * The lines of some rows.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow>, options: Options = {}): string =>
  rows.map((row) => fromRow(row, options)).join("")

/**
 * The same as a stream, which holds one row at a time.
 *
 * @category conversions
 * @since 0.1.0
 */
export const stream = <E, R>(
  rows: Stream.Stream<SloReportRow, E, R>,
  options: Options = {}
): Stream.Stream<string, E, R> => Stream.map(rows, (row) => fromRow(row, options))

/**
 * The lines of a verdict, one an SLO.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromVerdict = ({ slos }: Verdict): string => slos.map((slo) => line(Record.ofSloVerdict(slo))).join("")

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const line = (value: unknown): string => `${stringify(value)}\n`
