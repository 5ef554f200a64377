import { assert } from "@effect/vitest"
import { DateTime, Result } from "effect"
import * as ReportIntervals from "../../src/ReportIntervals.ts"
import { dateAfter, dateAt, firstDate, firstSecondOf } from "../utils/zones.ts"

/** A period in epoch seconds. */
export interface Period {
  readonly from: number
  readonly to: number
  readonly interval: "daily" | "weekly" | "monthly"
  readonly timezone: string
}

/** Holds the intervals of a period against what Intl's clocks show. */
export function assertIntervals(period: Period, now = period.to): void {
  const { from, interval, timezone, to } = period
  const made = ReportIntervals.make(
    { interval, timezone, from: DateTime.makeUnsafe(from * 1000), to: DateTime.makeUnsafe(to * 1000) },
    DateTime.makeUnsafe(now * 1000)
  )
  const intervals = Result.getOrElse(made, () => [])
  assert.deepStrictEqual(intervals, expectedIntervals(period, now), JSON.stringify({ ...period, now }))
}

function expectedIntervals({ from, interval, timezone, to }: Period, now: number) {
  const intervals: Array<ReportIntervals.Interval> = []
  let start = firstDate(dateAt(timezone, from), interval)
  let begin = firstSecondOf(timezone, start)
  for (;;) {
    const next = dateAfter(start, interval)
    const end = firstSecondOf(timezone, next)
    if (end > Math.min(to, now)) return intervals
    if (end > from && end > begin) intervals.push({ start, from: begin, to: end })
    start = next
    begin = end
  }
}
