/**
 * The period of a report: the last months that are over, or from a time to another.
 *
 * @since 0.1.0
 */
import type { ReportInterval } from "@effect-datadog/slo-report/SloReportRequest"
import * as DateTime from "effect/DateTime"
import type { Span } from "./Span.ts"

/** @internal */
export interface Period {
  readonly from: DateTime.DateTime
  readonly to: DateTime.DateTime
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
  const [parts, part] = unit === "years" ? [count * 12, "month"] as const : [count, calendar[unit]] as const
  const end = DateTime.startOf(DateTime.removeTime(now), part, { weekStartsOn: 0 })
  const begin = DateTime.subtract(end, { [`${part}s`]: parts })
  return { from: firstSecond(begin, now.zone), to: firstSecond(end, now.zone) }
}

/**
 * The interval that a span is made of.
 *
 * @internal
 */
export const intervalOf = ({ unit }: Span): ReportInterval =>
  unit === "days" ? "daily" : unit === "weeks" ? "weekly" : "monthly"

/**
 * A time that is said from now; others are left as they are.
 *
 * @internal
 */
export const timeOf = (time: Span | string, now: DateTime.Zoned): DateTime.DateTime | string => {
  if (time === "now") return now
  return typeof time === "string" ? time : DateTime.subtract(now, { [time.unit]: time.count })
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const calendar = { hours: "day", days: "day", weeks: "week", months: "month" } as const

// Midnight of a date, or what comes first where the zone skips that.
const firstSecond = (date: DateTime.Utc, zone: DateTime.TimeZone): DateTime.DateTime =>
  DateTime.setZone(date, zone, { adjustForTimeZone: true })
