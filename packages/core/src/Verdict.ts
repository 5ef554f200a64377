/**
 * What a rule says of a report: whether all of its SLOs pass.
 *
 * @since 0.1.0
 */
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import { IntervalStart } from "./IntervalCell.ts"
import { instance } from "./internal/instance.ts"
import type { SloReportRow } from "./SloReportRow.ts"
import * as SloVerdict from "./SloVerdict.ts"
import * as VerdictRule from "./VerdictRule.ts"

/**
 * Why nobody can tell whether a report passes.
 *
 * **Details**
 *
 * - `empty`: there are no SLOs in it
 * - `nothing_judged`: none has both data and something to compare it with
 * - `not_exported`: those that were judged pass, and Datadog could not export the others
 *
 * @category schemas
 * @since 0.1.0
 */
export const Reason = Schema.Literals(["empty", "nothing_judged", "not_exported"])

/**
 * The type of a reason.
 *
 * @category models
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * How many SLOs there are of each kind.
 *
 * **Details**
 *
 * - `slos`: all; each of them either passes, fails or is inconclusive
 * - `judged`: those that had data, and something to compare it with, in an interval that was to be judged
 * - `noData`, `noTarget`, `notExported`: those with that reason; where the rule forbids it, they fail too
 * - `warnings`: those with a warning
 *
 * @category schemas
 * @since 0.1.0
 */
export const Counts = Schema.Struct({
  slos: Count,
  judged: Count,
  passed: Count,
  failed: Count,
  inconclusive: Count,
  warnings: Count,
  noData: Count,
  noTarget: Count,
  notExported: Count
})

/**
 * The type of the counts.
 *
 * @category models
 * @since 0.1.0
 */
export type Counts = typeof Counts.Type

/**
 * The verdict on a report.
 *
 * **Details**
 *
 * - `verdict`: `"fail"` where an SLO fails; `"pass"` where at least one passes, none fails, and none that could
 *   not be exported stands in the way; else `"inconclusive"`, with its `reason`
 * - `starts`: the dates on which the intervals start that were judged
 * - `slos`: in the order of the report
 *
 * @category models
 * @since 0.1.0
 */
export class Verdict extends Schema.Class<Verdict>("@effect-datadog/slo-report/Verdict")({
  verdict: SloVerdict.Conclusion,
  reason: Schema.optionalKey(Reason),
  rule: VerdictRule.VerdictRule,
  starts: Schema.Array(IntervalStart),
  counts: Counts,
  slos: Schema.Array(SloVerdict.SloVerdict)
}) {}

/**
 * Judges a report by a rule.
 *
 * **Details**
 *
 * It judges the columns of the report, which are those that any of the rows has: an SLO that is silent in the
 * last column has no data there, whatever it had before.
 *
 * **Example** (Nothing judged is no pass)
 *
 * ```ts
 * import { Verdict, VerdictRule } from "@effect-datadog/slo-report"
 *
 * const { reason, verdict } = Verdict.fromRows([], new VerdictRule.VerdictRule({ minBudget: 10 }))
 * const both = [verdict, reason]
 * // => ["inconclusive", "empty"]
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromRows = (
  rows: ReadonlyArray<SloReportRow>,
  rule: VerdictRule.VerdictRule = new VerdictRule.VerdictRule({})
): Verdict => {
  const columns = new Set(rows.flatMap(({ cells }) => cells.map(({ start }) => start)))
  const starts = VerdictRule.select(rule, [...columns].sort(Order.String))
  return Object.assign(
    instance(Verdict.prototype),
    membersOf(rows.map((row) => SloVerdict.fromRow(row, starts, rule)), starts, rule)
  )
}

/**
 * The verdict on SLOs that were judged one by one, for instance by rules of their own.
 *
 * **Example** (A stricter rule for what is critical)
 *
 * ```ts
 * import { type SloReportRow, SloVerdict, Verdict, VerdictRule } from "@effect-datadog/slo-report"
 *
 * const [usual, strict] = [new VerdictRule.VerdictRule({}), new VerdictRule.VerdictRule({ minBudget: 50 })]
 * const judge = (rows: ReadonlyArray<SloReportRow.SloReportRow>, month: string) =>
 *   Verdict.fromSlos(
 *     rows.map((row) => SloVerdict.fromRow(row, [month], row.name.includes("Checkout") ? strict : usual)),
 *     [month],
 *     usual
 *   )
 * ```
 *
 * @param starts the intervals that were judged
 * @param rule what is said of it, and what an export error means for all
 * @category constructors
 * @since 0.1.0
 */
