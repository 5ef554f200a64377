/**
 * What a transport's failure means: the reason, and a cause that holds nothing private.
 *
 * @since 0.1.0
 */
import { DatadogTransportError } from "@effect-datadog/slo-report/DatadogError"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { HttpClientError, TransportError } from "effect/http/HttpClientError"
import * as Predicate from "effect/Predicate"
import { type Failure, failureOf } from "./failure.ts"
import type { Scrub } from "./scrub.ts"

/** @internal */
export interface Call {
  /** Of the API's URL, with its port. */
  readonly host: string
  readonly method: "GET" | "POST"
  readonly path: string
}

/** @internal */
export const fromHttpClientError = (call: Call, error: HttpClientError, scrub: Scrub): DatadogTransportError => {
  const cause = error.reason.cause ?? error.reason.description
  return new DatadogTransportError({ ...call, ...placed(error, cause), cause: withoutPrivates(cause, scrub) })
}

const placed = (error: HttpClientError, cause: unknown): Failure => {
  switch (error.reason._tag) {
    case "InvalidUrlError":
    case "EncodeError":
      return { reason: "invalid", sent: "no", isTransient: false }
    case "TransportError":
      return failureOf(cause)
    default:
      return inBody(failureOf(cause))
  }
}

// There was an answer, but not to its end; undici has no code for chunks without the last.
const inBody = (failure: Failure): Failure => ({
  ...failure,
  sent: "maybe",
  reason: failure.reason === "other" ? "reset" : failure.reason
})

/**
 * node:http throws where a request can't be made; here it is an error like any other.
 *
 * @internal
 */
export const withoutThrows = (transport: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.transform(
    transport,
    (response, request) =>
      Effect.catchDefect(response, (defect) =>
        failureOf(defect).reason === "invalid"
          ? Effect.fail(new HttpClientError({ reason: new TransportError({ request, cause: defect }) }))
          : Effect.die(defect))
  )

/** @internal */
export const timedOut = (call: Call): DatadogTransportError => new DatadogTransportError({ ...call, reason: "timeout" })

/** @internal */
export const brokeOff = (call: Call, message: string): DatadogTransportError =>
  new DatadogTransportError({ ...call, reason: "reset", cause: new Error(message) })

/**
 * The error of a request that was never made.
 *
 * @internal
 */
export const notSendable = (call: Call, issue: string): DatadogTransportError =>
  new DatadogTransportError({ ...call, reason: "invalid", sent: "no", isTransient: false, cause: new Error(issue) })

const maxDepth = 4

// Only names and messages are kept: a transport's error may hold its request, headers included.
const withoutPrivates = (cause: unknown, scrub: Scrub, depth = 0): Error => {
  if (!Predicate.isObject(cause)) return new Error(Predicate.isString(cause) ? scrub(cause) : "no cause given")
  const message = [cause.message, cause.code].filter(Predicate.isString).find((text) => text !== "")
  const inner = cause.cause ?? (Array.isArray(cause.errors) ? cause.errors[0] : undefined)
  const safe = new Error(
    scrub(message ?? "no message given"),
    Predicate.isObject(inner) && depth < maxDepth ? { cause: withoutPrivates(inner, scrub, depth + 1) } : {}
  )
  if (Predicate.isString(cause.name)) safe.name = scrub(cause.name)
  return safe
}
