/**
 * When a report's status is asked again while the report is not done.
 *
 * A policy is a `Schedule` over reports: it is stepped with what the last poll told, and its delay is the
 * time to the next poll. A schedule that ends, ends the wait as its deadline would.
 *
 * @since 0.1.0
 */
import type { SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"

/**
 * A schedule that is stepped with the report that each poll saw.
 *
 * @category models
 * @since 0.1.0
 */
export type PollPolicy = Schedule.Schedule<unknown, SloReport>

/**
 * Polls in one fixed interval, measured from an answer to the next request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fixed = (interval: Duration.Input): PollPolicy => Schedule.spaced(interval)

/**
 * Polls in an interval that grows with the square root of the time waited, with ±10 % jitter.
 *
 * **Details**
 *
 * `interval = clamp(factor * √t, min, max)`, with `t` and the interval in seconds. Where a job's duration
 * is not known beforehand, the interval that balances requests against lag grows with √t (Keller,
 * Management Science 21(3), 1974).
 *
 * - `factor`: `@default` 1; 2 halves the requests and doubles the lag
 * - `min`: the shortest interval. `@default` 1 second
 * - `max`: the longest interval. `@default` 30 seconds
 *
 * @category constructors
 * @since 0.1.0
 */
export const sqrt = (options?: {
  readonly factor?: number | undefined
  readonly min?: Duration.Input | undefined
  readonly max?: Duration.Input | undefined
}): PollPolicy => {
  const factor = options?.factor ?? 1
  const min = Duration.toMillis(options?.min ?? "1 second")
  const max = Duration.toMillis(options?.max ?? "30 seconds")
  return Schedule.forever.pipe(
    Schedule.modifyDelay(({ elapsed }) => {
      const interval = Math.min(max, Math.max(min, factor * Math.sqrt(elapsed / 1000) * 1000))
      return Effect.map(Random.next, (random) => Duration.millis(Math.round(interval * (0.9 + 0.2 * random))))
    })
  )
}

const default_: PollPolicy = sqrt()

export {
  /**
   * The square-root policy between 1 and 30 seconds: 14 polls and 3 seconds of lag for a median job of 30
   * seconds, in simulation.
   *
   * @category constants
   * @since 0.1.0
   */
  default_ as default
}
