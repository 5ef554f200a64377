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
 * **Example** (A line of a warehouse)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Jsonl } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * const { name, start, status } = JSON.parse(Jsonl.fromRow(row, { report: "my-report" }))
 * const cells = [name, start, status]
 * // => ["Checkout", "2026-10-01", 99.85]
 * ```
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
 * **Example** (A line for each SLO and interval)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Jsonl } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * Jsonl.fromRows([row, row]).trimEnd().split("\n").length // => 2
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow>, options: Options = {}): string =>
  rows.map((row) => fromRow(row, options)).join("")

/**
 * The same as a stream, which holds one row at a time.
 *
 * **Example** (Into a file)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Jsonl } from "@effect-datadog/slo-report-render"
 * import { Effect, FileSystem, Stream } from "effect"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * export const save = Effect.scoped(FileSystem.FileSystem.use((fs) =>
 *   Jsonl.stream(Stream.make(row)).pipe(Stream.encodeText, Stream.run(fs.sink("slos.jsonl")))
 * ))
 * ```
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
 * **Example** (The names of those that fail)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, Verdict } from "@effect-datadog/slo-report"
 * import { Jsonl } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * const slos = Jsonl.fromVerdict(Verdict.fromRows([row])).trimEnd().split("\n").map((line) => JSON.parse(line))
 * slos.filter(({ verdict }) => verdict === "fail").map(({ name }) => name) // => ["Checkout"]
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromVerdict = ({ slos }: Verdict): string => slos.map((slo) => line(Record.ofSloVerdict(slo))).join("")

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const line = (value: unknown): string => `${stringify(value)}\n`
