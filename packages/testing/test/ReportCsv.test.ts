import { ReportCsv } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Csv } from "effect/encoding"

const toStream = (csv: ReportCsv.ReportCsv) => {
  const bytes = ReportCsv.toBytes(csv)
  return bytes instanceof Uint8Array ? Stream.succeed(bytes) : bytes
}

const textOf = (csv: ReportCsv.ReportCsv) => Stream.mkString(Stream.decodeText(toStream(csv)))

const rowsOf = (csv: ReportCsv.ReportCsv) =>
  toStream(csv).pipe(Stream.pipeThroughChannel(Csv.decode()), Stream.runCollect)

const seconds = (date: string) => Date.parse(date) / 1000

describe("the columns", () => {
  it("are the months, weeks from Sunday, or days of a period in its time zone", () => {
    const period = { from: seconds("2024-02-28T23:30:00Z"), to: seconds("2024-03-15T12:00:00Z") }
    assert.deepStrictEqual(ReportCsv.startDates(ReportCsv.standardPeriod), [
      "2023-08-01",
      "2023-09-01",
      "2023-10-01",
      "2023-11-01",
      "2023-12-01",
      "2024-01-01"
    ])
    assert.deepStrictEqual(ReportCsv.startDates({ ...period, interval: "weekly", timezone: "UTC" }), [
      "2024-02-25",
      "2024-03-03"
    ])
    assert.deepStrictEqual(ReportCsv.startDates({ ...period, interval: "monthly", timezone: "UTC" }), ["2024-02-01"])
    const days = ReportCsv.startDates({ ...period, interval: "daily", timezone: "Asia/Tokyo" })
    assert.deepStrictEqual([days[0], days[1], days.at(-1)], ["2024-02-29", "2024-03-01", "2024-03-14"])
  })

  it("are none when no interval is finished", () => {
    const from = seconds("2024-02-28T00:00:00Z")
    assert.deepStrictEqual(ReportCsv.startDates({ from, to: from + 86_399, interval: "daily", timezone: "UTC" }), [])
    assert.deepStrictEqual(
      ReportCsv.startDates({ from, to: from + 86_400, interval: "daily", timezone: "UTC" }),
      ["2024-02-28"]
    )
  })

  it("have each day once, also where clocks change at midnight", () => {
    for (const timezone of ["America/New_York", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "Europe/Berlin"]) {
      for (const year of [2011, 2018, 2024]) {
        const dates = ReportCsv.startDates({
          from: seconds(`${year}-01-02T12:00:00Z`),
          to: seconds(`${year}-12-31T12:00:00Z`),
          interval: "daily",
          timezone
        })
        // Apia went from 29 to 31 December 2011.
        const expected = timezone === "Pacific/Apia" && year === 2011 ? 362 : year === 2024 ? 364 : 363
        assert.strictEqual(new Set(dates).size, dates.length, timezone)
        assert.approximately(dates.length, expected, 1, `${timezone} ${year}`)
        assert.deepStrictEqual(dates, dates.toSorted())
      }
    }
  })
})

