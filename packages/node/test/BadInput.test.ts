import { DatadogError } from "@effect-datadog/slo-report"
import { Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, Stream } from "effect"
import { inspect } from "node:util"
import { RetryPolicy, SloReportClient, SloReportError } from "../src/index.ts"
import { assertTag, call, callError, inFlight, inject, reportId, requests } from "./utils/client.ts"
import { inMemory } from "./utils/wait.ts"

const once = { retry: RetryPolicy.none }

describe("a report id that can't be one", () => {
  const ids: Readonly<Record<string, string>> = {
    "the empty string": "",
    ".": ".",
    "..": "..",
    "a/b": "a/b",
    "../../../../api/v1/user": "../../../../api/v1/user",
    "a slash": "/",
    "a backslash": "a\\b",
    "a%2fb": "a%2fb",
    "%2e%2e": "%2e%2e",
    "a query": "a?b",
    "a fragment": "a#b",
    "a space": "a b",
    "a space at its end": `${reportId} `,
    "a newline": "a\nb",
    "a newline at its end": `${reportId}\n`,
    "a carriage return and a header": "a\r\nx-evil: 1",
    "a zero": "a\0b",
    "an escape": "a\u001bb",
    "a no-break space": "a\u00a0b",
    "a line separator": "a\u2028b",
    "a zero-width space": "a\u200bb",
    "a right-to-left override": "a\u202eb",
    "a byte order mark": "\ufeffa",
    "half a character": "a\ud83d",
    "256 characters": "x".repeat(256),
    "10 kB": "x".repeat(10_240)
  }

  for (const [name, id] of Object.entries(ids)) {
    it.effect(`is an InvalidReportId, and nothing is sent: ${name}`, () =>
      Effect.gen(function*() {
        const { exit, took } = yield* call(id)
        assert.strictEqual(took, 0)
        const error = yield* Effect.flip(exit)
        assert.instanceOf(error, SloReportError.InvalidReportId)
        assertTag(error, "InvalidReportId")
        assert.strictEqual(error.id, id.slice(0, 100))
        assert.isBelow(error.message.length, 500)
        assert.notMatch(error.message, /\p{Cc}/u, "one line")
        assert.include(error.message, "nothing was sent")
        assert.deepStrictEqual(yield* requests, [])
        const encoded = Schema.encodeSync(SloReportError.InvalidReportId)(error)
        const again = Schema.decodeSync(SloReportError.InvalidReportId)(JSON.parse(JSON.stringify(encoded)))
        assert.strictEqual(again.message, error.message)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is refused by every operation", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const errors = yield* Effect.all([
        Effect.flip(client.getReportStatus("..")),
        Effect.flip(Stream.runDrain(client.waitForReport(".."))),
        Effect.flip(client.awaitReport(".."))
      ])
      assert.deepStrictEqual(errors.map(({ _tag }) => _tag), Array(3).fill("InvalidReportId"))
      assert.deepStrictEqual(yield* requests, [])
    }).pipe(Effect.provide(inMemory())))

  for (const value of [undefined, null, 5, {}, [], Symbol("x"), ["a"]]) {
    it.effect(`is an InvalidReportId also where JavaScript hands in ${inspect(value)}`, () =>
      Effect.gen(function*() {
        assertTag(yield* callErrorOf(value), "InvalidReportId")
        assert.deepStrictEqual(yield* requests, [])
      }).pipe(Effect.provide(inMemory())))
  }

  const callErrorOf = (value: unknown) =>
    SloReportClient.SloReportClient.use((client) => Effect.flip(client.getReportStatus(value as string)))

  it.effect.prop(
    "any string is sent as one path segment or not at all",
    { id: Schema.String },
    ({ id }) =>
      Effect.gen(function*() {
        yield* call(id)
        for (const { url } of yield* requests) {
          const segments = new URL(url).pathname.split("/")
          assert.deepStrictEqual(segments.slice(0, 5), ["", "api", "v2", "slo", "report"])
          assert.deepStrictEqual(segments.slice(6), ["status"])
          assert.strictEqual(decodeURIComponent(segments[5]!), id)
          assert.strictEqual(new URL(url).search + new URL(url).hash, "")
        }
      }).pipe(Effect.provide(inMemory(once))),
    { arbitrary: { runs: 200 } }
  )
})

const body = (data: unknown) => JSON.stringify({ data })

const good = { id: reportId, type: "report_id", attributes: { status: "completed" } }

