/**
 * The texts of a table's cells: a number, nothing, or words.
 *
 * Datadog publishes neither its number format nor how it spells a missing value.
 *
 * @since 0.1.0
 */

/** @internal */
export const isNothing = (text: string): boolean => text === "" || /^(-|null|none|nil|nan|n\/a)?$/i.test(text.trim())

/**
 * A decimal number, with or without an exponent or a percent sign; undefined for any other text.
 *
 * @internal
 */
export const toNumber = (text: string): number | undefined => {
  if (text === "") return undefined
  // What begins with 1 to 9 is a decimal number for Number too, or none: 40 ns a cell in place of 100.
  const first = text.charCodeAt(0)
  if (first > 0x30 && first <= 0x39) {
    const number = Number(text)
    if (Number.isFinite(number)) return number
  }
  const [, digits] = decimal.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const number = Number(digits)
  // JSON has no negative zero.
  return Number.isFinite(number) ? number + 0 : undefined
}

/**
 * Whether a text that is no number here is one for people or programs elsewhere: `99,9`, `1,000`, `1 000`, `1e999`.
 *
 * @internal
 */
export const isOtherNumber = (text: string): boolean => text !== "" && otherNumber.test(text.trim())

const decimal = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*%?$/i

const otherNumber = /^[+\-−]?[.,]?\d[\d.,'’_\s]*(?:e[+-]?\d+)?%?$/i
