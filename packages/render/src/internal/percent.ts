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
export const status = (value: number): string => {
  const text = `${value}`
  // A page has 365,000 of them, and a format costs ten times as much.
  return decimal.test(text) ? `${text.replace(beyond, "$1").replace(zeros, "")}%` : `${thousandths.format(value)}%`
}

/**
 * What is left of a budget, to one digit. What is below 0 is never 0, and what is above neither.
 *
 * @internal
 */
export const budget = (value: number): string => value > 0 && value < 0.1 ? "<0.1%" : `${tenths.format(value + 0)}%`

const decimal = /^\d+(?:\.\d+)?$/
const beyond = /(\.\d{3})\d+$/
const zeros = /\.0+$|(?<=\.\d*[1-9])0+$/

const thousandths = new Intl.NumberFormat("en", {
  maximumFractionDigits: 3,
  roundingMode: "floor",
  useGrouping: false
})

const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1, roundingMode: "floor", useGrouping: false })
