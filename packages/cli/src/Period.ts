/**
 * The period of a report as people say it: the last twelve months, or from a time to another.
 *
 * @since 0.1.0
 */
import type { ReportInterval } from "@effect-datadog/slo-report/SloReportRequest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

/**
 * So many days, weeks, months or years.
 *
 * @internal
 */
export interface Span {
  readonly count: number
  readonly unit: "hours" | "days" | "weeks" | "months" | "years"
}

/** @internal */
export interface Period {
  readonly from: DateTime.DateTime
  readonly to: DateTime.DateTime
}

/**
 * Reads `12mo`, `8w`, `30d` or `1y`.
 *
 * @internal
 */
export const readLast = (text: string): Result.Result<Span, string> => {
  const span = spanOf(text)
  return span === undefined || span.unit === "hours"
    ? Result.fail("expected a number of days, weeks, months or years, such as 30d, 8w, 12mo or 1y")
    : Result.succeed(span)
}

/**
 * Reads `now`, `30d` (so long ago), or leaves a date or a time as it is, for the request to read.
 *
 * @internal
 */
export const readTime = (text: string): Result.Result<Span | string, string> => {
  if (text.trim() === "") return Result.fail("expected a date, a time, now, or a time ago such as 30d")
  return Result.succeed(text === "now" ? text : spanOf(text) ?? text)
}

/** @internal */
export const toTime = (time: Span | string, now: DateTime.Zoned): DateTime.DateTime | string => {
  if (time === "now") return now
  return typeof time === "string" ? time : DateTime.subtract(now, { [time.unit]: time.count })
}

/**
 * The last days, weeks or months that are over in the time zone, without the one that is now.
 *
 * **Details**
 *
 * Weeks begin on Sunday, as a report's do. A year is twelve months: it need not begin in January.
 *
 * @internal
 */
export const last = ({ count, unit }: Span, now: DateTime.Zoned): Period => {
  const [months, part] = unit === "years" ? [count * 12, "month"] as const : [count, parts[unit]] as const
  const end = DateTime.startOf(DateTime.removeTime(now), part, { weekStartsOn: 0 })
  const begin = DateTime.subtract(end, { [`${part}s`]: months })
  return { from: firstSecond(begin, now.zone), to: firstSecond(end, now.zone) }
}

/**
 * The interval that a span is made of.
 *
 * @internal
 */
export const intervalOf = ({ unit }: Span): ReportInterval =>
  unit === "days" ? "daily" : unit === "weeks" ? "weekly" : "monthly"

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const units = { h: "hours", d: "days", w: "weeks", mo: "months", y: "years" } as const

const parts = { hours: "day", days: "day", weeks: "week", months: "month" } as const

const spanOf = (text: string): Span | undefined => {
  const [, digits = "", letters] = /^([1-9]\d{0,4})(h|d|w|mo|y)$/.exec(text.trim()) ?? []
  return letters === "h" || letters === "d" || letters === "w" || letters === "mo" || letters === "y"
    ? { count: Number(digits), unit: units[letters] }
    : undefined
}

// Midnight of a date, or what comes first where the zone skips that.
const firstSecond = (date: DateTime.Utc, zone: DateTime.TimeZone): DateTime.DateTime =>
  DateTime.setZone(date, zone, { adjustForTimeZone: true })
