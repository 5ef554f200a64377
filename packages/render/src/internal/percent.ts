/**
 * Percentages as people read them, never better than they are.
 *
 * @since 0.1.0
 */

/**
 * A status, to three digits.
 *
 * @internal
 */
export const status = (value: number): string => `${thousandths.format(value)}%`

/**
 * What is left of a budget, to one digit. What is below 0 is never 0, and what is above neither.
 *
 * @internal
 */
export const budget = (value: number): string => value > 0 && value < 0.1 ? "<0.1%" : `${tenths.format(value + 0)}%`

const thousandths = new Intl.NumberFormat("en", {
  maximumFractionDigits: 3,
  roundingMode: "floor",
  useGrouping: false
})

const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1, roundingMode: "floor", useGrouping: false })
