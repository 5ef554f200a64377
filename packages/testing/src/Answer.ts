/**
 * What the fake answers: a status, header lines, a body, and how the connection ends.
 *
 * An answer is plain data, so that the adapter in memory and the adapter to a socket each render the same one in
 * their own medium. Header lines are a list, because a header may be sent twice.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Stream from "effect/Stream"

/**
 * One header line: name and value.
 *
 * @category models
 * @since 0.1.0
 */
export type Header = readonly [name: string, value: string]

/**
 * How a streamed body ends: `complete`, `truncated` (the connection is closed early), or `reset` (by the server).
 *
 * **Details**
 *
 * A body of bytes is always complete.
 *
 * @category models
 * @since 0.1.0
 */
export type Ending = "complete" | "truncated" | "reset"

/**
 * An HTTP answer as data.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly status: number
  readonly headers: ReadonlyArray<Header>
  readonly body: Uint8Array | Stream.Stream<Uint8Array>
  readonly ending: Ending
}

/**
 * No answer at all: the connection was refused or lost before the first byte.
 *
 * **Details**
 *
 * `code` is the system's code, such as `ECONNREFUSED`, `ECONNRESET` or `ENOTFOUND`. In memory it becomes a
 * transport error whose cause has this code. A loopback server can't refuse a connection that it has
 * accepted, so there every code is a reset.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{ readonly code: string }> {
  override get message(): string {
    return `There is no answer: the connection was refused or lost (${this.code}).`
  }
  override toJSON(): object {
    return Object.assign({}, this, { message: this.message })
  }
}

/**
 * Makes an answer from a status, a body and header lines.
 *
 * **Details**
 *
 * Text is sent as UTF-8. A body of known size gets a `content-length`; a stream is sent in chunks. 204, 205
 * and 304 have no body.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly status?: number | undefined
  readonly contentType?: string | undefined
  readonly headers?: ReadonlyArray<Header> | undefined
  readonly body?: string | Uint8Array | Stream.Stream<Uint8Array> | undefined
}): Answer => {
  const { headers = [], status = 200 } = options
  if (bodiless.has(status)) return { status, headers, body: new Uint8Array(0), ending: "complete" }
  const body = typeof options.body === "string" ? encoder.encode(options.body) : options.body ?? new Uint8Array(0)
  const content: Array<Header> = []
  if (options.contentType !== undefined) content.push(["Content-Type", options.contentType])
  if (body instanceof Uint8Array) content.push(["Content-Length", String(body.byteLength)])
  return { status, headers: [...content, ...headers], body, ending: "complete" }
}

/**
 * Changes header lines by name: a text replaces the header, several texts send it that many times,
 * `undefined` takes it away.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withHeaders = (answer: Answer, changes: HeaderChanges): Answer => {
  const names = new Set(Object.keys(changes).map((name) => name.toLowerCase()))
  const added = Object.entries(changes).flatMap(([name, value]): ReadonlyArray<Header> =>
    value === undefined ? [] : typeof value === "string" ? [[name, value]] : value.map((one) => [name, one])
  )
  return { ...answer, headers: [...answer.headers.filter(([name]) => !names.has(name.toLowerCase())), ...added] }
}

/**
 * Headers to set, to send several times, or (`undefined`) to take away.
 *
 * @category models
 * @since 0.1.0
 */
export type HeaderChanges = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/**
 * The first value of a header, whatever its case.
 *
 * @category getters
 * @since 0.1.0
 */
export const header = (answer: Answer, name: string): string | undefined =>
  answer.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]

/**
 * The body as a stream of bytes.
 *
 * @category getters
 * @since 0.1.0
 */
export const bodyStream = (answer: Answer): Stream.Stream<Uint8Array> =>
  answer.body instanceof Uint8Array
    ? answer.body.byteLength === 0 ? Stream.empty : Stream.succeed(answer.body)
    : answer.body

const encoder = new TextEncoder()
const bodiless = new Set([204, 205, 304])
