import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, pipe, Result, Schema, Stream } from "effect"
import { Csv } from "effect/encoding"
import * as IntervalCell from "../src/IntervalCell.ts"
import { SloReportRow } from "../src/SloReportRow.ts"
import * as SloReportTable from "../src/SloReportTable.ts"

const five = ["id", "slo_type", "name", "target", "export_error"]

// As spreadsheets and programs write them, and as Datadog doesn't.
const otherDates = [
  "1/1/2024",
  "01/13/2024",
  "1/1/24",
  "01.01.2024",
  "1.1.24",
  "1. 1. 2024",
  "01-02-2024",
  "2024/01/01",
  "2024.01.01",
  "2024-1-1",
  "2024-13-01",
  "2024. 1. 1.",
  " 2024-01-01",
  "2024-01-01 ",
  "20240101",
  "2024-01-01T00:00:00Z",
  "2024-01-01 00:00:00",
  "1/1/2024 0:00",
  "2024-01",
  "01/2024",
  "1.2024",
  "Jan-24",
  "jan 2024",
  "1-Jan-24",
  "1-Jan",
  "01 Jan 2024",
  "January 1, 2024",
  "Jan. 1, 2024",
  "Sept 24",
  "2024-Jan-01",
  "01JAN2024",
  "Jan '24"
]

// Where there is no other date.
const possibleDates = [
  "45292",
  "2024",
  "2024年1月1日",
  "janv.-24",
  "Mai 2024",
  "gen-24",
  "1. Januar",
  "01-janv",
  "1/Ene/24"
]

const otherNumbers = [
  "99,9",
  "99,95 %",
  "1,000",
  "1.000,5",
  "1 000",
  "1\u00a0000",
  "1\u202f000.5",
  "1'000",
  "1_000",
  ",5",
  "99,",
  "-0,5",
  "+99,9",
  "−0,5",
  "1e999",
  "9,9e1",
  "99.9.9"
]

describe("the header", () => {
  it("that was recorded gives the five columns and six intervals", () => {
    const recorded = "id,slo_type,name,target,export_error," +
      "2023-08-01,2023-09-01,2023-10-01,2023-11-01,2023-12-01,2024-01-01"
    const table = tableOf(recorded.split(","))
    assert.deepStrictEqual(table.known, { id: 0, slo_type: 1, name: 2, target: 3, export_error: 4 })
    assert.deepStrictEqual(table.intervals.map(({ name }) => name), [
      "2023-08-01",
      "2023-09-01",
      "2023-10-01",
      "2023-11-01",
      "2023-12-01",
      "2024-01-01"
    ])
    assert.deepStrictEqual(table.others, [])
    assert.strictEqual(table.width, 11)
  })

  it("may have no interval", () => {
    assert.deepStrictEqual(tableOf(five).intervals, [])
  })

  it("may start with a byte order mark", () => {
    assert.deepStrictEqual(tableOf(["\u{feff}id", ...five.slice(1)]), tableOf(five))
    assert.deepStrictEqual(tableOf(["\u{feff}2024-01-01", ...five]), tableOf(["2024-01-01", ...five]))
  })

  it("may have its columns in any order; intervals come in the order of time", () => {
    const table = tableOf([
      "2024-02-01",
      "export_error",
      "team",
      "target",
      "2024-01-01",
      "name",
      "slo_type",
      "env",
      "id"
    ])
    assert.deepStrictEqual(table.known, { id: 8, slo_type: 6, name: 5, target: 3, export_error: 1 })
    assert.deepStrictEqual(table.intervals, [{ name: "2024-01-01", index: 4 }, { name: "2024-02-01", index: 0 }])
    assert.deepStrictEqual(table.others, [{ name: "team", index: 2 }, { name: "env", index: 7 }])
  })

  it("keeps the columns that it does not know, what looks like a known name too", () => {
    const others = [
      "ID",
      "Name",
      "sloType",
      "\u{feff}id",
      "team",
      "p99",
      "30d",
      "7",
      "1.2.3",
      "v2024",
      "marketing-24",
      "q1",
      "top 10",
      "column 12",
      "last 30 days",
      "99.9",
      "created_at",
      "Latency (ms)",
      "May",
      "date",
      "24h",
      "__proto__"
    ]
    assert.deepStrictEqual(tableOf([...five, ...others, "2024-01-01"]).others.map(({ name }) => name), others)
  })

  for (const name of otherDates) {
    it(`with the date ${JSON.stringify(name)} is an issue that names it, since its cells would be no data`, () => {
      const issue = `the column ${JSON.stringify(name)} seems to be a date, expected YYYY-MM-DD`
      assertIssue(SloReportTable.fromHeader([...five, "team", name]), 1, issue)
      assertIssue(SloReportTable.fromHeader([name, ...five, "2024-01-01"]), 1, issue)
    })
  }

  for (const name of possibleDates) {
    it(`that has ${JSON.stringify(name)} in place of dates is an issue; beside a date it is a column`, () => {
      const issue = `the column ${JSON.stringify(name)} seems to be a date, expected YYYY-MM-DD`
      assertIssue(SloReportTable.fromHeader([...five, "team", name]), 1, issue)
      assert.deepStrictEqual(tableOf([...five, name, "2024-01-01"]).others, [{ name, index: 5 }])
    })
  }

  it("is read in a time that grows no faster than its names' lengths", () => {
    for (const part of ["1", "1-", "1 ", " ", "2024-", "Jan", "Jan-", "1.1.", "é", "2024-01-01 "]) {
      const name = part.repeat(200_000 / part.length) + "x"
      SloReportTable.fromHeader([...five, name])
    }
  }, 2_000)

  it("without one of the five columns is an issue of line 1 that names it", () => {
    for (const name of five) {
      assertIssue(SloReportTable.fromHeader(five.filter((other) => other !== name)), 1, `the header lacks "${name}"`)
    }
  })

  it("without several of them is an issue that names them all", () => {
    const all = `the header lacks "id", "slo_type", "name", "target", "export_error"`
    assertIssue(SloReportTable.fromHeader(["name", "id"]), 1, `the header lacks "slo_type", "target", "export_error"`)
    for (const header of [["<!DOCTYPE html>"], ["{}"], ["__proto__"], ["id;slo_type;name;target;export_error"]]) {
      assertIssue(SloReportTable.fromHeader(header), 1, all)
    }
  })

  it("with the same column twice is an issue of line 1 that names it", () => {
    for (const name of [...five, "2024-01-01", "team", "__proto__"]) {
      const header = [...new Set([...five, name]), "2023-01-01", name]
      assertIssue(SloReportTable.fromHeader(header), 1, `the column "${name}" is there twice`)
    }
    assertIssue(SloReportTable.fromHeader(["\u{feff}id", "id"]), 1, `the column "id" is there twice`)
  })

  it("that is empty is an issue of line 1", () => {
    for (const header of [[], [""], ["\u{feff}"]]) {
      assertIssue(SloReportTable.fromHeader(header), 1, "the header is empty")
    }
  })

  it("with a column that has no name is an issue of line 1 that counts it", () => {
    assertIssue(SloReportTable.fromHeader([...five, ""]), 1, "column 6 has no name")
    assertIssue(SloReportTable.fromHeader([" ", ...five]), 1, "column 1 has no name")
    assertIssue(SloReportTable.fromHeader(["", ""]), 1, "column 1 has no name")
  })

  it("is quoted in an issue on one line and not at any length", () => {
    const name = "a\n\"" + "b".repeat(1_000_000)
    const issue = issueOf(SloReportTable.fromHeader([name, name]))
    assert.isBelow(issue.message.length, 120)
    assert.include(issue.issue, `"a\\n\\"bbb`)
    assert.notInclude(issue.issue, "\n")
  })

  it("may have 100,000 columns", () => {
    const others = Array.from({ length: 100_000 }, (_, index) => `column ${index}`)
    assert.strictEqual(tableOf([...five, ...others]).others.length, 100_000)
  })

  it.prop("is an issue or a table in which every column has its place once", {
    names: Schema.Array(Schema.Union([Schema.String, Schema.Literals(five), Schema.Literal("2024-01-01")]))
  }, ({ names }) => {
    for (const header of [names, [...new Set([...five, ...names])]]) {
      const result = SloReportTable.fromHeader(header)
      if (Result.isFailure(result)) {
        assert.strictEqual(result.failure.line, 1)
        continue
      }
      const { intervals, known, others, width } = result.success
      const indexes = [...Object.values(known), ...[...intervals, ...others].map(({ index }) => index)]
      assert.deepStrictEqual(indexes.toSorted((a, b) => a - b), Array.from({ length: width }, (_, index) => index))
    }
  })
})

