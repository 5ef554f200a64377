/**
 * The keys that the fake accepts, checked as Datadog checks them.
 *
 * @since 0.1.0
 */
import * as Answer from "./Answer.ts"
import * as ErrorBody from "./ErrorBody.ts"

/**
 * A key pair and an access token; either lets a request in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credentials {
  readonly apiKey: string
  readonly applicationKey: string
  readonly accessToken: string
}

/**
 * The credentials that the fake accepts when it is given none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const standard: Credentials = {
  apiKey: "fake-api-key",
  applicationKey: "fake-application-key",
  accessToken: "ddpat_fake-access-token"
}

/**
 * The 403 that answers these request headers, or `undefined` when they are let in.
 *
 * **Details**
 *
 * `authorization: Bearer …` is judged alone, otherwise `dd-api-key` and `dd-application-key` together.
 * Datadog's answer doesn't tell what was wrong. That a bad API key or token gets the edge proxy's body and
 * a bad application key the API's own is inferred: both bodies were recorded with 403, not their reasons.
 *
 * @param headers the request's headers, by lower-case name
 * @category getters
 * @since 0.1.0
 */
export const check = (
  credentials: Credentials,
  headers: Readonly<Record<string, string | undefined>>
): Answer.Answer | undefined => {
  const authorization = headers["authorization"]
  if (authorization !== undefined) {
    return authorization === `Bearer ${credentials.accessToken}` ? undefined : forbidden("edge")
  }
  if (headers["dd-api-key"] !== credentials.apiKey) return forbidden("edge")
  return headers["dd-application-key"] === credentials.applicationKey ? undefined : forbidden("strings")
}

const forbidden = (family: ErrorBody.Family): Answer.Answer => {
  const { text, contentType } = ErrorBody.make(family, 403)
  return Answer.make({ status: 403, contentType, body: text })
}
