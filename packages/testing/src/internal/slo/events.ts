/**
 * Exact counts of good and of all events, from rates that are constant from one second to another.
 *
 * @since 0.1.0
 */
import * as Steps from "./steps.ts"

/** Millionths of an event, good ones and all, in a second or in a period. @internal */
export interface Events {
  readonly good: bigint
  readonly total: bigint
}

/** @internal */
export const none: Events = { good: 0n, total: 0n }

/** One good event a second. @internal */
export const up: Events = { good: 1_000_000n, total: 1_000_000n }

/** One bad event a second. @internal */
export const down: Events = { good: 0n, total: 1_000_000n }

/** @internal */
export const fromRates = (good: number, bad: number): Events => ({
  good: millionths(good),
  total: millionths(good) + millionths(bad)
})

/** How many events there were until the beginning of each step, beside how many there are in each of its seconds. */
type Counted = Steps.Steps<{ readonly rate: Events; readonly before: Events }>

/** @internal */
export const count = (rates: Steps.Steps<Events>): Counted => {
  let before = none
  return rates.map(({ from, value: rate }, index) => {
    const last = rates[index - 1]
    if (last !== undefined) before = add(before, last.value, from - last.from)
    return { from, value: { rate, before } }
  })
}

/** The events of a period; those of its last second belong to the next. @internal */
export const between = (counted: Counted, from: number, to: number): Events => {
  const start = until(counted, from)
  const end = until(counted, Math.max(from, to))
  return { good: end.good - start.good, total: end.total - start.total }
}

/** A count as a number: exact where it is a whole one, else the nearest. @internal */
export const toNumber = (count: bigint): number => Number(count / 1_000_000n) + Number(count % 1_000_000n) / 1e6

const millionths = (rate: number): bigint => Number.isFinite(rate) ? BigInt(Math.round(rate * 1e6)) : 0n

const until = (counted: Counted, time: number): Events => {
  const step = counted[Steps.indexAt(counted, time)]
  return step === undefined ? none : add(step.value.before, step.value.rate, time - step.from)
}

const add = (events: Events, rate: Events, seconds: number): Events => ({
  good: events.good + rate.good * BigInt(seconds),
  total: events.total + rate.total * BigInt(seconds)
})
