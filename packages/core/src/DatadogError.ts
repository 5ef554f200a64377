/**
 * Everything that can go wrong in a call to Datadog, as tagged errors.
 *
 * An error's class follows from the HTTP status alone; the body only adds what Datadog said. `message`
 * tells the call, the outcome and the next step. No error holds a key, a request or a response.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as ApiErrorBody from "./ApiErrorBody.ts"
import { Delay } from "./internal/delay.ts"
import { describe } from "./internal/describe.ts"
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
    return describe(this)
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
    return describe(this)
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
    return describe(this)
  }
}

/**
 * 404: Datadog has no report with this id.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogNotFound extends Schema.TaggedError<DatadogNotFound>()("DatadogNotFound", answer) {
  override get message(): string {
    return describe(this)
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
    return describe(this)
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
    return describe(this)
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
    return describe(this)
  }
}

/**
 * No complete answer: the connection failed, or an attempt took too long.
 *
 * **Details**
 *
 * `reason` tells how; `cause` is the transport's own error, reduced to its name and message.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogTransportError extends Schema.TaggedError<DatadogTransportError>()("DatadogTransportError", {
  ...call,
  reason: Schema.Literals(["refused", "reset", "dns", "tls", "timeout", "other"]),
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message(): string {
    return describe(this)
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
    return describe(this)
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
 * Whether the same request may succeed later: 408, 429, 5xx, and a request without an answer.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isRetryable = (error: DatadogError): boolean =>
  error._tag === "DatadogTooManyRequests" || error._tag === "DatadogServerError" ||
  error._tag === "DatadogTransportError"
