/**
 * Days of the calendar and when they begin in a time zone, by the zone's own clock.
 *
 * @since 0.1.0
 */

/** A day: how many came since 1970-01-01. @internal */
export type Day = number

/** Which day it is in a zone at a second of the epoch. @internal */
export type DayAt = (second: number) => Day

/** @internal */
export const dayIn = (timezone: string): DayAt => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    calendar: "gregory",
    year: "numeric",
    month: "numeric",
    day: "numeric"
  })
  return (second) => {
    const parts = new Map(format.formatToParts(second * 1000).map(({ type, value }) => [type, Number(value)]))
    return fromCivil(parts.get("year") ?? NaN, parts.get("month") ?? NaN, parts.get("day") ?? NaN)
  }
}

/** The first second of a day, which is not 0:00 where clocks skip that. @internal */
export const firstSecond = (dayAt: DayAt, day: Day): number => {
  // No zone was ever more than 16 hours away from UTC.
  let before = day * 86_400 - 16 * 3600
  let first = day * 86_400 + 16 * 3600
  while (first - before > 1) {
    const middle = Math.floor((before + first) / 2)
    if (dayAt(middle) >= day) first = middle
    else before = middle
  }
  return first
}

/** @internal */
export const startOf = {
  daily: (day: Day): Day => day,
  // 1970-01-01 was a Thursday, and weeks begin on Sunday.
  weekly: (day: Day): Day => day - modulo(day + 4, 7),
  monthly: (day: Day): Day => day - toCivil(day).day + 1
}

/** The first day of the interval after the one that begins with a day. @internal */
export const next = {
  daily: (day: Day): Day => day + 1,
  weekly: (day: Day): Day => day + 7,
  // No month has 32 days.
  monthly: (day: Day): Day => startOf.monthly(day + 31)
}

/** `YYYY-MM-DD`. @internal */
export const format = (date: Day): string => {
  const { day, month, year } = toCivil(date)
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

const pad = (number: number, digits: number): string => String(number).padStart(digits, "0")

const modulo = (number: number, divisor: number): number => ((number % divisor) + divisor) % divisor

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, and 400 of them have 146,097 days.
const fromCivil = (civilYear: number, month: number, day: number): Day => {
  const year = month <= 2 ? civilYear - 1 : civilYear
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

const toCivil = (date: Day): { readonly year: number; readonly month: number; readonly day: number } => {
  const shifted = date + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 }
}
