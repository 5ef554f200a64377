import type { Fault } from "@effect-datadog/slo-report-testing"
import { assert } from "@effect/vitest"
import { Effect, Random } from "effect"
import type { RetryPolicy } from "../../src/index.ts"
import { call, gaps, inject } from "./client.ts"
import { inMemory } from "./wait.ts"

export const assertWithin = (values: ReadonlyArray<number>, min: number, max: number) => {
  assert.isAtLeast(Math.min(...values), min)
  assert.isAtMost(Math.max(...values), max)
}

export const manySeeds = Array.from({ length: 200 }, (_, index) => `seed ${index}`)

// For every seed the delays before each retry.
export const series = (fault: Fault.Fault, retry: RetryPolicy.RetryPolicy | undefined) =>
  Effect.forEach(manySeeds, (seed) =>
    Effect.gen(function*() {
      yield* inject(fault, Infinity)
      yield* Random.withSeed(call(), seed)
      return yield* gaps
    }).pipe(Effect.provide(inMemory({ retry }))))

export const assertFullJitter = (all: ReadonlyArray<ReadonlyArray<number>>, bounds: ReadonlyArray<number>) => {
  for (const one of all) assert.strictEqual(one.length, bounds.length)
  bounds.forEach((bound, retry) => {
    const values = all.map((one) => one[retry]!)
    assertWithin(values, 0, bound)
    const tenths = new Set(values.map((value) => Math.min(9, Math.floor(10 * value / bound))))
    assert.strictEqual(tenths.size, 10, `the whole range is used before retry ${retry}`)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    assert.closeTo(mean / bound, 0.5, 0.08)
  })
  // Each delay is drawn anew: two that follow are no more alike than any other two.
  const shares = all.map((one) => one.slice(0, 2).map((delay, retry) => delay / bounds[retry]!))
  const distance = shares.reduce((sum, [first, second]) => sum + Math.abs(first! - second!), 0) / shares.length
  assert.closeTo(distance, 1 / 3, 0.08)
}