describe("a generated table", () => {
  it.effect("has as many rows as asked for, each as wide as the header", () =>
    Effect.gen(function*() {
      for (const rows of [0, 1, 12, 1000]) {
        const table = yield* rowsOf({ rows })
        assert.strictEqual(table.length, rows + 1)
        assert.isTrue(table.every((row) => row.length === 11))
        assert.strictEqual(new Set(table.map(([id]) => id)).size, rows + 1)
      }
    }))

  it.effect("has percentages for all but monitors, whose cells are empty", () =>
    Effect.gen(function*() {
      const [, ...rows] = yield* rowsOf({ rows: 100 })
      const met: Array<boolean> = []
      for (const [, type, , target, error, ...cells] of rows) {
        assert.strictEqual(error, "")
        if (type === "monitor") assert.isTrue(cells.every((cell) => cell === ""))
        else {
          for (const cell of cells) {
            assert.isTrue(cell !== "" && Number(cell) > 90 && Number(cell) <= 100, cell)
            met.push(Number(cell) >= Number(target))
          }
        }
      }
      const share = met.filter(Boolean).length / met.length
      assert.isTrue(share > 0.6 && share < 0.95, String(share))
    }))

  it.effect("has export errors on its last rows, and no data there", () =>
    Effect.gen(function*() {
      const [, ...rows] = yield* rowsOf({ rows: 10, exportErrors: 4 })
      assert.deepStrictEqual(rows.map((row) => row[4] !== ""), [...Array(6).fill(false), ...Array(4).fill(true)])
      assert.isTrue(rows.slice(6).every((row) => row.slice(5).every((cell) => cell === "")))
      assert.isTrue(rows.some((row) => row[4]?.includes(",")))
    }))

  it.effect("keeps every awkward name, with either line end, with or without a byte order mark", () =>
    Effect.gen(function*() {
      const rows = ReportCsv.awkwardNames.length
      for (const newline of ["\n", "\r\n"] as const) {
        for (const byteOrderMark of [false, true]) {
          const csv = { rows, names: ReportCsv.awkwardNames, newline, byteOrderMark }
          const bytes = yield* Stream.mkUint8Array(toStream(csv))
          assert.strictEqual(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf, byteOrderMark)
          const [header, ...table] = yield* rowsOf(csv)
          assert.strictEqual(header?.length, 11)
          assert.deepStrictEqual(table.map((row) => row[2]), [...ReportCsv.awkwardNames])
          const text = yield* textOf({ ...csv, names: ["x"] })
          assert.strictEqual(text.includes("\r\n"), newline === "\r\n")
          assert.isTrue(text.endsWith(newline))
        }
      }
    }))

  it.effect("is the same twice, and the same in pieces", () =>
    Effect.gen(function*() {
      const table = { rows: 5000, exportErrors: 3 }
      const stream = toStream(table)
      const first = yield* Stream.mkUint8Array(stream)
      assert.deepStrictEqual(yield* Stream.mkUint8Array(stream), first)
      assert.isAbove((yield* Stream.runCollect(stream)).length, 5)
      assert.strictEqual(new TextDecoder().decode(first), yield* textOf(table))
    }))
})

describe("a period", () => {
  it("becomes the columns of a table, and leaves exact files alone", () => {
    const period = { ...ReportCsv.standardPeriod, interval: "daily" } as const
    assert.deepStrictEqual(ReportCsv.withPeriod({ rows: 3 }, period), { rows: 3, period })
    assert.strictEqual(ReportCsv.withPeriod("a,b", period), "a,b")
  })
})

describe("rows that are given", () => {
  it.effect("are read back as they were, over all their columns", () =>
    Effect.gen(function*() {
      const file = ReportCsv.fromRows([
        {
          id: "a",
          sloType: "monitor",
          name: "Checkout, \"p99\"\nüber",
          target: 99.9,
          exportError: "timed out, really",
          cells: [{ start: "2026-02-01", status: 99.95 }, { start: "2026-03-01" }]
        },
        { cells: [{ start: "2026-01-01", status: 1, raw: "1.0 %" }] },
        {}
      ])
      const usual = ["metric", "Checkout availability", "", ""]
      assert.deepStrictEqual([...(yield* rowsOf(file))], [
        ["id", "slo_type", "name", "target", "export_error", "2026-01-01", "2026-02-01", "2026-03-01"],
        ["a", "monitor", "Checkout, \"p99\"\nüber", "99.9", "timed out, really", "", "99.95", ""],
        ["5f0ab71d000000000000000000000001", ...usual, "1.0 %", "", ""],
        ["5f0ab71d000000000000000000000002", ...usual, "", "", ""]
      ])
    }))

  it("may be none", () => {
    assert.strictEqual(ReportCsv.fromRows([]), "id,slo_type,name,target,export_error\n")
  })
})
