/**
 * One call: attempts with a time limit each, retried under the policy in force. The only retry loop.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import * as RateLimit from "@effect-datadog/slo-report/RateLimit"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as RetryPolicy from "../../RetryPolicy.ts"
import * as SloReportMetrics from "../../SloReportMetrics.ts"
import type { Told } from "../pacing/bucket.ts"
import * as Delays from "./scheduleStepper.ts"
import { hintMillis } from "./retryAfter.ts"
import type { Pacer } from "../pacing/pacer.ts"
import * as Response from "./response.ts"
import type { Scrub } from "./scrub.ts"
import * as Sleep from "./sleep.ts"
import { type Call, fromHttpClientError, timedOut } from "./transport.ts"
import { WaitBudget } from "../polling/WaitBudget.ts"

/** @internal */
export interface Sender {
  readonly pacer: Pacer
  readonly client: HttpClient
  readonly scrub: Scrub
  readonly attemptTimeout: Duration.Duration
  readonly retry: RetryPolicy.RetryPolicy
}

/**
 * What an attempt makes of an answer: a value, or the error that the answer means.
 *
 * @internal
 */
export type Read<A, R = never> = (response: HttpClientResponse) => Effect.Effect<A, DatadogError, R>

/**
 * Sends a request and reads its answer to the end.
 *
 * @param mayRetry which errors are sent again; a method that changes something can't be after each
 * @internal
 */
export const send = <A>(
  sender: Sender,
  call: Call,
  request: HttpClientRequest,
  decode: Response.Decode<A>,
  mayRetry: (error: DatadogError) => boolean = isRetryable
): Effect.Effect<A, DatadogError> => {
  const read = (response: HttpClientResponse) => Response.read(response, call, decode, sender.scrub)
  return retrying(Effect.tap(attemptOf(sender, call, request, read), countSuccess), sender.retry, mayRetry)
}

/**
 * Sends a request and reads the beginning of its answer; who reads the rest counts the success.
 *
 * @internal
 */
export const open = <A, R>(
  sender: Sender,
  call: Call,
  request: HttpClientRequest,
  read: Read<A, R>
): Effect.Effect<A, DatadogError, R> => retrying(attemptOf(sender, call, request, read), sender.retry, isRetryable)

const attemptOf = <A, R>(
  { attemptTimeout, client, pacer, scrub }: Sender,
  call: Call,
  request: HttpClientRequest,
  read: Read<A, R>
): Effect.Effect<A, DatadogError, R> =>
  Effect.suspend(() => {
    let response: HttpClientResponse | undefined
    const attempt = client.execute(request).pipe(
      Effect.matchEffect({
        onFailure: (error): Effect.Effect<A, DatadogError, R> => Effect.fail(fromHttpClientError(call, error, scrub)),
        onSuccess: (answer) => {
          response = answer
          return Effect.andThen(Effect.annotateCurrentSpan("http.response.status_code", answer.status), read(answer))
        }
      }),
      Effect.timeoutOrElse({
        duration: attemptTimeout,
        // An error is known by its status, though its body may never end.
        orElse: () =>
          response === undefined || Response.isOk(response)
            ? Effect.fail(timedOut(call))
            : Response.failByStatus(response, call, "", scrub)
      }),
      Effect.tapError(countFailure)
    )
    return pacer.isActive() ? observed(pacer, attempt, () => response) : attempt
  })

// Tells the pacer what the answer says of the rate limit.
const observed = Effect.fnUntraced(function*<A, R>(
  pacer: Pacer,
  attempt: Effect.Effect<A, DatadogError, R>,
  response: () => HttpClientResponse | undefined
) {
  const budget = yield* WaitBudget
  const request = budget?.takeRequest() ?? pacer.begin(yield* Clock.currentTimeMillis)
  return yield* Effect.ensuring(
    attempt,
    Effect.map(Clock.currentTimeMillis, (now) => pacer.end(request, now, toldBy(response(), now)))
  )
})

const toldBy = (response: HttpClientResponse | undefined, now: number): Told | undefined => {
  if (response === undefined) return undefined
  const { headers, status } = response
  return {
    rateLimit: RateLimit.fromHeaders(headers, now),
    refusedFor: status === 429 ? Duration.toMillis(RateLimit.hint(headers, now) ?? Duration.zero) : undefined
  }
}

const requests = (outcome: string) => Metric.withAttributes(SloReportMetrics.requests, { outcome })

/** @internal */
export const countSuccess = Metric.update(requests("success"), 1)

/** @internal */
export const countFailure = (error: DatadogError) => Metric.update(requests(error._tag), 1)

const retrying = <A, R>(
  attempt: Effect.Effect<A, DatadogError, R>,
  policy: RetryPolicy.RetryPolicy,
  mayRetry: (error: DatadogError) => boolean
): Effect.Effect<A, DatadogError, R> => Effect.catch(attempt, (error) => retry(attempt, error, policy, mayRetry))

// Under every policy only what may pass is sent again, not sooner than asked, not past a wait's end.
const retry = Effect.fnUntraced(function*<A, R>(
  attempt: Effect.Effect<A, DatadogError, R>,
  first: DatadogError,
  clientPolicy: RetryPolicy.RetryPolicy,
  mayRetry: (error: DatadogError) => boolean
): Effect.fn.Return<A, DatadogError, R> {
  const delays = yield* Delays.make((yield* RetryPolicy.Current) ?? clientPolicy)
  const budget = yield* WaitBudget
  let error = first
  for (let retries = 1; mayRetry(error); retries++) {
    const backoff = yield* delays(error)
    if (backoff === undefined) break
    const delay = Math.max(backoff, hintMillis(error))
    if (budget !== undefined && (yield* Clock.currentTimeMillis) + delay > budget.end) break
    yield* observe(error, retries, delay)
    yield* Sleep.sleep(sleepCause(error), delay)
    if (budget !== undefined && !(yield* budget.nextTurn(delay))) break
    const result = yield* Effect.result(attempt)
    if (Result.isSuccess(result)) return result.success
    error = result.failure
  }
  return yield* error
})

/** @internal */
export const sleepCause = (error: DatadogError): "backoff" | "rate_limit" =>
  error._tag === "DatadogTooManyRequests" ? "rate_limit" : "backoff"

const observe = Effect.fnUntraced(function*(error: DatadogError, retries: number, delay: number) {
  yield* Effect.logDebug(`Retry ${retries} in ${Duration.format(Duration.millis(delay))}. ${error.message}`)
  yield* Effect.annotateCurrentSpan("retry.count", retries)
  yield* Metric.update(Metric.withAttributes(SloReportMetrics.retries, { cause: error._tag }), 1)
  const budget = yield* WaitBudget
  if (budget !== undefined) yield* budget.onSleep(sleepCause(error), delay)
})
