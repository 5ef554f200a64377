/**
 * The words of every error: the call, what came back, what Datadog said, and what to do next.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type { DatadogError, DatadogTransportError } from "../DatadogError.ts"

/** @internal */
export const describe = (error: DatadogError): string => {
  const [outcome, nextStep] = words(error)
  const messages = error._tag === "DatadogTransportError" ? [] : error.messages
  const said = messages.length === 0 ? "" : ` Datadog says: ${messages.map(sentence).join(" ")}`
  return `${error.method} ${error.path}: ${sentence(outcome)}${said} ${nextStep}`
}

const sentence = (text: string): string => /[.!?]$/.test(text) ? text : `${text}.`

const words = (error: DatadogError): readonly [outcome: string, nextStep: string] => {
  switch (error._tag) {
    case "DatadogBadRequest":
      return ["400 Bad Request", "Correct the request; sent again unchanged it fails again."]
    case "DatadogUnauthorized":
      return [
        "401 Unauthorized",
        "Check that the keys or the access token are complete and neither expired nor revoked."
      ]
    case "DatadogForbidden":
      return [
        "403 Forbidden",
        "Check three things: the API key and application key (or the access token) are valid, " +
        "they carry the scope slos_read, and they belong to this site (DD_SITE)."
      ]
    case "DatadogNotFound":
      return [
        "404 Not Found",
        "Reports are not kept for ever: check the id and the site (DD_SITE), or create the report again."
      ]
    case "DatadogTooManyRequests":
      return ["429 Too Many Requests", whenToRetry(error.retryAfter)]
    case "DatadogServerError":
      return [`${error.status}, the server could not answer`, whenToRetry(error.retryAfter)]
    case "DatadogUnexpectedStatus":
      return error.location === undefined
        ? [`unexpected status ${error.status}`, "Check that the site or DD_HOST is Datadog's API."]
        : [
          `${error.status}, a redirect to ${error.location}`,
          "Redirects are not followed, so that keys stay here: check the site or DD_HOST."
        ]
    case "DatadogTransportError":
      return transportWords[error.reason]
    case "DatadogProtocolError":
      return [
        `${error.status}, but the body is not the promised one: ${error.issue.replace(/\s+/g, " ")}`,
        "Check that the site or DD_HOST is Datadog's API and that no proxy answers in its place."
      ]
  }
}

const whenToRetry = (retryAfter: Duration.Duration | undefined): string =>
  retryAfter === undefined
    ? "Try again later."
    : `Try again in ${Duration.format(retryAfter)}.`

const transportWords: Record<DatadogTransportError["reason"], readonly [string, string]> = {
  refused: ["the connection was refused", "Check the network, the proxy variables and the site or DD_HOST."],
  reset: ["the connection broke before the answer was complete", "Try again; if it persists, check the network."],
  dns: ["the host name was not found", "Check the site or DD_HOST, and the network's name service."],
  tls: ["the secure connection failed", "Check the certificates that this machine or its proxy uses."],
  timeout: ["no complete answer within the time limit of an attempt", "Try again, or raise attemptTimeout."],
  other: ["the request could not be carried out", "See the error's cause."]
}
