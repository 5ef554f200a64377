/**
 * Rows and verdicts as JSON has them: every key always, `null` for nothing, in the words of the report's columns.
 *
 * @since 0.1.0
 */
import * as IntervalCell from "@effect-datadog/slo-report/IntervalCell"
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { SloVerdict } from "@effect-datadog/slo-report/SloVerdict"
import type { Verdict } from "@effect-datadog/slo-report/Verdict"
import type { VerdictRule } from "@effect-datadog/slo-report/VerdictRule"
import * as Predicate from "effect/Predicate"

/** @internal */
export const ofCell = (cell: IntervalCell.IntervalCell, target: number | undefined) => ({
  start: cell.start,
  status: cell.status ?? null,
  budget_left: IntervalCell.errorBudgetLeft(cell, target) ?? null,
  met: IntervalCell.met(cell, target) ?? null
})

/** @internal */
export const noCell = { start: null, status: null, budget_left: null, met: null }

/** @internal */
export const ofSlo = (row: SloReportRow) => ({
  id: row.id,
  name: row.name,
  type: row.sloType,
  target: row.target ?? null
})

/** @internal */
export const ofRow = (row: SloReportRow) => ({
  ...ofSlo(row),
  export_error: row.exportError ?? null,
  intervals: row.cells.map((cell) => ofCell(cell, row.target)),
  other: row.other
})

/** @internal */
export const ofSloVerdict = (slo: SloVerdict) => ({
  id: slo.id,
  name: slo.name,
  type: slo.sloType,
  target: slo.target ?? null,
  verdict: slo.verdict,
  reason: slo.reason ?? null,
  warning: slo.warning,
  start: slo.start ?? null,
  status: slo.status ?? null,
  budget_left: slo.budgetLeft ?? null,
  export_error: slo.exportError ?? null,
  intervals: { judged: slo.intervals.judged, failed: slo.intervals.failed, no_data: slo.intervals.noData }
})

/** @internal */
export const ofVerdict = ({ counts, reason, rule, slos, starts, verdict }: Verdict) => ({
  verdict,
  reason: reason ?? null,
  rule: ofRule(rule),
  counts: {
    slos: counts.slos,
    judged: counts.judged,
    passed: counts.passed,
    failed: counts.failed,
    inconclusive: counts.inconclusive,
    warnings: counts.warnings,
    no_data: counts.noData,
    no_target: counts.noTarget,
    not_exported: counts.notExported
  },
  starts,
  slos: slos.map(ofSloVerdict)
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const ofRule = ({ exportErrors, minBudget, minStatus, missing, over = "latest", warnBudget }: VerdictRule) => ({
  min_budget: minStatus === undefined ? minBudget ?? 0 : null,
  min_status: minStatus ?? null,
  warn_budget: warnBudget ?? null,
  over: Predicate.isString(over) ? over : `last=${over.last}`,
  missing: missing ?? "warn",
  export_errors: exportErrors ?? "inconclusive"
})
