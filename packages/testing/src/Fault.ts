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
 * **Example** (A status of your own over the real answer)
 *
 * ```ts
 * import { Fault } from "@effect-datadog/slo-report-testing"
 * import { Effect } from "effect"
 *
 * const accepted = Fault.make("accepted", (answer) => Effect.map(answer, (real) => ({ ...real, status: 202 })))
 * accepted.name // => "accepted"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (name: string, apply: Fault["apply"]): Fault => ({ name, apply })

/**
 * Several faults for the same request, the first outermost: `all(latency("2 seconds"), status(503))`
 * answers 503 after 2 seconds.
 *
 * **Example** (Slow, and then an error)
 *
 * ```ts
 * import { Fault } from "@effect-datadog/slo-report-testing"
 *
 * const fault = Fault.all(Fault.latency("2 seconds"), Fault.status(503))
 * fault.name // => "latency 2s + status 503"
 * ```
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
 * **Example** (Too many requests)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 * import { Console, Effect } from "effect"
 * import { HttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   yield* FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.status(429, { headers: { "Retry-After": "7" } })))
 *   const response = yield* HttpClient.get("https://api.datadoghq.com/api/v2/slo/report/1/status")
 *   yield* Console.log(response.status, response.headers["retry-after"]) // => 429 7
 * })
 * await Effect.runPromise(Effect.provide(program, FakeDatadog.layerMemory()))
 * ```
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
 * **Example** (JSON that is no report)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 * import { Console, Effect } from "effect"
 * import { HttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   yield* FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.body("{}", { contentType: "application/json" })))
 *   const response = yield* HttpClient.get("https://api.datadoghq.com/api/v2/slo/report/1/status")
 *   yield* Console.log(response.status, yield* response.text) // => 200 {}
 * })
 * await Effect.runPromise(Effect.provide(program, FakeDatadog.layerMemory()))
 * ```
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
 * **Example** (A proxy's page in place of an answer)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 * import { Console, Effect } from "effect"
 * import { HttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   yield* FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.html(502)))
 *   const response = yield* HttpClient.get("https://api.datadoghq.com/api/v2/slo/report/1/status")
 *   yield* Console.log(response.status, response.headers["content-type"]) // => 502 text/html; charset=utf-8
 * })
 * await Effect.runPromise(Effect.provide(program, FakeDatadog.layerMemory()))
 * ```
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
 * **Example** (To a page for signing in)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 * import { Console, Effect } from "effect"
 * import { HttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   yield* FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.redirect("https://example.com/login")))
 *   const response = yield* HttpClient.get("https://api.datadoghq.com/api/v2/slo/report/1/status")
 *   yield* Console.log(response.status, response.headers["location"]) // => 302 https://example.com/login
 * })
 * await Effect.runPromise(Effect.provide(program, FakeDatadog.layerMemory()))
 * ```
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
 * **Example** (An answer without the header that tells what remains)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const blind = FakeDatadog.FakeDatadog.use((fake) =>
 *   fake.inject(Fault.headers({ "X-RateLimit-Remaining": undefined, "Retry-After": ["3", "5"] }))
 * )
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const headers = (changes: Answer.HeaderChanges): Fault =>
  change("headers", (answer) => Answer.withHeaders(answer, changes))

/**
 * Waits before the request is processed; a number is in milliseconds.
 *
 * **Example** (Every search takes two seconds)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const slow = FakeDatadog.FakeDatadog.use((fake) =>
 *   fake.inject(Fault.latency("2 seconds"), { operation: "search", times: Infinity })
 * )
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const latency = (duration: Duration.Input): Fault =>
  make(`latency ${Duration.format(Duration.fromInputUnsafe(duration))}`, (answer) => Effect.delay(answer, duration))

/**
 * Never answers.
 *
 * **Example** (A time limit that is tested)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const silent = FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.hang, { operation: "download" }))
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const hang: Fault = make("hang", () => Effect.never)

/**
 * Loses the connection before the request is processed, with the system's code for it: `ENOTFOUND`,
 * `ETIMEDOUT`, `CERT_HAS_EXPIRED`, … Over a real socket every code is a reset.
 *
 * **Example** (A name that is not found, three times)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const offline = FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.noAnswer("ENOTFOUND"), { times: 3 }))
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const noAnswer = (code: string): Fault => make(code, () => Effect.fail(new Answer.NoAnswer({ code })))

/**
 * Refuses the connection (in memory; over a real socket it is a reset, so use a closed port there).
 *
 * **Example** (What a client sees of it)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 * import { Console, Effect } from "effect"
 * import { HttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   yield* FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.refused))
 *   const error = yield* Effect.flip(HttpClient.get("https://api.datadoghq.com/api/v1/slo/search"))
 *   yield* Console.log(error.reason._tag) // => TransportError
 * })
 * await Effect.runPromise(Effect.provide(program, FakeDatadog.layerMemory()))
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const refused: Fault = noAnswer("ECONNREFUSED")

/**
 * Resets the connection; the request is not processed.
 *
 * **Example** (The first request to create a report)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const notCreated = FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.reset, { operation: "create" }))
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const reset: Fault = noAnswer("ECONNRESET")

/**
 * Processes the request and then resets the connection: a create call has made its report, and the caller
 * can't know.
 *
 * **Example** (A report that was made, which nobody knows of)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const created = FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.lostAnswer, { operation: "create" }))
 * ```
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
 * **Example** (A download that is lost after its first line)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const lost = FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.resetBody(120), { operation: "download" }))
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const resetBody = (bytes: number): Fault => change(`reset after ${bytes}`, Body.cut("reset", bytes))

/**
 * Sends this many bytes of the body and closes the connection, though more was promised.
 *
 * **Example** (A file that looks whole, and is not)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const cut = FakeDatadog.FakeDatadog.use((fake) =>
 *   fake.inject(Fault.truncate(1_000), { when: ({ path }) => path.endsWith("/download") })
 * )
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const truncate = (bytes: number): Fault => change(`truncated after ${bytes}`, Body.cut("truncated", bytes))

/**
 * Sends this many bytes of the body and then nothing more, with the connection left open.
 *
 * **Example** (A download that stops in the middle)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const stuck = FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.stall(1_000), { operation: "download" }))
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const stall = (bytes: number): Fault => change(`stalled after ${bytes}`, Body.stall(bytes))

/**
 * Sends the body in pieces of this many bytes with a gap between them; a number for it is in milliseconds.
 *
 * **Example** (A kilobyte a second)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const slow = FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.slowBody({ bytes: 1_000, gap: "1 second" })))
 * ```
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
 * **Example** (Downloads compressed unasked)
 *
 * ```ts
 * import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
 *
 * const zipped = FakeDatadog.FakeDatadog.use((fake) =>
 *   fake.inject(Fault.gzip, { operation: "download", times: Infinity })
 * )
 * ```
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
