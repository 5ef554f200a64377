/**
 * The intervals of a report by their dates: how long they are, and what people call them.
 *
 * @since 0.1.0
 */
import type { ReportInterval } from "@effect-datadog/slo-report/SloReportRequest"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/**
 * The length of the intervals, read from the dates on which they start; `undefined` where these don't say.
 *
 * @internal
 */
export const intervalOf = (starts: ReadonlyArray<string>): ReportInterval | undefined => {
  const days = starts.map((start) => DateTime.toEpochMillis(dateOf(start)) / 86_400_000)
  const gap = Math.min(...Arr.zipWith(days.slice(1), days, (day, before) => day - before))
  if (gap >= 28 && gap <= 31 && starts.every((start) => start.endsWith("-01"))) return "monthly"
  return gap === 1 ? "daily" : gap === 7 ? "weekly" : undefined
}

/**
 * How many minutes an interval has in its zone, where the length of intervals is known.
 *
 * @internal
 */
export const minutesOf = (
  start: string,
  interval: ReportInterval | undefined,
  timezone = "UTC"
): number | undefined => {
  if (interval === undefined) return undefined
  const date = dateOf(start)
  const zone = Option.getOrElse(DateTime.zoneMakeNamed(timezone), () => DateTime.zoneMakeOffset(0))
  const instant = (date: DateTime.Utc) =>
    DateTime.toEpochMillis(DateTime.setZone(date, zone, { adjustForTimeZone: true }))
  return (instant(DateTime.add(date, lengths[interval])) - instant(date)) / 60_000
}

/**
 * An interval as people call it, to go on with in a sentence.
 *
 * @internal
 */
export const nameOf = (start: string, interval: ReportInterval | undefined): string => {
  const [year, , day] = partsOf(start)
  const name = monthNameOf(start)
  if (interval === "monthly") return `in ${name} ${year}`
  const date = `${day} ${name} ${year}`
  return interval === "daily"
    ? `on ${date}`
    : interval === "weekly"
    ? `in the week from ${date}`
    : `in the interval from ${date}`
}

/**
 * A time as it is read by people, to the minute.
 *
 * @internal
 */
export const timeOf = (time: DateTime.DateTime): string => `${isoOf(time).slice(0, 16).replace("T", " ")} UTC`

/** @internal */
export const isoOf = (time: DateTime.DateTime): string => DateTime.formatIso(DateTime.toUtc(time))

/** @internal */
export const dayOf = (start: string): number => partsOf(start)[2]

/** @internal */
export const monthOf = (start: string): string => monthNameOf(start).slice(0, 3)

/** @internal */
export interface Group {
  readonly label: string
  readonly starts: ReadonlyArray<string>
}

/**
 * The months of a year, or the days and weeks that start in a month, under one label, which is as long as there is
 * room for, and none where there is none: a label that is cut may say something else.
 *
 * @param room for how many letters a column has room
 * @internal
 */
export const groupsOf = (starts: ReadonlyArray<string>, isMonthly: boolean, room: number): ReadonlyArray<Group> => {
  const groups = Object.values(Arr.groupBy(starts, (start) => start.slice(0, isMonthly ? 4 : 7)))
  return groups.map((starts) => {
    const [start] = starts
    const year = start.slice(0, 4)
    const labels = isMonthly ? [year] : [`${monthOf(start)} ${year}`, monthOf(start)]
    return { starts, label: labels.find(({ length }) => length <= room * starts.length) ?? "" }
  })
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const partsOf = (start: string): readonly [year: number, month: number, day: number] => [
  Number(start.slice(0, 4)),
  Number(start.slice(5, 7)),
  Number(start.slice(8))
]

const monthNameOf = (start: string): string => {
  const [, month] = partsOf(start)
  return monthNames.slice(month - 1, month).join("")
}

// A date that no calendar has, 02-31, is the day that many days on.
const dateOf = (start: string): DateTime.Utc => {
  const [year, month, day] = partsOf(start)
  return DateTime.add(DateTime.makeUnsafe({ year, month, day: 1 }), { days: day - 1 })
}

const lengths = { daily: { days: 1 }, weekly: { weeks: 1 }, monthly: { months: 1 } } as const

const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December"
]
