/**
 * The response side: the one way from a response to a value or a `DatadogError`.
 *
 * The status decides first, the body second; neither the content type nor the specification is trusted.
 *
 * @since 0.1.0
 */
import * as ApiErrorBody from "@effect-datadog/slo-report/ApiErrorBody"
import { type DatadogError, DatadogProtocolError } from "@effect-datadog/slo-report/DatadogError"
import * as DatadogResponse from "@effect-datadog/slo-report/DatadogResponse"
import * as RateLimit from "@effect-datadog/slo-report/RateLimit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as BodyBytes from "./bodyBytes.ts"
import { isDamage } from "./failure.ts"
import { gunzipAtMost } from "./gunzip.ts"
import { damaged, isGzip } from "./gzip.ts"
import * as Scrub from "./scrub.ts"
import { type Call, fromHttpClientError } from "./transport.ts"

/** @internal */
export type Decode<A> = (json: unknown) => Result.Result<A, { readonly message: string }>

/**
 * What is read of a body: a status answer has 150 bytes, an HTML error page 27 kB.
 *
 * @internal
 */
export const usualBytes = 64 * 1024

const maxExcerpt = 200

/**
 * @param maxBytes what is longer is not read to its end; an error's body never beyond the usual
 * @internal
 */
export const read = <A>(
  response: HttpClientResponse,
  call: Call,
  decode: Decode<A>,
  scrub: Scrub.Scrub,
  maxBytes: number = usualBytes
): Effect.Effect<A, DatadogError> =>
  isOk(response) ? readOk(response, call, decode, scrub, maxBytes) : refuse(response, call, scrub)

/**
 * The error that an answer means which is not 2xx, with what its body says.
 *
 * @internal
 */
export const refuse = (
  response: HttpClientResponse,
  call: Call,
  scrub: Scrub.Scrub
): Effect.Effect<never, DatadogError> =>
  Effect.matchEffect(readBody(response, usualBytes), {
    onFailure: () => failByStatus(response, call, "", scrub),
    onSuccess: ({ text }) => failByStatus(response, call, text, scrub)
  })

const readOk = <A>(
  response: HttpClientResponse,
  call: Call,
  decode: Decode<A>,
  scrub: Scrub.Scrub,
  maxBytes: number
): Effect.Effect<A, DatadogError> =>
  Effect.matchEffect(readBody(response, maxBytes), {
    onFailure: (error): Effect.Effect<never, DatadogError> => failInBody(response, call, error, scrub),
    onSuccess: (body): Effect.Effect<A, DatadogError> => {
      const result = decodeBody(response, body, decode, scrub)
      return Result.isSuccess(result)
        ? Effect.succeed(result.success)
        : failByBody(response, call, body.text, result.failure, scrub)
    }
  })

/** @internal */
export const isOk = (response: HttpClientResponse): boolean => response.status >= 200 && response.status < 300

interface Body {
  readonly text: string
  /** Why the text is not all of it. */
  readonly issue: string | undefined
}

const decodeBody = <A>(
  response: HttpClientResponse,
  body: Body,
  decode: Decode<A>,
  scrub: Scrub.Scrub
): Result.Result<A, string> => {
  if (body.issue !== undefined) return Result.fail(body.issue)
  return Option.match(parseJson(body.text, scrub), {
    onNone: () => Result.fail(body.text === "" ? "Expected JSON, got an empty body" : notJson(response, scrub)),
    onSome: (json) => Result.mapError(decode(json), (error) => scrub(error.message))
  })
}

// What a server echoes of a key would go from a value to logs and spans. A text without escapes shows every key in it;
// to look at each value takes a year's history 10 ms in place of 0.6.
const parseJson = Option.liftThrowable((text: string, scrub: Scrub.Scrub): unknown =>
  !text.includes("\\") && scrub(text) === text
    ? JSON.parse(text)
    : JSON.parse(text, (_, value: unknown) => Predicate.isString(value) ? scrub(value) : value)
)

