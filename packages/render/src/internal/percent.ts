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
  // A page has 365,000 of them.
  return decimal.test(text) ? `${text.replace(beyond, "$1").replace(zeros, "")}%` : `${floor(value, 3)}%`
}

/**
 * What is left of a budget, to one digit. What is below 0 is never 0, and what is above neither.
 *
 * @internal
 */
export const budget = (value: number): string => value > 0 && value < 0.1 ? "<0.1%" : `${floor(value, 1)}%`

const decimal = /^\d+(?:\.\d+)?$/
const beyond = /(\.\d{3})\d+$/
const zeros = /\.0+$|(?<=\.\d*[1-9])0+$/

// The first format of a process takes 20 ms: what has no exponent is cut as a text.
const floor = (value: number, digits: number): string => {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(`${value}`) ?? []
  if (whole === "") return format(value, digits)
  const isBelow = sign !== "" && /[1-9]/.test(fraction.slice(digits))
  const units = BigInt(whole + fraction.slice(0, digits).padEnd(digits, "0")) + (isBelow ? 1n : 0n)
  const text = units.toString().padStart(digits + 1, "0")
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(zeros, "")
}

const format = (value: number, digits: number): string =>
  new Intl.NumberFormat("en", { maximumFractionDigits: digits, roundingMode: "floor", useGrouping: false })
    .format(value)
