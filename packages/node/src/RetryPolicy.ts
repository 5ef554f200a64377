/**
 * When a failed call is sent again: how often, and after what delay.
 *
 * A policy is a `Schedule` over errors. Whatever the policy, the client retries only errors that may pass
 * (408, 429, 5xx but 501 and 505, no answer) and never sooner than Datadog asked.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Bounds from "./internal/http/bounds.ts"
import { retryAfterMillis } from "./internal/http/retryAfter.ts"

/**
 * A schedule that is stepped with every error that may be retried.
 *
 * **Details**
 *
 * Whatever it says, after ten retries each further one comes 100 milliseconds later at least.
 *
 * @category models
 * @since 0.1.0
 */
export type RetryPolicy = Schedule.Schedule<unknown, DatadogError>

/**
 * Makes a policy of full jitter under exponential growth, which respects what Datadog asks.
 *
 * **Details**
 *
 * The delay before retry `n` (from 0) is `max(backoff, hint)`: `backoff` is uniform between 0 and
 * `min(cap, base * 2^n)`; `hint` is the error's `retryAfter`, to which up to 10 % (at most 2 seconds) are
 * added, so that many clients don't return in one instant. A hint beyond `maxWait` ends the retries at
 * once; a wait for a report keeps it all the same, up to its deadline.
 *
 * - `times`: retries after the first attempt, 0 or more, `Infinity` too. `@default` 4
 * - `base`: the first backoff's bound; 0 is no backoff, for at most 10 retries. `@default` 500 milliseconds
 * - `cap`: the bound that backoffs grow to, 100 milliseconds or more. `@default` 20 seconds, as in AWS's SDKs
 * - `maxWait`: the longest hint that is waited for; 0 waits for none. `@default` 2 minutes
 *
 * A number for `base`, `cap` or `maxWait` is in milliseconds. It throws a `RangeError` for other values.
 *
 * **Example** (For a job at night, which has time)
 *
 * ```ts
 * import { NodeSloReportClient, RetryPolicy } from "@effect-datadog/slo-report-node"
 *
 * const live = NodeSloReportClient.layerNode({
 *   retry: RetryPolicy.make({ times: 10, cap: "1 minute", maxWait: "10 minutes" })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options?: {
  readonly times?: number | undefined
  readonly base?: Duration.Input | undefined
  readonly cap?: Duration.Input | undefined
  readonly maxWait?: Duration.Input | undefined
}): RetryPolicy => {
  const base = millis("base", options?.base ?? "500 millis", { atLeast: 0, isFinite: true })
  const cap = millis("cap", options?.cap ?? "20 seconds", { atLeast: 100, isFinite: true })
  const maxWait = millis("maxWait", options?.maxWait ?? "2 minutes", { atLeast: 0, isFinite: false })
  const times = Bounds.number(
    "RetryPolicy.make: times",
    options?.times ?? 4,
    base === 0
      ? `a whole number from 0 to ${maxTimesAtOnce} where base is 0`
      : "a whole number, 0 or more, or Infinity",
    (times) => times >= 0 && (Number.isInteger(times) || times === Infinity) && (base > 0 || times <= maxTimesAtOnce)
  )
  return Schedule.identity<DatadogError>().pipe(
    Schedule.while(({ attempt, input }) => attempt <= times && retryAfterMillis(input) <= maxWait),
    Schedule.modifyDelay(({ attempt, input }) =>
      Effect.zipWith(Random.next, Random.next, (first, second) => {
        const backoff = first * Math.min(cap, base * 2 ** Math.min(attempt - 1, maxDoublings))
        const hint = retryAfterMillis(input)
        return Duration.millis(Math.ceil(Math.max(backoff, hint) + second * Math.min(hint / 10, 2000)))
      })
    )
  )
}

// Retries without a backoff in between: what two networks that fail over may need, and no flood.
const maxTimesAtOnce = 10

// 1 nanosecond, doubled so often, is longer than any cap; and `0 * 2 ** 1024` is no number.
const maxDoublings = 100

const millis = (option: string, input: Duration.Input, bounds: Parameters<typeof Bounds.millis>[2]): number =>
  Bounds.millis(`RetryPolicy.make: ${option}`, input, bounds)

const default_: RetryPolicy = make()

export {
  /**
   * Four retries under the defaults of {@link make}.
   *
   * **Example** (Retries for one call of a client that has none)
   *
   * ```ts
   * import { RetryPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
   * import { Effect } from "effect"
   *
   * const status = SloReportClient.SloReportClient.use((client) => client.getReportStatus("my-report")).pipe(
   *   Effect.provideService(RetryPolicy.Current, RetryPolicy.default)
   * )
   * ```
   *
   * @category constants
   * @since 0.1.0
   */
  default_ as default
}

/**
 * No retries: every call is one request, but for the 404 of a report that was created within 15 seconds.
 *
 * **Example** (A request handler, whose caller retries)
 *
 * ```ts
 * import { NodeSloReportClient, RetryPolicy } from "@effect-datadog/slo-report-node"
 *
 * const live = NodeSloReportClient.layerNode({ retry: RetryPolicy.none, attemptTimeout: "2 seconds" })
 * ```
 *
 * @category constants
 * @since 0.1.0
 */
export const none: RetryPolicy = Schedule.recurs(0)

/**
 * Overrides the client's policy for an effect.
 *
 * **Details**
 *
 * It decides for every call but the polls of waits: those belong to the client, since others may share them, and
 * follow its `retry`.
 *
 * **Example** (Sending one request)
 *
 * ```ts
 * import { RetryPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Effect } from "effect"
 *
 * const once = Effect.flatMap(SloReportClient.SloReportClient, (client) => client.getReportStatus("my-report")).pipe(
 *   Effect.provideService(RetryPolicy.Current, RetryPolicy.none)
 * )
 * ```
 *
 * @category references
 * @since 0.1.0
 */
export const Current = Context.Reference<RetryPolicy | undefined>(
  "@effect-datadog/slo-report-node/RetryPolicy/Current",
  {
    defaultValue: () => undefined
  }
)
