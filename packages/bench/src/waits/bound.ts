/**
 * The clairvoyant bound: it knows when each job is done, and polls each once, as soon after that as the limit
 * lets it, in the order in which they are done. No order has a lower mean, since no slot is left unused.
 */
import { type Jobs, latency, type Rule } from "./server.ts"

/** The lags, in milliseconds. */
export const lags = (jobs: Jobs, { limit, period }: Rule): ReadonlyArray<number> => {
  let window = -Infinity
  let used = 0
  return [...jobs.values()].toSorted((a, b) => a - b).map((done) => {
    const own = Math.floor(done / period)
    if (own > window) {
      window = own
      used = 0
    } else if (used === limit) {
      window += 1
      used = 0
    }
    used += 1
    return Math.max(done, window * period) - done + latency / 2
  })
}
