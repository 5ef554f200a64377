/**
 * When standard SLOs are up: all the time, but for an outage in most months.
 *
 * @since 0.1.0
 */
import type { Step } from "./steps.ts"

/** 2023-01-01 in UTC, in epoch seconds. @internal */
export const firstMonth = 1_672_531_200

// A twelfth of a year of 365.25 days, in seconds.
const month = 2_629_800

/** Eight years; an outage takes from none of its month's error budget to half more than that. @internal */
export const make = (seed: number, target: number): ReadonlyArray<Step<boolean>> => {
  const budget = month * (100 - target) / 100
  return Array.from({ length: 96 }, (_, index) => {
    const start = firstMonth + index * month
    const outage = start + ((seed * 7 + index * 5) % 28) * 86_400 + 9 * 3600
    const spent = 1.5 * (((seed * 31 + index * 17) * 211) % 499 / 498) ** 2
    return [
      { from: start, value: true },
      { from: outage, value: false },
      { from: outage + Math.ceil(budget * spent / 300) * 300, value: true }
    ]
  }).flat()
}
