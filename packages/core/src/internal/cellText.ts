/**
 * The texts of a table's cells: a number, nothing, or words.
 *
 * Datadog publishes neither its number format nor how it spells a missing value.
 *
 * @since 0.1.0
 */

/** @internal */
export const isNothing = (text: string): boolean => /^(-|null|none|nil|nan|n\/a)?$/i.test(text.trim())

/**
 * A decimal number, with or without an exponent or a percent sign; undefined for any other text.
 *
 * @internal
 */
export const toNumber = (text: string): number | undefined => {
  const [, digits] = decimal.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const number = Number(digits)
  // JSON has no negative zero.
  return Number.isFinite(number) ? number + 0 : undefined
}

const decimal = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*%?$/i
