/**
 * Downloads a report's file, in parts, whole or not at all.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { gunzip } from "../http/gunzip.ts"
import { damaged, isDecided, isGzip } from "../http/gzip.ts"
import { peek } from "../http/peek.ts"
import type { Sender } from "../http/attempt.ts"
import { type RetryingSender, sendStreaming } from "../http/request.ts"
import * as Response from "../http/response.ts"
import { brokeOff, type Call, timedOut } from "../http/transport.ts"
import * as ReportFile from "./reportFile.ts"

/** @internal */
export interface Part {
  readonly chunk: Uint8Array
  /** How many bytes the whole file has; `undefined` where the answer doesn't tell it. */
  readonly total: number | undefined
}

type Parts = Stream.Stream<Part, DatadogError>

/**
 * Asks for the file until its first bytes are there; from then on nothing is asked again.
 *
 * @internal
 */
export const open = (sender: RetryingSender, id: ReportId): Effect.Effect<Parts, DatadogError, Scope.Scope> => {
  const path = `/api/v2/slo/report/${encodeURIComponent(id)}/download`
  const call: Call = { host: sender.host, method: "GET", path }
  const request = HttpClientRequest.get(path, {
    headers: {
      accept: "text/csv, application/json",
      // fetch would ask for gzip, and takes a gzip file that was cut short for a whole one.
      "accept-encoding": "identity"
    }
  })
  return sendStreaming(
    sender,
    { operation: "download", call, request },
    (response) =>
      Response.isOk(response)
        ? inOwnScope(readOk(sender, call, response))
        : Response.refuse(response, call, sender.scrub)
  )
}

// An attempt that fails must not hold its connection until the last one ends.
const inOwnScope = Effect.fnUntraced(function*<A, E>(self: Effect.Effect<A, E, Scope.Scope>) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  return yield* Effect.onError(Scope.provide(self, scope), (cause) => Scope.close(scope, Exit.failCause(cause)))
})

const readOk = Effect.fnUntraced(function*(
  { attemptTimeout, counts, scrub }: Sender,
  call: Call,
  response: HttpClientResponse
): Effect.fn.Return<Parts, DatadogError, Scope.Scope> {
  if (isPart(response)) {
    return yield* Response.failByBody(response, call, "", "Expected the whole file, got a part of it", scrub)
  }
  const raw = yield* peek(rawBytes(response, call, scrub), isDecided)
  const isCompressed = isGzip(raw.head)
  const length = isCompressed || !Response.isEncoded(response) ? contentLength(response) : undefined
  const whole = length === undefined ? raw.stream : notShorter(raw.stream, length, call)
  const plain = yield* peek(
    isCompressed ? gunzip(whole, call, Response.failByBody(response, call, "", damaged, scrub)) : whole,
    (head) => firstOf(head) !== undefined || head.length >= ReportFile.maxHeadBytes,
    Effect.timeoutOrElse({ duration: attemptTimeout, orElse: () => Effect.fail(timedOut(call)) })
  )
  const refuse = Effect.fnUntraced(function*(stream: Stream.Stream<Uint8Array, DatadogError>, issue: string) {
    // A part that ends in the middle of a secret could not be scrubbed.
    const { head } = yield* peek(stream, (head) => head.length >= ReportFile.maxHeadBytes)
    return yield* Response.failByBody(response, call, new TextDecoder().decode(head), issue, scrub)
  })
  const issue = issueOf(firstOf(plain.head)) ??
    (isCompressed ? undefined : encodingIssue(response, plain.head, scrub))
  if (issue !== undefined) return yield* refuse(plain.stream, issue)
  const table = Stream.unwrap(Effect.gen(function*() {
    const { head, stream } = yield* peek(plain.stream, ReportFile.isDecided)
    return ReportFile.beginsWithHeader(head) ? stream : yield* refuse(stream, ReportFile.headerIssue)
  }))
  const total = isCompressed ? undefined : length
  const isFramed = length !== undefined || "transfer-encoding" in response.headers
  return (isFramed ? table : notCut(table, call)).pipe(
    Stream.map((chunk) => ({ chunk, total })),
    Stream.tapError((error) => counts.request(error._tag)),
    Stream.concat(Stream.fromEffectDrain(counts.request("success")))
  )
})

const rawBytes = (
  response: HttpClientResponse,
  call: Call,
  scrub: Sender["scrub"]
): Stream.Stream<Uint8Array, DatadogError> =>
  Stream.catch(response.stream, (error) =>
    // fetch has no stream where there is no body.
    error.reason._tag === "EmptyBodyError"
      ? Stream.empty
      : Stream.fromEffect(Response.failInBody(response, call, error, scrub)))

// Nobody asked for a range.
const isPart = ({ headers, status }: HttpClientResponse): boolean =>
  status === 206 || headers["content-range"] !== undefined

// Transports see to this themselves, but for those that a test or a proxy's client puts in their place.
const notShorter = (
  stream: Stream.Stream<Uint8Array, DatadogError>,
  length: number,
  call: Call
): Stream.Stream<Uint8Array, DatadogError> =>
  Stream.suspend(() => {
    let received = 0
    const count = Stream.map(stream, (chunk: Uint8Array) => {
      received += chunk.length
      return chunk
    })
    return Stream.concat(
      count,
      Stream.suspend(() =>
        received < length
          ? Stream.fail(brokeOff(call, `the body ended after ${received} of ${length} bytes`))
          : Stream.empty
      )
    )
  })

// Where no length tells it, a table's end is its last line's: HTTP/2 can end a body as if it were whole.
const notCut = (stream: Stream.Stream<Uint8Array, DatadogError>, call: Call): Stream.Stream<Uint8Array, DatadogError> =>
  Stream.suspend(() => {
    let isWhole = false
    const look = Stream.map(stream, (chunk: Uint8Array) => {
      if (chunk.length > 0) isWhole = ReportFile.endsWithLineBreak(chunk)
      return chunk
    })
    return Stream.concat(
      look,
      Stream.suspend(() => isWhole ? Stream.empty : Stream.fail(brokeOff(call, "the table ended within a line")))
    )
  })

// Where a transport has decompressed a body, its header still says that it is compressed.
const encodingIssue = (
  response: HttpClientResponse,
  head: Uint8Array,
  scrub: Sender["scrub"]
): string | undefined =>
  Response.isEncoded(response) && Option.isNone(decodeStrictly(head))
    ? `Expected a table in CSV, got a body encoded as ${Response.encodingOf(response, scrub)}`
    : undefined

const decodeStrictly = Option.liftThrowable((bytes: Uint8Array) =>
  new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true })
)

const contentLength = ({ headers }: HttpClientResponse): number | undefined => {
  const value = (headers["content-length"] ?? "").trim()
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

const byteOrderMark = [0xef, 0xbb, 0xbf]

// White space in ASCII: tab, line feed, vertical tab, form feed, carriage return, space.
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

const firstOf = (head: Uint8Array): string | undefined => {
  let at = byteOrderMark.every((byte, index) => head[index] === byte) ? byteOrderMark.length : 0
  while (at < head.length && isSpace(head[at]!)) at += 1
  return at < head.length ? String.fromCharCode(head[at]!) : undefined
}

const issueOf = (first: string | undefined): string | undefined => {
  switch (first) {
    case undefined:
      return "Expected a table in CSV, got an empty body"
    case "<":
      return "Expected a table in CSV, got markup"
    case "{":
      return "Expected a table in CSV, got JSON"
    default:
      return undefined
  }
}
