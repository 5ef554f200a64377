/**
 * What is said of a verdict, in plain text: who shows it escapes it.
 *
 * @since 0.1.0
 */
import type { SloVerdict } from "@effect-datadog/slo-report/SloVerdict"
import type { Verdict } from "@effect-datadog/slo-report/Verdict"
import type { Over, VerdictRule } from "@effect-datadog/slo-report/VerdictRule"
import * as Percent from "./percent.ts"
import { oneLine } from "./text.ts"

/**
 * `fail: 7 judged, 1 failed, 2 without data, 3 not exported`.
 *
 * @internal
 */
export const summary = (verdict: Verdict): string => `${verdict.verdict}: ${ofCounts(verdict)}`

/** @internal */
export const ofCounts = ({ counts, reason }: Verdict): string => {
  if (reason === "empty") return "the report has no SLOs"
  return [
    `${counts.judged} judged`,
    ...some(counts.failed, "failed"),
    ...some(counts.warnings, counts.warnings === 1 ? "warning" : "warnings"),
    ...some(counts.noData, "without data"),
    ...some(counts.noTarget, "without a target"),
    ...some(counts.notExported, "not exported")
  ].join(", ")
}

/**
 * `At least 20% of the error budget left in 2024-03-01.`.
 *
 * @internal
 */
export const ofRule = ({ rule, starts }: Verdict): string => {
  const { minBudget = 0, minStatus } = rule
  const least = minStatus === undefined ? `${minBudget}% of the error budget left` : `a status of ${minStatus}%`
  return `At least ${least} in ${intervalsOf(rule, starts)}.`
}

/**
 * Why an SLO has its verdict.
 *
 * @internal
 */
export const ofSlo = (slo: SloVerdict): string => {
  const { exportError = "", intervals, reason, start, status } = slo
  const place = start === undefined ? "" : ` in ${start}`
  if (reason === "not_exported") return `not exported: ${oneLine(exportError)}`
  if (reason === "no_target") return `${percent(status)}${place}, no target`
  if (reason === "no_data") return `no data${intervals.noData > 1 ? ` in ${intervals.noData} intervals` : place}`
  return [
    share(slo, place),
    ...(intervals.failed > 1 ? [`failed in ${intervals.failed} of ${intervals.judged} intervals`] : []),
    ...(intervals.noData > 0 ? [`no data in ${intervals.noData}`] : [])
  ].join("; ")
}

/** @internal */
export const percent = (status: number | undefined): string => status === undefined ? "" : Percent.status(status)

/** @internal */
export const budgetLeft = (budget: number | undefined): string => budget === undefined ? "" : Percent.budget(budget)

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const some = (count: number, noun: string): ReadonlyArray<string> => count === 0 ? [] : [`${count} ${noun}`]

const share = ({ budgetLeft, status, target }: SloVerdict, place: string): string => {
  const against = target === undefined ? "" : `, target ${target}%`
  return budgetLeft === undefined
    ? `${percent(status)}${place}${against}`
    : `${Percent.budget(budgetLeft)} of the error budget left${place} (${percent(status)}${against})`
}

const intervalsOf = ({ over = "latest" }: VerdictRule, starts: ReadonlyArray<string>): string => {
  const dates = [...new Set([...starts.slice(0, 1), ...starts.slice(-1)])].join(" to ")
  return [nameOf(over), dates].filter((text) => text !== "").join(", ")
}

const nameOf = (over: Over): string => {
  if (over === "latest") return "the latest interval"
  return over === "each" ? "each interval" : `each of the last ${over.last} intervals`
}
