import { SloReportCsv, SloReportRow, SloReportTable } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { Csv } from "../src/index.ts"
import { csvRecords } from "./utils/parsers.ts"
import { odd, OddRows, oddRows, OddText, row } from "./utils/report.ts"

describe("the CSV of rows", () => {
  it("is the report's own", () => {
    assert.strictEqual(Csv.fromRows(odd), SloReportCsv.fromRows(odd))
    assert.strictEqual(Csv.fromRows(odd, { spreadsheet: false }), SloReportCsv.fromRows(odd))
    assert.strictEqual(Csv.fromRows([]), "id,slo_type,name,target,export_error\n")
  })

  it.effect("is the same as a stream, a part a row", () =>
    Effect.gen(function*() {
      const rows = [row({ id: "a", cells: ["1", "2"], other: { team: "x" } }), row({ id: "b", cells: ["3", ""] })]
      for (const options of [undefined, { spreadsheet: true }]) {
        const parts = yield* Stream.runCollect(Csv.stream(Stream.fromIterable(rows), options))
        assert.strictEqual(parts.length, rows.length)
        assert.strictEqual(parts.join(""), Csv.fromRows(rows, options))
        const none = yield* Stream.runCollect(Csv.stream(Stream.empty, options))
        assert.strictEqual(none.join(""), Csv.fromRows([], options))
      }
    }))

  it.effect("doesn't wait for the last row to give the first", () =>
    Effect.gen(function*() {
      const rows = Stream.concat(Stream.make(row({ id: "a", cells: ["1"] })), Stream.never)
      const parts = yield* Stream.runCollect(Csv.stream(rows).pipe(Stream.take(1)))
      assert.deepStrictEqual(parts, ["id,slo_type,name,target,export_error,2024-01-01\na,metric,Checkout,,,1\n"])
    }))

  it.effect("fails where a later row has columns that the header has not, rather than lose them", () =>
    Effect.gen(function*() {
      const rows = [row({ id: "a", cells: ["1"] }), row({ id: "b", cells: ["1", "2"], other: { "te\nam": "x" } })]
      const parts: Array<string> = []
      const error = yield* Csv.stream(Stream.fromIterable(rows)).pipe(
        Stream.runForEach((part) => Effect.sync(() => parts.push(part))),
        Effect.flip
      )
      assert.deepStrictEqual(error, new Csv.ColumnsChanged({ id: "b", columns: ["2024-02-01", "te\nam"] }))
      assert.strictEqual(
        error.message,
        `the row of SLO "b" has columns that the rows before it have not: "2024-02-01", "te\\nam"`
      )
      assert.include(JSON.parse(JSON.stringify(error)), { _tag: "ColumnsChanged", message: error.message })
      assert.isAtMost(parts.length, 1)
    }))
})

describe("the CSV for a spreadsheet", () => {
  it("begins with a byte order mark", () => {
    assert.isTrue(Csv.fromRows([], { spreadsheet: true }).startsWith("\u{feff}id,"))
  })

  const formulas = ["=1+1", "+A1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "a\n=1", "a;=1", "a\t@b"]
  for (const text of formulas) {
    it(`has an apostrophe where ${JSON.stringify(text)} would be run, in any column`, () => {
      const one = row({
        id: text,
        sloType: text,
        name: text,
        exportError: text,
        cells: [text],
        other: { [text]: text }
      })
      const [header, record] = csvRecords(Csv.fromRows([one], { spreadsheet: true }).slice(1))
      for (const cell of [...header!, ...record!]) assert.notMatch(cell, /(?:^|[;\t\r\n])[=+\-@＝\t\r]/)
      const withoutApostrophes = record!.map((cell) => cell.replaceAll("'", ""))
      assert.deepStrictEqual(withoutApostrophes, [text, text, text, "", text, text, text])
    })
  }

  it("leaves numbers as numbers", () => {
    const csv = Csv.fromRows([row({ target: -1, cells: ["-5", "+99.9"] })], { spreadsheet: true })
    assert.isTrue(csv.endsWith("a,metric,Checkout,-1,,-5,+99.9\n"))
  })

  it("is read as a report again", () => {
    const [header, ...records] = csvRecords(Csv.fromRows(odd, { spreadsheet: true }))
    const table = Result.getOrThrow(SloReportTable.fromHeader(header!))
    const rows = records.map((record) => Result.getOrThrow(SloReportTable.toRow(table, record, 2)))
    assert.deepStrictEqual(rows.map(({ cells }) => cells), odd.map(({ cells }) => cells))
    assert.strictEqual(rows[7]!.name, "'" + odd[7]!.name)
  })
})

describe("of any names", () => {
  it.prop("a CSV reader reads what was written", { rows: OddRows, team: OddText }, ({ rows, team }) => {
    const made = oddRows(rows).map((one) => new SloReportRow.SloReportRow({ ...one, other: { team: team.join("") } }))
    const [, ...records] = csvRecords(Csv.fromRows(made))
    assert.deepStrictEqual(
      records.map(([id, type, name, , error]) => [id, type, name, error]),
      made.map(({ exportError = "", id, name, sloType }) => [id, sloType, name, exportError])
    )
    const harmless = csvRecords(Csv.fromRows(made, { spreadsheet: true }).slice(1))
    for (const [id, type, name, , error] of harmless) {
      for (const cell of [id, type, name, error]) assert.notMatch(cell!, /(?:^|[;\n\r\t])[=+\-@＝＋－＠\t\r]/)
    }
  }, { arbitrary: { runs: 200 } })
})
