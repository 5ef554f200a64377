/**
 * When a failed call is sent again: how often, and after what delay.
 *
 * A policy is a `Schedule` over errors. Whatever the policy, the client retries only errors that may pass
 * (408, 429, 5xx, no answer) and never sooner than Datadog asked.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { retryAfterMillis } from "./internal/http/retryAfter.ts"

/**
 * A schedule that is stepped with every error that may be retried.
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
 * - `times`: retries after the first attempt. `@default` 4
 * - `base`: the first backoff's bound. `@default` 500 milliseconds
 * - `cap`: the bound that backoffs grow to. `@default` 20 seconds, as in AWS's SDKs
 * - `maxWait`: the longest hint that is waited for. `@default` 2 minutes
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
  const times = options?.times ?? 4
  const base = Duration.toMillis(options?.base ?? "500 millis")
  const cap = Duration.toMillis(options?.cap ?? "20 seconds")
  const maxWait = Duration.toMillis(options?.maxWait ?? "2 minutes")
  return Schedule.identity<DatadogError>().pipe(
    Schedule.while(({ attempt, input }) => attempt <= times && retryAfterMillis(input) <= maxWait),
    Schedule.modifyDelay(({ attempt, input }) =>
      Effect.zipWith(Random.next, Random.next, (first, second) => {
        const backoff = first * Math.min(cap, base * 2 ** (attempt - 1))
        const hint = retryAfterMillis(input)
        return Duration.millis(Math.ceil(Math.max(backoff, hint) + second * Math.min(hint / 10, 2000)))
      })
    )
  )
}

const default_: RetryPolicy = make()

export {
  /**
   * Four retries under the defaults of {@link make}.
   *
   * @category constants
   * @since 0.1.0
   */
  default_ as default
}

/**
 * No retries: every call is one request.
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
