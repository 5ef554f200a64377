import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { describePlantedFaults, itIsCalmAfter, rage } from "./suites/storm.ts"
import { seeds } from "./utils/seeds.ts"
import { isInterrupted } from "./utils/storm.ts"
import { tagOf, tags } from "./utils/stormChecks.ts"

const perStorm = 1000

const [first, ...others] = seeds(18)

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

const heapUsed = (): number => {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

describe("a storm in memory", () => {
  const command = "pnpm long packages/node/test/Storm.long.test.ts"
  let level = Infinity

  // The first storm warms up: what is made once, is made.
  itIsCalmAfter(perStorm, first!, command)
  it("warms up", () => void (level = heapUsed()))
  for (const seed of others) itIsCalmAfter(perStorm, seed, command)

  it("leaves the memory at its level", () => {
    const growth = heapUsed() - level
    assert.isBelow(growth, 25e6, `bytes that ${others.length * perStorm} operations left behind`)
  })

  it.effect("meets what it is made for", () =>
    Effect.gen(function*() {
      const one = (yield* rage({ seed: 7, count: perStorm })).aftermath
      const other = (yield* rage({ seed: 9, count: perStorm }).pipe(Effect.provide(TestClock.layer()))).aftermath
      const outcomes = [...one.outcomes, ...other.outcomes]
      const requests = [...one.requests, ...other.requests]
      const ends = outcomes.map(({ exit }) => Exit.isSuccess(exit) ? "value" : tagOf(Cause.squash(exit.cause)))
      for (const end of ["value", ...new Set(Object.values(tags).flat())]) {
        assert.include(ends, end, "an end that no operation had")
      }
      assert.isAbove(ends.filter((end) => end === "value").length, perStorm / 5)
      assert.isAbove(outcomes.filter(({ exit }) => isInterrupted(exit)).length, perStorm / 20)
      assert.isAbove(requests.filter(({ fault }) => fault !== undefined).length, perStorm)
    }), 60_000)
})

describePlantedFaults(250)
