import { FakeDatadog, Fault, ReportEndpoints, Slo } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import { ExportProgress, RetryPolicy } from "../src/index.ts"
import { errorOf, injectInto, sent, sentTo, short, valueOf } from "./utils/flow.ts"
import { exported, requestOf, rowsOf, runStepwise } from "./utils/table.ts"
import { inMemory, type Log, withLogs } from "./utils/wait.ts"

const now = TestClock.setTime(Date.UTC(2026, 0, 1))

const request = requestOf({ query: "slo_type:time_slice" })

const rows = Stream.runCollect(rowsOf(request))

const withSlos = (reportEndpoints = ReportEndpoints.open) =>
  inMemory({ retry: RetryPolicy.none }, { slos: Slo.standard, reportEndpoints })

const operations = Effect.map(sent, (all) => all.map(({ operation }) => operation))

describe("a table whose source is left open", () => {
  it.effect("is a report where Datadog takes the request for it", () =>
    Effect.gen(function*() {
      yield* now
      assert.strictEqual(valueOf(yield* runStepwise(rows)).length, 3)
      assert.deepStrictEqual((yield* sentTo("search")).length + (yield* sentTo("history")).length, 0)
    }).pipe(Effect.provide(withSlos())))

  for (const status of [403, 404, 405, 410, 501] as const) {
    it.effect(`is one of histories where the report endpoints answer ${status}, after one create call`, () =>
      Effect.gen(function*() {
        yield* now
        assert.strictEqual(valueOf(yield* runStepwise(rows)).length, 3)
        assert.deepStrictEqual(yield* operations, ["create", "search", "history", "history", "history"])
      }).pipe(Effect.provide(withSlos(ReportEndpoints.closed(status)))))
  }

  for (const status of [303, 400, 401, 408, 409, 411, 429, 500, 502, 503, 504, 505]) {
    it.effect(`fails, and asks for no history, where the create call answers ${status}`, () =>
      Effect.gen(function*() {
        yield* now
        yield* injectInto("create", Fault.status(status), Infinity)
        errorOf(yield* runStepwise(rows))
        assert.deepStrictEqual(yield* operations, ["create"])
      }).pipe(Effect.provide(withSlos())))
  }

  for (
    const [name, fault] of [["reset", Fault.reset], ["lost answer", Fault.lostAnswer], ["html", Fault.html()]] as const
  ) {
    it.effect(`fails, and asks for no history, where the create call meets a ${name}`, () =>
      Effect.gen(function*() {
        yield* now
        yield* injectInto("create", fault, Infinity)
        assert.strictEqual(errorOf(yield* runStepwise(rows))._tag, "CreateOutcomeUnknown")
        assert.deepStrictEqual(yield* operations, ["create"])
      }).pipe(Effect.provide(withSlos())))
  }

  it.effect("ends as DatadogForbidden after two requests where the keys are wrong", () =>
    Effect.gen(function*() {
      yield* now
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.status(403, { family: "edge" }), { times: Infinity })
      const error = errorOf(yield* runStepwise(rows))
      assert.strictEqual(error._tag, "DatadogForbidden")
      assert.deepStrictEqual(yield* operations, ["create", "search"])
    }).pipe(Effect.provide(inMemory({}, { slos: Slo.standard }))))

  it.effect("ends with the first error where both refuse, in the search or in the first history", () =>
    Effect.gen(function*() {
      yield* now
      yield* injectInto("history", Fault.status(403), Infinity)
      const error = errorOf(yield* runStepwise(rows))
      assert.deepInclude(error, { _tag: "DatadogUnexpectedStatus", status: 410 })
      assert.deepStrictEqual(yield* operations, ["create", "search", "history"])
      yield* injectInto("search", Fault.status(401), Infinity)
      assert.deepInclude(errorOf(yield* runStepwise(rows)), { _tag: "DatadogUnexpectedStatus", status: 410 })
    }).pipe(Effect.provide(withSlos(ReportEndpoints.closed(410)))))

  it.effect("ends with the second error where that is no refusal: Datadog is down", () =>
    Effect.gen(function*() {
      yield* now
      yield* injectInto("search", Fault.status(503), Infinity)
      assert.strictEqual(errorOf(yield* runStepwise(rows))._tag, "DatadogServerError")
    }).pipe(Effect.provide(withSlos(ReportEndpoints.closed(403)))))
})

describe("a table whose source is given", () => {
  it.effect("is a report and nothing else", () =>
    Effect.gen(function*() {
      yield* now
      const error = errorOf(yield* runStepwise(Stream.runCollect(rowsOf(request, { source: "report" }))))
      assert.strictEqual(error._tag, "DatadogForbidden")
      assert.deepStrictEqual(yield* operations, ["create"])
    }).pipe(Effect.provide(withSlos(ReportEndpoints.closed(403)))))

  it.effect("is one of histories, and no report is created", () =>
    Effect.gen(function*() {
      yield* now
      yield* runStepwise(Stream.runCollect(rowsOf(request, { source: "history" })))
      assert.deepStrictEqual(yield* sentTo("create"), [])
    }).pipe(Effect.provide(withSlos())))
})

