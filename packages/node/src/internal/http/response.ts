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
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Scrub from "./scrub.ts"
import { type Call, fromHttpClientError } from "./transport.ts"

/** @internal */
export type Decode<A> = (json: unknown) => Result.Result<A, Schema.SchemaError>

// A status answer has 150 bytes, an HTML error page 27 kB; what is longer is not read to its end.
const maxBodyBytes = 64 * 1024

const maxExcerpt = 200

/** @internal */
export const read = <A>(
  response: HttpClientResponse,
  call: Call,
  decode: Decode<A>,
  scrub: Scrub.Scrub
): Effect.Effect<A, DatadogError> =>
  isOk(response) ? readOk(response, call, decode, scrub) : refuse(response, call, scrub)

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
  Effect.matchEffect(readBody(response), {
    onFailure: () => failByStatus(response, call, "", scrub),
    onSuccess: ({ text }) => failByStatus(response, call, text, scrub)
  })

const readOk = <A>(
  response: HttpClientResponse,
  call: Call,
  decode: Decode<A>,
  scrub: Scrub.Scrub
): Effect.Effect<A, DatadogError> =>
  Effect.matchEffect(readBody(response), {
    onFailure: (error): Effect.Effect<never, DatadogError> => Effect.fail(fromHttpClientError(call, error, scrub)),
    onSuccess: (body): Effect.Effect<A, DatadogError> => {
      const result = decodeBody(body, decode)
      return Result.isSuccess(result)
        ? Effect.succeed(result.success)
        : failByBody(response, call, body.text, result.failure, scrub)
    }
  })

/** @internal */
export const isOk = (response: HttpClientResponse): boolean => response.status >= 200 && response.status < 300

interface Body {
  readonly text: string
  readonly isComplete: boolean
}

const decodeBody = <A>(body: Body, decode: Decode<A>): Result.Result<A, string> => {
  if (!body.isComplete) return Result.fail(`Expected at most ${maxBodyBytes} bytes`)
  return Result.flatMap(parseJson(body.text), (json) => Result.mapError(decode(json), (error) => error.message))
}

const parseJson = (text: string): Result.Result<unknown, string> =>
  Result.try({ try: (): unknown => JSON.parse(text), catch: () => "Expected JSON" })

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

// A body of known length is read in one go, which is cheaper than counting its chunks.
const readBody = (response: HttpClientResponse): Effect.Effect<Body, HttpClientError> => {
  // Each look at the headers makes them anew.
  const { headers } = response
  return Number(headers["content-length"]) <= maxBodyBytes && headers["content-encoding"] === undefined
    ? Effect.map(response.text, (text) => ({ text, isComplete: true }))
    : readAtMost(response)
}

const readAtMost = (response: HttpClientResponse): Effect.Effect<Body, HttpClientError> =>
  Effect.suspend(() => {
    const decoder = new TextDecoder()
    let text = ""
    let room = maxBodyBytes
    return response.stream.pipe(
      Stream.runForEachWhile((chunk) =>
        Effect.sync(() => {
          text += decoder.decode(chunk.subarray(0, Math.max(room, 0)), { stream: true })
          room -= chunk.length
          return room >= 0
        })
      ),
      Effect.map(() => ({ text, isComplete: room >= 0 }))
    )
  })
