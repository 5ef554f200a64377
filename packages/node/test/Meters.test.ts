import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Meter, Observation, Permit } from "../src/internal/http/attempt.ts"
import * as Meters from "../src/internal/pacing/meters.ts"

const observation: Observation = { status: 200, rateLimit: {}, retryAfter: 0 }

// Writes down what it is told, by the number of the permit.
const recorder = (name: string, log: Array<string>): Meter => {
  const numbers = new Map<Permit, number>()
  return {
    acquire: (operation) =>
      Effect.sync(() => {
        const permit: Permit = { operation, isPoll: false, ordinal: 0, isOpen: true }
        numbers.set(permit, numbers.size + 1)
        log.push(`${name} acquires ${operation} ${numbers.size}`)
        return permit
      }),
    complete: (permit, { status }) =>
      Effect.sync(() => void log.push(`${name} completes ${numbers.get(permit)} ${status}`)),
    release: (permit) => void log.push(`${name} releases ${numbers.get(permit)}`)
  }
}

describe("a meter of two limits", () => {
  it.effect("counts every request with both, each with its own permit", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const both = Meters.both(recorder("first", log), recorder("second", log))
      yield* both.acquire("search")
      const permit = yield* both.acquire("history")
      yield* both.complete(permit, observation)
      const lost = yield* both.acquire("status")
      both.release(lost)
      assert.deepStrictEqual(log, [
        "first acquires search 1",
        "second acquires search 1",
        "first acquires history 2",
        "second acquires history 2",
        "first completes 2 200",
        "second completes 2 200",
        "first acquires status 3",
        "second acquires status 3",
        "first releases 3",
        "second releases 3"
      ])
    }))

  it.effect("lets the second learn from a poll, whose permit is the first one's alone", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const first = recorder("first", log)
      const both = Meters.both(first, recorder("second", log))
      const polled = yield* first.acquire("status")
      yield* both.complete(polled, observation)
      const lost = yield* first.acquire("status")
      both.release(lost)
      assert.deepStrictEqual(log, [
        "first acquires status 1",
        "first completes 1 200",
        "second acquires status 1",
        "second completes 1 200",
        "first acquires status 2",
        "first releases 2"
      ])
    }))
})
