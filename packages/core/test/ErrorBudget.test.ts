import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { ErrorBudget, IntervalCell } from "../src/index.ts"

describe("the error budget that is left", () => {
  const exact: ReadonlyArray<readonly [status: number, target: number, left: number]> = [
    [100, 99.9, 100],
    [99.95, 99.9, 50],
    [99.925, 99.9, 25],
    [99.9, 99.9, 0],
    [99.89999, 99.9, -0.01],
    [99.866393, 99.9, -33.607],
    [99.8, 99.9, -100],
    [0, 99.9, -99900],
    [99.995, 99.99, 50],
    [99.9995, 99.999, 50],
    [99.0462951660156, 99, 4.62951660156],
    [95.088, 95, 1.76],
    [66.7, 0, 66.7],
    [99.7, 99.1, 66.66666666666667],
    [150, 50, 200],
    [-50, 50, -200]
  ]
  for (const [status, target, left] of exact) {
    it(`is exactly ${left} % at ${status} of ${target}`, () => {
      assert.strictEqual(ErrorBudget.left(status, target), left)
    })
  }

  it("is absent without a status or a target, and where the target leaves none", () => {
    assert.isUndefined(ErrorBudget.left(undefined, 99))
    assert.isUndefined(ErrorBudget.left(99, undefined))
    assert.isUndefined(ErrorBudget.left(100, 100))
    assert.isUndefined(ErrorBudget.left(99, 100.5))
  })

  it("is a number where its digits don't fit in one", () => {
    assert.strictEqual(ErrorBudget.left(1e308, 99.999999), Number.MAX_VALUE)
    assert.strictEqual(ErrorBudget.left(-1e308, 99.999999), -Number.MAX_VALUE)
    assert.strictEqual(ErrorBudget.left(5e-324, 0), 5e-324)
  })

  const Percent = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))

  it.prop("is below 0 exactly where the target is missed, 0 where it is just met, 100 where nothing went wrong", {
    status: Percent,
    target: Percent
  }, ({ status, target }) => {
    if (target === 100) return
    const left = ErrorBudget.left(status, target)!
    assert.strictEqual(left < 0, status < target)
    assert.isTrue(Object.is(ErrorBudget.left(target, target), 0))
    assert.strictEqual(ErrorBudget.left(100, target), 100)
  }, { arbitrary: { runs: 500 } })

  it.prop("is the decimal that was spent", {
    thousandths: Schema.Int.check(Schema.isBetween({ minimum: -100_000, maximum: 100_000 })),
    nines: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
  }, ({ nines, thousandths }) => {
    // 90, 99, 99.9 …, and a status that leaves so many thousandths of a percent, both as texts of decimals.
    const budget = 10n ** BigInt(6 - nines)
    const target = percent(10_000_000n - budget * 10n, 5)
    const status = percent((10_000_000n - budget * 10n) * 100_000n + budget * 10n * BigInt(thousandths), 10)
    assert.strictEqual(ErrorBudget.left(Number(status), Number(target)), thousandths / 1000)
  }, { arbitrary: { runs: 500 } })

  it("is what a cell says", () => {
    assert.strictEqual(IntervalCell.errorBudgetLeft(IntervalCell.fromText("2024-01-01", "99.95"), 99.9), 50)
  })
})

/** A whole number of `10^-digits` as a decimal. */
function percent(units: bigint, digits: number): string {
  const sign = units < 0n ? "-" : ""
  const text = `${units < 0n ? -units : units}`.padStart(digits + 1, "0")
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}
