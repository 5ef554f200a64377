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
import * as Bounds from "./internal/http/bounds.ts"

/**
 * A schedule that is stepped with the report that each poll saw.
 *
 * **Details**
 *
 * Whatever it says, an interval is 100 milliseconds at least. Polls that another wait for the report caused, before
 * this one was due, don't step it.
 *
 * @category models
 * @since 0.1.0
 */
export type PollPolicy = Schedule.Schedule<unknown, SloReport>

// In milliseconds: a report takes seconds at least, and a slip such as `Number(undefined)` would be a flood.
const shortest = 100

/**
 * Polls in one fixed interval, measured from an answer to the next request.
 *
 * **Details**
 *
 * An interval that is a number is in milliseconds. It throws a `RangeError` for an interval that is shorter than 100 milliseconds, endless or not a number.
 *
 * **Example** (Every ten seconds)
 *
 * ```ts
 * import { PollPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
 *
 * const report = SloReportClient.SloReportClient.use((client) =>
 *   client.awaitReport("my-report", { poll: PollPolicy.fixed("10 seconds") })
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fixed = (interval: Duration.Input): PollPolicy =>
  Schedule.spaced(
    Duration.millis(Bounds.millis("PollPolicy.fixed: interval", interval, { atLeast: shortest, isFinite: true }))
  )

/**
 * Polls in an interval that grows with the square root of the time waited, with ±10 % jitter.
 *
 * **Details**
 *
 * `interval = clamp(factor * √t, min, max)`, with `t` and the interval in seconds. Where a job's duration
 * is not known beforehand, the interval that balances requests against lag grows with √t (Keller,
 * Management Science 21(3), 1974).
 *
 * - `factor`: finite, 0 or more. `@default` 1; with 2 an interval is twice as long
 * - `min`: the shortest interval, 100 milliseconds or more. `@default` 1 second
 * - `max`: the longest interval, `min` or more. `@default` 30 seconds
 *
 * A number for `min` or `max` is in milliseconds. It throws a `RangeError` for other values.
 *
 * **Example** (Half of the requests, for reports that take hours)
 *
 * ```ts
 * import { PollPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
 *
 * const poll = PollPolicy.sqrt({ factor: 2, min: "5 seconds", max: "5 minutes" })
 * const report = SloReportClient.SloReportClient.use((client) =>
 *   client.awaitReport("my-report", { poll, deadline: "12 hours" })
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const sqrt = (options?: {
  readonly factor?: number | undefined
  readonly min?: Duration.Input | undefined
  readonly max?: Duration.Input | undefined
}): PollPolicy => {
  const factor = Bounds.number(
    "PollPolicy.sqrt: factor",
    options?.factor ?? 1,
    "a finite number, 0 or more",
    (factor) => factor >= 0 && factor < Infinity
  )
  const min = Bounds.millis("PollPolicy.sqrt: min", options?.min ?? "1 second", { atLeast: shortest, isFinite: true })
  const max = Bounds.millis("PollPolicy.sqrt: max", options?.max ?? "30 seconds", { atLeast: min, isFinite: false })
  return Schedule.forever.pipe(
    Schedule.modifyDelay(({ elapsed }) => {
      // A clock that is set back makes the time waited negative.
      const interval = Math.min(max, Math.max(min, factor * Math.sqrt(Math.max(0, elapsed) / 1000) * 1000))
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
   * **Example** (Twenty polls at most)
   *
   * ```ts
   * import { PollPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Schedule } from "effect"
   *
   * const poll = PollPolicy.default.pipe(Schedule.upTo({ times: 20 }))
   * const report = SloReportClient.SloReportClient.use((client) => client.awaitReport("my-report", { poll }))
   * ```
   *
   * @category constants
   * @since 0.1.0
   */
  default_ as default
}
