/**
 * The adapter to a socket: renders an answer on one of Node's HTTP server.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import * as Stream from "effect/Stream"
import type * as Http from "node:http"
import { inspect } from "node:util"
import type * as Answer from "../../Answer.ts"
import type { Service } from "../../FakeDatadog.ts"
import type { WireRequest } from "../../RecordedRequest.ts"
import type { Control } from "../control/routes.ts"

/** Answers one request; done when the last byte is handed over or the connection is lost. @internal */
export const respond = (
  fake: Service,
  control: Control,
  request: Http.IncomingMessage,
  response: Http.ServerResponse
): Effect.Effect<void> =>
  readBody(request).pipe(
    Effect.map((body) => toWireRequest(request, body)),
    Effect.flatMap((request) => control(request) ?? fake.handle(request)),
    Effect.flatMap((answer) => write(answer, response)),
    Effect.catchTag("NoAnswer", () => Effect.sync(() => reset(response))),
    Effect.catchDefect((defect) => Effect.sync(() => internalError(defect, response)))
  )

// A defect is the fake's own, or a custom fault's: it must not look like one of Datadog's answers.
const internalError = (defect: unknown, response: Http.ServerResponse): void => {
  if (response.headersSent) return reset(response)
  response.writeHead(500, { "content-type": "text/plain" }).end(`The fake itself failed: ${inspect(defect)}`)
}

const write = (answer: Answer.Answer, response: Http.ServerResponse): Effect.Effect<void> =>
  Effect.suspend(() => {
    response.on("error", () => {})
    // A flat list keeps a header that is sent twice as two lines.
    response.writeHead(answer.status, answer.headers.flat())
    if (answer.body instanceof Uint8Array) return Effect.asVoid(Effect.sync(() => response.end(answer.body)))
    response.flushHeaders()
    return Effect.andThen(
      Stream.runForEach(answer.body, (chunk) => writeChunk(response, chunk)),
      Effect.sync(() => end(answer.ending, response))
    )
  })

const end = (ending: Answer.Ending, response: Http.ServerResponse): void => {
  switch (ending) {
    case "complete":
      return void response.end()
    case "truncated":
      return response.socket?.destroySoon()
    case "reset":
      return reset(response)
  }
}

// Resumes when the chunk is on its way, so that a slow reader holds the body back.
const writeChunk = (response: Http.ServerResponse, chunk: Uint8Array): Effect.Effect<void> =>
  Effect.callback((resume) => {
    response.write(chunk, (lost) => resume(lost instanceof Error ? Effect.interrupt : Effect.void))
  })

const reset = (response: Http.ServerResponse): void => {
  response.socket?.resetAndDestroy()
}

const readBody = (request: Http.IncomingMessage): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const chunks: Array<Uint8Array> = []
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    request.once("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString())))
  })

const toWireRequest = (request: Http.IncomingMessage, body: string): WireRequest => {
  // A client that takes the fake for its proxy sends the whole URL.
  const target = request.url ?? "/"
  const path = target.replace(/^https?:\/\/[^/]*/i, "")
  const headers = Record.map(request.headers, (value) => Array.isArray(value) ? value.join(", ") : value)
  return {
    method: request.method ?? "GET",
    url: path === target ? `http://${request.headers.host ?? "127.0.0.1"}${path}` : target,
    path,
    headers,
    body
  }
}
