/**
 * Everything that can go wrong in a call to Datadog, as tagged errors.
 *
 * An error's class follows from the HTTP status alone; the body only adds what Datadog said. `message`
 * tells the call, the outcome and the next step, `host` whom was asked. No error holds a key, a request or a response.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Describe from "./internal/describe.ts"
import { answer, call, retryAfter, transport } from "./internal/errorFields.ts"
import { printed } from "./internal/printed.ts"

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
  override toJSON(): object {
    return printed(this)
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
  override toJSON(): object {
    return printed(this)
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
  override toJSON(): object {
    return printed(this)
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
  override toJSON(): object {
    return printed(this)
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
  override toJSON(): object {
    return printed(this)
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
  override toJSON(): object {
    return printed(this)
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
  override toJSON(): object {
    return printed(this)
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
 * - `isTransient`: whether the same request may pass later; not with a bad certificate, say. `@default` true
 * - `cause`: the transport's own error, its name and message; absent where `attemptTimeout` was the limit
 *
 * @category errors
 * @since 0.1.0
 */
export class DatadogTransportError extends Schema.TaggedError<DatadogTransportError>()("DatadogTransportError", {
  ...call,
  ...transport
}) {
  override get message(): string {
    return Describe.describe(this)
  }
  override toJSON(): object {
    return printed(this)
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
  override toJSON(): object {
    return printed(this)
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
 * Whether the same request may succeed later: 408, 429, 5xx but 501 and 505, a transport error that `isTransient`.
 *
 * **Example** (What a status means)
 *
 * ```ts
 * import { DatadogError, DatadogResponse } from "@effect-datadog/slo-report"
 *
 * const call = { host: "api.datadoghq.com", method: "GET", path: "/api/v1/slo/1", headers: {}, body: "", now: 0 }
 * DatadogError.isRetryable(DatadogResponse.toError({ ...call, status: 503 })) // => true
 * DatadogError.isRetryable(DatadogResponse.toError({ ...call, status: 404 })) // => false
 * ```
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
 * **Example** (A line for a log)
 *
 * ```ts
 * import { DatadogError, DatadogResponse } from "@effect-datadog/slo-report"
 *
 * const call = { host: "api.datadoghq.com", method: "GET", path: "/api/v1/slo/1", headers: {}, now: 0 }
 * const error = DatadogResponse.toError({ ...call, status: 404, body: `{"errors": ["SLO not found"]}` })
 * DatadogError.outcome(error) // => "GET /api/v1/slo/1: 404 Not Found. Datadog says: SLO not found."
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const outcome: (error: DatadogError) => string = Describe.outcome
