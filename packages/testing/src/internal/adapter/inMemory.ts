/**
 * The adapter in memory: from a client's request to a client's response.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type * as Answer from "../../Answer.ts"
import type { WireRequest } from "../../RecordedRequest.ts"

/** @internal */
export const fromClientRequest = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<WireRequest> => {
  const { headers, method, originalUrl, text, url } = HttpServerRequest.fromClientRequest(request)
  return Effect.map(
    Effect.orElseSucceed(text, () => ""),
    (body) => ({ method, url: originalUrl, path: url, headers: { ...headers }, body })
  )
}

/** A header sent twice is joined as every transport joins it: `"7, 7"`. @internal */
export const toClientResponse = (
  answer: Answer.Answer,
  request: HttpClientRequest.HttpClientRequest
): HttpClientResponse.HttpClientResponse => {
  const headers: Record<string, string> = {}
  for (const [name, value] of answer.headers) {
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value
  }
  const response = HttpServerResponse.toClientResponse(toServerResponse(answer), { request })
  // A server response adds content headers of its own; here the answer's are the truth, also where they lie.
  return Object.defineProperty(response, "headers", { value: Headers.fromInput(headers) })
}

/** @internal */
export const toTransportError = (
  noAnswer: Answer.NoAnswer,
  request: HttpClientRequest.HttpClientRequest
): HttpClientError.HttpClientError =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, cause: systemError(noAnswer.code) })
  })

const toServerResponse = ({ body, ending, status }: Answer.Answer): HttpServerResponse.HttpServerResponse => {
  if (body instanceof Uint8Array) return HttpServerResponse.uint8Array(body, { status })
  if (ending === "complete") return HttpServerResponse.stream(body, { status })
  const lost = Effect.fail(systemError(ending === "reset" ? "ECONNRESET" : "UND_ERR_SOCKET"))
  return HttpServerResponse.stream(Stream.concat(body, Stream.fromEffect(lost)), { status })
}

// What Node's transports give as the cause: an error with the system's code.
const systemError = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })
