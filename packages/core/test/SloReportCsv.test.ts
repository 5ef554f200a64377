import { assert, describe, it } from "@effect/vitest"
import { Effect, pipe, Result, Schema, Stream } from "effect"
import { Csv } from "effect/encoding"
import { isOtherNumber } from "../src/internal/cellText.ts"
import { IntervalCell, SloReportCsv, SloReportRow, SloReportTable } from "../src/index.ts"

const starts = ["2023-08-01", "2023-09-01"]

describe("the file of some rows", () => {
  it("without rows and with the recorded intervals is the recorded file", () => {
    const recorded = ["2023-08-01", "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01", "2024-01-01"]
    assert.strictEqual(
      SloReportCsv.header(SloReportTable.fromIntervals(recorded)),
      "id,slo_type,name,target,export_error,2023-08-01,2023-09-01,2023-10-01,2023-11-01,2023-12-01,2024-01-01\n"
    )
    assert.strictEqual(SloReportCsv.fromRows([]), "id,slo_type,name,target,export_error\n")
  })

  it("has a line for each, with the cells as Datadog wrote them", () => {
    const rows = [
      row({ id: "a", target: 99.9, cells: ["99.90", " 100 %"] }),
      row({ id: "b", exportError: "timed out", cells: ["", ""] })
    ]
    assert.strictEqual(
      SloReportCsv.fromRows(rows),
      "id,slo_type,name,target,export_error,2023-08-01,2023-09-01\n" +
        "a,metric,Checkout,99.9,,99.90, 100 %\n" +
        "b,metric,Checkout,,timed out,,\n"
    )
  })

  const quoted: ReadonlyArray<readonly [text: string, cell: string]> = [
    [`p99, "slow"`, `"p99, ""slow"""`],
    ["two\nlines", `"two\nlines"`],
    ["two\r\nlines", `"two\r\nlines"`],
    ["a\rb", `"a\rb"`],
    [`"`, `""""`],
    [" spaces ", " spaces "],
    ["=HYPERLINK(1)", "=HYPERLINK(1)"],
    ["Überprüfung 🚀;\t", "Überprüfung 🚀;\t"]
  ]
  for (const [text, cell] of quoted) {
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(cell)}, in any column`, () => {
      const line = SloReportCsv.record(
        SloReportTable.fromIntervals(starts, ["team"]),
        row({ id: text, sloType: text, name: text, exportError: text, cells: [text, text], other: { team: text } })
      )
      assert.strictEqual(line, `${cell},${cell},${cell},,${cell},${cell},${cell},${cell}\n`)
    })
  }

  it("has the columns of all rows: intervals in the order of time, then the others", () => {
    const late = row({ id: "a", cells: ["1"], other: { team: "x" } }, ["2023-09-01"])
    const early = row({ id: "b", cells: ["2"], other: { env: "y", team: "z" } }, ["2023-08-01"])
    assert.strictEqual(
      SloReportCsv.fromRows([late, early]),
      "id,slo_type,name,target,export_error,2023-08-01,2023-09-01,team,env\n" +
        "a,metric,Checkout,,,,1,x,\n" +
        "b,metric,Checkout,,,2,,z,y\n"
    )
  })

  it("quotes a column's name too", () => {
    const csv = SloReportCsv.fromRows([row({ id: "a", cells: [], other: { "x,y": "1" } }, [])])
    assert.strictEqual(csv, `id,slo_type,name,target,export_error,"x,y"\na,metric,Checkout,,,1\n`)
  })

  it("leaves empty what looks like a column and is none", () => {
    const table = SloReportTable.fromIntervals([], ["toString", "__proto__"])
    assert.strictEqual(SloReportCsv.record(table, row({ id: "a", cells: [] }, [])), "a,metric,Checkout,,,,\n")
  })
})

describe("the line of a row", () => {
  it("has the columns where the table has them, and leaves out what it has no column for", () => {
    const header = ["2023-09-01", "team", "export_error", "name", "2023-08-01", "target", "slo_type", "id"]
    const table = Result.getOrThrow(SloReportTable.fromHeader(header))
    const one = row({ id: "a", target: 95, cells: ["1", "2", "3"], other: { team: "x", env: "y" } }, [
      ...starts,
      "2023-10-01"
    ])
    assert.strictEqual(SloReportCsv.header(table), `${header.join()}\n`)
    assert.strictEqual(SloReportCsv.record(table, one), "2,x,,Checkout,1,95,metric,a\n")
    assert.strictEqual(pipe(table, SloReportCsv.record(one)), "2,x,,Checkout,1,95,metric,a\n")
  })
})

describe("reading what was written gives the same rows", () => {
  const Text = Schema.Union([Schema.String, Schema.Literals([`"`, ",", "\n", "\r", "\r\n", `",\n"`, "\u{feff}", " "])])

  it.prop("of any table", {
    months: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 }))),
    others: Schema.Array(Text),
    rows: Schema.Array(Schema.Struct({
      texts: Schema.Tuple([Text, Text, Text]),
      target: Schema.optionalKey(Schema.Finite),
      exportError: Schema.optionalKey(Text),
      // A number in another form is refused when it is read.
      raws: Schema.Array(Text.check(Schema.makeFilter((raw) => !isOtherNumber(raw))))
    }))
  }, ({ months, others, rows }) => {
    const dates = [...new Set(months)].sort((a, b) => a - b).map((month) => `2024-${String(month).padStart(2, "0")}-01`)
    const names = [...new Set(others)].filter((name) => name.trim() !== "")
    const written = rows.map(({ exportError, raws, target, texts: [id, sloType, name] }) =>
      new SloReportRow.SloReportRow({
        id,
        sloType,
        name,
        // JSON has no negative zero, and neither has a report.
        ...(target === undefined ? {} : { target: target + 0 }),
        ...(exportError === undefined ? {} : { exportError: `failed: ${exportError}` }),
        cells: dates.map((start, index) => IntervalCell.fromText(start, raws[index] ?? "")),
        other: Object.fromEntries(names.map((name, index) => [name, raws[index] ?? ""]))
      })
    )
    const read = readRows(SloReportCsv.fromRows(written))
    assert.deepStrictEqual(read.map(({ other }) => other), written.map(({ other }) => other))
    assert.deepStrictEqual(read, written)
  }, { arbitrary: { runs: 200 } })
})

function row(
  { cells, ...fields }: Partial<Omit<SloReportRow.SloReportRow, "cells">> & { readonly cells: ReadonlyArray<string> },
  dates: ReadonlyArray<string> = starts
): SloReportRow.SloReportRow {
  return new SloReportRow.SloReportRow({
    id: "a",
    sloType: "metric",
    name: "Checkout",
    other: {},
    ...fields,
    cells: cells.map((raw, index) => IntervalCell.fromText(dates[index]!, raw))
  })
}

function readRows(csv: string): ReadonlyArray<SloReportRow.SloReportRow> {
  const [header, ...records] = Effect.runSync(
    Stream.make(csv).pipe(Stream.pipeThroughChannel(Csv.decodeString()), Stream.runCollect)
  )
  const table = Result.getOrThrow(SloReportTable.fromHeader(header!))
  return records.map((record) => Result.getOrThrow(SloReportTable.toRow(table, record, 2)))
}
