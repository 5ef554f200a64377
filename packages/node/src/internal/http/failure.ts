/**
 * What the codes of a transport's error mean: how the call failed, whether anything was sent, and whether it
 * may pass.
 *
 * @since 0.1.0
 */
import type { DatadogTransportError } from "@effect-datadog/slo-report/DatadogError"
import * as Predicate from "effect/Predicate"
import * as Phase from "./phase.ts"

/** @internal */
export type Failure = Pick<DatadogTransportError, "reason" | "sent" | "isTransient">

/**
 * Places an error by the first of its chain that says something.
 *
 * @internal
 */
export const failureOf = (cause: unknown): Failure => {
  const chain = chainOf(cause)
  const isConnecting = chain.some((error) => Phase.wasConnecting(error) || isConnectCall(error))
  for (const error of chain) {
    const found = byCode(error, isConnecting) ?? byName(error)
    // A pool that is closed gives one error to all its connections, in use or being made.
    if (found !== undefined) return isConnecting && found.reason !== "closed" ? { ...found, sent: "no" } : found
  }
  return isConnecting ? notSent("unreachable") : maybeSent("other")
}

/**
 * Whether an error, or one that it wraps, has a code of zlib's: a body that can't be decompressed.
 *
 * @internal
 */
export const isDamage = (cause: unknown): boolean =>
  chainOf(cause).some((error) => textOf(error, "code").startsWith("Z_"))

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// fetch wraps undici's error, and Node wraps the errors of several addresses in one.
const maxDepth = 4

const chainOf = (cause: unknown, depth = 0): ReadonlyArray<object> => {
  if (!Predicate.isObject(cause) || depth > maxDepth) return []
  const inner = [cause.cause, ...(Array.isArray(cause.errors) ? cause.errors : [])]
  return [cause, ...inner.flatMap((error) => chainOf(error, depth + 1))]
}

const textOf = (error: object, name: string): string => {
  const value = Predicate.hasProperty(error, name) ? error[name] : undefined
  return Predicate.isString(value) ? value : ""
}

const isConnectCall = (error: object): boolean => ["connect", "getaddrinfo"].includes(textOf(error, "syscall"))

const notSent = (reason: Failure["reason"]): Failure => ({ reason, sent: "no", isTransient: true })

const maybeSent = (reason: Failure["reason"]): Failure => ({ reason, sent: "maybe", isTransient: true })

const hopeless = (reason: Failure["reason"]): Failure => ({ reason, sent: "no", isTransient: false })

// A handshake that is closed has the code of a reset.
const duringHandshake = /before secure TLS connection was established/

const byCode = (error: object, isConnecting: boolean): Failure | undefined => {
  const code = textOf(error, "code")
  const message = textOf(error, "message")
  if (code === "") return undefined
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") {
    return Phase.wasAccepted(error) ? { ...hopeless("closed"), sent: "maybe" } : hopeless("closed")
  }
  if (/^UND_ERR_(PRX|SOCKS5)|^ERR_PROXY_TUNNEL$/.test(code) || isTunnel.test(message)) {
    return isLocked.test(`${code} ${message}`) ? hopeless("proxy") : notSent("proxy")
  }
  if (code === "ECONNREFUSED") return notSent("refused")
  if (isUnreachable.test(code) || (isConnecting && isTimeout.test(code))) return notSent("unreachable")
  if (isNoName.test(code)) return notSent("dns")
  if (isCertificate.test(code)) return hopeless("tls")
  if (isHandshake.test(code) || duringHandshake.test(message)) return notSent("tls")
  if (isInvalid.test(code)) return hopeless("invalid")
  if (isTimeout.test(code)) return maybeSent("timeout")
  if (isBroken.test(code)) {
    return !isConnecting ? maybeSent("reset") : notSent(isConnectCall(error) ? "unreachable" : "tls")
  }
  return undefined
}

const isUnreachable = /^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/
const isNoName = /^(ENOTFOUND|ENODATA|EAI_[A-Z]+)$/
const isTimeout = /TIMEDOUT|TIMEOUT/
const isBroken =
  /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_INFO|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_[A-Z_]+)$/

// The codes of Node's "X509 certificate error codes".
const isCertificate =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/
// A record that can't be read can also come later.
const isHandshake = /^(EPROTO$|ERR_TLS_|ERR_SSL_(?!.*(BAD_RECORD_MAC|DECRYPTION_FAILED)))/

const isInvalid =
  /^(UND_ERR_INVALID_ARG|UND_ERR_NOT_SUPPORTED|ERR_INVALID_(CHAR|URL|ARG|PROTOCOL|HTTP_TOKEN)|ERR_HTTP_INVALID_|ERR_UNESCAPED_CHARACTERS)/

const isTunnel = /when HTTP Tunneling$|^Proxy Authentication Required/

// Credentials and rules of a proxy stay as they are; a gateway that is down comes back.
const isLocked = /^UND_ERR_SOCKS5_AUTH|\b(401|403|407)\b/

// fetch has no codes: a TypeError tells what is wrong with a request, and one with a cause that the network failed.
const byName = (error: object): Failure | undefined => {
  const message = textOf(error, "message")
  if (isRefusedByFetch.test(message)) return hopeless("invalid")
  if (textOf(error, "name") !== "TypeError" || Predicate.hasProperty(error, "cause")) return undefined
  if (isOfRequest.test(message)) return hopeless("invalid")
  return isOfNetwork.test(message) ? undefined : { ...hopeless("other"), sent: "maybe" }
}

const isRefusedByFetch = /^(unknown scheme|bad port|URL scheme must be a HTTP\(S\) scheme)/
const isOfRequest = /\bheaders?\b|\bURL\b|\bHTTP method\b|\bByteString\b|cannot have body/i
// The words of undici, Chromium, WebKit, Gecko and Deno.
const isOfNetwork =
  /^(fetch failed|terminated|Failed to fetch|Load failed|NetworkError|network error|error reading a body)/i
