/**
 * What can go wrong on the way: faults to inject into the fake.
 *
 * A fault wraps the making of one answer: it may wait, answer in the API's stead, change the answer, or leave none.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import * as Answer from "./Answer.ts"
import * as ErrorBody from "./ErrorBody.ts"
import * as Body from "./internal/body.ts"

/**
 * A fault: how an answer comes to be other than it would.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fault {
  /** How the fault is called in the log of requests. */
  readonly name: string
  /** Wraps the real answer; not running `answer` means that the API never processed the request. */
  readonly apply: (answer: Attempt, context: Context) => Attempt
}

/**
 * The making of an answer.
 *
 * @category models
 * @since 0.1.0
 */
export type Attempt = Effect.Effect<Answer.Answer, Answer.NoAnswer>

/**
 * What a fault may use.
 *
 * @category models
 * @since 0.1.0
 */
export interface Context {
  /** The rate-limit headers that the API would send with this status now. */
  readonly rateLimitHeaders: (status: number) => Effect.Effect<ReadonlyArray<Answer.Header>>
}

/**
 * Makes a fault of your own.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (name: string, apply: Fault["apply"]): Fault => ({ name, apply })

/**
 * Several faults for the same request, the first outermost: `all(latency("2 seconds"), status(503))`
 * answers 503 after 2 seconds.
 *
 * @category combinators
 * @since 0.1.0
 */
export const all = (...faults: ReadonlyArray<Fault>): Fault =>
  make(
    faults.map((fault) => fault.name).join(" + "),
    (answer, context) => faults.reduceRight((inner, fault) => fault.apply(inner, context), answer)
  )

/**
 * Answers with a status and an error body; the request is not processed.
 *
 * **Details**
 *
 * `family` is the form of the body: by default `objects`, which the report endpoints send, and for 429
 * `strings` with Datadog's message. A 4xx other than 403 carries the real rate-limit headers (a 429 with
 * nothing remaining); `headers` changes them.
 *
 * @category faults
 * @since 0.1.0
 */
export const status = (status: number, options: {
  readonly family?: ErrorBody.Family | undefined
  readonly messages?: ReadonlyArray<string> | undefined
  readonly headers?: Answer.HeaderChanges | undefined
} = {}): Fault => {
  const usual = status === 429 ? "strings" : "objects"
  const body = ErrorBody.make(options.family ?? usual, status, options.messages)
  return replace(`status ${status}`, {
    status,
    body: body.text,
    contentType: body.contentType,
    changes: options.headers
  })
}

/**
 * Answers with any body, by default with 200 and without a content type; the request is not processed.
 *
 * @category faults
 * @since 0.1.0
 */
export const body = (body: string | Uint8Array | Stream.Stream<Uint8Array>, options: {
  readonly status?: number | undefined
  readonly contentType?: string | undefined
  readonly headers?: Answer.HeaderChanges | undefined
} = {}): Fault =>
  replace("other body", { status: options.status, contentType: options.contentType, changes: options.headers, body })

/**
 * Answers with an HTML page of 27 kB, by default with 200.
 *
 * @category faults
 * @since 0.1.0
 */
export const html = (status: number = 200): Fault => {
  const page = ErrorBody.make("html", status)
  return replace(`html ${status}`, { status, body: page.text, contentType: page.contentType })
}

/**
 * Redirects, by default with 302.
 *
 * @category faults
 * @since 0.1.0
 */
export const redirect = (location: string, status: number = 302): Fault =>
  replace(`redirect ${status}`, { status, changes: { Location: location } })

/**
 * Changes headers of the real answer: a text replaces, several texts send the header that many times,
 * `undefined` takes it away.
 *
 * @category faults
 * @since 0.1.0
 */
export const headers = (changes: Answer.HeaderChanges): Fault =>
  change("headers", (answer) => Answer.withHeaders(answer, changes))

/**
 * Waits before the request is processed; a number is in milliseconds.
 *
 * @category faults
 * @since 0.1.0
 */
export const latency = (duration: Duration.Input): Fault =>
  make(`latency ${Duration.format(Duration.fromInputUnsafe(duration))}`, (answer) => Effect.delay(answer, duration))

/**
 * Never answers.
 *
 * @category faults
 * @since 0.1.0
 */
export const hang: Fault = make("hang", () => Effect.never)

/**
 * Loses the connection before the request is processed, with the system's code for it: `ENOTFOUND`,
 * `ETIMEDOUT`, `CERT_HAS_EXPIRED`, … Over a real socket every code is a reset.
 *
 * @category faults
 * @since 0.1.0
 */
export const noAnswer = (code: string): Fault => make(code, () => Effect.fail(new Answer.NoAnswer({ code })))

/**
 * Refuses the connection (in memory; over a real socket it is a reset, so use a closed port there).
 *
 * @category faults
 * @since 0.1.0
 */
export const refused: Fault = noAnswer("ECONNREFUSED")

/**
 * Resets the connection; the request is not processed.
 *
 * @category faults
 * @since 0.1.0
 */
export const reset: Fault = noAnswer("ECONNRESET")

/**
 * Processes the request and then resets the connection: a create call has made its report, and the caller
 * can't know.
 *
 * @category faults
 * @since 0.1.0
 */
export const lostAnswer: Fault = make(
  "lost answer",
  (answer) => Effect.andThen(answer, Effect.fail(new Answer.NoAnswer({ code: "ECONNRESET" })))
)

/**
 * Sends this many bytes of the body and resets the connection.
 *
 * @category faults
 * @since 0.1.0
 */
export const resetBody = (bytes: number): Fault => change(`reset after ${bytes}`, Body.cut("reset", bytes))

/**
 * Sends this many bytes of the body and closes the connection, though more was promised.
 *
 * @category faults
 * @since 0.1.0
 */
export const truncate = (bytes: number): Fault => change(`truncated after ${bytes}`, Body.cut("truncated", bytes))

/**
 * Sends this many bytes of the body and then nothing more, with the connection left open.
 *
 * @category faults
 * @since 0.1.0
 */
export const stall = (bytes: number): Fault => change(`stalled after ${bytes}`, Body.stall(bytes))

/**
 * Sends the body in pieces of this many bytes with a gap between them; a number for it is in milliseconds.
 *
 * @category faults
 * @since 0.1.0
 */
export const slowBody = (options: { readonly bytes: number; readonly gap: Duration.Input }): Fault =>
  change("slow body", Body.slow(options.bytes, options.gap))

/**
 * Compresses the body, whatever the request accepts.
 *
 * **Details**
 *
 * The whole body is collected first.
 *
 * @category faults
 * @since 0.1.0
 */
export const gzip: Fault = make("gzip", Effect.flatMap(Body.gzip))

function change(name: string, f: (answer: Answer.Answer) => Answer.Answer): Fault {
  return make(name, (answer) => Effect.map(answer, f))
}

function replace(
  name: string,
  options: Parameters<typeof Answer.make>[0] & { readonly changes?: Answer.HeaderChanges | undefined }
): Fault {
  return make(name, (_, context) =>
    Effect.map(
      context.rateLimitHeaders(options.status ?? 200),
      (rateLimit) => Answer.withHeaders(Answer.make({ ...options, headers: rateLimit }), options.changes ?? {})
    ))
}
