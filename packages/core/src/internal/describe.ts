/**
 * The words of every error: the call, what came back, what Datadog said, and what to do next.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import type { Reason } from "./reason.ts"

interface Call<Tag> {
  readonly _tag: Tag
  readonly host: string
  readonly method: string
  readonly path: string
}

interface Answered<Tag> extends Call<Tag> {
  readonly status: number
  readonly messages: ReadonlyArray<string>
}

interface Delayed extends Answered<"DatadogTooManyRequests" | "DatadogServerError"> {
  readonly retryAfter?: Duration.Duration
}

interface Unexpected extends Answered<"DatadogUnexpectedStatus"> {
  readonly location?: string
}

interface Unreadable extends Answered<"DatadogProtocolError"> {
  readonly issue: string
}

interface Unanswered extends Call<"DatadogTransportError"> {
  readonly reason: typeof Reason.Type
  readonly cause?: unknown
}

/**
 * What the words are made of; every error of a call is one.
 *
 * @internal
 */
export type Described =
  | Answered<"DatadogBadRequest" | "DatadogUnauthorized" | "DatadogForbidden" | "DatadogNotFound">
  | Delayed
  | Unexpected
  | Unreadable
  | Unanswered

/** @internal */
export const describe = (error: Described): string => `${outcome(error)} ${words(error)[1]}`

/**
 * The same without the next step.
 *
 * @internal
 */
export const outcome = (error: Described): string => {
  const messages = error._tag === "DatadogTransportError" ? [] : error.messages
  const said = messages.length === 0 ? "" : ` Datadog says: ${messages.map(sentence).join(" ")}`
  return `${error.method} ${error.path}: ${sentence(words(error)[0])}${said}`
}

const sentence = (text: string): string => /[.!?]$/.test(text) ? text : `${text}.`

type Words = readonly [outcome: string, nextStep: string]

const wrongPlace = (host: string): string => `Check that ${host} is Datadog's API; the site or DD_HOST says so.`

const words = (error: Described): Words => {
  switch (error._tag) {
    case "DatadogBadRequest":
      return ["400 Bad Request", whatToCorrect(error.path)]
    case "DatadogUnauthorized":
      return [
        "401 Unauthorized",
        "Check that the keys or the access token are complete and neither expired nor revoked."
      ]
    case "DatadogForbidden":
      return [
        "403 Forbidden",
        "Check three things: the API key and application key (or the access token) are valid, " +
        `they carry the scope slos_read, and they belong to the site of ${error.host} (DD_SITE).`
      ]
    case "DatadogNotFound":
      return [
        "404 Not Found",
        error.method === "POST"
          ? `Nothing answers to this path here. ${wrongPlace(error.host)}`
          : "Reports are not kept for ever: check the id and the site (DD_SITE), or create the report again."
      ]
    case "DatadogTooManyRequests":
      return ["429 Too Many Requests", whenToRetry(error.retryAfter)]
    case "DatadogServerError":
      return [
        `${error.status}, the server could not answer`,
        error.status === 501 || error.status === 505 ? wrongPlace(error.host) : whenToRetry(error.retryAfter)
      ]
    case "DatadogUnexpectedStatus":
      return unexpected(error)
    case "DatadogTransportError":
      return transport(error)
    case "DatadogProtocolError":
      return [
        `${error.status}, but the body is not the promised one: ${error.issue.replace(/\s+/g, " ")}`,
        `${wrongPlace(error.host)} Check that no proxy answers in its place.`
      ]
  }
}

// What Datadog answers to the download of a report that is in progress was never recorded; 400 was seen.
const whatToCorrect = (path: string): string =>
  path.endsWith("/download")
    ? "If the report is in progress, wait until it is completed and ask again; otherwise check its id."
    : path.endsWith("/status")
    ? "Check the report's id; asked again unchanged it fails again."
    : "Correct the request; sent again unchanged it fails again."

const whenToRetry = (retryAfter: Duration.Duration | undefined): string =>
  retryAfter === undefined
    ? "Try again later."
    : `Try again in ${Duration.format(retryAfter)}.`

const unexpected = ({ host, location, status }: Unexpected): Words => {
  if (location !== undefined) {
    return [
      `${status}, a redirect to ${location}`,
      "Redirects are not followed, so that keys stay here: check the site or DD_HOST."
    ]
  }
  const offered = status === 405 ? "This method is not offered there. " : ""
  return [`unexpected status ${status}`, nextSteps[status] ?? offered + wrongPlace(host)]
}

const tooLarge =
  "The request is larger than the server, or a proxy before it, takes: shorten the query, check the keys."

const nextSteps: Readonly<Record<number, string>> = {
  407: "A proxy asks for a user and a password: check the proxy variables.",
  410: "Datadog offers this no longer, or the report is gone.",
  413: tooLarge,
  414: tooLarge,
  421: "The connection led to another server: try again later.",
  422: "Correct the request; sent again unchanged it fails again.",
  425: "Try again later.",
  431: tooLarge
}

const transport = (error: Unanswered): Words => {
  const sentence = transportWords(error.host)[error.reason]
  switch (error.reason) {
    case "timeout":
      return error.cause === undefined
        ? sentence
        : ["the connection timed out", "Try again; if it persists, check the network and the transport's time limits."]
    case "invalid":
      return [`${sentence[0]}: ${causeOf(error)}`, sentence[1]]
    default:
      return sentence
  }
}

const causeOf = ({ cause }: Unanswered): string =>
  Predicate.isError(cause) ? cause.message.replace(/\s+/g, " ").slice(0, 300) : "no cause given"

const transportWords = (host: string): Record<Unanswered["reason"], Words> => ({
  refused: [`the connection to ${host} was refused`, "Check the network, the proxy variables and the site or DD_HOST."],
  unreachable: [
    `no connection to ${host} came about`,
    "Check the network, the proxy variables and the site or DD_HOST."
  ],
  reset: ["the connection broke before the answer was complete", "Try again; if it persists, check the network."],
  dns: [`the host name of ${host} was not found`, "Check the site or DD_HOST, and the network's name service."],
  tls: [
    `the secure connection to ${host} failed`,
    "Check the certificates that this machine or its proxy uses, and that the host speaks HTTPS."
  ],
  proxy: ["the proxy opened no tunnel", "Check the proxy variables, and whom and what the proxy lets through."],
  timeout: ["no complete answer within the time limit of an attempt", "Try again, or raise attemptTimeout."],
  closed: ["the client is closed", "Use it within the scope of its layer, or make another one."],
  invalid: ["the request can't be sent", "Correct it; sent again unchanged it fails again."],
  other: ["the request could not be carried out", "See the error's cause."]
})
