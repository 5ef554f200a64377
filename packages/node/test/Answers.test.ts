import { SloReport } from "@effect-datadog/slo-report"
import { Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Stream } from "effect"
import { gzipSync } from "node:zlib"
import { PollPolicy, SloReportClient } from "../src/index.ts"
import { assertTag, call, callError, inject, reportId, requests } from "./utils/client.ts"
import { add, create, download, errorOf, injectInto, rows, run, smallCsv, text } from "./utils/flow.ts"
import { apiKey, applicationKey, findCanary, makeWatch, print, printWatch, watching } from "./utils/secrets.ts"
import { keyPair, withCanaries } from "./utils/echoes.ts"
import { inMemory } from "./utils/wait.ts"

const answer = (data: object) =>
  JSON.stringify({ data: { id: reportId, attributes: { status: "completed" }, ...data } })

describe("an answer about another report", () => {
  for (const id of ["other", `${reportId}0`, reportId.slice(1), "", null, 5]) {
    it.effect(`is no answer: ${JSON.stringify(id)}`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.body(answer({ id })), Infinity)
        const error = yield* callError()
        assertTag(error, "DatadogProtocolError")
        assert.strictEqual((yield* requests).length, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is told with both ids", () =>
    Effect.gen(function*() {
      yield* inject(Fault.body(answer({ id: "other" })))
      const { message } = yield* callError()
      assert.include(message, `Expected the status of report ${reportId}, got that of other`)
    }).pipe(Effect.provide(inMemory())))

  it.effect("does not end a wait as if it were ours", () =>
    Effect.gen(function*() {
      yield* inject(Fault.body(answer({ id: "other" })), Infinity)
      const wait = SloReportClient.SloReportClient.use((client) => client.awaitReport(reportId))
      assert.strictEqual(errorOf(yield* run(wait))._tag, "DatadogProtocolError")
    }).pipe(Effect.provide(inMemory())))

  for (const id of [reportId.toUpperCase(), reportId]) {
    it.effect(`is none where only its letters' case differs: ${id}`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.body(answer({ id })))
        assert.isTrue(Exit.isSuccess((yield* call()).exit))
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is none where an id of digits comes as a number", () =>
    Effect.gen(function*() {
      yield* inject(Fault.body(answer({ id: 42 })))
      assert.isTrue(Exit.isSuccess((yield* call("42")).exit))
    }).pipe(Effect.provide(inMemory())))
})

describe("a part of a file is never the file", () => {
  const parts: Readonly<Record<string, Fault.Fault>> = {
    "a 206": Fault.body(smallCsv, { status: 206, headers: { "Content-Range": "bytes 0-99/5000" } }),
    "a 206 that doesn't say which part": Fault.body(smallCsv, { status: 206 }),
    "a 206 in gzip": Fault.body(gzipSync(smallCsv), { status: 206, headers: { "Content-Encoding": "gzip" } }),
    "a 200 with a range": Fault.body(smallCsv, { headers: { "Content-Range": "bytes 0-99/5000" } })
  }
  for (const [name, fault] of Object.entries(parts)) {
    it.effect(`such as ${name}`, () =>
      Effect.gen(function*() {
        const id = yield* add()
        yield* injectInto("download", fault, Infinity)
        for (const read of [Stream.runDrain(download(id)), Stream.runDrain(rows(id))]) {
          const error = errorOf(yield* run(read))
          assert.strictEqual(error._tag, "DatadogProtocolError")
          assert.include(error.message, "a part of it")
        }
      }).pipe(Effect.provide(inMemory())))
  }
})

describe("a hint is held against the answer's own clock and period", () => {
  // The fake's clock stands at 1970 in these tests.
  const at = (seconds: number) => new Date(seconds * 1000).toUTCString()

  const hints: ReadonlyArray<readonly [what: string, headers: Record<string, string>, seconds: number]> = [
    ["a Retry-After an hour ahead of our clock", { Date: at(3600), "Retry-After": at(3605) }, 5],
    ["a reset beyond its period", { "X-RateLimit-Reset": "3600", "X-RateLimit-Period": "10" }, 10],
    [
      "an epoch reset of a clock that is ahead",
      { "X-RateLimit-Reset": "1800000000", "X-RateLimit-Period": "10" },
      10
    ]
  ]
  for (const [what, headers, seconds] of hints) {
    it.effect(`such as ${what}`, () =>
      Effect.gen(function*() {
        const id = yield* add({ id: reportId })
        yield* inject(Fault.status(429, { headers }))
        const { exit, took } = yield* call(id)
        assert.isTrue(Exit.isSuccess(exit))
        assert.isAtLeast(took, seconds * 1000)
        assert.isAtMost(took, seconds * 1100)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("and the error carries what it then is", () =>
    Effect.gen(function*() {
      const headers = { Date: at(3600), "Retry-After": at(3600 + 600) }
      yield* inject(Fault.status(429, { headers }), Infinity)
      const error = yield* callError()
      assertTag(error, "DatadogTooManyRequests")
      assert.strictEqual(Duration.toMillis(error.retryAfter!), 600_000)
    }).pipe(Effect.provide(inMemory())))
})

describe("an answer that is only dressed otherwise is read", () => {
  const status = answer({ type: "report_id" })
  const created = JSON.stringify({ data: { id: "new-report", type: "report_id" } })

  const dresses: Readonly<Record<string, (body: string) => Fault.Fault>> = {
    "in gzip": (body) => Fault.body(gzipSync(body), { headers: { "Content-Encoding": "gzip" } }),
    "in gzip that nobody mentions": (body) => Fault.body(gzipSync(body)),
    "in gzip of unknown length": (body) => Fault.body(Stream.succeed(gzipSync(body))),
    "in gzip by another name": (body) => Fault.body(gzipSync(body), { headers: { "content-ENCODING": "X-GZIP" } }),
    "plain, though it says gzip": (body) => Fault.body(body, { headers: { "Content-Encoding": "gzip" } }),
    "after a byte order mark": (body) => Fault.body(`\ufeff${body}`),
    "after white space": (body) => Fault.body(`\r\n\t ${body}\n`),
    "as text/html": (body) => Fault.body(body, { contentType: "text/html; charset=iso-8859-1" }),
    "as no type": (body) => Fault.body(body, { contentType: "" }),
    "with 201": (body) => Fault.body(body, { status: 201 }),
    "with 206": (body) => Fault.body(body, { status: 206 }),
    "with members of tomorrow": (body) =>
      Fault.body(body.replace("{\"data\":{", "{\"meta\":{},\"data\":{\"new\":[1],")),
    "with a type of null": (body) => Fault.body(body.replace("\"report_id\"", "null")),
    "with a type of tomorrow": (body) => Fault.body(body.replace("report_id", "slo_report"))
  }
  for (const [name, dress] of Object.entries(dresses)) {
    it.effect(`${name}, of a status and of a create call`, () =>
      Effect.gen(function*() {
        yield* injectInto("status", dress(status))
        const { exit } = yield* call()
        assert.isTrue(Exit.isSuccess(exit), print(exit))
        yield* injectInto("create", dress(created))
        assert.strictEqual(yield* create(), "new-report")
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("in gzip, of a file and of an error", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.gzip)
      assert.strictEqual(yield* text(id), smallCsv)
      const forbidden = gzipSync(JSON.stringify({ errors: ["Forbidden by policy"] }))
      for (const headers of [{ "Content-Encoding": "gzip" }, {}]) {
        yield* injectInto("status", Fault.body(forbidden, { status: 403, headers }))
        assert.include((yield* callError()).message, "Forbidden by policy")
      }
    }).pipe(Effect.provide(inMemory())))
})

describe("a compressed answer that can't be read says why", () => {
  const issueOf = Effect.fnUntraced(function*(fault: Fault.Fault) {
    yield* inject(fault)
    const error = yield* callError()
    assertTag(error, "DatadogProtocolError")
    return error.issue
  })

  it.effect("damaged, cut, too long, or of another encoding", () =>
    Effect.gen(function*() {
      const bytes = gzipSync(answer({ attributes: { status: "completed", more: "x".repeat(500) } }))
      assert.include(yield* issueOf(Fault.body(Buffer.from(bytes).fill(0xff, 10, 40))), "damaged")
      assert.include(yield* issueOf(Fault.body(bytes.subarray(0, -20))), "JSON")
      assert.include(yield* issueOf(Fault.body(gzipSync(answer({ more: "x".repeat(70_000) })))), "at most 65536 bytes")
      assert.include(yield* issueOf(Fault.body(gzipSync(Buffer.alloc(50_000_000)))), "at most 65536 bytes")
      const other = Fault.body(Buffer.of(0x8b, 0xff, 0x80), { headers: { "Content-Encoding": "br" } })
      assert.include(yield* issueOf(other), "encoded as br")
    }).pipe(Effect.provide(inMemory())))
})

describe("a secret that a server echoes in a status", () => {
  const echo = `bad key ${apiKey}, ${applicationKey}`

  const escaped = (body: string) =>
    body.replaceAll(apiKey, [...apiKey].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join(""))

  const bodies: Readonly<Record<string, string>> = {
    "as it is": answer({ attributes: { status: echo } }),
    "spelled in escapes": escaped(answer({ attributes: { status: echo } })),
    "at the end of what is kept": answer({ attributes: { status: `${"x".repeat(85)}${apiKey}` } }),
    "in gzip": answer({ attributes: { status: echo } })
  }
  for (const [name, body] of Object.entries(bodies)) {
    it.effect(`is in no value, log or span: ${name}`, () =>
      Effect.gen(function*() {
        yield* injectInto("status", Fault.body(name === "in gzip" ? gzipSync(body) : body), Infinity)
        const watch = makeWatch()
        const client = yield* SloReportClient.SloReportClient
        const { exit } = yield* run(
          client.waitForReport(reportId, { poll: PollPolicy.fixed("1 second"), deadline: "5 seconds" }).pipe(
            Stream.tap((report) => Effect.logInfo(report)),
            Stream.runCollect,
            watching(watch)
          )
        )
        assert.isUndefined(findCanary(print(exit)))
        assert.isUndefined(findCanary(printWatch(watch)))
        const report = yield* client.getReportStatus(reportId)
        assert.strictEqual(report.status, "unknown")
        assert.include(report.rawStatus, "<redacted>")
      }).pipe(Effect.provide(withCanaries(keyPair))))
  }

  it.effect("keeps a status that is one of Datadog's as it is", () =>
    Effect.gen(function*() {
      yield* inject(Fault.body(answer({ meta: echo })))
      const { exit } = yield* call()
      assert.deepStrictEqual(exit, Exit.succeed(SloReport.fromStatus(SloReport.ReportId.make(reportId), "completed")))
    }).pipe(Effect.provide(withCanaries(keyPair))))
})
