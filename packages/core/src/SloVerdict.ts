/**
 * What a rule says of one SLO.
 *
 * @since 0.1.0
 */
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import * as ErrorBudget from "./ErrorBudget.ts"
import * as IntervalCell from "./IntervalCell.ts"
import { defined } from "./internal/defined.ts"
import { instance } from "./internal/instance.ts"
import type { SloReportRow } from "./SloReportRow.ts"
import type { VerdictRule } from "./VerdictRule.ts"

/**
 * What can be concluded: it passes, it fails, or nobody can tell.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Conclusion = Schema.Literals(["pass", "fail", "inconclusive"])

/**
 * The type of a conclusion.
 *
 * @category models
 * @since 0.1.0
 */
export type Conclusion = typeof Conclusion.Type

/**
 * Why an SLO doesn't pass.
 *
 * **Details**
 *
 * - `below_budget`, `below_status`: less is left than the rule asks for
 * - `below_target`: a target of 100 is missed, which leaves no budget to compare
 * - `no_data`: an interval has no number; where the rule doesn't forbid that, none has
 * - `no_target`: there is data, and nothing to compare it with
 * - `not_exported`: Datadog could not export the SLO, and what is there breaks no rule
 *
 * @category schemas
 * @since 0.1.0
 */
export const Reason = Schema.Literals([
  "below_budget",
  "below_status",
  "below_target",
  "no_data",
  "no_target",
  "not_exported"
])

/**
 * The type of a reason.
 *
 * @category models
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * The verdict on an SLO.
 *
 * **Details**
 *
 * - `id`, `sloType`, `name`, `target`, `exportError`: as the row has them
 * - `reason`: why it doesn't pass; absent where it does
 * - `warning`: whether somebody should look although nothing fails: little budget is left, or data is missing
 * - `start`, `status`, `budgetLeft`: of the interval that decided: the worst of those that fail, the last of
 *   those without data where these decide, else the worst with data; percent, each absent where there is none,
 *   as it is for what could not be exported
 * - `intervals`: of those that were to be judged, how many had data to judge, failed, and had no data
 *
 * @category models
 * @since 0.1.0
 */
export class SloVerdict extends Schema.Class<SloVerdict>("@effect-datadog/slo-report/SloVerdict")({
  id: Schema.String,
  sloType: Schema.String,
  name: Schema.String,
  target: Schema.optionalKey(Schema.Finite),
  exportError: Schema.optionalKey(Schema.String),
  verdict: Conclusion,
  reason: Schema.optionalKey(Reason),
  warning: Schema.Boolean,
  start: Schema.optionalKey(IntervalCell.IntervalStart),
  status: Schema.optionalKey(Schema.Finite),
  budgetLeft: Schema.optionalKey(Schema.Finite),
  intervals: Schema.Struct({ judged: Count, failed: Count, noData: Count })
}) {}

/**
 * Judges a row by a rule, in these intervals.
 *
 * **Details**
 *
 * An interval for which the row has no cell has no data. Whatever broke the rule fails the SLO, whether other
 * data is missing or not; an SLO that could not be exported never passes.
 *
 * **Example** (A rule of its own for one SLO)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, SloVerdict, VerdictRule } from "@effect-datadog/slo-report"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.92")]
 * })
 * const verdict = SloVerdict.fromRow(row, ["2026-10-01"], new VerdictRule.VerdictRule({ minBudget: 50 }))
 * const why = [verdict.verdict, verdict.reason, verdict.budgetLeft]
 * // => ["fail", "below_budget", 20]
 * ```
 *
 * @param starts the intervals to judge, as `VerdictRule.select` gives them
 * @category constructors
 * @since 0.1.0
 */
export const fromRow = (row: SloReportRow, starts: ReadonlyArray<string>, rule: VerdictRule): SloVerdict => {
  const cells = cellsOf(row, starts)
  const withData = cells.filter(hasData)
  const failed = withData.filter((cell) => breaks(rule, cell, row.target))
  const missing = cells.filter((cell) => !hasData(cell))
  const isMissing = withData.length < Math.max(1, starts.length)
  const isComparable = rule.minStatus !== undefined || row.target !== undefined
  const { reason, verdict } = conclude()
  const cell = deciding()
  return Object.assign(instance(SloVerdict.prototype), {
    id: row.id,
    sloType: row.sloType,
    name: row.name,
    verdict,
    warning: isWarning(),
    intervals: { judged: isComparable ? withData.length : 0, failed: failed.length, noData: missing.length },
    ...defined({
      target: row.target,
      exportError: row.exportError,
      reason,
      start: cell?.start,
      status: cell?.status,
      budgetLeft: ErrorBudget.left(cell?.status, row.target)
    })
  })

  function conclude(): { readonly verdict: Conclusion; readonly reason?: Reason } {
    if (failed.length > 0) return { verdict: "fail", reason: reasonOf(rule, row.target) }
    if (row.exportError !== undefined) {
      return { verdict: rule.exportErrors === "fail" ? "fail" : "inconclusive", reason: "not_exported" }
    }
    if (isMissing && rule.missing === "fail") return { verdict: "fail", reason: "no_data" }
    if (withData.length === 0) return { verdict: "inconclusive", reason: "no_data" }
    return isComparable ? { verdict: "pass" } : { verdict: "inconclusive", reason: "no_target" }
  }

  function deciding(): Cell | undefined {
    if (failed.length > 0) return worst(failed)
    if (reason === "not_exported") return undefined
    return reason === "no_data" ? missing.at(-1) : worst(withData)
  }

  function isWarning(): boolean {
    if (verdict === "fail" || reason === "not_exported") return false
    if (isMissing && (rule.missing ?? "warn") === "warn") return true
    const { warnBudget = -Infinity } = rule
    return withData.some(({ status }) => (ErrorBudget.left(status, row.target) ?? Infinity) < warnBudget)
  }
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

interface Cell {
  readonly start: string
  readonly status: number | undefined
}

interface CellWithData extends Cell {
  readonly status: number
}

const hasData = (cell: Cell): cell is CellWithData => cell.status !== undefined

const cellsOf = (row: SloReportRow, starts: ReadonlyArray<string>): ReadonlyArray<Cell> => {
  const statuses = new Map(row.cells.map(({ start, status }) => [start, status]))
  return starts.map((start) => ({ start, status: statuses.get(start) }))
}

const breaks = ({ minBudget = 0, minStatus }: VerdictRule, { status }: CellWithData, target?: number): boolean => {
  if (minStatus !== undefined) return status < minStatus
  if (target === undefined) return false
  const budget = ErrorBudget.left(status, target)
  return budget === undefined ? status < target : budget < minBudget
}

const reasonOf = ({ minStatus }: VerdictRule, target?: number): Reason => {
  if (minStatus !== undefined) return "below_status"
  return target !== undefined && target >= 100 ? "below_target" : "below_budget"
}

// An SLO has one target, so the lowest status is the lowest budget.
const byStatus: Order.Order<CellWithData> = Order.mapInput(Order.Number, ({ status }) => status)

const worst = (cells: ReadonlyArray<CellWithData>): CellWithData | undefined => [...cells].reverse().sort(byStatus)[0]
