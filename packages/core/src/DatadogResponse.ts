/**
 * An answer of Datadog's that is not 2xx, and the error it means.
 *
 * @since 0.1.0
 */
import * as ApiErrorBody from "./ApiErrorBody.ts"
import * as DatadogError from "./DatadogError.ts"
import { defined } from "./internal/defined.ts"
import * as RateLimit from "./RateLimit.ts"

/**
 * The parts of an answer that an error is made of.
 *
 * **Details**
 *
 * `host`, `method` and `path` name the call; `body` is the answer's text; `now` is the current time in epoch
 * milliseconds, from which dates in headers are measured where the answer has no `Date`.
 *
 * @category models
 * @since 0.1.0
 */
export interface DatadogResponse {
  readonly host: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: RateLimit.HeaderRecord
  readonly body: string
  readonly now: number
}

/**
 * Makes the error of an answer that is not 2xx: its class from the status, its words from the body.
 *
 * **Details**
 *
 * Total: every status, body and header record gives an error.
 *
 * **Example** (An answer of 403)
 *
 * ```ts
 * import { DatadogResponse } from "@effect-datadog/slo-report"
 *
 * const error = DatadogResponse.toError({
 *   host: "api.datadoghq.eu",
 *   method: "POST",
 *   path: "/api/v2/slo/report",
 *   status: 403,
 *   headers: {},
 *   body: `{"errors": ["Forbidden"]}`,
 *   now: Date.now()
 * })
 * error._tag // => "DatadogForbidden"
 * error.messages // => ["Forbidden"]
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const toError = (
  response: DatadogResponse
): Exclude<
  DatadogError.DatadogError,
  DatadogError.DatadogTransportError | DatadogError.DatadogProtocolError
> => {
  const { headers, host, method, now, path, status } = response
  const { details, messages } = ApiErrorBody.fromText(response.body)
  const fields = { host, method, path, status, messages, details, rateLimit: RateLimit.fromHeaders(headers, now) }
  switch (status) {
    case 400:
      return new DatadogError.DatadogBadRequest(fields)
    case 401:
      return new DatadogError.DatadogUnauthorized(fields)
    case 403:
      return new DatadogError.DatadogForbidden(fields)
    case 404:
      return new DatadogError.DatadogNotFound(fields)
    case 429:
      return new DatadogError.DatadogTooManyRequests({
        ...fields,
        ...defined({ retryAfter: RateLimit.hint(headers, now) })
      })
  }
  if (status === 408 || (status >= 500 && status <= 599)) {
    return new DatadogError.DatadogServerError({
      ...fields,
      ...defined({ retryAfter: RateLimit.retryAfter(headers, now) })
    })
  }
  return new DatadogError.DatadogUnexpectedStatus({ ...fields, ...defined({ location: locationOf(headers) }) })
}

const locationOf = (headers: RateLimit.HeaderRecord): string | undefined => {
  const name = Object.keys(headers).find((header) => header.toLowerCase() === "location")
  const target = name === undefined ? undefined : headers[name]
  // Without the query, the fragment and the user part, where secrets travel.
  return target?.slice(0, 500).trim().replace(/[?#].*$/s, "").replace(userPart, "$1//") || undefined
}

const userPart = /^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i
