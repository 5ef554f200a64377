/**
 * Whether one history of a whole period, cut into its intervals, is likely to save requests.
 *
 * @since 0.1.0
 */
import type { Interval } from "@effect-datadog/slo-report/ReportIntervals"
import type { SloType } from "@effect-datadog/slo-report/Slo"

/** @internal */
export interface Cutting {
  readonly isWorthwhile: (type: SloType) => boolean
  /** Learns how a history could be cut. */
  readonly learn: (type: SloType, isCut: boolean) => void
}

// The length of a metric's buckets in every recording since 2021, in seconds, from the epoch on. It decides what is
// asked for, and never how an answer is read.
const usualBucket = 7200

/** @internal */
export const make = (intervals: ReadonlyArray<Interval>): Cutting => {
  const cut = new Map<SloType, number>()
  const refused = new Map<SloType, number>()
  const isOnBuckets = intervals.slice(1).every(({ from }) => from % usualBucket === 0)
  const count = (counts: Map<SloType, number>, type: SloType): number => counts.get(type) ?? 0
  return {
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
