import { DatadogError } from "@effect-datadog/slo-report"
import { Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import { RetryPolicy, SloReportClient } from "../src/index.ts"
import { inFlight, reportId } from "./utils/client.ts"
import { bytesOf, errorOf, exportingTo, injectInto, rows, run, sentTo, smallCsv, text, valueOf } from "./utils/flow.ts"
import { credentials, failureOf, inMemory, site } from "./utils/wait.ts"

const once = { retry: RetryPolicy.none }
const header = "id,slo_type,name,target,export_error"

const notReports: Readonly<Record<string, string | Uint8Array>> = {
  "a list of errors": "[{\"errors\":[\"try later\"]}]",
  "an empty list": "[]",
  "null": "null",
  "a text in JSON": "\"Report is being generated\"",
  "a proxy's sentence": "upstream request timeout",
  "a sentence on lines": "\n\nService Unavailable\nPlease try again later, or call us\n",
  "a PDF": "%PDF-1.4\n%âãÏÓ\n1 0 obj\n",
  "a picture": Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13),
  "bytes that are zero": new Uint8Array(100),
  "a ZIP file": "PK\u0003\u0004\u0014",
  "a script": "id=1; slo_type=2; name=3\n",
  "a CSV file of something else": "id,name,target,created\n1,a,99,2024-01-01\n",
  "a CSV file whose second line is a report's header": `sep=,\n${header}\n`,
  "a report's rows without their header": smallCsv.slice(smallCsv.indexOf("\n") + 1),
  "a report that is separated by semicolons": smallCsv.replaceAll(",", ";"),
  "a report that is separated by tabs": smallCsv.replaceAll(",", "\t"),
  "a report in UTF-16": Uint8Array.from(Buffer.from(`\ufeff${smallCsv}`, "utf16le")),
  "the names in another case": smallCsv.toUpperCase(),
  "a name of the columns in each cell": "my id,slo_type of it,name?,target %,export_errors\n",
  "one line without an end": "x".repeat(200_000)
}