describe("the progress of an export", () => {
  it.effect("says which source it became and why, what was found and how many rows are done", () =>
    Effect.gen(function*() {
      yield* now
      const { csv, progress } = valueOf(yield* runStepwise(exported(request)))
      const size = Buffer.byteLength(csv)
      const [chosen] = progress
      assert.strictEqual(chosen?._tag === "SourceChosen" ? chosen.refusal?._tag : chosen?._tag, "DatadogForbidden")
      assert.deepStrictEqual(progress.map(short).map((text) => text.replace(/^(RowDone \S+) .*/, "$1")), [
        "SourceChosen history closed",
        "SlosFound 3x12",
        "RowDone 1/3",
        "RowDone 2/3",
        "RowDone 3/3",
        `Done 0 errors ${size}`
      ])
      const last = progress.at(-2)
      assert.strictEqual(last?._tag === "RowDone" ? last.bytes : last?._tag, size)
    }).pipe(Effect.provide(withSlos(ReportEndpoints.closed(403)))))

  it.effect("says that a source was asked for", () =>
    Effect.gen(function*() {
      yield* now
      for (const source of ["history", "report"] as const) {
        const { progress } = valueOf(yield* runStepwise(exported(request, { source })))
        assert.deepStrictEqual(short(progress[0]!), `SourceChosen ${source} asked`)
      }
    }).pipe(Effect.provide(withSlos())))

  it.effect("tells once of an announced end, with what the headers say, and the client logs it once", () => {
    const logs: Array<Log> = []
    return Effect.gen(function*() {
      yield* now
      for (let exports = 0; exports < 2; exports++) {
        const { progress } = valueOf(yield* runStepwise(exported(request)))
        assert.deepStrictEqual(progress.filter(({ _tag }) => _tag === "EndAnnounced"), [
          new ExportProgress.EndAnnounced({
            endpoint: "POST /api/v2/slo/report",
            status: 200,
            deprecation: "@1784851200",
            sunset: "Sat, 31 Oct 2026 00:00:00 GMT"
          })
        ])
        assert.deepStrictEqual(progress.map(({ _tag }) => _tag).slice(0, 3), [
          "SourceChosen",
          "EndAnnounced",
          "Created"
        ])
      }
      assert.deepStrictEqual(logs.filter(([level]) => level === "Warn"), [[
        "Warn",
        "Datadog announces the end of POST /api/v2/slo/report; Deprecation: @1784851200; " +
        "Sunset: Sat, 31 Oct 2026 00:00:00 GMT"
      ]])
    }).pipe(
      withLogs(logs),
      Effect.provide(withSlos(ReportEndpoints.deprecated({ sunset: "Sat, 31 Oct 2026 00:00:00 GMT" })))
    )
  })

  it.effect("tells the first 100 characters of the headers of an announced end", () =>
    Effect.gen(function*() {
      yield* now
      yield* injectInto("create", Fault.headers({ deprecation: "@1784851200", sunset: "x".repeat(150) }))
      const { progress } = valueOf(yield* runStepwise(exported(request)))
      const announced = progress.find(({ _tag }) => _tag === "EndAnnounced")
      assert.deepInclude(announced, { deprecation: "@1784851200", sunset: "x".repeat(100) })
    }).pipe(withLogs([]), Effect.provide(withSlos())))

  it.effect("tells of a 410 without headers", () => {
    const logs: Array<Log> = []
    return Effect.gen(function*() {
      yield* now
      const { progress } = valueOf(yield* runStepwise(exported(request)))
      assert.deepStrictEqual(
        progress[1],
        new ExportProgress.EndAnnounced({ endpoint: "POST /api/v2/slo/report", status: 410 })
      )
      assert.deepStrictEqual(logs.filter(([level]) => level === "Warn"), [
        ["Warn", "Datadog announces the end of POST /api/v2/slo/report; it is gone (410)"]
      ])
    }).pipe(withLogs(logs), Effect.provide(withSlos(ReportEndpoints.closed(410))))
  })

  it.effect("tells nothing of an end where there is none, and logs nothing above debug", () => {
    const logs: Array<Log> = []
    return Effect.gen(function*() {
      yield* now
      for (const source of ["history", "report"] as const) {
        const { progress } = valueOf(yield* runStepwise(exported(request, { source })))
        assert.isFalse(progress.some(({ _tag }) => _tag === "EndAnnounced"))
      }
      assert.deepStrictEqual(logs.filter(([level]) => level !== "Debug"), [])
    }).pipe(withLogs(logs), Effect.provide(withSlos()))
  })
})