export const fromSlos = (
  slos: ReadonlyArray<SloVerdict.SloVerdict>,
  starts: ReadonlyArray<string>,
  rule: VerdictRule.VerdictRule
): Verdict => new Verdict(membersOf(slos, starts, rule))

/**
 * The SLOs by how much they need somebody's attention.
 *
 * **Details**
 *
 * First those that fail, the lowest budget first; then those that could not be exported, those with a warning,
 * those that pass, and the rest. Among these too the lowest budget is first. Equals keep their order.
 *
 * **Example** (Whom to call)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, Verdict } from "@effect-datadog/slo-report"
 *
 * const rows = ["99.95", "99.7"].map((status) =>
 *   new SloReportRow.SloReportRow({
 *     ...{ id: status, sloType: "metric", name: `at ${status}`, target: 99.9, other: {} },
 *     cells: [IntervalCell.fromText("2026-10-01", status)]
 *   })
 * )
 * const names = Verdict.worstFirst(Verdict.fromRows(rows)).map(({ name, verdict }) => `${name}: ${verdict}`)
 * // => ["at 99.7: fail", "at 99.95: pass"]
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const worstFirst = ({ slos }: Verdict): ReadonlyArray<SloVerdict.SloVerdict> => [...slos].sort(byUrgency)

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const membersOf = (
  slos: ReadonlyArray<SloVerdict.SloVerdict>,
  starts: ReadonlyArray<string>,
  rule: VerdictRule.VerdictRule
) => {
  const counts = countsOf(slos)
  return { ...conclude(counts, rule), rule, starts, counts, slos }
}

const countsOf = (slos: ReadonlyArray<SloVerdict.SloVerdict>): Counts => {
  const count = (is: (slo: SloVerdict.SloVerdict) => boolean): number => slos.filter(is).length
  return {
    slos: slos.length,
    judged: count(({ intervals }) => intervals.judged > 0),
    passed: count(({ verdict }) => verdict === "pass"),
    failed: count(({ verdict }) => verdict === "fail"),
    inconclusive: count(({ verdict }) => verdict === "inconclusive"),
    warnings: count(({ warning }) => warning),
    noData: count(({ reason }) => reason === "no_data"),
    noTarget: count(({ reason }) => reason === "no_target"),
    notExported: count(({ reason }) => reason === "not_exported")
  }
}

const conclude = (
  { failed, notExported, passed, slos }: Counts,
  { exportErrors = "inconclusive" }: VerdictRule.VerdictRule
): { readonly verdict: SloVerdict.Conclusion; readonly reason?: Reason } => {
  if (failed > 0) return { verdict: "fail" }
  const unknown = (reason: Reason) => ({ verdict: "inconclusive", reason }) as const
  if (slos === 0) return unknown("empty")
  if (notExported > 0 && exportErrors === "inconclusive") return unknown("not_exported")
  return passed > 0 ? { verdict: "pass" } : unknown("nothing_judged")
}

const urgency = ({ reason, verdict, warning }: SloVerdict.SloVerdict): number => {
  if (verdict === "fail") return 0
  if (reason === "not_exported") return 1
  if (warning) return 2
  return verdict === "pass" ? 3 : 4
}

// Without a budget that fell short, a failure has no number to compare, and is first.
const budget = ({ budgetLeft, verdict }: SloVerdict.SloVerdict): number =>
  budgetLeft ?? (verdict === "fail" ? -Infinity : Infinity)

const byUrgency: Order.Order<SloVerdict.SloVerdict> = Order.combine(
  Order.mapInput(Order.Number, urgency),
  Order.mapInput(Order.Number, budget)
)
