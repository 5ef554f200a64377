import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Percent from "../src/internal/percent.ts"

const format = new Intl.NumberFormat("en", { maximumFractionDigits: 3, roundingMode: "floor", useGrouping: false })

describe("a status", () => {
  it.prop("is cut to three digits as a format cuts it", {
    whole: Schema.Int,
    digits: Schema.Literals([0, 1, 2, 3, 4, 6, 9]),
    other: Schema.Finite
  }, ({ digits, other, whole }) => {
    for (const value of [Math.abs(whole) / 10 ** digits, -whole / 10 ** digits, other, other / 1e300]) {
      if (!Object.is(value, -0)) assert.strictEqual(Percent.status(value), `${format.format(value)}%`)
    }
  })

  it.each([
    [99.9994, "99.999%"],
    [99.9004, "99.9%"],
    [99.0004, "99%"],
    [100, "100%"],
    [0.0009, "0%"],
    [-0.0001, "-0.001%"],
    [1e-7, "0%"],
    [-0, "0%"]
  ])("of %d is %s", (value, text) => assert.strictEqual(Percent.status(value), text))
})
