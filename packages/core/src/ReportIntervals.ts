/**
 * The intervals of a period: the days, weeks or months of the calendar, in a time zone.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { printed } from "./internal/printed.ts"
import * as Time from "./internal/time.ts"
import { ReportInterval } from "./SloReportRequest.ts"

/**
 * An interval of a report.
 *
 * **Details**
 *
 * - `start`: the date on which it starts, `YYYY-MM-DD` in the time zone, which names its column
 * - `from`, `to`: when it starts, and when the next one does, in epoch seconds
 *
 * @category models
 * @since 0.1.0
 */
export interface Interval {
  readonly start: string
  readonly from: number
  readonly to: number
}

/**
 * A period and how to divide it; a `SloReportRequest` is one.
 *
 * **Details**
 *
 * `interval` is required though it may be absent in a request: what Datadog chooses then is not known.
 *
 * @category models
 * @since 0.1.0
 */
export interface Input {
  readonly from: DateTime.DateTime
  readonly to: DateTime.DateTime
  readonly interval?: ReportInterval | undefined
  /** An IANA name. @default "UTC" */
  readonly timezone?: string | undefined
}

/**
 * A period that can't be divided into intervals.
 *
 * **Details**
 *
 * `member` is the member of the period that is wrong; `issue` tells what is wrong with it, and what would be right.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidReportPeriod extends Schema.TaggedError<InvalidReportPeriod>()("InvalidReportPeriod", {
  member: Schema.Literals(["from", "to", "interval", "timezone"]),
  issue: Schema.String
}) {
  override get message(): string {
    return `The period has no intervals; nothing was sent. ${JSON.stringify(this.member)}: ${this.issue}.`
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * Divides a period into intervals, in the order of time, each beginning where the one before ends.
 *
 * **Details**
 *
 * The first is the one that `from` lies in, as a whole; the last is the last that ends at `to` or before it,
 * and not in the future. An interval begins with its first date, at 0:00 or, where the zone skips that, with
 * the first instant of the date; where clocks show 0:00 twice, the first counts. Weeks begin on Sunday. A
 * date that a zone leaves out, as Samoa did with 2011-12-30, has no interval.
 *
 * A zone that is unknown, a time before 1970 or after 9999, `from` not before `to`, no `interval`, or no
 * interval that ends in time is an `InvalidReportPeriod`.
 *
 * **Example** (A day of 23 hours)
 *
 * ```ts
 * import { ReportIntervals } from "@effect-datadog/slo-report"
 * import { DateTime, Result } from "effect"
 *
 * const intervals = Result.getOrThrow(ReportIntervals.make({
 *   from: DateTime.makeUnsafe("2024-03-10T12:00:00Z"),
 *   to: DateTime.makeUnsafe("2024-03-11T12:00:00Z"),
 *   interval: "daily",
 *   timezone: "America/New_York"
 * }, DateTime.makeUnsafe("2024-04-01")))
 * // => [{ start: "2024-03-10", from: 1710046800, to: 1710129600 }]
 * ```
 *
 * @param now the present time: an interval that ends after it is left out
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { from, interval, timezone = "UTC", to }: Input,
  now: DateTime.DateTime
): Result.Result<ReadonlyArray<Interval>, InvalidReportPeriod> => {
  if (!isReportInterval(interval)) return invalid("interval", "expected daily, weekly or monthly")
  const zone = Option.getOrUndefined(Time.zoneOf(timezone))
  if (zone === undefined) {
    return invalid("timezone", "expected an IANA time zone name, such as America/New_York or UTC")
  }
  if (!isTime(Time.floor(from))) return invalid("from", range)
  if (!isTime(Time.floor(to))) return invalid("to", range)
  if (!DateTime.isLessThan(from, to)) return invalid("from", `expected a time before "to"`)

  const unit = units[interval]
  const end = Math.min(Time.toSeconds(to), Time.toSeconds(now))
  const intervals: Array<Interval> = []
  let date = DateTime.startOf(DateTime.removeTime(DateTime.setZone(from, zone)), unit, { weekStartsOn: 0 })
  let begin = firstSecond(date, zone)
  for (;;) {
    const nextDate = DateTime.add(date, { [`${unit}s`]: 1 })
    const nextBegin = firstSecond(nextDate, zone)
    const startsOn = DateTime.formatIsoDateUtc(date)
    if (nextBegin > end) {
      return intervals.length > 0 ? Result.succeed(intervals) : invalid("to", noInterval(interval, startsOn, nextDate))
    }
    if (nextBegin > Time.toSeconds(from) && nextBegin > begin) {
      intervals.push({ start: startsOn, from: begin, to: nextBegin })
    }
    date = nextDate
    begin = nextBegin
  }
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const isReportInterval = Schema.is(ReportInterval)

const isTime = Schema.is(Time.Time)

const range = "expected a time from 1970 to the end of 9999"

const units = { daily: "day", weekly: "week", monthly: "month" } as const

const firstSecond = (date: DateTime.Utc, zone: DateTime.TimeZone.Named): number =>
  Time.toSeconds(DateTime.setZone(date, zone, { adjustForTimeZone: true }))

const invalid = (
  member: InvalidReportPeriod["member"],
  issue: string
): Result.Result<never, InvalidReportPeriod> => Result.fail(new InvalidReportPeriod({ member, issue }))

const noInterval = (interval: ReportInterval, startsOn: string, nextDate: DateTime.Utc): string =>
  `no ${interval} interval of the period has ended; the first, from ${startsOn}, ends on ${
    DateTime.formatIsoDateUtc(nextDate)
  } at 0:00, and "to" must not be before that, nor that in the future`