describe("a record", () => {
  const header = ["id", "slo_type", "name", "target", "export_error", "2024-01-01", "2024-02-01"]

  it("becomes a row", () => {
    const row = rowOf(header, ["5f0a", "metric", "Checkout", "99.9", "", "99.95", ""])
    assert.deepStrictEqual({ ...row, cells: row.cells.map((cell) => ({ ...cell })) }, {
      id: "5f0a",
      sloType: "metric",
      name: "Checkout",
      target: 99.9,
      cells: [{ start: "2024-01-01", status: 99.95, raw: "99.95" }, { start: "2024-02-01", raw: "" }],
      other: {}
    })
  })

  it("becomes a row in both forms", () => {
    const table = tableOf(header)
    const record = ["5f0a", "metric", "Checkout", "99.9", "", "99.95", ""]
    assert.deepStrictEqual(pipe(table, SloReportTable.toRow(record, 2)), SloReportTable.toRow(table, record, 2))
  })

  it("is read by its columns' names, whatever their order", () => {
    const record = ["98", "timed out", "sre", "95", "99", "Checkout", "metric", "5f0a"]
    const row = rowOf(["2024-02-01", "export_error", "team", "target", "2024-01-01", "name", "slo_type", "id"], record)
    assert.strictEqual(row.id, "5f0a")
    assert.strictEqual(row.sloType, "metric")
    assert.strictEqual(row.name, "Checkout")
    assert.strictEqual(row.target, 95)
    assert.strictEqual(row.exportError, "timed out")
    assert.deepStrictEqual(row.cells.map(({ start, status }) => [start, status]), [
      ["2024-01-01", 99],
      ["2024-02-01", 98]
    ])
    assert.deepStrictEqual(row.other, { team: "sre" })
  })

  for (const text of ["", " ", "-", "null", "NULL", "None", "nil", "N/A", "n/a", "NaN", " null "]) {
    it(`has neither a target nor an export error where they are ${JSON.stringify(text)}`, () => {
      const row = rowOf(five, ["a", "monitor", "b", text, text])
      assert.sameMembers(Object.keys(row), ["id", "sloType", "name", "cells", "other"])
    })
  }

  it("has no target where it is no number", () => {
    for (const target of ["high", "Infinity", "99.9 of 100"]) {
      assert.isFalse("target" in rowOf(five, ["a", "metric", "b", target, ""]))
    }
    assert.strictEqual(rowOf(five, ["a", "metric", "b", "99.9%", ""]).target, 99.9)
    assert.strictEqual(rowOf(five, ["a", "metric", "b", "0", ""]).target, 0)
  })

  for (const text of otherNumbers) {
    it(`whose target or status is ${JSON.stringify(text)} is an issue of its line that names the column`, () => {
      const issue = (column: string) =>
        `expected a number such as 99.9 in the column "${column}", got ${JSON.stringify(text)}`
      const table = tableOf(header)
      assertIssue(SloReportTable.toRow(table, ["a", "metric", "b", text, "", "1", "2"], 7), 7, issue("target"))
      assertIssue(SloReportTable.toRow(table, ["a", "metric", "b", "9", "", "1", text], 8), 8, issue("2024-02-01"))
      assert.deepStrictEqual(rowOf([...five, "team"], ["a", "b", text, "9", "", text]).other, { team: text })
    })
  }

  for (const text of ["no data", "Infinity", "-Infinity", "NaN", "12:30", "1 of 2", "< 99", "99.9 ms", "2024-01-01"]) {
    it(`keeps ${JSON.stringify(text)}, which is words, as the text of a cell without a status`, () => {
      const [cell] = rowOf([...five, "2024-01-01"], ["a", "metric", "b", "99", "", text]).cells
      assert.deepStrictEqual({ ...cell }, { start: "2024-01-01", raw: text })
    })
  }

  it("is the row that the constructors make, in every member and their order", () => {
    const row = rowOf([...header, "team"], ["5f0a", "metric", "Checkout", "99.9", "late", "99.95", "", "sre"])
    const made = new SloReportRow({
      id: "5f0a",
      sloType: "metric",
      name: "Checkout",
      target: 99.9,
      exportError: "late",
      cells: [
        new IntervalCell.IntervalCell({ start: "2024-01-01", status: 99.95, raw: "99.95" }),
        new IntervalCell.IntervalCell({ start: "2024-02-01", raw: "" })
      ],
      other: { team: "sre" }
    })
    assert.deepStrictEqual(row, made)
    assert.isTrue(Equal.equals(row, made))
    assert.strictEqual(JSON.stringify(row), JSON.stringify(made))
    assert.instanceOf(row, SloReportRow)
    assert.isTrue(row.cells.every((cell) => cell instanceof IntervalCell.IntervalCell))
    assert.deepStrictEqual(Schema.encodeSync(SloReportRow)(row), Schema.encodeSync(SloReportRow)(made))
  })

  it.prop(
    "has the status of its cell's text alone",
    { text: Schema.Union([Schema.String, Schema.Finite]) },
    ({ text }) => {
      const result = SloReportTable.toRow(
        tableOf([...five, "2024-01-01"]),
        ["a", "metric", "b", "99", "", String(text)],
        2
      )
      if (Result.isFailure(result)) assert.isUndefined(IntervalCell.fromText("2024-01-01", String(text)).status)
      else assert.deepStrictEqual(result.success.cells, [IntervalCell.fromText("2024-01-01", String(text))])
    }
  )

  for (
    const text of [
      "Checkout, p99",
      "The \"golden\" path",
      "Two\nlines",
      "Two\r\nlines",
      "<img onerror=alert(1)>",
      "=1+1",
      "Überprüfung 検索 🚀",
      " spaces ",
      "",
      "\"",
      "null",
      "\u{feff}",
      "\0"
    ]
  ) {
    it(`keeps ${JSON.stringify(text)} as it is in every text but an export error that says nothing`, () => {
      const row = rowOf([...five, "team"], [text, text, text, "99", `error: ${text}`, text])
      assert.deepStrictEqual([row.id, row.sloType, row.name, row.other["team"]], [text, text, text, text])
      assert.strictEqual(row.exportError, `error: ${text}`)
    })
  }

  it("keeps columns whose names are those of an object's own works", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "0", "valueOf"]
    const row = rowOf([...names, ...five], [...names.map((name) => `text of ${name}`), "a", "metric", "b", "99", ""])
    assert.sameMembers(Object.keys(row.other), names)
    for (const name of names) {
      assert.strictEqual(Object.getOwnPropertyDescriptor(row.other, name)?.value, `text of ${name}`)
    }
    assert.strictEqual(Object.getPrototypeOf(row.other), Object.prototype)
    assert.isFalse("polluted" in {})
  })

  it("may have 1,000 intervals and 1,000 unknown columns", () => {
    const dates = Array.from({ length: 1_000 }, (_, index) => new Date(index * 86_400_000).toISOString().slice(0, 10))
    const others = dates.map((_, index) => `column ${index}`)
    const row = rowOf([...five, ...others, ...dates], [
      "a",
      "metric",
      "b",
      "99",
      "",
      ...others.map((name) => `text of ${name}`),
      ...dates.map((_, index) => `${index / 10}`)
    ])
    assert.deepStrictEqual(row.cells.map(({ start }) => start), dates)
    assert.strictEqual(row.cells[999]?.status, 99.9)
    assert.strictEqual(Object.keys(row.other).length, 1_000)
    assert.strictEqual(row.other["column 999"], "text of column 999")
  })

  it("with more or fewer cells than the header is an issue of its line", () => {
    const table = tableOf(header)
    const records: ReadonlyArray<ReadonlyArray<string>> = [[], [""], ["a"], header.slice(1), [...header, ""]]
    for (const [index, record] of records.entries()) {
      const issue = `expected 7 cells, as in the header, got ${record.length}`
      assertIssue(SloReportTable.toRow(table, record, index + 2), index + 2, issue)
      assertIssue(pipe(table, SloReportTable.toRow(record, 1_000_000)), 1_000_000, issue)
    }
  })

  it.prop("loses no text", { texts: Schema.Array(Schema.String) }, ({ texts }) => {
    const names = texts.map((_, index) => `column ${index}`)
    const row = rowOf([...five, ...names], ["a", "metric", "b", "99", "", ...texts])
    assert.deepStrictEqual(Object.values(row.other), texts)
  })
})

