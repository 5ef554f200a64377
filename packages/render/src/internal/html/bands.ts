/**
 * How an interval went, as a colour and in words, neither of which makes it better than it is.
 *
 * @since 0.1.0
 */
import * as IntervalCell from "@effect-datadog/slo-report/IntervalCell"

/**
 * The colours of what is left of a budget, each with the colour of a text on it. They go away from the page's own in
 * even steps of lightness, so that they differ for those who tell no red from green, and without colours.
 *
 * @internal
 */
export const bands = [
  { name: "full", label: "75–100% left", light: ["#ecfaf6", "#0b3a33"], dark: ["#0c3731", "#d3f5ea"] },
  { name: "most", label: "50–75% left", light: ["#aad3a5", "#16320f"], dark: ["#2b5939", "#e2f6de"] },
  { name: "some", label: "25–50% left", light: ["#c89b2f", "#1f1500"], dark: ["#856f1f", "#fffdf4"] },
  { name: "low", label: "0–25% left", light: ["#c16517", "#0d0400"], dark: ["#cf8132", "#1c0c00"] },
  { name: "over", label: "missed, overspent", light: ["#a82f25", "#ffffff"], dark: ["#fda18a", "#3a0a00"] },
  { name: "far", label: "missed, by 100% or more", light: ["#6d1b30", "#ffffff"], dark: ["#fbdddd", "#4a0714"] }
] as const

/** @internal */
export type Band = typeof bands[number]["name"] | "none" | "bare"

/** @internal */
export interface Judgement {
  readonly band: Band
  readonly note: string
}

/**
 * What is said of a cell; a row may have none for an interval.
 *
 * @internal
 */
export const judge = (cell: IntervalCell.IntervalCell | undefined, target: number | undefined): Judgement => {
  if (cell?.status === undefined) return { band: "none", note: "no data" }
  if (target === undefined) return { band: "bare", note: "no target" }
  const budget = budgetOf(cell, cell.status, target)
  if (budget === undefined) {
    return cell.status >= target ? { band: "full", note: "met" } : { band: "over", note: "missed" }
  }
  const whole = Math.floor(budget)
  if (budget < 0) return { band: -whole >= 100 ? "far" : "over", note: `${compact.format(-whole)}% over` }
  const band = whole >= 75 ? "full" : whole >= 50 ? "most" : whole >= 25 ? "some" : "low"
  return { band, note: budget > 0 && whole === 0 ? "<1% left" : `${whole}% left` }
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// Decimals cost fifty times as much, and only where numbers nearly are a step of a scale do they say something else.
const budgetOf = (cell: IntervalCell.IntervalCell, status: number, target: number): number | undefined => {
  const rough = (status - target) / (100 - target) * 100
  const isClear = target < 100 && Math.abs(rough - Math.round(rough)) > 1e-10 / (100 - target)
  return isClear ? rough : IntervalCell.errorBudgetLeft(cell, target)
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 0 })
