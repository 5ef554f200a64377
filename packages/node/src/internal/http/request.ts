/**
 * One call: attempts, retried under the policy in force. The only retry loop.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as RetryPolicy from "../../RetryPolicy.ts"
import { attempt, type Outgoing, type Permit, type Read, type Sender } from "./attempt.ts"
import type { Counts } from "./counts.ts"
import * as Response from "./response.ts"
import { retryAfterMillis } from "./retryAfter.ts"
import * as ScheduleStepper from "./scheduleStepper.ts"
import * as Sleep from "./sleep.ts"

/** @internal */
export interface RetryingSender extends Sender {
  readonly retry: RetryPolicy.RetryPolicy
}

/**
 * Sends a request and reads its answer to the end.
 *
 * @param mayRetry which errors are sent again; a method that changes something can't be after each
 * @internal
 */
export const send = <A>(
  sender: RetryingSender,
  outgoing: Outgoing,
  decode: Response.Decode<A>,
  mayRetry: (error: DatadogError) => boolean = isRetryable
): Effect.Effect<A, DatadogError> => retrying(sendOnce(sender, outgoing, decode), sender, mayRetry)

/**
 * Sends a request without retries, and reads its answer to the end.
 *
 * @internal
 */
export const sendOnce = <A>(
  sender: Sender,
  outgoing: Outgoing,
  decode: Response.Decode<A>,
  permit?: Permit
): Effect.Effect<A, DatadogError> => {
  const read: Read<A> = (response) => Response.read(response, outgoing.call, decode, sender.scrub, outgoing.maxBytes)
  return Effect.tap(attempt(sender, outgoing, read, permit), () => sender.counts.request("success"))
}

/**
 * Sends a request and reads the beginning of its answer; who reads the rest counts the success.
 *
 * @internal
 */
export const sendStreaming = <A, R>(
  sender: RetryingSender,
  outgoing: Outgoing,
  read: Read<A, R>
): Effect.Effect<A, DatadogError, R> => retrying(attempt(sender, outgoing, read), sender, isRetryable)

const retrying = <A, R>(
  attempt: Effect.Effect<A, DatadogError, R>,
  sender: RetryingSender,
  mayRetry: (error: DatadogError) => boolean
): Effect.Effect<A, DatadogError, R> => Effect.catch(attempt, (error) => retry(attempt, error, sender, mayRetry))

// Under every policy only what may pass is sent again, and not sooner than asked.
const retry = Effect.fnUntraced(function*<A, R>(
  attempt: Effect.Effect<A, DatadogError, R>,
  first: DatadogError,
  { counts, retry }: RetryingSender,
  mayRetry: (error: DatadogError) => boolean
): Effect.fn.Return<A, DatadogError, R> {
  const nextDelay = yield* ScheduleStepper.make((yield* RetryPolicy.Current) ?? retry)
  let error = first
  for (let retries = 1; mayRetry(error); retries++) {
    const backoff = yield* nextDelay(error)
    if (backoff === undefined) break
    const delay = delayOf(error, retries, backoff)
    yield* noteRetry(counts, error, retries, delay)
    yield* Effect.annotateCurrentSpan("retry.count", retries)
    yield* Sleep.sleep(counts, Sleep.causeOf(error), delay)
    const result = yield* Effect.result(attempt)
    if (Result.isSuccess(result)) return result.success
    error = result.failure
  }
  return yield* error
})

// After so many retries, whatever a schedule says, one comes after so many milliseconds: nobody floods Datadog.
const retriesAtOnce = 10
const patience = 100

/**
 * How long to wait before a retry, in milliseconds: not sooner than asked, and never without an end at once.
 *
 * @internal
 */
export const delayOf = (error: DatadogError, retries: number, backoff: number): number =>
  Math.max(Number.isNaN(backoff) ? 0 : backoff, retryAfterMillis(error), retries > retriesAtOnce ? patience : 0)

/**
 * Counts and logs that what failed is sent again.
 *
 * @internal
 */
export const noteRetry = (
  counts: Counts,
  error: DatadogError,
  retries: number,
  delay: number
): Effect.Effect<void> =>
  Effect.andThen(
    Effect.logDebug(`Retry ${retries} in ${Duration.format(Duration.millis(delay))}. ${error.message}`),
    counts.retry(error._tag)
  )