describe("a 2xx answer whose first line is no report's header", () => {
  for (const [name, body] of Object.entries(notReports)) {
    it.effect(`is a DatadogProtocolError, asked for once, with what was expected and what came: ${name}`, () =>
      Effect.gen(function*() {
        yield* injectInto("download", Fault.body(body, { contentType: "text/csv" }), Infinity)
        const error = errorOf(yield* run(text(reportId)))
        assert.instanceOf(error, DatadogError.DatadogProtocolError)
        assert.strictEqual(
          error.issue,
          "Expected a table in CSV, got a first line that is not a report's header " +
            "(id,slo_type,name,target,export_error,…)"
        )
        const came = typeof body === "string" ? body : new TextDecoder().decode(body)
        assert.strictEqual(error.excerpt, came.slice(0, 200))
        assert.strictEqual((yield* sentTo("download")).length, 1)
        assert.strictEqual(yield* inFlight, 0)
      }).pipe(Effect.provide(inMemory())))
  }

  it.live("is one in a compressed body too", () =>
    Effect.gen(function*() {
      for (const body of Object.values(notReports)) {
        yield* injectInto("download", Fault.body(new Uint8Array(gzipSync(body))))
        assert.strictEqual(failureOf(yield* Effect.exit(text(reportId)))._tag, "DatadogProtocolError")
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("is one for rows too", () =>
    Effect.gen(function*() {
      for (const body of Object.values(notReports)) {
        yield* injectInto("download", Fault.body(body))
        assert.strictEqual(errorOf(yield* run(Stream.runDrain(rows(reportId))))._tag, "DatadogProtocolError")
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("is read only up to a bound", () =>
    Effect.gen(function*() {
      let made = 0
      const endless = Stream.iterate(0, (n) => made = n + 1).pipe(
        Stream.rechunk(1),
        Stream.map(() => bytesOf("id ".repeat(1000)))
      )
      yield* injectInto("download", Fault.body(endless))
      assert.strictEqual(errorOf(yield* run(text(reportId)))._tag, "DatadogProtocolError")
      assert.isAtMost(made, 30)
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is a DatadogProtocolError where it is a part of a file, however it begins", () =>
    Effect.gen(function*() {
      for (const body of [smallCsv, smallCsv.slice(0, 30), "a1,metric"]) {
        yield* injectInto("download", Fault.body(body, { status: 206 }))
        const error = errorOf(yield* run(text(reportId)))
        assert.deepInclude(error, {
          _tag: "DatadogProtocolError",
          status: 206,
          issue: "Expected the whole file, got a part of it"
        })
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("leaves yesterday's file as it was", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "slo-report-"))),
        (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
      )
      const path = Path.join(folder, "report.csv")
      Fs.writeFileSync(path, "yesterday's")
      for (const [name, body] of [...Object.entries(notReports), ["a cut table", smallCsv.slice(0, -2)] as const]) {
        const stream = Stream.succeed(typeof body === "string" ? bytesOf(body) : body)
        yield* injectInto("download", Fault.body(stream))
        const error = yield* Effect.flip(Stream.runDrain(exportingTo(path)))
        assert.include(["DatadogProtocolError", "DatadogTransportError"], error._tag, name)
        assert.strictEqual(Fs.readFileSync(path, "utf8"), "yesterday's")
        assert.deepStrictEqual(Fs.readdirSync(folder), ["report.csv"])
      }
    }).pipe(Effect.provide(
      Layer.merge(inMemory(once, { report: { timeline: Timeline.always("completed") } }), NodeFileSystem.layer)
    )))
})

const days = Array.from({ length: 20_000 }, (_, day) => new Date(day * 86_400_000).toISOString().slice(0, 10))

const reports: Readonly<Record<string, string>> = {
  "a header alone": `${header},2024-01-01\n`,
  "a header alone, without a line break": `${header},2024-01-01`,
  "a header without an interval": `${header}\r\n`,
  "a header of 20,000 days, 220 kB": `${header},${days.join(",")}\n`,
  "quoted names": `"id","slo_type","name","target","export_error","2024-01-01"\n"a","metric","b","99","","98"\n`,
  "a byte order mark and quoted names": `\ufeff"id","slo_type","name","target","export_error"\n`,
  "blank lines before the header": `\r\n\n \n${smallCsv}`,
  "another order, and a column that is new": "team,2024-01-01,export_error,target,name,slo_type,id\n",
  "a column that has got another name": "id,slo_type,name,target,error,2024-01-01\n",
  "lines that end in CR": smallCsv.replaceAll("\n", "\r")
}

describe("a file with a report's header", () => {
  for (const [name, file] of Object.entries(reports)) {
    it.effect(`is told as it is, whole or in parts: ${name}`, () =>
      Effect.gen(function*() {
        for (const bytes of [10_000, Math.ceil(file.length / 50)]) {
          const headers = { "Content-Length": String(bytesOf(file).length) }
          yield* injectInto(
            "download",
            Fault.all(
              Fault.slowBody({ bytes, gap: 0 }),
              Fault.body(file, { headers })
            )
          )
          assert.strictEqual(valueOf(yield* run(text(reportId))), file)
        }
      }).pipe(Effect.provide(inMemory(once))))
  }

  it.effect("waits for its header no longer than for any other part", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.all(Fault.stall(20), Fault.body(smallCsv)))
      const ended = yield* run(text(reportId))
      assert.deepInclude(errorOf(ended), { _tag: "DatadogTransportError", reason: "timeout" })
      assert.strictEqual(ended.took, 30_000)
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory(once))))
})

// A transport that takes every body for whole, with or without its length.
const answering = (body: Uint8Array, headers: Readonly<Record<string, string>> = {}) => {
  const http = HttpClient.make((request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(new Uint8Array(body), { headers })))
  )
  return SloReportClient.layer({ site, credentials, ...once }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, http))
  )
}

describe("a table that ends within a line", () => {
  const whole = bytesOf(smallCsv)
  const lineBreak = 0x0a

  for (const [name, encode] of Object.entries({ "as it is": (bytes: Uint8Array) => bytes, "compressed": gzipSync })) {
    it.live(`is an error at every byte where nothing else tells its end: ${name}`, () =>
      Effect.gen(function*() {
        for (let length = 1; length < whole.length; length++) {
          const part = whole.slice(0, length)
          const exit = yield* Effect.exit(Effect.provide(text(reportId), answering(encode(part))))
          if (part.at(-1) === lineBreak) continue
          const { _tag } = failureOf(exit)
          const tags = ["DatadogTransportError", ...length < header.length ? ["DatadogProtocolError"] : []]
          assert.include(tags, _tag, `${length} bytes`)
        }
        assert.strictEqual(yield* Effect.provide(text(reportId), answering(encode(whole))), smallCsv)
      }))
  }

  it.live("gives the rows before it, and then the error, never a row of it", () =>
    Effect.gen(function*() {
      const names: Array<string> = []
      const cut = bytesOf(smallCsv.replace("94.2\n", "94"))
      const error = yield* Stream.runForEach(rows(reportId), ({ name }) => Effect.sync(() => names.push(name))).pipe(
        Effect.flip,
        Effect.provide(answering(cut))
      )
      assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" })
      assert.deepStrictEqual(names, ["Checkout, \"p99\"", "Überprüfung 検索 🚀"])
    }))

  it.live("is whole where its length says so", () =>
    Effect.gen(function*() {
      const part = bytesOf(smallCsv.trimEnd())
      const headers = { "Content-Length": String(part.length) }
      assert.strictEqual(yield* Effect.provide(text(reportId), answering(part, headers)), smallCsv.trimEnd())
    }))
})
