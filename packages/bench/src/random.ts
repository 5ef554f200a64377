/** Chance with a seed, so that every run draws the same jobs. */

export type Random = () => number

/** mulberry32: uniform in [0, 1). */
export const make = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A law of durations: the logarithm is normal, with this median (in seconds) and deviation. */
export interface Lognormal {
  readonly median: number
  readonly sigma: number
}

/** A duration in whole milliseconds. */
export const lognormal = (random: Random, { median, sigma }: Lognormal): number => {
  // Box and Muller; 1 - u is never 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.max(1, Math.round(median * Math.exp(sigma * normal) * 1000))
}
