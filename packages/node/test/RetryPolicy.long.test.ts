import { Fault } from "@effect-datadog/slo-report-testing"
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { RetryPolicy } from "../src/index.ts"
import { assertFullJitter, series } from "./utils/fullJitter.ts"

describe("the backoff", () => {
  for (
    const [name, fault] of [
      ["408", Fault.status(408)],
      ["429 without headers", Fault.status(429)],
      ["resets", Fault.reset],
      ["refused connections", Fault.refused]
    ] as const
  ) {
    it.effect(`is full jitter under 0.5, 1, 2 and 4 s by default, after ${name}`, () =>
      Effect.gen(function*() {
        assertFullJitter(yield* series(fault, undefined), [500, 1000, 2000, 4000])
      }))
  }

  it.effect("has a bound that doubles up to the cap of 20 s, and stays there", () =>
    Effect.gen(function*() {
      const bounds = [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000]
      assertFullJitter(yield* series(Fault.status(503), RetryPolicy.make({ times: 9 })), bounds)
    }))
})
