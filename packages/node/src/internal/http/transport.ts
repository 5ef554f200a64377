/**
 * What a transport's failure means: the reason, and a cause that holds nothing private.
 *
 * @since 0.1.0
 */
import { DatadogTransportError } from "@effect-datadog/slo-report/DatadogError"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as Predicate from "effect/Predicate"
import type { Scrub } from "./scrub.ts"

/** @internal */
export interface Call {
  readonly method: "GET" | "POST"
  readonly path: string
}

/** @internal */
export const fromHttpClientError = (call: Call, error: HttpClientError, scrub: Scrub): DatadogTransportError => {
  const cause = error.reason.cause ?? error.reason.description
  return new DatadogTransportError({ ...call, reason: reasonOf(cause), cause: withoutPrivates(cause, scrub) })
}

/** @internal */
export const timedOut = (call: Call): DatadogTransportError => new DatadogTransportError({ ...call, reason: "timeout" })

/** @internal */
export const brokeOff = (call: Call, message: string): DatadogTransportError =>
  new DatadogTransportError({ ...call, reason: "reset", cause: new Error(message) })

// fetch wraps undici's error, and Node wraps the errors of several addresses in one.
const maxDepth = 4

const codesOf = (cause: unknown, depth = 0): ReadonlyArray<string> => {
  if (!Predicate.isObject(cause) || depth > maxDepth) return []
  const inner = [cause.cause, ...(Array.isArray(cause.errors) ? cause.errors : [])]
  return [
    ...(Predicate.isString(cause.code) ? [cause.code] : []),
    ...inner.flatMap((error) => codesOf(error, depth + 1))
  ]
}

const reasonOf = (cause: unknown): DatadogTransportError["reason"] => {
  for (const code of codesOf(cause)) {
    if (code === "ECONNREFUSED") return "refused"
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "dns"
    if (/TIMEDOUT|TIMEOUT/.test(code)) return "timeout"
    if (
      /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)
    ) {
      return "reset"
    }
    if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/.test(code)) return "tls"
  }
  return "other"
}

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
