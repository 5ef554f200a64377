import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, pipe, Schema } from "effect"
import * as IntervalCell from "../src/IntervalCell.ts"

describe("a cell's text", () => {
  const numbers: ReadonlyArray<readonly [raw: string, status: number]> = [
    ["99.9", 99.9],
    ["100", 100],
    ["0", 0],
    ["0.0", 0],
    ["-0", 0],
    ["-0.5", -0.5],
    ["+99.9", 99.9],
    ["100.", 100],
    [".5", 0.5],
    ["099.90", 99.9],
    ["99.99999999999999999999", 100],
    ["9.99e1", 99.9],
    ["9.99E+01", 99.9],
    ["1e-3", 0.001],
    [" 99.9 ", 99.9],
    ["\t99.9\n", 99.9],
    ["\u{feff}99.9", 99.9],
    ["99.9%", 99.9],
    ["99.9 %", 99.9]
  ]
  for (const [raw, status] of numbers) {
    it(`${JSON.stringify(raw)} is the status ${status}`, () => {
      const cell = IntervalCell.fromText("2024-01-01", raw)
      assert.isTrue(Object.is(cell.status, status))
      assert.strictEqual(cell.raw, raw)
    })
  }

  const others = [
    "",
    " ",
    "null",
    "NULL",
    "-",
    "--",
    "N/A",
    "NaN",
    "nan",
    "None",
    "undefined",
    "Infinity",
    "-Infinity",
    "1e999",
    "99,9",
    "1,000",
    "1_000",
    "99.9.9",
    "0x10",
    "0b1",
    "10n",
    "%",
    ".",
    "+",
    "e5",
    "1e",
    "99.9%%",
    "99.9 ms",
    "< 99",
    "true",
    "٩٩",
    "no data",
    "__proto__",
    "1".repeat(400)
  ]
  for (const raw of others) {
    it(`${JSON.stringify(raw.slice(0, 40))} is no status and is kept`, () => {
      const cell = IntervalCell.fromText("2024-01-01", raw)
      assert.sameMembers(Object.keys(cell), ["start", "raw"])
      assert.strictEqual(cell.raw, raw)
    })
  }

  it.prop("is kept, and every number is read as what it is", {
    number: Schema.Finite,
    text: Schema.String
  }, ({ number, text }) => {
    assert.strictEqual(IntervalCell.fromText("2024-01-01", String(number)).status, number)
    assert.strictEqual(IntervalCell.fromText("2024-01-01", text).raw, text)
  })

  it("is read in a time that grows no faster than its length", () => {
    for (const raw of ["1".repeat(1_000_000) + "x", " ".repeat(1_000_000) + "x", "1 ".repeat(500_000)]) {
      assert.isUndefined(IntervalCell.fromText("2024-01-01", raw).status)
    }
  }, 2_000)
})

describe("an interval's start", () => {
  for (const start of ["2023-08-01", "2024-02-29", "1970-12-31", "9999-01-10"]) {
    it(`is ${start}`, () => assert.strictEqual(IntervalCell.fromText(start, "").start, start))
  }

  for (
    const start of [
      "",
      "2024",
      "2024-1-1",
      "2024-13-01",
      "2024-00-01",
      "2024-01-32",
      "2024-01-00",
      "2024-01-01 ",
      " 2024-01-01",
      "2024-01-01\n",
      "2024-01-01T00:00:00Z",
      "24-01-01",
      "20240101",
      "2024/01/01"
    ]
  ) {
    it(`is not ${JSON.stringify(start)}`, () => assert.throws(() => IntervalCell.fromText(start, "")))
  }
})

describe("met", () => {
  const cases: ReadonlyArray<readonly [raw: string, target: number | undefined, met: boolean | undefined]> = [
    ["99.9", 99.9, true],
    ["99.90000000000001", 99.9, true],
    ["99.89999999999999", 99.9, false],
    ["99.8999", 99.9, false],
    ["100", 100, true],
    ["99.999", 100, false],
    ["0", 0, true],
    ["", 99.9, undefined],
    ["null", 0, undefined],
    ["99.9", undefined, undefined],
    ["", undefined, undefined]
  ]
  for (const [raw, target, expected] of cases) {
    it(`is ${expected} for ${JSON.stringify(raw)} at a target of ${target}, in both forms`, () => {
      const cell = IntervalCell.fromText("2024-01-01", raw)
      assert.strictEqual(IntervalCell.met(cell, target), expected)
      assert.strictEqual(pipe(cell, IntervalCell.met(target)), expected)
    })
  }
})

describe("errorBudgetLeft", () => {
  const cases: ReadonlyArray<readonly [raw: string, target: number | undefined, budget: number | undefined]> = [
    ["100", 99.9, 100],
    ["100", 99, 100],
    ["100", 99.999, 100],
    ["99.9", 99.9, 0],
    ["99.95", 99.9, 50],
    ["99.8", 99.9, -100],
    ["99.5", 99, 50],
    ["98", 99, -100],
    ["0", 99.9, -99_900],
    ["50", 0, 50],
    ["100", 100, undefined],
    ["50", 100, undefined],
    ["100", 101, undefined],
    ["", 99.9, undefined],
    ["N/A", 99.9, undefined],
    ["99.9", undefined, undefined]
  ]
  for (const [raw, target, expected] of cases) {
    it(`is ${expected} for ${JSON.stringify(raw)} at a target of ${target}, in both forms`, () => {
      const cell = IntervalCell.fromText("2024-01-01", raw)
      const budget = IntervalCell.errorBudgetLeft(cell, target)
      assert.strictEqual(pipe(cell, IntervalCell.errorBudgetLeft(target)), budget)
      if (expected === undefined || budget === undefined) assert.strictEqual(budget, expected)
      else assert.closeTo(budget, expected, Math.max(1, Math.abs(expected)) * 1e-10)
    })
  }

  it("is exactly all of it at 100 percent and exactly none at the target", () => {
    for (const target of [0, 50, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999, 99.9999]) {
      assert.strictEqual(IntervalCell.errorBudgetLeft(IntervalCell.fromText("2024-01-01", "100"), target), 100)
      assert.strictEqual(IntervalCell.errorBudgetLeft(IntervalCell.fromText("2024-01-01", `${target}`), target), 0)
    }
  })

  // Twelve digits after the point: nearer to each other than any two percentages, farther than floats underflow.
  const percent = (number: number): number => Number(number.toFixed(12))

  it.prop("is overspent exactly when the target is missed", {
    status: Schema.Finite,
    target: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
  }, (given) => {
    const cell = IntervalCell.fromText("2024-01-01", String(percent(given.status)))
    const target = percent(given.target)
    const budget = IntervalCell.errorBudgetLeft(cell, target)
    if (budget !== undefined) assert.strictEqual(budget >= 0, IntervalCell.met(cell, target))
  }, { arbitrary: { runs: 1000 } })
})

describe("decode after encode is the identity", () => {
  const schemas = { IntervalStart: IntervalCell.IntervalStart, IntervalCell: IntervalCell.IntervalCell }
  for (const [name, schema] of Object.entries<Schema.Codec<unknown, unknown>>(schemas)) {
    it.effect.prop(
      `for ${name}, as a value and as JSON text`,
      { value: schema },
      ({ value }) =>
        Effect.gen(function*() {
          const encoded = yield* Schema.encodeEffect(schema)(value)
          assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(schema)(encoded), value))
          const codec = Schema.toCodecJson(schema)
          const text = JSON.stringify(yield* Schema.encodeEffect(codec)(value))
          assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(codec)(JSON.parse(text)), value))
        }),
      { arbitrary: { runs: 200 } }
    )
  }
})
