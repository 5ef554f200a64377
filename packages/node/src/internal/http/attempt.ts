/**
 * One attempt of a call, within its time limit: sent, metered, read, counted.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as RateLimit from "@effect-datadog/slo-report/RateLimit"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import type * as Semaphore from "effect/Semaphore"
import type { Announcements } from "./announcement.ts"
import type { Counts } from "./counts.ts"
import * as Response from "./response.ts"
import type { Scrub } from "./scrub.ts"
import { type Call, fromHttpClientError, timedOut } from "./transport.ts"

/**
 * An endpoint, as rate limits tell them apart.
 *
 * @internal
 */
export type Operation = "status" | "create" | "download" | "search" | "history"

/**
 * The place of a request in what is counted of a rate limit.
 *
 * @internal
 */
export interface Permit {
  readonly operation: Operation
  readonly isPoll: boolean
  /** How many requests of the limit had begun when this one had. */
  readonly ordinal: number
  isOpen: boolean
}

/**
 * What an answer told of rate limits.
 *
 * @internal
 */
export interface Observation {
  readonly status: number
  readonly rateLimit: RateLimit.RateLimit
  /** How long a 429 asks to wait, in milliseconds; 0 where it doesn't say. */
  readonly retryAfter: number
}

/**
 * Counts requests, and learns from their answers.
 *
 * @internal
 */
export interface Meter {
  readonly acquire: (operation: Operation) => Effect.Effect<Permit>
  /** Ends a request with what its answer told. */
  readonly complete: (permit: Permit, observation: Observation) => Effect.Effect<void>
  /** Ends a request without an answer, or that has ended already. */
  readonly release: (permit: Permit) => void
}

/** @internal */
export interface Sender {
  readonly client: HttpClient
  /** That the client asks. */
  readonly host: string
  readonly meter: Meter
  readonly scrub: Scrub
  readonly attemptTimeout: Duration.Duration
  /** As many attempts as may be under way at once; time in this queue is no attempt's. */
  readonly slots: Semaphore.Semaphore
  readonly announcements: Announcements
  readonly counts: Counts
}

/**
 * How many attempts of a client are under way at once.
 *
 * As many as `layerNode` opens connections.
 *
 * @internal
 */
export const maxAttempts = 256

/** @internal */
export interface Outgoing {
  readonly operation: Operation
  readonly call: Call
  readonly request: HttpClientRequest
  /** What is read of a good answer, at most. */
  readonly maxBytes?: number
}

/**
 * What an attempt makes of an answer: a value, or the error that the answer means.
 *
 * @internal
 */
export type Read<A, R = never> = (response: HttpClientResponse) => Effect.Effect<A, DatadogError, R>

/**
 * @param permit of a request that is counted already
 * @internal
 */
export const attempt = <A, R>(
  { announcements, attemptTimeout, client, counts, meter, scrub, slots }: Sender,
  { call, operation, request }: Outgoing,
  read: Read<A, R>,
  permit?: Permit
): Effect.Effect<A, DatadogError, R> =>
  Effect.suspend(() => {
    let response: HttpClientResponse | undefined
    const answered = client.execute(request).pipe(
      Effect.matchEffect({
        onFailure: (error): Effect.Effect<A, DatadogError, R> => Effect.fail(fromHttpClientError(call, error, scrub)),
        onSuccess: (answer) => {
          response = answer
          return Effect.annotateCurrentSpan("http.response.status_code", answer.status).pipe(
            Effect.andThen(announcements.look(call, answer)),
            Effect.andThen(read(answer))
          )
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
      Effect.tapError((error) => counts.request(error._tag)),
      Effect.onInterrupt(() => counts.request("interrupted"))
    )
    return Effect.acquireUseRelease(
      permit === undefined ? meter.acquire(operation) : Effect.succeed(permit),
      () => slots.withPermit(answered),
      (permit) =>
        response === undefined
          ? Effect.sync(() => meter.release(permit))
          : Effect.flatMap(observe(response), (observation) => meter.complete(permit, observation))
    )
  })

const observe = ({ headers, status }: HttpClientResponse): Effect.Effect<Observation> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({
    status,
    rateLimit: RateLimit.fromHeaders(headers, now),
    retryAfter: status === 429 ? Duration.toMillis(RateLimit.hint(headers, now) ?? Duration.zero) : 0
  }))
