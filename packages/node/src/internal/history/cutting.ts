/**
 * Whether one history of a whole period, cut into its intervals, is likely to save requests, and how many at once.
 *
 * @since 0.1.0
 */
import type { Interval } from "@effect-datadog/slo-report/ReportIntervals"
import type { SloType } from "@effect-datadog/slo-report/Slo"
import { mostInFlight } from "../pacing/turns.ts"

/** @internal */
export interface Cutting {
  /** How many histories of the whole period may be under way at once. */
  readonly atOnce: number
  readonly isWorthwhile: (type: SloType) => boolean
  /** Learns how a history could be cut. */
  readonly learn: (type: SloType, isCut: boolean) => void
}

// The length of a metric's buckets in every recording since 2021, in seconds, from the epoch on. It decides what is
// asked for, and never how an answer is read.
const usualBucket = 7200

// Of an answer, for a time and two counts.
const bytesOfBucket = 36

// Of answers under way. A year's has 160 kB, so that there may be 39 of them: at the recorded limit, 15 requests a
// second, that is met where an answer takes 2.6 seconds.
const mostBytes = 6 * 1024 * 1024

// So few are no slower than the limit where an answer takes a second, however long the period.
const fewest = 16

/** @internal */
export const make = (intervals: ReadonlyArray<Interval>): Cutting => {
  const cut = new Map<SloType, number>()
  const refused = new Map<SloType, number>()
  const isOnBuckets = intervals.slice(1).every(({ from }) => from % usualBucket === 0)
  const count = (counts: Map<SloType, number>, type: SloType): number => counts.get(type) ?? 0
  const seconds = (intervals.at(-1)?.to ?? 0) - (intervals[0]?.from ?? 0)
  const atOnce = Math.floor(mostBytes / (bytesOfBucket * Math.max(1, seconds / usualBucket)))
  return {
    atOnce: Math.min(mostInFlight, Math.max(fewest, atOnce)),
    // A history that can't be cut costs one request, one that can saves those of all intervals but one. The chance
    // is that of the type's histories so far, and of one that could be cut (Laplace's rule).
    isWorthwhile: (type) =>
      (type !== "metric" || isOnBuckets) &&
      (count(cut, type) + 1) * (intervals.length - 1) > count(refused, type),
    learn: (type, isCut) => {
      const counts = isCut ? cut : refused
      counts.set(type, count(counts, type) + 1)
    }
  }
}
