/**
 * Everything that can go wrong in a call to Datadog, as tagged errors.
 *
 * An error's class follows from the HTTP status alone; the body only adds what Datadog said. `message`
 * tells the call, the outcome and the next step. No error holds a key, a request or a response.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as ApiErrorBody from "./ApiErrorBody.ts"
import { Delay } from "./internal/delay.ts"
import * as Describe from "./internal/describe.ts"
import { Reason } from "./internal/reason.ts"
import * as RateLimit from "./RateLimit.ts"

const call = {
  method: Schema.String,
  path: Schema.String
}

const answer = {
  ...call,
  status: Schema.Int,
  messages: Schema.Array(Schema.String),
  details: Schema.Array(ApiErrorBody.ApiErrorDetail),
  rateLimit: RateLimit.RateLimit
}

const retryAfter = Schema.optionalKey(Delay)

/**
 * 400: the request itself is wrong.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogBadRequest extends Schema.TaggedError<DatadogBadRequest>()("DatadogBadRequest", answer) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * 401: the credentials were not accepted.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogUnauthorized extends Schema.TaggedError<DatadogUnauthorized>()("DatadogUnauthorized", answer) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * 403: a bad key, a missing scope or the wrong site, which Datadog answers alike.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogForbidden extends Schema.TaggedError<DatadogForbidden>()("DatadogForbidden", answer) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * 404: Datadog has nothing there: no report with this id, or no such endpoint.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogNotFound extends Schema.TaggedError<DatadogNotFound>()("DatadogNotFound", answer) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * 429: the rate limit is used up.
 *
 * **Details**
 *
 * `retryAfter` is how long Datadog asks to wait: a valid `Retry-After`, otherwise `X-RateLimit-Reset`.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogTooManyRequests extends Schema.TaggedError<DatadogTooManyRequests>()("DatadogTooManyRequests", {
  ...answer,
  retryAfter
}) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * 408 or 5xx: Datadog, or a proxy before it, could not answer now.
 *
 * **Details**
 *
 * `retryAfter` is a valid `Retry-After`; the rate limit's reset says nothing about an outage.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogServerError extends Schema.TaggedError<DatadogServerError>()("DatadogServerError", {
  ...answer,
  retryAfter
}) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * Any other status that is not 2xx; a redirect is one, since redirects are never followed.
 *
 * **Details**
 *
 * `location` is where a redirect pointed, without its query.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogUnexpectedStatus extends Schema.TaggedError<DatadogUnexpectedStatus>()("DatadogUnexpectedStatus", {
  ...answer,
  location: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * No complete answer: the connection failed, or an attempt took too long.
 *
 * **Details**
 *
 * - `reason` tells how: `unreachable` is no route, or no connection in time; `proxy`, that a proxy opened no
 *   tunnel; `closed`, that the client's scope has ended; `invalid`, that the request can't be sent as it is
 * - `sent`: `"no"` where nothing can have reached Datadog, for want of a connection. `@default` "maybe"
 * - `isTransient`: whether the same request may pass later; not with a bad certificate, a closed client, a proxy
 *   that wants a password, or a request that can't be sent. `@default` true
 * - `cause`: the transport's own error, its name and message; absent where `attemptTimeout` was the limit
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogTransportError extends Schema.TaggedError<DatadogTransportError>()("DatadogTransportError", {
  ...call,
  reason: Reason,
  sent: Schema.Literals(["no", "maybe"]).pipe(Schema.withConstructorDefault(Effect.succeed("maybe" as const))),
  isTransient: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(true))),
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * A 2xx answer whose body is not what the endpoint promises.
 *
 * **Details**
 *
 * `issue` tells what is wrong with it; `excerpt` is its beginning, at most 200 characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogProtocolError extends Schema.TaggedError<DatadogProtocolError>()("DatadogProtocolError", {
  ...answer,
  issue: Schema.String,
  excerpt: Schema.String.check(Schema.isMaxLength(200))
}) {
  override get message(): string {
    return Describe.describe(this)
  }
}

/**
 * The four errors that Datadog documents for the report endpoints.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SloReportApiError = Schema.Union([
  DatadogBadRequest,
  DatadogForbidden,
  DatadogNotFound,
  DatadogTooManyRequests
])

/**
 * The type of the documented errors.
 *
 * @category models
 * @since 0.1.0
 */
export type SloReportApiError = typeof SloReportApiError.Type

/**
 * Everything that can go wrong in a call.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DatadogError = Schema.Union([
  ...SloReportApiError.members,
  DatadogUnauthorized,
  DatadogServerError,
  DatadogUnexpectedStatus,
  DatadogTransportError,
  DatadogProtocolError
])

/**
 * The type of everything that can go wrong in a call.
 *
 * @category models
 * @since 0.1.0
 */
export type DatadogError = typeof DatadogError.Type

/**
 * Whether the same request may succeed later: 408, 429, 5xx but 501 and 505, and a transport error that
 * `isTransient`.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isRetryable = (error: DatadogError): boolean =>
  error._tag === "DatadogTooManyRequests" ||
  (error._tag === "DatadogServerError" && error.status !== 501 && error.status !== 505) ||
  (error._tag === "DatadogTransportError" && error.isTransient)

/**
 * An error's `message` without its next step: the call, what came back, and what Datadog said.
 *
 * @category getters
 * @since 0.1.0
 */
export const outcome: (error: DatadogError) => string = Describe.outcome
