import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, Schema } from "effect"
import { SloReport } from "../src/index.ts"

const uuid = "6a25239c-6640-11ef-943f-83644ac57ee3"

describe("ReportId", () => {
  const accepted = [
    uuid,
    "invalid-report-id",
    "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3",
    "a",
    "0",
    "A_b.c~d",
    "..a",
    "x".repeat(255)
  ]
  for (const id of accepted) {
    it.effect(`${name(id)} is accepted as it is`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* decodeId(id), id)
        assert.strictEqual(yield* Schema.encodeEffect(SloReport.ReportId)(yield* decodeId(id)), id)
      }))
  }

  const refused = [
    "",
    ".",
    "..",
    "a/b",
    "/",
    "../status",
    "a%2fb",
    "a%2Fb",
    "%2e%2e",
    "%",
    "a\\b",
    "a?b",
    "a#b",
    "a\nb",
    "a\rb",
    "abc\n",
    "\tabc",
    " ",
    "a b",
    " abc",
    "abc ",
    "a\u{0}b",
    "a\u{7}b",
    "a\u{1b}b",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{a0}b",
    "a\u{2028}b",
    "a\u{3000}b",
    "\u{feff}a",
    "a\u{d800}b",
    "x".repeat(10_000)
  ]
  for (const id of refused) {
    it.effect(`${name(id)} is refused`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* Effect.flip(decodeId(id)))._tag, "SchemaError")
        assert.throws(() => SloReport.ReportId.make(id))
      }))
  }

  for (const id of [undefined, null, 1, {}, [uuid], { toString: () => uuid }]) {
    it.effect(`a value that is no string is refused: ${JSON.stringify(id)}`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* Effect.flip(decodeId(id)))._tag, "SchemaError")
      }))
  }

  it.prop("every id is one safe path segment", { id: SloReport.ReportId }, ({ id }) => {
    assert.notMatch(id, /[\s/\\?#%\p{Cc}]|^\.{0,2}$/u)
    assert.strictEqual(decodeURIComponent(encodeURIComponent(id)), id)
  })

  it.prop("any string is an id or is refused", { text: Schema.String }, ({ text }) => {
    const unsafe = /[\s/\\?#%\p{Cc}]|^\.{0,2}$/u.test(text)
    if (unsafe) assert.isFalse(Schema.is(SloReport.ReportId)(text))
  }, { arbitrary: { runs: 1000 } })
})

describe("ReportStatus", () => {
  it("is the four documented statuses and unknown", () => {
    assert.sameMembers([...SloReport.ReportStatus.literals], [
      "in_progress",
      "completed",
      "completed_with_errors",
      "failed",
      "unknown"
    ])
  })
})

describe("SloReport", () => {
  const terminal = {
    in_progress: false,
    completed: true,
    completed_with_errors: true,
    failed: true
  }
  for (const [status, isTerminal] of Object.entries(terminal)) {
    it.effect(`${status} is decoded, is ${isTerminal ? "" : "not "}terminal, and is encoded back`, () =>
      Effect.gen(function*() {
        const report = yield* decodeReport(wire({ status }))
        assert.instanceOf(report, SloReport.SloReport)
        assert.strictEqual(report.id, uuid)
        assert.strictEqual(report.status, status)
        assert.strictEqual(report.rawStatus, status)
        assert.strictEqual(SloReport.isTerminal(report), isTerminal)
        const encoded: unknown = yield* Schema.encodeEffect(SloReport.SloReportStatusResponse)(report)
        assert.deepStrictEqual(encoded, wire({ status }))
        assert.deepStrictEqual(SloReport.fromStatus(report.id, status), report)
      }))
  }

  const unlisted = [
    "queued",
    "cancelled",
    "unknown",
    "IN_PROGRESS",
    "Completed",
    "completed ",
    " failed",
    "completed_with_warnings",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "0"
  ]
  for (const status of unlisted) {
    it.effect(`the unlisted status ${JSON.stringify(status)} is unknown, keeps its text, and is encoded back`, () =>
      Effect.gen(function*() {
        const report = yield* decodeReport(wire({ status }))
        assert.strictEqual(report.status, "unknown")
        assert.strictEqual(report.rawStatus, status)
        assert.isFalse(SloReport.isTerminal(report))
        const encoded = yield* Schema.encodeEffect(SloReport.SloReportStatusResponse)(report)
        assert.strictEqual(encoded.data.attributes.status, status)
        assert.deepStrictEqual(yield* decodeReport(encoded), report)
        assert.deepStrictEqual(SloReport.fromStatus(report.id, status), report)
      }))
  }

  it.prop("every text is a status and is kept", {
    id: SloReport.ReportId,
    text: Schema.Union([Schema.String, SloReport.ReportStatus])
  }, ({ id, text }) => {
    const report = SloReport.fromStatus(id, text)
    assert.strictEqual(report.id, id)
    assert.strictEqual(report.rawStatus, text)
    assert.strictEqual(report.status, Object.hasOwn(terminal, text) ? text : "unknown")
  })
})

describe("SloReportStatusResponse", () => {
  it.effect("the recorded answer of a report in progress decodes", () =>
    Effect.gen(function*() {
      const recorded =
        `{"data":{"id":"6a25239c-6640-11ef-943f-83644ac57ee3","type":"report_id","attributes":{"status":` +
        `"in_progress"}}}`
      const report = yield* decodeReport(JSON.parse(recorded))
      assert.deepStrictEqual(
        report,
        new SloReport.SloReport({ id: SloReport.ReportId.make(uuid), status: "in_progress", rawStatus: "in_progress" })
      )
    }))

  it.effect("the type may be absent", () =>
    Effect.gen(function*() {
      const report = yield* decodeReport({ data: { id: uuid, attributes: { status: "completed" } } })
      assert.strictEqual(report.status, "completed")
    }))

  it.effect("members that are added tomorrow are ignored", () =>
    Effect.gen(function*() {
      const report = yield* decodeReport({
        data: {
          id: uuid,
          type: "report_id",
          attributes: { status: "completed", progress: 100 },
          links: { self: "/x" },
          relationships: null
        },
        meta: { a: 1 },
        included: []
      })
      assert.strictEqual(report.status, "completed")
    }))

  for (const type of [null, "", "slo_report", 7, {}, []]) {
    it.effect(`does not care for a type of ${JSON.stringify(type)}`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* decodeReport(wire({ type }))).status, "completed")
      }))
  }

  it.effect("takes an id that is a whole number for its digits", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* decodeReport(wire({ id: 7 }))).id, "7")
    }))

  it.effect("keeps 100 characters of a status", () =>
    Effect.gen(function*() {
      const status = "x".repeat(50_000)
      const report = yield* decodeReport(wire({ status }))
      assert.deepStrictEqual([report.status, report.rawStatus], ["unknown", "x".repeat(100)])
      assert.isTrue(Equal.equals(SloReport.fromStatus(SloReport.ReportId.make(uuid), status), report))
      assert.throws(() => new SloReport.SloReport({ ...report, rawStatus: "x".repeat(101) }))
    }))

  const wrong: ReadonlyArray<readonly [name: string, body: unknown]> = [
    ["undefined", undefined],
    ["null", null],
    ["{}", {}],
    ["[]", []],
    ["a number", 3],
    ["a boolean", true],
    ["a string", "completed"],
    ["an HTML page", "<!DOCTYPE html><html></html>"],
    ["a JSON text", JSON.stringify(wire({}))],
    ["the answer in an array", [wire({})]],
    ["data that is null", { data: null }],
    ["data that is an array", { data: [wire({}).data] }],
    ["data that is empty", { data: {} }],
    ["data that is a string", { data: uuid }],
    ["an absent id", { data: { type: "report_id", attributes: { status: "completed" } } }],
    ["an id that is null", wire({ id: null })],
    ["an id that is a number with a fraction", wire({ id: 7.5 })],
    ["an id that is a number too large to be exact", wire({ id: 2 ** 53 })],
    ["an id that is a boolean", wire({ id: true })],
    ["an id that is empty", wire({ id: "" })],
    ["an id that is no path segment", wire({ id: "../x" })],
    ["absent attributes", { data: { id: uuid, type: "report_id" } }],
    ["attributes that are null", { data: { id: uuid, type: "report_id", attributes: null } }],
    ["attributes that are an array", { data: { id: uuid, type: "report_id", attributes: ["completed"] } }],
    ["an absent status", { data: { id: uuid, type: "report_id", attributes: {} } }],
    ["a status that is null", wire({ status: null })],
    ["a status that is a number", wire({ status: 1 })],
    ["a status that is a boolean", wire({ status: true })],
    ["a status that is an object", wire({ status: { value: "completed" } })],
    ["a status that is an array", wire({ status: ["completed"] })],
    ["an error body", { errors: ["Forbidden"] }]
  ]
  for (const [name, body] of wrong) {
    it.effect(`${name} is refused`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* Effect.flip(decodeReport(body)))._tag, "SchemaError")
      }))
  }
})

function wire(overrides: { readonly id?: unknown; readonly type?: unknown; readonly status?: unknown }) {
  const { id = uuid, status = "completed", type = "report_id" } = overrides
  return { data: { id, type, attributes: { status } } }
}

function name(id: string): string {
  return id.length > 100 ? `an id of ${id.length} characters` : JSON.stringify(id)
}

function decodeId(id: unknown) {
  return Schema.decodeUnknownEffect(SloReport.ReportId)(id)
}

function decodeReport(body: unknown) {
  return Schema.decodeUnknownEffect(SloReport.SloReportStatusResponse)(body)
}
