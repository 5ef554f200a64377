import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Option, Stream } from "effect"
import * as Net from "node:net"
import { gzipSync } from "node:zlib"
import { SloReportClient } from "../src/index.ts"
import { request } from "./utils/flow.ts"
import { closedPort, listen, once, transports } from "./utils/sockets.ts"

const operations = ["getReportStatus", "createReport", "downloadReport", "searchSlos", "getSloHistory"] as const

type Operation = typeof operations[number]

const id = "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"

const bodies: Record<Operation, string> = {
  getReportStatus: JSON.stringify({ data: { id, type: "report_id", attributes: { status: "completed" } } }),
  createReport: JSON.stringify({ data: { id, type: "report_id" } }),
  downloadReport: `id,slo_type,name,target,export_error,2024-01-01\n${"a,metric,b,99,,99.5\n".repeat(20)}`,
  searchSlos: JSON.stringify({
    data: { attributes: { slos: [{ data: { id: "a", attributes: { name: "b", slo_type: "metric" } } }] } },
    meta: { pagination: { total: 1 } }
  }),
  getSloHistory: JSON.stringify({
    data: { type: "metric", from_ts: 0, to_ts: 86_400, overall: { name: "b", sli_value: 99.5 } }
  })
}

type Answer = (socket: Net.Socket, operation: Operation) => void

const head = (status: string, ...lines: ReadonlyArray<string>) =>
  `HTTP/1.1 ${[status, "content-type: text/plain", "connection: close", ...lines].join("\r\n")}\r\n\r\n`

const whole = (status: string, body: Uint8Array | string, ...lines: ReadonlyArray<string>): Answer => (socket) => {
  socket.write(head(status, `content-length: ${Buffer.byteLength(body)}`, ...lines))
  socket.end(body)
}

const beginning = (operation: Operation) => bodies[operation].slice(0, 30)

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

const gzip: Answer = (socket, operation) =>
  whole("200 OK", gzipSync(bodies[operation]), "content-encoding: gzip")(socket, operation)

const tooLarge = `{"errors":["Too large"]}`

// What each operation gives: a value, or an error's tag with its reason and `sent`, within CreateOutcomeUnknown or not.
type Outcomes = Readonly<Record<Operation, string>>

const same = (outcome: string): Outcomes => ({
  getReportStatus: outcome,
  createReport: outcome,
  downloadReport: outcome,
  searchSlos: outcome,
  getSloHistory: outcome
})

const lost = (outcome: string): Outcomes => ({
  ...same(outcome),
  createReport: `CreateOutcomeUnknown of ${outcome}`
})

const values: Outcomes = {
  getReportStatus: "completed",
  createReport: id,
  downloadReport: bodies.downloadReport,
  searchSlos: "b",
  getSloHistory: "99.5"
}

const reset = lost("DatadogTransportError reset maybe")

const notPromised = lost("DatadogProtocolError")

