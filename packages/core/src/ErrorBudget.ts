/**
 * The error budget: what a target leaves to errors, and how much of that is left.
 *
 * The numbers are taken for the decimals that they are written as, so that half of a budget is 50, not
 * 49.99999999999: 99.9 has no exact binary form.
 *
 * @since 0.1.0
 */
import * as BigDecimal from "effect/BigDecimal"

/**
 * The error budget that is left, in percent of the whole: `100 · (status − target) / (100 − target)`.
 *
 * **Details**
 *
 * 100 is all of it, 0 none; below 0 it is overspent, which is exactly when the target is missed. It is computed
 * in decimals and rounded once, to the nearest number: where the quotient is a number, it is that number.
 *
 * The formula is that of Datadog's `error_budget_remaining` in an SLO's history.
 *
 * **Example** (Half of it is left)
 *
 * ```ts
 * import { ErrorBudget } from "@effect-datadog/slo-report"
 *
 * ErrorBudget.left(99.95, 99.9) // => 50
 * ErrorBudget.left(99.8, 99.9) // => -100
 * ErrorBudget.left(100, 100) // => undefined
 * ```
 *
 * @param status percent; an interval's may be absent
 * @param target percent; an SLO's may be absent
 * @returns `undefined` without a status, without a target, and at a target of 100, which leaves no budget
 * @category getters
 * @since 0.1.0
 */
export const left = (status: number | undefined, target: number | undefined): number | undefined => {
  if (status === undefined || target === undefined || target >= 100) return undefined
  const spare = BigDecimal.subtract(decimal(status), decimal(target))
  const budget = BigDecimal.subtract(hundred, decimal(target))
  const percent = BigDecimal.toNumberUnsafe(BigDecimal.divideUnsafe(BigDecimal.multiply(spare, hundred), budget))
  // A status of 1e308 is a number too.
  return Math.min(Math.max(percent, -Number.MAX_VALUE), Number.MAX_VALUE)
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const decimal = BigDecimal.fromNumberUnsafe

const hundred = decimal(100)
