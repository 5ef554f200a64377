import { DatadogError } from "@effect-datadog/slo-report"
import { Credentials, FakeDatadog, Fault, ReportCsv } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Metric, Stream } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { RetryPolicy, SloReportClient, SloReportMetrics } from "../src/index.ts"
import { inFlight, reportId } from "./utils/client.ts"
import {
  add,
  bytesOf,
  download,
  errorOf,
  injectInto,
  run,
  sent,
  sentTo,
  smallCsv,
  text,
  valueOf
} from "./utils/flow.ts"
import { collectSpans } from "./utils/spans.ts"
import { credentials, failureOf, inMemory, site } from "./utils/wait.ts"

const once = { retry: RetryPolicy.none }
const recordedFile = "id,slo_type,name,target,export_error," +
  "2023-08-01,2023-09-01,2023-10-01,2023-11-01,2023-12-01,2024-01-01\n"
const recordedNotFound =
  `{"errors":[{"title":"Not Found","detail":"report ID not found: 2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"}]}`
const recordedBadId = `{"errors":[{"title":"Invalid Argument","detail":"invalid report ID: invalid-report-id"}]}`
const jsonApi = { contentType: "application/vnd.api+json" }

const recordings: Readonly<Record<string, readonly [status: number, body: string, tag: string]>> = {
  "2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43": [404, recordedNotFound, "DatadogNotFound"],
  "invalid-report-id": [400, recordedBadId, "DatadogBadRequest"]
}

describe("the request for a file", () => {
  it.effect("is one GET that takes CSV, or JSON for an error, and nothing compressed", () =>
    Effect.gen(function*() {
      yield* add({ id: reportId, csv: smallCsv })
      assert.strictEqual(yield* text(reportId), smallCsv)
      const [request, ...more] = yield* sent
      assert.deepStrictEqual(more, [])
      const url = `https://api.datadoghq.com/api/v2/slo/report/${reportId}/download`
      assert.strictEqual(`${request?.method} ${request?.url}`, `GET ${url}`)
      assert.strictEqual(request?.headers["accept"], "text/csv, application/json")
      assert.strictEqual(request?.headers["accept-encoding"], "identity")
      assert.strictEqual(request?.headers["dd-api-key"], Credentials.standard.apiKey)
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("is not sent for an id that can't be one", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(text("..")))._tag, "InvalidReportId")
      assert.deepStrictEqual(yield* sent, [])
    }).pipe(Effect.provide(inMemory(once))))
})

