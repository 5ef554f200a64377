/**
 * What the page says of one SLO.
 *
 * @since 0.1.0
 */
import * as IntervalCell from "@effect-datadog/slo-report/IntervalCell"
import * as SloReportRow from "@effect-datadog/slo-report/SloReportRow"
import type { SloVerdict } from "@effect-datadog/slo-report/SloVerdict"
import * as Verdict from "@effect-datadog/slo-report/Verdict"
import { judge, type Judgement } from "./bands.ts"

/** @internal */
export type Outcome = "missed" | "met" | "no_data" | "no_target" | "not_exported"

/**
 * An SLO with its place in the report and in the order of the page, and what came of the last interval.
 *
 * @internal
 */
export interface Slo {
  readonly row: SloReportRow.SloReportRow
  readonly index: number
  readonly cells: ReadonlyArray<IntervalCell.IntervalCell | undefined>
  readonly judgements: ReadonlyArray<Judgement>
  readonly outcome: Outcome
  /** In how many intervals it has data and a target, and in how many of these it missed that. */
  readonly judged: number
  readonly missed: number
  /** In percentage points, from the interval with data before the last to the last; none where that has no data. */
  readonly change: number | undefined
}

/**
 * The SLOs of a report, those first that need attention in its last interval.
 *
 * @param starts all intervals that any row has, in the order of time
 * @internal
 */
export const fromRows = (
  rows: ReadonlyArray<SloReportRow.SloReportRow>,
  starts: ReadonlyArray<string>
): ReadonlyArray<Slo> => {
  const verdict = Verdict.fromRows(rows)
  return Verdict.worstFirst(verdict).flatMap((slo) => {
    const index = verdict.slos.indexOf(slo)
    return rows.slice(index, index + 1).map((row) => sloOf(row, index, outcomeOf(slo), starts))
  })
}

/**
 * How many SLOs missed their target in an interval.
 *
 * @internal
 */
export const missedIn = (slos: ReadonlyArray<Slo>, interval: number): number =>
  slos.filter(({ cells, row }) => isMissed(cells[interval], row.target)).length

/**
 * How many had data and a target in it.
 *
 * @internal
 */
export const judgedIn = (slos: ReadonlyArray<Slo>, interval: number): number =>
  slos.filter(({ cells, row }) => metOf(cells[interval], row.target) !== undefined).length

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const sloOf = (
  row: SloReportRow.SloReportRow,
  index: number,
  outcome: Outcome,
  starts: ReadonlyArray<string>
): Slo => {
  const byStart = new Map(row.cells.map((cell) => [cell.start, cell]))
  const cells = starts.map((start) => byStart.get(start))
  const last = SloReportRow.changes(row).at(-1)
  return {
    row,
    index,
    outcome,
    cells,
    judgements: cells.map((cell) => judge(cell, row.target)),
    judged: cells.filter((cell) => metOf(cell, row.target) !== undefined).length,
    missed: cells.filter((cell) => isMissed(cell, row.target)).length,
    change: last !== undefined && last.to === starts.at(-1) ? last.change : undefined
  }
}

const metOf = (cell: IntervalCell.IntervalCell | undefined, target: number | undefined): boolean | undefined =>
  cell && IntervalCell.met(cell, target)

const isMissed = (cell: IntervalCell.IntervalCell | undefined, target: number | undefined): boolean =>
  metOf(cell, target) === false

const outcomeOf = ({ reason, verdict }: SloVerdict): Outcome => {
  if (verdict === "fail") return "missed"
  return reason === "no_data" || reason === "no_target" || reason === "not_exported" ? reason : "met"
}
