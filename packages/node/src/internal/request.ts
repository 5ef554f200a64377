/**
 * One call: attempts with a time limit each, retried under the policy in force. The only retry loop.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as Metric from "effect/Metric"
import * as Schedule from "effect/Schedule"
import * as RetryPolicy from "../RetryPolicy.ts"
import * as SloReportMetrics from "../SloReportMetrics.ts"
import { hintMillis } from "./hint.ts"
import * as Response from "./response.ts"
import type { Scrub } from "./scrub.ts"
import { type Call, fromHttpClientError, timedOut } from "./transport.ts"
import { WaitBudget } from "./WaitBudget.ts"

/** @internal */
export interface Sender {
  readonly client: HttpClient
  readonly scrub: Scrub
  readonly attemptTimeout: Duration.Duration
  readonly retry: RetryPolicy.RetryPolicy
}

/** @internal */
export const send = <A>(
  sender: Sender,
  call: Call,
  request: HttpClientRequest,
  decode: Response.Decode<A>
): Effect.Effect<A, DatadogError> => {
  const attempt = sender.client.execute(request).pipe(
    Effect.mapError((error) => fromHttpClientError(call, error, sender.scrub)),
    Effect.tap((response) => Effect.annotateCurrentSpan("http.response.status_code", response.status)),
    Effect.flatMap((response) => Response.read(response, call, decode, sender.scrub)),
    Effect.timeoutOrElse({ duration: sender.attemptTimeout, orElse: () => Effect.fail(timedOut(call)) }),
    Effect.tap(succeeded),
    Effect.tapError((error) => Metric.update(requests(error._tag), 1))
  )
  return Effect.flatMap(RetryPolicy.Current, (current) => Effect.retry(attempt, guard(current ?? sender.retry)))
}

const requests = (outcome: string) => Metric.withAttributes(SloReportMetrics.requests, { outcome })

const succeeded = Metric.update(requests("success"), 1)

// What holds under every policy: only what may pass is sent again, not sooner than asked, not past a wait's end.
const guard = (policy: RetryPolicy.RetryPolicy): RetryPolicy.RetryPolicy =>
  policy.pipe(
    Schedule.while(({ input }) => isRetryable(input)),
    Schedule.modifyDelay(({ duration, input }) =>
      Effect.succeed(Duration.max(duration, Duration.millis(hintMillis(input))))
    ),
    Schedule.while(({ duration, now }) =>
      Effect.map(WaitBudget, (budget) => budget === undefined || now + Duration.toMillis(duration) <= budget.end)
    ),
    Schedule.tap(({ attempt, duration, input }) => observe(input, attempt, duration))
  )

const observe = Effect.fnUntraced(function*(error: DatadogError, retry: number, delay: Duration.Duration) {
  const isRateLimit = error._tag === "DatadogTooManyRequests"
  yield* Effect.logDebug(`Retry ${retry} in ${Duration.format(delay)}. ${error.message}`)
  yield* Effect.annotateCurrentSpan("retry.count", retry)
  yield* Metric.update(Metric.withAttributes(SloReportMetrics.retries, { cause: error._tag }), 1)
  yield* slept(isRateLimit ? "rate_limit" : "backoff", Duration.toMillis(delay))
  const budget = yield* WaitBudget
  if (isRateLimit && budget !== undefined) yield* budget.onHeldUp(Duration.toMillis(delay))
})

/** @internal */
export const slept = (cause: "backoff" | "rate_limit" | "poll", millis: number): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(SloReportMetrics.sleptSeconds, { cause }), millis / 1000)
