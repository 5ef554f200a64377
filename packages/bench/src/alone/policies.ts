/** When others poll a job: the ages, in seconds, one after the other. */
import type { Random } from "../random.ts"

export type Policy = (random: Random) => Generator<number>

export const fixed = (interval: number): Policy =>
  function*() {
    for (let age = 0;; age += interval) yield age
  }

export const growing = (min: number, max: number, factor: number): Policy =>
  function*() {
    let age = 0
    for (let delay = min;; delay = Math.min(max, delay * factor)) {
      yield age
      age += delay
    }
  }

/**
 * The waiters of AWS's SDK for JavaScript, as smithy's `exponentialBackoffWithJitter` has it: uniform between
 * the shortest delay and that ×2 for each attempt; past the ceiling the longest delay, without jitter.
 */
export const aws = (min: number, max: number): Policy =>
  function*(random) {
    const ceiling = Math.log(max / min) / Math.log(2) + 1
    let age = 0
    yield age
    for (let attempt = 1;; attempt++) {
      const bound = min * 2 ** (attempt - 1)
      age += attempt > ceiling ? max : min + random() * (bound - min)
      yield age
    }
  }

export interface Outcome {
  /** Seconds. */
  readonly lag: number
  readonly requests: number
}

/** The first poll that finds a job done that takes so many seconds. */
export const first = (ages: Iterable<number>, duration: number): Outcome => {
  let requests = 0
  for (const age of ages) {
    requests += 1
    if (age >= duration) return { lag: age - duration, requests }
  }
  throw new Error(`No poll found a job of ${duration} s done`)
}
