import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, pipe, Schema } from "effect"
import * as IntervalCell from "../src/IntervalCell.ts"
import * as Slo from "../src/Slo.ts"
import * as SloReportRow from "../src/SloReportRow.ts"
import { monitorSli } from "./fixtures/histories.ts"

describe("the row of an SLO", () => {
  const slo = new Slo.Slo({
    id: Slo.SloId.make("a"),
    name: "Checkout",
    type: "metric",
    rawType: "metric",
    tags: [],
    thresholds: [],
    target: 99.9
  })
  const intervals = [{ start: "2024-01-01" }, { start: "2024-02-01" }, { start: "2024-03-01" }]

  it("has a cell for each of its SLIs, an empty one where there is none", () => {
    const made = SloReportRow.fromSlis(slo, intervals, [monitorSli, undefined, 0])
    assert.deepStrictEqual(
      made,
      new SloReportRow.SloReportRow({
        id: "a",
        sloType: "metric",
        name: "Checkout",
        target: 99.9,
        cells: [
          new IntervalCell.IntervalCell({
            start: "2024-01-01",
            status: monitorSli,
            raw: "99.04629516601562"
          }),
          new IntervalCell.IntervalCell({ start: "2024-02-01", raw: "" }),
          new IntervalCell.IntervalCell({ start: "2024-03-01", status: 0, raw: "0" })
        ],
        other: {}
      })
    )
  })

  it("that failed says why, and keeps the cells that it has", () => {
    const { cells, exportError } = SloReportRow.fromSlis(slo, intervals, [98], "404 Not Found")
    assert.strictEqual(exportError, "404 Not Found")
    assert.deepStrictEqual(cells.map(({ raw }) => raw), ["98", "", ""])
    assert.isTrue(SloReportRow.fromSlis(slo, intervals, [], "a").cells.every(({ status }) => status === undefined))
  })

  it("has Datadog's word for an unknown type, and no target where there is none", () => {
    const made = SloReportRow.fromSlis(Slo.fromAttributes(slo.id, { slo_type: "composite" }), [], [])
    assert.deepStrictEqual(
      made,
      new SloReportRow.SloReportRow({ id: "a", sloType: "composite", name: "", cells: [], other: {} })
    )
  })

  it.prop("has every number as it is", { sli: Schema.Finite }, ({ sli }) => {
    const [cell] = SloReportRow.fromSlis(slo, intervals, [sli]).cells
    assert.strictEqual(cell?.status, sli + 0)
  })
})

describe("latest", () => {
  it("is the last cell that has data", () => {
    assert.strictEqual(SloReportRow.latest(row({ cells: ["98", "99", "", "N/A"] }))?.start, "2024-02-01")
    assert.strictEqual(SloReportRow.latest(row({ cells: ["98", "0"] }))?.status, 0)
  })

  it("is absent where no cell has data", () => {
    assert.isUndefined(SloReportRow.latest(row({ cells: ["", "null"] })))
    assert.isUndefined(SloReportRow.latest(row({ cells: [] })))
  })
})

describe("changes", () => {
  it("are the differences between one interval and the next", () => {
    assert.deepStrictEqual(SloReportRow.changes(row({ cells: ["98", "99.5", "99.5", "97"] })), [
      { from: "2024-01-01", to: "2024-02-01", change: 1.5 },
      { from: "2024-02-01", to: "2024-03-01", change: 0 },
      { from: "2024-03-01", to: "2024-04-01", change: -2.5 }
    ])
  })

  it("span intervals without data", () => {
    assert.deepStrictEqual(SloReportRow.changes(row({ cells: ["", "98", "", "N/A", "99", ""] })), [
      { from: "2024-02-01", to: "2024-05-01", change: 1 }
    ])
  })

  it("take a status of 0 for data", () => {
    assert.deepStrictEqual(SloReportRow.changes(row({ cells: ["0", "100", "0"] })).map(({ change }) => change), [
      100,
      -100
    ])
  })

  it("are none where fewer than two intervals have data", () => {
    for (const cells of [[], [""], ["99"], ["", "99", ""]]) {
      assert.deepStrictEqual(SloReportRow.changes(row({ cells })), [])
    }
  })

  it("are not rounded", () => {
    assert.strictEqual(SloReportRow.changes(row({ cells: ["99.9", "99.95"] }))[0]?.change, 99.95 - 99.9)
  })

  it.prop("add up to the way from the first interval with data to the last", {
    statuses: Schema.Array(
      Schema.Union([Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })), Schema.Null])
    )
  }, ({ statuses }) => {
    const data = statuses.filter((status) => status !== null)
    const changes = SloReportRow.changes(row({ cells: statuses.map((status) => status === null ? "" : `${status}`) }))
    assert.strictEqual(changes.length, Math.max(0, data.length - 1))
    assert.strictEqual(changes.reduce((sum, { change }) => sum + change, 0), (data.at(-1) ?? 0) - (data[0] ?? 0))
  })
})