describe("a downloaded file", () => {
  it.effect("is the recorded one", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.body(recordedFile, { contentType: "text/csv" }))
      assert.strictEqual(yield* text(reportId), recordedFile)
    }).pipe(Effect.provide(inMemory(once))))

  for (const [id, [status, body, tag]] of Object.entries(recordings)) {
    it.effect(`is refused with the recorded ${status}`, () =>
      Effect.gen(function*() {
        yield* injectInto("download", Fault.body(body, { status, ...jsonApi }))
        const error = errorOf(yield* run(text(id)))
        assert.strictEqual(error._tag, tag)
        assert.include(error.message, id)
      }).pipe(Effect.provide(inMemory())))
  }

  for (const length of [1, 2, 3, 7, 1000]) {
    it.effect(`keeps every byte, in parts of ${length}, mark and blank lines at its beginning too`, () =>
      Effect.gen(function*() {
        const content = `\ufeff\r\n \t\n${smallCsv}`
        const id = yield* add({ csv: content })
        yield* injectInto("download", Fault.slowBody({ bytes: length, gap: "1 second" }))
        assert.strictEqual(valueOf(yield* run(text(id))), content)
      }).pipe(Effect.provide(inMemory(once))))
  }

  it.effect("is told whatever the content type says", () =>
    Effect.gen(function*() {
      for (const contentType of ["text/html", "application/json", "text/csv; charset=utf-8"]) {
        yield* injectInto("download", Fault.body(smallCsv, { contentType }))
        assert.strictEqual(yield* text(reportId), smallCsv)
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("comes as fast as it is taken, and no faster", () =>
    Effect.gen(function*() {
      let made = 0
      const endless = Stream.iterate(0, (n) => n + 1).pipe(
        Stream.rechunk(1),
        Stream.map((n) => {
          made = n
          return bytesOf(n === 0 ? "id,slo_type,name,target,export_error\n" : "a,b,c,1,\n".repeat(7000))
        })
      )
      yield* injectInto("download", Fault.body(endless))
      const taken = yield* Stream.runCollect(Stream.take(download(reportId), 5))
      assert.strictEqual(taken.length, 5)
      assert.isAtMost(made, 6)
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory(once))))
})

const notTables: Readonly<Record<string, string>> = {
  "an HTML page": "\n\n<!DOCTYPE html><title>Sign in</title>",
  "markup after a byte order mark": "\ufeff  <?xml version=\"1.0\"?><Error/>",
  "a JSON error": "{\"errors\":[\"not now\"]}",
  "JSON after blank lines": " \r\n\t{}",
  "nothing": "",
  "blank lines alone": "\n\r\n  ",
  "a byte order mark alone": "\ufeff"
}

describe("a 2xx answer that holds no table", () => {
  for (const [name, body] of Object.entries(notTables)) {
    it.effect(`is a DatadogProtocolError, asked for once: ${name}`, () =>
      Effect.gen(function*() {
        yield* injectInto("download", Fault.body(body, { contentType: "text/csv" }), Infinity)
        const error = errorOf(yield* run(text(reportId)))
        assert.instanceOf(error, DatadogError.DatadogProtocolError)
        assert.strictEqual(error.status, 200)
        assert.match(error.issue, /^Expected a table in CSV, got /)
        assert.strictEqual(error.excerpt.trim(), body.trim())
        assert.strictEqual((yield* sent).length, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("tells what Datadog says in it", () =>
    Effect.gen(function*() {
      const pieces = Stream.fromIterable(Array.from("{\"errors\":[\"not now\"]}", bytesOf))
      yield* injectInto("download", Fault.body(pieces))
      assert.include(errorOf(yield* run(text(reportId))).message, "Datadog says: not now.")
    }).pipe(Effect.provide(inMemory())))

  it.effect("is read only up to a bound", () =>
    Effect.gen(function*() {
      let made = 0
      const endless = Stream.iterate(0, (n) => made = n + 1).pipe(
        Stream.rechunk(1),
        Stream.map(() => bytesOf("<p>".repeat(1000)))
      )
      yield* injectInto("download", Fault.body(endless))
      assert.strictEqual(errorOf(yield* run(text(reportId)))._tag, "DatadogProtocolError")
      assert.isAtMost(made, 30)
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory())))

  for (const status of [204, 205]) {
    it.effect(`is a DatadogProtocolError with ${status}`, () =>
      Effect.gen(function*() {
        yield* injectInto("download", Fault.body("", { status }))
        assert.strictEqual(errorOf(yield* run(text(reportId)))._tag, "DatadogProtocolError")
      }).pipe(Effect.provide(inMemory())))
  }
})

describe("a download that is cut", () => {
  const size = bytesOf(smallCsv).length
  for (const [name, cut] of Object.entries({ "cut off": Fault.truncate, "reset": Fault.resetBody })) {
    it.effect(`is an error at every byte where it is ${name}, never a shorter file`, () =>
      Effect.gen(function*() {
        const id = yield* add({ csv: smallCsv })
        for (let bytes = 0; bytes < size; bytes++) {
          yield* injectInto("download", cut(bytes))
          const error = errorOf(yield* run(text(id)))
          assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" }, `${bytes} bytes`)
        }
        assert.strictEqual(yield* text(id), smallCsv)
      }).pipe(Effect.provide(inMemory(once))))
  }

  it.effect("is an error also where the transport takes it for whole", () =>
    Effect.gen(function*() {
      for (let bytes = 1; bytes < size; bytes++) {
        const headers = { "Content-Length": String(size) }
        yield* injectInto("download", Fault.body(bytesOf(smallCsv).slice(0, bytes), { headers }))
        const error = errorOf(yield* run(text(reportId)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" }, `${bytes} bytes`)
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("is not asked for again once its first byte is out", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.truncate(1), Infinity)
      assert.strictEqual(errorOf(yield* run(text(id)))._tag, "DatadogTransportError")
      assert.strictEqual((yield* sent).length, 1)
    }).pipe(Effect.provide(inMemory())))

  for (
    const [name, fault] of Object.entries({
      "nothing came": Fault.truncate(0),
      "blank lines came": Fault.all(Fault.truncate(2), Fault.body("\n\n" + smallCsv)),
      "a 503 came": Fault.status(503),
      "the connection was refused": Fault.refused,
      "the connection was reset": Fault.reset,
      "no answer came in time": Fault.hang,
      "a body stopped before its first byte": Fault.stall(0)
    })
  ) {
    it.effect(`is asked for again where ${name}, and the file is whole`, () =>
      Effect.gen(function*() {
        const id = yield* add({ csv: smallCsv })
        yield* injectInto("download", fault, 2)
        assert.strictEqual(valueOf(yield* run(text(id))), smallCsv)
        assert.strictEqual((yield* sent).length, 3)
        assert.strictEqual(yield* inFlight, 0)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is asked for again after a 429, not before its hint", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.status(429, { headers: { "X-RateLimit-Reset": "7" } }))
      assert.strictEqual(valueOf(yield* run(text(id))), smallCsv)
      const [first, second] = yield* sent
      assert.isAtLeast(second!.at - first!.at, 7000)
      assert.isAtMost(second!.at - first!.at, 7700)
    }).pipe(Effect.provide(inMemory())))

  it.effect("holds no connection while it waits to be asked for again", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.stall(0))
      const retry = RetryPolicy.make({ base: "1 hour", cap: "1 hour" })
      const fiber = yield* Effect.forkChild(Effect.provideService(text(id), RetryPolicy.Current, retry), {
        startImmediately: true
      })
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(yield* inFlight, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* inFlight, 0)
      assert.isUndefined(fiber.pollUnsafe())
    }).pipe(Effect.provide(inMemory())))
})

describe("an attempt that fails", () => {
  it.effect("gives back all that it held before the next one begins", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      let held = 0
      const holding = Effect.acquireRelease(Effect.sync(() => held += 1), () => Effect.sync(() => held -= 1))
      const blank = Stream.concat(Stream.succeed(bytesOf("\n")), Stream.never)
      yield* injectInto("download", Fault.body(Stream.unwrap(Effect.as(holding, blank))))
      const retry = RetryPolicy.make({ base: "1 hour", cap: "1 hour" })
      const fiber = yield* text(id).pipe(
        Effect.provideService(RetryPolicy.Current, retry),
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(held, 1)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(held, 0)
      assert.isUndefined(fiber.pollUnsafe())
    }).pipe(Effect.provide(inMemory())))
})

describe("the time limit of an attempt", () => {
  it.effect("ends a download whose parts stop coming, and leaves no connection", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.stall(60))
      const ended = yield* run(text(id))
      assert.deepInclude(errorOf(ended), { _tag: "DatadogTransportError", reason: "timeout" })
      assert.strictEqual(ended.took, 30_000)
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is for each gap, not for the whole file", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.slowBody({ bytes: 10, gap: "29 seconds" }))
      const ended = yield* run(text(id))
      assert.strictEqual(valueOf(ended), smallCsv)
      assert.isAbove(ended.took, 300_000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("doesn't run while the program is busy with a part", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.slowBody({ bytes: 50, gap: "1 second" }))
      const ended = yield* run(Stream.runForEach(download(id), () => Effect.sleep("10 minutes")))
      assert.isTrue(Exit.isSuccess(ended.exit))
      assert.isAbove(ended.took, 1_800_000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("ends an attempt whose headers don't come", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.hang)
      const ended = yield* run(text(reportId))
      assert.deepInclude(errorOf(ended), { _tag: "DatadogTransportError", reason: "timeout" })
      assert.strictEqual(ended.took, 5000)
    }).pipe(Effect.provide(inMemory({ ...once, attemptTimeout: "5 seconds" }))))
})

describe("a program that stops", () => {
  it.effect("ends the request, whether it has enough or is interrupted", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: { rows: 10_000 } })
      yield* Stream.runDrain(Stream.take(download(id), 1))
      assert.strictEqual(yield* inFlight, 0)
      yield* injectInto("download", Fault.stall(100))
      const fiber = yield* Effect.forkChild(Stream.runDrain(download(id)), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* inFlight, 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory())))
})

describe("a file that comes compressed", () => {
  const options = { headers: { "Content-Encoding": "gzip" } }
  const zipped = gzipSync(smallCsv)

  it.live("is told as it was before, whatever the header says", () =>
    Effect.gen(function*() {
      for (const headers of [{ "Content-Encoding": "gzip" }, { "Content-Encoding": "GZIP" }, {}]) {
        yield* injectInto("download", Fault.body(zipped, { headers }))
        assert.strictEqual(yield* text(reportId), smallCsv)
      }
      const pieces = Stream.fromIterable(Array.from(zipped, (byte) => Uint8Array.of(byte)), { chunkSize: 1 })
      yield* injectInto("download", Fault.body(pieces, options))
      assert.strictEqual(yield* text(reportId), smallCsv)
    }).pipe(Effect.provide(inMemory(once))))

  it.live("is told as it is where the transport has decompressed it, the length of the compressed one or not", () =>
    Effect.gen(function*() {
      for (const length of [zipped.length, 10 * smallCsv.length]) {
        const headers = { "Content-Encoding": "gzip", "Content-Length": String(length) }
        yield* injectInto("download", Fault.body(smallCsv, { headers }))
        assert.strictEqual(yield* text(reportId), smallCsv)
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.live("is an error at every byte where it is cut, though the transport takes it for whole", () =>
    Effect.gen(function*() {
      for (let bytes = 2; bytes < zipped.length; bytes++) {
        yield* injectInto("download", Fault.body(Uint8Array.from(zipped.subarray(0, bytes)), options))
        const error = failureOf(yield* Effect.exit(text(reportId)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" }, `${bytes} bytes`)
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.live("is an error where the connection is cut in it", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      for (const bytes of [0, 1, 2, 20, zipped.length - 1]) {
        yield* injectInto("download", Fault.all(Fault.truncate(bytes), Fault.gzip))
        const error = failureOf(yield* Effect.exit(text(id)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" }, `${bytes} bytes`)
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.live("is a DatadogProtocolError where it is damaged, or holds a page", () =>
    Effect.gen(function*() {
      const damaged = Uint8Array.from(zipped, (byte, index) => index > 20 && index < 40 ? 0 : byte)
      for (const body of [damaged, gzipSync("<html>")]) {
        yield* injectInto("download", Fault.body(body, options))
        assert.strictEqual(failureOf(yield* Effect.exit(text(reportId)))._tag, "DatadogProtocolError")
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("is a DatadogProtocolError where neither the transport nor this client can decompress it", () =>
    Effect.gen(function*() {
      for (
        const [encoding, body] of [["br", brotliCompressSync(smallCsv)], ["deflate", deflateSync(smallCsv)]] as const
      ) {
        const headers = { "Content-Encoding": encoding }
        yield* injectInto("download", Fault.body(body, { headers }))
        const error = yield* Effect.flip(text(reportId))
        assert.deepInclude(error, {
          _tag: "DatadogProtocolError",
          issue: `Expected a table in CSV, got a body encoded as ${encoding}`
        })
        yield* injectInto("download", Fault.body(smallCsv, { headers }))
        assert.strictEqual(yield* text(reportId), smallCsv)
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.live("comes as fast as it is taken", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: { rows: 20_000 } })
      yield* injectInto("download", Fault.gzip)
      const first = yield* Stream.runCollect(Stream.take(download(id), 2))
      assert.strictEqual(first.length, 2)
      yield* injectInto("download", Fault.gzip)
      const whole = yield* Stream.mkUint8Array(download(id))
      const plain = ReportCsv.toBytes({ rows: 20_000 })
      assert.isFalse(plain instanceof Uint8Array)
      if (!(plain instanceof Uint8Array)) assert.deepStrictEqual(whole, yield* Stream.mkUint8Array(plain))
    }).pipe(Effect.provide(inMemory(once))))
})

describe("over fetch's responses", () => {
  const answering = (make: () => Response) =>
    SloReportClient.layer({ site, credentials, ...once }).pipe(
      Layer.provide(Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.make((request) => Effect.sync(() => HttpClientResponse.fromWeb(request, make())))
      ))
    )

  it.effect("a body that is none is a DatadogProtocolError", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(text(reportId))
      assert.strictEqual(error._tag, "DatadogProtocolError")
    }).pipe(Effect.provide(answering(() => new Response(null, { status: 204 })))))

  it.live("a file is whole", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* text(reportId), smallCsv)
    }).pipe(Effect.provide(answering(() => new Response(smallCsv)))))
})

describe("a download's telemetry", () => {
  const requests = (outcome: string) =>
    Effect.map(
      Metric.value(Metric.withAttributes(SloReportMetrics.requests, { "datadog.site": "datadoghq.com", outcome })),
      ({ count }) => count
    )

  it.effect("counts a request when its body has ended, as a success or by its error", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.status(503))
      yield* run(text(id))
      yield* injectInto("download", Fault.truncate(60))
      yield* run(text(id))
      yield* injectInto("download", Fault.html())
      yield* run(text(id))
      assert.deepStrictEqual(
        yield* Effect.all(
          ["success", "DatadogServerError", "DatadogTransportError", "DatadogProtocolError"].map(requests)
        ),
        [1, 1, 1, 1]
      )
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()), Effect.provide(inMemory())))

  it.effect("is one span with the site, the report, the status and the retries, ended with the body", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.all(Fault.slowBody({ bytes: 60, gap: "5 seconds" })))
      const startedAt = yield* Clock.currentTimeMillis
      yield* run(text(id).pipe(traced))
      assert.deepStrictEqual(spans.map(({ kind, name }) => [name, kind]), [[
        "SloReportClient.downloadReport",
        "client"
      ]])
      assert.deepInclude(Object.fromEntries(spans[0]!.attributes), {
        "datadog.site": "datadoghq.com",
        "slo.report.id": id,
        "http.response.status_code": 200,
        "retry.count": 0
      })
      const { status } = spans[0]!
      assert.strictEqual(status._tag, "Ended")
      if (status._tag === "Ended") assert.isAtLeast(Number(status.endTime / 1_000_000n) - startedAt, 5000)
    }).pipe(Effect.provide(inMemory())))
})

describe("a report that is not done", () => {
  it.effect("has no file", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport()
      assert.strictEqual(errorOf(yield* run(text(id), "1 second"))._tag, "DatadogBadRequest")
      assert.strictEqual((yield* sentTo("download")).length, 1)
    }).pipe(Effect.provide(inMemory())))
})
