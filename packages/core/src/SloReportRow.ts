/**
 * One row of a report: an SLO, and how it did in every interval.
 *
 * @since 0.1.0
 */
import { dual } from "effect/Function"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import * as IntervalCell from "./IntervalCell.ts"
import { defined } from "./internal/defined.ts"
import { instance } from "./internal/instance.ts"
import type { Interval } from "./ReportIntervals.ts"
import type { Slo } from "./Slo.ts"

/**
 * An SLO of a report.
 *
 * **Details**
 *
 * - `id`, `sloType`, `name`: as Datadog wrote them
 * - `target`: percent; absent where the cell has no number
 * - `exportError`: why Datadog could not export this SLO; absent where it could
 * - `cells`: one an interval, in the order of time
 * - `other`: the texts of columns that this library does not know, by the column's name
 *
 * @category models
 * @since 0.1.0
 */
export class SloReportRow extends Schema.Class<SloReportRow>("@effect-datadog/slo-report/SloReportRow")({
  id: Schema.String,
  sloType: Schema.String,
  name: Schema.String,
  target: Schema.optionalKey(Schema.Finite),
  exportError: Schema.optionalKey(Schema.String),
  cells: Schema.Array(IntervalCell.IntervalCell),
  other: Schema.Record(Schema.String, Schema.String)
}) {}

/**
 * Makes the row of an SLO from its SLIs, as the report would have it.
 *
 * **Details**
 *
 * The SLO's type is Datadog's word for it, its target the primary one. A cell's text is its number's shortest.
 *
 * **Example** (A month with data, and one without)
 *
 * ```ts
 * import { Slo, SloReportRow } from "@effect-datadog/slo-report"
 *
 * const slo = Slo.fromAttributes(Slo.SloId.make("5f0a"), { name: "Checkout", slo_type: "metric" })
 * const row = SloReportRow.fromSlis(slo, [{ start: "2026-09-01" }, { start: "2026-10-01" }], [99.95, undefined])
 * row.cells.map(({ raw }) => raw) // => ["99.95", ""]
 * ```
 *
 * @param intervals the row's columns
 * @param slis one for each interval, in percent; where it is `undefined` or missing, the cell is empty
 * @param exportError why there are no more of them; absent where there are
 * @category constructors
 * @since 0.1.0
 */
export const fromSlis = (
  slo: Slo,
  intervals: ReadonlyArray<Pick<Interval, "start">>,
  slis: ReadonlyArray<number | undefined>,
  exportError?: string
): SloReportRow =>
  Object.assign(instance(SloReportRow.prototype), {
    id: slo.id,
    sloType: slo.rawType,
    name: slo.name,
    ...defined({ target: slo.target, exportError }),
    cells: intervals.map(({ start }, index) => IntervalCell.fromText(start, slis[index]?.toString() ?? "")),
    other: {}
  })

/**
 * How the status moved from one interval to the next that has data.
 *
 * **Details**
 *
 * `from` and `to` are the dates on which the two intervals start; `change` is in percentage points,
 * negative where the SLO got worse. It is not rounded: 99.95 − 99.9 is 0.04999999999999716.
 *
 * @category models
 * @since 0.1.0
 */
export interface IntervalChange {
  readonly from: string
  readonly to: string
  readonly change: number
}

/**
 * The cell of the latest interval that has data; `undefined` where none has.
 *
 * **Details**
 *
 * It may be long past: an SLO that fell silent has its last good interval here. Whoever judges an SLO judges
 * the last column, as `Verdict` does.
 *
 * **Example** (An SLO that fell silent)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-09-01", "99.95"), IntervalCell.fromText("2026-10-01", "")]
 * })
 * SloReportRow.latest(row)?.start // => "2026-09-01"
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const latest = (row: SloReportRow): IntervalCell.IntervalCell | undefined =>
  row.cells.findLast((cell) => cell.status !== undefined)

/**
 * How the status changed, interval by interval.
 *
 * **Details**
 *
 * Intervals without data are skipped: a change spans them.
 *
 * **Example** (Worse than the month before)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-09-01", "99.75"), IntervalCell.fromText("2026-10-01", "99.25")]
 * })
 * SloReportRow.changes(row) // => [{ from: "2026-09-01", to: "2026-10-01", change: -0.5 }]
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const changes = (row: SloReportRow): ReadonlyArray<IntervalChange> => {
  const result: Array<IntervalChange> = []
  let from: { readonly start: string; readonly status: number } | undefined
  for (const { start, status } of row.cells) {
    if (status === undefined) continue
    if (from !== undefined) result.push({ from: from.start, to: start, change: status - from.status })
    from = { start, status }
  }
  return result
}

/**
 * The rows by the error budget left in their latest interval with data, the worst first.
 *
 * **Details**
 *
 * Where the budget has no number, a missed target of 100 comes first, and a row that misses no target
 * comes after those with a budget. Rows without data are last. Rows that are equally bad keep their order.
 *
 * **Example** (The worst of two)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 *
 * const row = (name: string, status: string) =>
 *   new SloReportRow.SloReportRow({
 *     ...{ id: name, sloType: "metric", name, target: 99.9, other: {} },
 *     cells: [IntervalCell.fromText("2026-10-01", status)]
 *   })
 * const [worst] = SloReportRow.worst([row("Search", "99.95"), row("Checkout", "99.8")], 1)
 * worst?.name // => "Checkout"
 * ```
 *
 * @param count how many rows at most @default all
 * @category combinators
 * @since 0.1.0
 */
export const worst: {
  (count: number): (rows: ReadonlyArray<SloReportRow>) => ReadonlyArray<SloReportRow>
  (rows: ReadonlyArray<SloReportRow>, count?: number): ReadonlyArray<SloReportRow>
} = dual(
  (args) => Array.isArray(args[0]),
  (rows: ReadonlyArray<SloReportRow>, count: number = rows.length): ReadonlyArray<SloReportRow> =>
    rows
      .map((row) => ({ row, rank: rank(row) }))
      .sort(byRank)
      .slice(0, Math.max(0, count))
      .map(({ row }) => row)
)

/**
 * The rows that Datadog could not export.
 *
 * **Example** (What Datadog said of them)
 *
 * ```ts
 * import { SloReportRow } from "@effect-datadog/slo-report"
 *
 * const reasons = (rows: ReadonlyArray<SloReportRow.SloReportRow>) =>
 *   SloReportRow.withExportError(rows).map(({ exportError, name }) => `${name}: ${exportError}`)
 *
 * const row = { id: "5f0a", sloType: "metric", cells: [], other: {} }
 * reasons([new SloReportRow.SloReportRow({ ...row, name: "Search", exportError: "timeout" })]) // => ["Search: timeout"]
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const withExportError = (rows: ReadonlyArray<SloReportRow>): ReadonlyArray<SloReportRow> =>
  rows.filter((row) => row.exportError !== undefined)

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

interface Rank {
  readonly hasData: boolean
  readonly budget: number
}

const rank = (row: SloReportRow): Rank => {
  const cell = latest(row)
  if (cell === undefined) return { hasData: false, budget: 0 }
  const missed = IntervalCell.met(cell, row.target) === false
  return { hasData: true, budget: IntervalCell.errorBudgetLeft(cell, row.target) ?? (missed ? -Infinity : Infinity) }
}

const byRank: Order.Order<{ readonly rank: Rank }> = Order.mapInput(
  Order.combine(
    Order.mapInput(Order.flip(Order.Boolean), (rank: Rank) => rank.hasData),
    Order.mapInput(Order.Number, (rank: Rank) => rank.budget)
  ),
  ({ rank }) => rank
)