describe("worst", () => {
  it("puts the lowest error budget first, by the latest interval with data", () => {
    const rows = [
      row({ id: "all left", target: 99.9, cells: ["0", "100"] }),
      row({ id: "overspent", target: 99.9, cells: ["100", "99.8"] }),
      row({ id: "half left", target: 99, cells: ["0", "99.5", ""] }),
      row({ id: "at the target", target: 95, cells: ["95"] })
    ]
    assert.deepStrictEqual(ids(SloReportRow.worst(rows)), ["overspent", "at the target", "half left", "all left"])
  })

  it("puts a missed target of 100 first, what misses no target late, and what has no data last", () => {
    const rows = [
      row({ id: "no data", target: 99, cells: ["", "N/A"] }),
      row({ id: "no target", cells: ["10"] }),
      row({ id: "100 met", target: 100, cells: ["100"] }),
      row({ id: "all left", target: 99, cells: ["100"] }),
      row({ id: "no cells", target: 99, cells: [] }),
      row({ id: "overspent", target: 99, cells: ["0"] }),
      row({ id: "100 missed", target: 100, cells: ["99.999"] })
    ]
    assert.deepStrictEqual(ids(SloReportRow.worst(rows)), [
      "100 missed",
      "overspent",
      "all left",
      "no target",
      "100 met",
      "no data",
      "no cells"
    ])
  })

  it("keeps the order of rows that are equally bad", () => {
    const rows = Array.from({ length: 50 }, (_, index) => row({ id: `${index}`, target: 99, cells: ["99.5"] }))
    assert.deepStrictEqual(ids(SloReportRow.worst(rows)), ids(rows))
  })

  it("gives as many rows as asked for, in both forms, and leaves the rows alone", () => {
    const rows = ["3", "1", "2"].map((status) => row({ id: status, target: 99, cells: [status] }))
    const expected: ReadonlyArray<readonly [count: number, ids: ReadonlyArray<string>]> = [
      [2, ["1", "2"]],
      [3, ["1", "2", "3"]],
      [10, ["1", "2", "3"]],
      [Infinity, ["1", "2", "3"]],
      [0, []],
      [-1, []],
      [Number.NaN, []]
    ]
    for (const [count, worst] of expected) {
      assert.deepStrictEqual(ids(SloReportRow.worst(rows, count)), worst)
      assert.deepStrictEqual(ids(pipe(rows, SloReportRow.worst(count))), worst)
    }
    assert.deepStrictEqual(ids(pipe(rows, SloReportRow.worst)), ["1", "2", "3"])
    assert.deepStrictEqual(ids(SloReportRow.worst([])), [])
    assert.deepStrictEqual(ids(rows), ["3", "1", "2"])
  })

  it.prop("gives every row once, never a better one before a worse one", {
    rows: Schema.Array(SloReportRow.SloReportRow)
  }, ({ rows }) => {
    const worst = SloReportRow.worst(rows)
    assert.strictEqual(new Set(worst).size, new Set(rows).size)
    assert.strictEqual(worst.length, rows.length)
    const budgets = worst.flatMap((row) => {
      const cell = SloReportRow.latest(row)
      const budget = cell === undefined ? undefined : IntervalCell.errorBudgetLeft(cell, row.target)
      return budget === undefined ? [] : [budget]
    })
    assert.deepStrictEqual(budgets, budgets.toSorted((a, b) => a - b))
  })
})

describe("withExportError", () => {
  it("is the rows that could not be exported, in their order", () => {
    const rows = [
      row({ id: "a" }),
      row({ id: "b", exportError: "Query timed out" }),
      row({ id: "c" }),
      row({ id: "d", exportError: "no data" })
    ]
    assert.deepStrictEqual(ids(SloReportRow.withExportError(rows)), ["b", "d"])
    assert.deepStrictEqual(SloReportRow.withExportError([]), [])
  })
})

describe("a row", () => {
  it("refuses what is no row", () => {
    const decode = Schema.decodeUnknownExit(SloReportRow.SloReportRow)
    const encoded = Schema.encodeSync(SloReportRow.SloReportRow)(row({ target: 99, cells: ["99"] }))
    assert.strictEqual(decode(encoded)._tag, "Success")
    const broken = [
      { ...encoded, id: 1 },
      { ...encoded, target: Infinity },
      { ...encoded, target: Number.NaN },
      { ...encoded, target: null },
      { ...encoded, exportError: undefined },
      { ...encoded, cells: [{ start: "January", raw: "" }] },
      { ...encoded, cells: [{ start: "2024-01-01", raw: "", status: Number.NaN }] },
      { ...encoded, other: { a: 1 } },
      {},
      null
    ]
    for (const one of broken) assert.strictEqual(decode(one)._tag, "Failure")
  })

  it.effect.prop("survives encoding and decoding, as a value and as JSON text", {
    value: SloReportRow.SloReportRow
  }, ({ value }) =>
    Effect.gen(function*() {
      const schema = SloReportRow.SloReportRow
      const encoded = yield* Schema.encodeEffect(schema)(value)
      assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(schema)(encoded), value))
      const codec = Schema.toCodecJson(schema)
      const text = JSON.stringify(yield* Schema.encodeEffect(codec)(value))
      const json = JSON.parse(text)
      // V8 of Node 24.21 at times reads a key that is one escape, such as "\r", as "\\".
      if (JSON.stringify(json) !== text) return
      assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(codec)(json), value))
    }), { arbitrary: { runs: 200 } })
})

function row(overrides: {
  readonly id?: string
  readonly target?: number
  readonly exportError?: string
  readonly cells?: ReadonlyArray<string>
}) {
  const { cells = [], ...fields } = overrides
  return new SloReportRow.SloReportRow({
    id: "a",
    sloType: "metric",
    name: "Checkout",
    ...fields,
    cells: cells.map((raw, index) => IntervalCell.fromText(`2024-${`${index + 1}`.padStart(2, "0")}-01`, raw)),
    other: {}
  })
}

function ids(rows: ReadonlyArray<SloReportRow.SloReportRow>) {
  return rows.map(({ id }) => id)
}
