import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Percent from "../src/internal/percent.ts"

const format = (digits: number) =>
  new Intl.NumberFormat("en", { maximumFractionDigits: digits, roundingMode: "floor", useGrouping: false })

const tenths = format(1)
const thousandths = format(3)

const agree = (value: number) => {
  assert.strictEqual(Percent.status(value), `${thousandths.format(value + 0)}%`)
  if (!(value > 0 && value < 0.1)) assert.strictEqual(Percent.budget(value), `${tenths.format(value + 0)}%`)
}

describe("a percentage", () => {
  it("is cut downwards as a number format does it, and far faster", () => {
    const values = [0, -0, 1, -1, 100, 0.1, -0.1, -0.01, -0.05, -0.1000001, 99.999, 99.9999, -9.99, -99.95, 1e21, -1e-7]
    for (const value of [...values, -1e300, 5e-324, 33.607, -33.607, -33.60700000000541, 0.30000000000000004]) {
      agree(value)
    }
  })

  it.prop("is so whatever the number", { value: Schema.Finite }, ({ value }) => agree(value), {
    arbitrary: { runs: 2000 }
  })
})