const rows: Record<string, readonly [answer: Answer, outcomes: Outcomes]> = {
  "a whole answer": [(socket, operation) => whole("200 OK", bodies[operation])(socket, operation), values],
  "an answer that ends with its connection": [
    (socket, operation) => socket.end(head("200 OK") + bodies[operation]),
    values
  ],
  "gzip unasked": [gzip, values],
  "gzip without a word of it": [
    (socket, operation) => whole("200 OK", gzipSync(bodies[operation]))(socket, operation),
    values
  ],
  "gzip in chunks of a byte": [
    (socket, operation) => {
      socket.write(head("200 OK", "content-encoding: gzip", "transfer-encoding: chunked"))
      for (const byte of gzipSync(bodies[operation])) {
        socket.write(Buffer.concat([Buffer.from("1\r\n"), Buffer.of(byte), Buffer.from("\r\n")]))
      }
      socket.end("0\r\n\r\n")
    },
    values
  ],
  "gzip that is damaged": [
    (socket, operation) => {
      const bytes = gzipSync(bodies[operation])
      whole("200 OK", bytes.fill(0xff, 10, 30), "content-encoding: gzip")(socket, operation)
    },
    notPromised
  ],
  "an error's body in gzip": [
    whole("403 Forbidden", gzipSync(`{"errors":["No"]}`), "content-encoding: gzip"),
    same("DatadogForbidden No")
  ],
  "early hints before the answer": [
    (socket, operation) => {
      socket.write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")
      whole("200 OK", bodies[operation])(socket, operation)
    },
    values
  ],
  "a 204": [(socket) => socket.end(head("204 No Content")), notPromised],
  "a 205": [whole("205 Reset Content", ""), notPromised],
  "an empty 200": [whole("200 OK", ""), notPromised],
  "an empty 200 of unknown length": [(socket) => socket.end(head("200 OK")), notPromised],
  "an empty 200 in chunks": [
    (socket) => socket.end(head("200 OK", "transfer-encoding: chunked") + "0\r\n\r\n"),
    notPromised
  ],
  "a body that is cut": [
    (socket, operation) => socket.end(head("200 OK", "content-length: 300") + beginning(operation)),
    reset
  ],
  "a chunk that is cut": [
    (socket, operation) =>
      socket.end(head("200 OK", "transfer-encoding: chunked") + chunk(beginning(operation)).slice(0, -10)),
    reset
  ],
  "chunks without the last": [
    (socket, operation) => socket.end(head("200 OK", "transfer-encoding: chunked") + chunk(beginning(operation))),
    reset
  ],
  "a chunk of no length": [
    (socket, operation) =>
      socket.end(head("200 OK", "transfer-encoding: chunked") + chunk(beginning(operation)) + "zz\r\n"),
    reset
  ],
  "a reset before the headers": [(socket) => socket.resetAndDestroy(), reset],
  "a close before the headers": [(socket) => socket.destroy(), reset],
  "half of the headers": [(socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-"), reset],
  "a reset in the body": [
    (socket, operation) => {
      socket.write(head("200 OK", "content-length: 300") + beginning(operation))
      setTimeout(() => socket.resetAndDestroy(), 30)
    },
    reset
  ],
  "another protocol": [(socket) => socket.end("SSH-2.0-OpenSSH\r\n"), lost("DatadogTransportError other maybe")],
  "a redirect": [
    whole("302 Found", "", "location: http://127.0.0.1:9/elsewhere"),
    same("DatadogUnexpectedStatus")
  ],
  "a 303, which shows where the result is": [
    whole("303 See Other", "", "location: /elsewhere"),
    lost("DatadogUnexpectedStatus")
  ],
  "a 413": [whole("413 Content Too Large", tooLarge), same("DatadogUnexpectedStatus Too large")],
  "a 431": [whole("431 Request Header Fields Too Large", tooLarge), same("DatadogUnexpectedStatus Too large")],
  "a 413 before the body is read, and a reset": [
    (socket) => {
      socket.write(head("413 Content Too Large", `content-length: ${tooLarge.length}`) + tooLarge)
      setTimeout(() => socket.resetAndDestroy(), 30)
    },
    same("DatadogUnexpectedStatus Too large")
  ],
  "a 501": [whole("501 Not Implemented", ""), same("DatadogServerError")],
  "a 503": [whole("503 Service Unavailable", ""), lost("DatadogServerError")]
}

const paths: Readonly<Record<Operation, RegExp>> = {
  getReportStatus: /\/status /,
  createReport: /^POST /,
  downloadReport: /\/download /,
  searchSlos: /\/slo\/search\?/,
  getSloHistory: /\/history\?/
}

const operationOf = (request: string): Operation => {
  const found = operations.find((one) => paths[one].test(request))
  if (found === undefined) throw new Error(`an unexpected request: ${request.slice(0, 100)}`)
  return found
}

const serve = (answer: Answer) =>
  listen(Net.createServer((socket) => socket.once("data", (data) => answer(socket, operationOf(data.toString())))))

const wordsOf = (error: unknown): string => {
  const { _tag, error: inner, messages = [], reason, sent } = error as Record<string, any>
  return inner === undefined
    ? [_tag, reason, sent, ...messages].filter((word) => word !== undefined).join(" ")
    : `${_tag} of ${wordsOf(inner)}`
}

const valueOf = (client: SloReportClient.Service, operation: Operation): Effect.Effect<string, unknown> => {
  switch (operation) {
    case "getReportStatus":
      return Effect.map(client.getReportStatus(id), ({ status }) => status)
    case "createReport":
      return client.createReport(request)
    case "downloadReport":
      return Stream.mkString(Stream.decodeText(client.downloadReport(id)))
    case "searchSlos":
      return Stream.mkString(Stream.map(client.searchSlos("a"), ({ name }) => name))
    case "getSloHistory":
      return Effect.map(client.getSloHistory("a", { from: 0, to: 86_400 }), ({ sli }) => String(sli))
  }
}

const outcomeOf = (client: SloReportClient.Service, operation: Operation): Effect.Effect<string> =>
  Effect.map(Effect.exit(valueOf(client, operation)), (exit) =>
    Exit.isSuccess(exit)
      ? exit.value
      : Option.match(Cause.findErrorOption(exit.cause), { onNone: () => Cause.pretty(exit.cause), onSome: wordsOf }))

for (const [name, layer] of Object.entries(transports)) {
  const outcomes = (url: string) =>
    Effect.provide(
      SloReportClient.SloReportClient.use((client) =>
        Effect.forEach(operations, (one) => Effect.map(outcomeOf(client, one), (outcome) => [one, outcome] as const))
      ),
      layer(url, once)
    ).pipe(Effect.map(Object.fromEntries))

  describe(`a client ${name} tells the same of`, () => {
    for (const [what, [answer, expected]] of Object.entries(rows)) {
      it.live(what, () =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* outcomes(`http://127.0.0.1:${yield* serve(answer)}`), expected)
        }))
    }

    it.live("a port that nobody listens on", () =>
      Effect.gen(function*() {
        const expected = same("DatadogTransportError refused no")
        assert.deepStrictEqual(yield* outcomes(`http://127.0.0.1:${yield* closedPort}`), expected)
      }))
  })
}