const notJson = (response: HttpClientResponse, scrub: Scrub.Scrub): string =>
  isEncoded(response) ? `Expected JSON, got a body encoded as ${encodingOf(response, scrub)}` : "Expected JSON"

/** @internal */
export const isEncoded = ({ headers }: HttpClientResponse): boolean =>
  !["", "identity"].includes((headers["content-encoding"] ?? "").trim().toLowerCase())

/** @internal */
export const encodingOf = ({ headers }: HttpClientResponse, scrub: Scrub.Scrub): string =>
  scrub(headers["content-encoding"] ?? "").slice(0, 100)

/**
 * The error of a body that can't be read to its end.
 *
 * @internal
 */
export const failInBody = (
  response: HttpClientResponse,
  call: Call,
  error: HttpClientError,
  scrub: Scrub.Scrub
): Effect.Effect<never, DatadogError> =>
  isDamage(error.reason.cause)
    ? failByBody(response, call, "", damaged, scrub)
    : Effect.fail(fromHttpClientError(call, error, scrub))

/** @internal */
export const failByStatus = (
  response: HttpClientResponse,
  call: Call,
  body: string,
  scrub: Scrub.Scrub
): Effect.Effect<never, DatadogError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.fail(DatadogResponse.toError({
      ...call,
      status: response.status,
      headers: Record.map(response.headers, scrub),
      body: Scrub.json(scrub, body),
      now
    })))

/** @internal */
export const failByBody = (
  response: HttpClientResponse,
  call: Call,
  body: string,
  issue: string,
  scrub: Scrub.Scrub
): Effect.Effect<never, DatadogProtocolError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const text = Scrub.json(scrub, body)
    const { details, messages } = ApiErrorBody.fromText(text)
    return Effect.fail(
      new DatadogProtocolError({
        ...call,
        status: response.status,
        messages,
        details,
        rateLimit: RateLimit.fromHeaders(Record.map(response.headers, scrub), now),
        issue,
        excerpt: text.slice(0, maxExcerpt)
      })
    )
  })

// A small body of known length is read in one go, which is cheaper than counting its chunks.
const readBody = (response: HttpClientResponse, maxBytes: number): Effect.Effect<Body, HttpClientError> => {
  // Each look at the headers makes them anew.
  const { headers } = response
  return Number(headers["content-length"]) <= Math.min(maxBytes, usualBytes) &&
      headers["content-encoding"] === undefined
    ? Effect.flatMap(response.arrayBuffer, (buffer) => toBody(new Uint8Array(buffer), maxBytes, true))
    : readAtMost(response, maxBytes, Number(headers["content-length"]) || usualBytes)
}

const readAtMost = (
  response: HttpClientResponse,
  maxBytes: number,
  expected: number
): Effect.Effect<Body, HttpClientError> =>
  Effect.suspend(() => {
    const body = BodyBytes.make(maxBytes, expected)
    let isComplete = true
    return response.stream.pipe(
      Stream.runForEachWhile((chunk) => Effect.sync(() => isComplete = body.push(chunk))),
      // fetch has no stream where there is no body.
      Effect.catch((error) => error.reason._tag === "EmptyBodyError" ? Effect.void : Effect.fail(error)),
      Effect.flatMap(() => toBody(body.read(), maxBytes, isComplete)),
      Effect.ensuring(Effect.sync(body.release))
    )
  })

const toBody = (bytes: Uint8Array, maxBytes: number, isComplete: boolean): Effect.Effect<Body> => {
  const plain = (bytes: Uint8Array): Body => ({
    text: new TextDecoder().decode(bytes),
    issue: isComplete ? undefined : `Expected at most ${maxBytes} bytes`
  })
  if (!isGzip(bytes)) return Effect.succeed(plain(bytes))
  return Effect.map(
    gunzipAtMost(bytes, maxBytes),
    Result.match({ onSuccess: plain, onFailure: (issue) => ({ text: "", issue }) })
  )
}