describe("a file that a CSV reader yields", () => {
  const header = ["id", "slo_type", "name", "target", "export_error", "2024-01-01"]
  const names = [
    "Checkout, p99",
    "The \"golden\" path",
    "Two\nlines",
    "Two\r\nlines",
    "検索 🚀",
    " spaces ",
    "",
    "\"",
    ","
  ]
  const records = [header, ...names.map((name) => [name, "metric", name, "99", "", "99.5"])]

  for (const newline of ["\n", "\r\n"] as const) {
    it.effect(`keeps every name, with lines that end in ${JSON.stringify(newline)}`, () =>
      Effect.gen(function*() {
        const [first = [], ...rest] = yield* Stream.fromIterable(records).pipe(
          Stream.pipeThroughChannel(Csv.encodeString({ newline })),
          Stream.pipeThroughChannel(Csv.decodeString()),
          Stream.runCollect
        )
        const rows = rest.map((record) => Result.getOrThrow(SloReportTable.toRow(tableOf(first), record, 2)))
        assert.deepStrictEqual(rows.map(({ name }) => name), names)
      }))
  }

  it.effect("has the lines that are counted", () =>
    Effect.gen(function*() {
      const text = `id,name\n"a\r\nb","c\rd\n\ne"\n\n"f","g\n"\nlast,"x\ny`
      const read: Array<ReadonlyArray<string>> = []
      const error = yield* Stream.make(text).pipe(
        Stream.pipeThroughChannel(Csv.decodeString()),
        Stream.runForEach((record) => Effect.sync(() => read.push(record))),
        Effect.flip
      )
      // The reader refuses the last record, whose quote is never closed, and emits no others of its piece.
      assert.strictEqual(error.line, 10)
    }))

  it.prop("has the lines that its line breaks make", {
    records: Schema.Array(
      Schema.NonEmptyArray(Schema.Union([Schema.String, Schema.Literals(["\n", "\r", "\r\n", "a\nb"])]))
    )
  }, ({ records }) => {
    for (const newline of ["\n", "\r\n"] as const) {
      const text = Effect.runSync(
        Stream.fromIterable(records).pipe(Stream.pipeThroughChannel(Csv.encodeString({ newline })), Stream.mkString)
      )
      const lines = records.reduce((sum, record) => sum + SloReportTable.lineCount(record), 1)
      assert.strictEqual(text.split(/\r\n|\r|\n/).length, lines)
    }
  })
})

