import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { describePlantedFaults, itIsCalmAfter, rage } from "./suites/storm.ts"
import { seeds } from "./utils/seeds.ts"

describe("a storm in memory", () => {
  for (const seed of seeds(1)) itIsCalmAfter(200, seed, "pnpm vitest run packages/node/test/Storm.test.ts")

  it.effect("is the same storm for the same seed", () =>
    Effect.gen(function*() {
      const told = ({ aftermath }: Effect.Success<ReturnType<typeof rage>>) =>
        aftermath.requests.map(({ at, fault, path, status }) => [at, path, status, fault])
      const first = yield* rage({ seed: 5, count: 60 })
      const again = yield* rage({ seed: 5, count: 60 }).pipe(Effect.provide(TestClock.layer()))
      const other = yield* rage({ seed: 6, count: 60 }).pipe(Effect.provide(TestClock.layer()))
      assert.deepStrictEqual(told(again), told(first))
      assert.notDeepEqual(told(other), told(first))
    }), 60_000)
})

describePlantedFaults(80)
