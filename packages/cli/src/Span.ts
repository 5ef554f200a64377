/**
 * A length of time as people write it: `12mo`, `30d`, `90s`.
 *
 * @since 0.1.0
 */
import type { Reading } from "./Setting.ts"

/**
 * So many hours, days, weeks, months or years of the calendar.
 *
 * @internal
 */
export interface Span {
  readonly count: number
  readonly unit: "hours" | "days" | "weeks" | "months" | "years"
}

/**
 * Reads `12mo`, `8w`, `30d` or `1y`.
 *
 * @internal
 */
export const readLast = (text: string): Reading<Span> => {
  const value = spanOf(text)
  return value === undefined || value.unit === "hours"
    ? { expected: "expected a number of days, weeks, months or years, such as 30d, 8w, 12mo or 1y" }
    : { value }
}

/**
 * Reads `now`, or `30d` for so long ago; a date or a time stays as it is, for the request to read.
 *
 * @internal
 */
export const readTime = (text: string): Reading<Span | string> =>
  text.trim() === ""
    ? { expected: "expected a date, a time, now, or a time ago such as 30d" }
    : { value: spanOf(text) ?? text }

/**
 * Reads `90s`, `30m` or `2h` as milliseconds.
 *
 * @internal
 */
export const readMillis = (text: string): Reading<number> => {
  const [, number = "", unit] = /^(\d{1,6}(?:\.\d{1,3})?)(s|m|h)$/.exec(text.trim()) ?? []
  const value = Number(number) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1000)
  return unit === undefined || value < 1000
    ? { expected: "expected a duration of 1 s or more, such as 90s, 30m or 2h" }
    : { value }
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const units = { h: "hours", d: "days", w: "weeks", mo: "months", y: "years" } as const

const spanOf = (text: string): Span | undefined => {
  const [, digits = "", letters] = /^([1-9]\d{0,4})(h|d|w|mo|y)$/.exec(text.trim()) ?? []
  return letters === "h" || letters === "d" || letters === "w" || letters === "mo" || letters === "y"
    ? { count: Number(digits), unit: units[letters] }
    : undefined
}