describe("a table of intervals", () => {
  it("is what its header would give", () => {
    const starts = ["2024-01-01", "2024-02-01"]
    assert.deepStrictEqual(
      SloReportTable.fromIntervals(starts, ["team", "env"]),
      tableOf([...five, ...starts, "team", "env"])
    )
    assert.deepStrictEqual(SloReportTable.fromIntervals(starts), tableOf([...five, ...starts]))
    assert.deepStrictEqual(SloReportTable.fromIntervals([]), tableOf(five))
  })
})

describe("lineCount", () => {
  const cases: ReadonlyArray<readonly [record: ReadonlyArray<string>, lines: number]> = [
    [[], 1],
    [[""], 1],
    [["a", "b"], 1],
    [["a\nb"], 2],
    [["a\r\nb"], 2],
    [["a\rb"], 2],
    [["\n\n", "\r\n\r\n", "\n\r"], 7]
  ]
  for (const [record, lines] of cases) {
    it(`is ${lines} for ${JSON.stringify(record)}`, () => assert.strictEqual(SloReportTable.lineCount(record), lines))
  }
})

describe("isBlank", () => {
  it("is an empty line, and nothing else", () => {
    for (const record of [[], [""]]) assert.isTrue(SloReportTable.isBlank(record))
    for (const record of [[" "], ["", ""], ["a"], ["", "a"]]) assert.isFalse(SloReportTable.isBlank(record))
  })
})

describe("TableIssue", () => {
  it("names its line, which counts from 1", () => {
    assert.strictEqual(new SloReportTable.TableIssue({ line: 3, issue: "too short" }).message, "line 3: too short")
    for (const line of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => new SloReportTable.TableIssue({ line, issue: "a" }))
    }
  })

  it.effect.prop("survives encoding and decoding, as a value and as JSON text", {
    value: SloReportTable.TableIssue
  }, ({ value }) =>
    Effect.gen(function*() {
      const schema = SloReportTable.TableIssue
      const encoded = yield* Schema.encodeEffect(schema)(value)
      assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(schema)(encoded), value))
      const codec = Schema.toCodecJson(schema)
      const text = JSON.stringify(yield* Schema.encodeEffect(codec)(value))
      assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(codec)(JSON.parse(text)), value))
    }))
})

function tableOf(header: ReadonlyArray<string>) {
  return Result.getOrThrow(SloReportTable.fromHeader(header))
}

function rowOf(header: ReadonlyArray<string>, record: ReadonlyArray<string>) {
  return Result.getOrThrow(SloReportTable.toRow(tableOf(header), record, 2))
}

function issueOf(result: Result.Result<unknown, SloReportTable.TableIssue>) {
  return Result.getOrThrow(Result.flip(result))
}

function assertIssue(result: Result.Result<unknown, SloReportTable.TableIssue>, line: number, issue: string) {
  assert.deepStrictEqual(issueOf(result), new SloReportTable.TableIssue({ line, issue }))
}