describe("a 200 whose body is not the promised one", () => {
  const bodies: Readonly<Record<string, string>> = {
    "nothing": "",
    "a space": " ",
    "an empty object": "{}",
    "an empty array": "[]",
    "null": "null",
    "a number": "42",
    "a boolean": "true",
    "a string": `"completed"`,
    "a word": "OK",
    "the documented error": `{"errors":["Forbidden"]}`,
    "truncated JSON": body(good).slice(0, 60),
    "JSON and more": `${body(good)}}`,
    "JSON twice": body(good) + body(good),
    "JSON that is not JSON": body(good).replaceAll("\"", "'"),
    "an array of data": body([good]),
    "data that is null": body(null),
    "data that is empty": body({}),
    "data that is a text": body("completed"),
    "no id": body({ ...good, id: undefined }),
    "an id that is null": body({ ...good, id: null }),
    "an id that is a number": body({ ...good, id: 5 }),
    "an id that is empty": body({ ...good, id: "" }),
    "an id that is a path": body({ ...good, id: "../x" }),
    "no attributes": body({ ...good, attributes: undefined }),
    "attributes that are null": body({ ...good, attributes: null }),
    "attributes that are an array": body({ ...good, attributes: ["completed"] }),
    "no status": body({ ...good, attributes: {} }),
    "a status that is null": body({ ...good, attributes: { status: null } }),
    "a status that is a number": body({ ...good, attributes: { status: 200 } }),
    "a status that is an object": body({ ...good, attributes: { status: { name: "completed" } } }),
    "a status that is an array": body({ ...good, attributes: { status: ["completed"] } }),
    "a status with a capital": JSON.stringify({ data: { ...good, attributes: { Status: "completed" } } }),
    "a nest of 20,000 arrays": "[".repeat(20_000),
    "a byte order mark and rubbish": "\ufeffrubbish",
    "control characters": "\u001b[2J\u0007\r\nHTTP/1.1 200 OK\r\n",
    "64 kB of one word": "x".repeat(65_536)
  }

  const assertProtocolError = (error: Parameters<typeof assertTag>[0]) => {
    assertTag(error, "DatadogProtocolError")
    assert.instanceOf(error, DatadogError.DatadogProtocolError)
    assert.strictEqual(error.status, 200)
    assert.isAtMost(error.excerpt.length, 200)
    assert.isNotEmpty(error.issue)
    assert.isBelow(error.issue.length, 500)
    assert.isBelow(error.message.length, 2000)
    assert.notMatch(error.message, /\p{Cc}/u, "one line")
    return error
  }

  for (const [name, text] of Object.entries(bodies)) {
    it.effect(`is a DatadogProtocolError: ${name}`, () =>
      Effect.gen(function*() {
        // Its length known, and unknown.
        yield* inject(Fault.body(text, { contentType: "application/json" }))
        yield* inject(Fault.body(Stream.succeed(new TextEncoder().encode(text)), { contentType: "application/json" }))
        for (const _ of [1, 2]) {
          const { exit, took } = yield* call()
          assert.strictEqual(took, 0)
          assert.isTrue(Exit.isFailure(exit))
          const error = assertProtocolError(yield* Effect.flip(exit))
          assert.isTrue(text.replace(/^\ufeff/, "").startsWith(error.excerpt))
          if (text.trim() !== "") assert.isNotEmpty(error.excerpt)
          assert.strictEqual(yield* inFlight, 0)
        }
        assert.strictEqual((yield* requests).length, 2)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is a DatadogProtocolError: an HTML page of 27 kB", () =>
    Effect.gen(function*() {
      yield* inject(Fault.html())
      const error = assertProtocolError(yield* callError())
      assert.include(error.excerpt, "<!DOCTYPE html>")
    }).pipe(Effect.provide(inMemory())))

  it.effect("says what is wrong with it, and where", () =>
    Effect.gen(function*() {
      yield* inject(Fault.body(body({ ...good, attributes: {} })))
      const missing = assertProtocolError(yield* callError())
      for (const word of ["data", "attributes", "status"]) assert.include(missing.issue, word)
      assert.include(missing.message, "status")
      yield* inject(Fault.html())
      assert.include(assertProtocolError(yield* callError()).issue, "JSON")
    }).pipe(Effect.provide(inMemory())))

  it.effect("survives its own schema", () =>
    Effect.gen(function*() {
      yield* inject(Fault.html())
      const error = assertProtocolError(yield* callError())
      const json = JSON.stringify(Schema.encodeSync(DatadogError.DatadogError)(error))
      const again = Schema.decodeSync(DatadogError.DatadogError)(JSON.parse(json))
      assert.strictEqual(again.message, error.message)
      assert.instanceOf(again, DatadogError.DatadogProtocolError)
    }).pipe(Effect.provide(inMemory())))
})

describe("a body of 50 MB", () => {
  const chunkBytes = 16 * 1024
  const chunks = 50 * 1024 * 1024 / chunkBytes

  // What is pulled is counted.
  const large = (first: string, filler: string) => {
    const pulled = { chunks: 0, isClosed: false }
    const bytes = new TextEncoder().encode(filler.repeat(chunkBytes))
    const stream = Stream.unfold(0, (index) =>
      Effect.sync(() => {
        if (index === chunks) return undefined
        pulled.chunks += 1
        return [index === 0 ? new TextEncoder().encode(first) : bytes, index + 1] as const
      }))
    return { pulled, stream: Stream.ensuring(stream, Effect.sync(() => pulled.isClosed = true)) }
  }

  const starts: Readonly<Record<string, readonly [first: string, filler: string]>> = {
    "rubbish": ["x", "x"],
    "spaces before the answer": [" ", " "],
    "an answer and spaces": [body(good), " "],
    "an answer with a long status": [`{"data":{"id":"${reportId}","attributes":{"status":"`, "x"],
    "an HTML page": ["<!DOCTYPE html><title>Oops</title>", " "]
  }

  const headers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "of unknown length": {},
    "of known length": { "Content-Length": String(chunks * chunkBytes) },
    "said to be compressed": { "Content-Encoding": "gzip", "Content-Length": "1000" }
  }

  for (const [name, [first, filler]] of Object.entries(starts)) {
    for (const [length, values] of Object.entries(headers)) {
      it.effect(`with 200 is a DatadogProtocolError and hardly read: ${name}, ${length}`, () =>
        Effect.gen(function*() {
          const { pulled, stream } = large(first, filler)
          yield* inject(Fault.body(stream, { contentType: "application/json", headers: values }))
          const { exit, took } = yield* call()
          assert.strictEqual(took, 0)
          const error = yield* Effect.flip(exit)
          assertTag(error, "DatadogProtocolError")
          assert.isAtMost(error.excerpt.length, 200)
          assert.isBelow(JSON.stringify(Schema.encodeSync(DatadogError.DatadogError)(error)).length, 20_000)
          assert.isAtMost(pulled.chunks * chunkBytes, 256 * 1024)
          assert.isTrue(pulled.isClosed)
          assert.strictEqual(yield* inFlight, 0)
        }).pipe(Effect.provide(inMemory())))
    }
  }

  for (const status of [400, 403, 429, 503]) {
    it.effect(`with ${status} is the error of its status and hardly read`, () =>
      Effect.gen(function*() {
        const { pulled, stream } = large(`{"errors":["`, "x")
        yield* inject(Fault.body(stream, { status }))
        const error = yield* callError()
        assert.strictEqual("status" in error ? error.status : undefined, status)
        assert.isAtMost(pulled.chunks * chunkBytes, 256 * 1024)
        assert.isTrue(pulled.isClosed)
        assert.isBelow(error.message.length, 2000)
        assert.strictEqual(yield* inFlight, 0)
      }).pipe(Effect.provide(inMemory(once))))
  }

  it.effect("in one piece is cut as well", () =>
    Effect.gen(function*() {
      const bytes = new Uint8Array(50 * 1024 * 1024).fill(120)
      yield* inject(Fault.body(Stream.succeed(bytes)))
      const error = yield* callError()
      assertTag(error, "DatadogProtocolError")
      assert.strictEqual(error.excerpt, "x".repeat(200))
      assert.isBelow(error.message.length, 2000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is the limit's other side: an answer of 64 kB is read", () =>
    Effect.gen(function*() {
      const text = body(good).padEnd(65_536, " ")
      yield* inject(Fault.body(text))
      yield* inject(Fault.body(Stream.succeed(new TextEncoder().encode(text))))
      for (const _ of [1, 2]) assert.isTrue(Exit.isSuccess((yield* call()).exit))
      yield* inject(Fault.body(`${text} `))
      yield* inject(Fault.body(Stream.succeed(new TextEncoder().encode(`${text} `))))
      for (const _ of [1, 2]) assertTag(yield* callError(), "DatadogProtocolError")
    }).pipe(Effect.provide(inMemory())))
})
