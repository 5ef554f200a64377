import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, RetryPolicy, type SloReportClient } from "../src/index.ts"
import { begin, failureOf, finish, inMemory, observe, plain, requestTimes, waitFor } from "./utils/wait.ts"

const every3s = PollPolicy.fixed("3 seconds")

const running = FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ timeline: Timeline.always("in_progress") }))

const assertTimedOut = <E extends { readonly _tag: string }>(
  exit: Exit.Exit<unknown, E>,
  expected: { readonly id: string; readonly last: string | undefined; readonly polls: number; readonly elapsed: number }
) => {
  const error = failureOf(exit)
  assert.strictEqual(error._tag, "WaitTimedOut")
  assert.deepStrictEqual(plain(error as never), {
    _tag: "WaitTimedOut",
    ...expected,
    elapsed: Duration.millis(expected.elapsed)
  })
}

describe("at its deadline a wait", () => {
  it.effect("polls one last time, exactly then, and has timed out with what it knows", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { endedAt, exit, values } = yield* observe(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
      assert.deepStrictEqual(values.map(([at]) => at), [0, 3000, 6000, 9000, 10_000])
      assertTimedOut(exit, { id, last: "in_progress", polls: 5, elapsed: 10_000 })
      assert.strictEqual(endedAt, 10_000)
      assert.deepStrictEqual(yield* requestTimes, [0, 3000, 6000, 9000, 10_000])
    }).pipe(Effect.provide(inMemory())))

  it.effect("polls once where a poll of the policy falls on it", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { exit } = yield* observe(waitFor(id, { poll: every3s, deadline: "9 seconds" }))
      assertTimedOut(exit, { id, last: "in_progress", polls: 4, elapsed: 9000 })
      assert.deepStrictEqual(yield* requestTimes, [0, 3000, 6000, 9000])
    }).pipe(Effect.provide(inMemory())))

  for (const terminal of ["completed", "completed_with_errors", "failed"]) {
    it.effect(`ends as ${terminal} where the last poll sees that`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport({ timeline: Timeline.after("10 seconds", terminal) })
        const { endedAt, exit, values } = yield* observe(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
        assert.deepStrictEqual(exit, Exit.void)
        assert.deepStrictEqual(values.at(-1), [10_000, terminal])
        assert.strictEqual(endedAt, 10_000)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("tells the last status that it saw, a nameless one too", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("10 seconds", "paused") })
      const { exit } = yield* observe(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
      assertTimedOut(exit, { id, last: "paused", polls: 5, elapsed: 10_000 })
    }).pipe(Effect.provide(inMemory())))

  it.effect("takes the answer of a call that is in flight, and a terminal one beats the timeout", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("13 seconds", "completed") })
      yield* fake.inject(Fault.latency("4 seconds"), { times: Infinity })
      const { endedAt, exit, values } = yield* observe(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
      assert.deepStrictEqual(yield* requestTimes, [0, 7000])
      assert.deepStrictEqual(values, [[4000, "in_progress"], [11_000, "in_progress"]])
      assertTimedOut(exit, { id, last: "in_progress", polls: 2, elapsed: 11_000 })
      assert.strictEqual(endedAt, 11_000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("ends well where the answer in flight over it is terminal", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("11 seconds", "completed") })
      yield* fake.inject(Fault.latency("4 seconds"), { times: Infinity })
      const { exit, values } = yield* observe(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values, [[4000, "in_progress"], [11_000, "completed"]])
    }).pipe(Effect.provide(inMemory())))

  it.effect("gives a last poll without an answer the attempt's time limit and no more", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* running
      const fiber = yield* begin(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
      yield* TestClock.adjust("9500 millis")
      yield* fake.inject(Fault.hang, { times: Infinity })
      const { endedAt, exit } = yield* finish(fiber)
      assertTimedOut(exit, { id, last: "in_progress", polls: 5, elapsed: 14_000 })
      assert.strictEqual(endedAt, 14_000)
      assert.deepStrictEqual(yield* requestTimes, [0, 3000, 6000, 9000, 10_000])
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(Effect.provide(inMemory({ attemptTimeout: "4 seconds" }))))

  it.effect("times out, though the last poll failed, and doesn't retry past it", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* running
      const fiber = yield* begin(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
      yield* TestClock.adjust("9500 millis")
      yield* fake.inject(Fault.status(503), { times: Infinity })
      const { endedAt, exit } = yield* finish(fiber)
      assertTimedOut(exit, { id, last: "in_progress", polls: 5, elapsed: 10_000 })
      assert.strictEqual(endedAt, 10_000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("fails with the error of a last poll that can't pass", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* running
      const fiber = yield* begin(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
      yield* TestClock.adjust("9500 millis")
      yield* fake.inject(Fault.status(403))
      assert.strictEqual(failureOf((yield* finish(fiber)).exit)._tag, "DatadogForbidden")
    }).pipe(Effect.provide(inMemory())))

  it.effect("has timed out where a 429 of the last poll asks for more time", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* running
      const fiber = yield* begin(waitFor(id, { poll: every3s, deadline: "10 seconds" }))
      yield* TestClock.adjust("9500 millis")
      yield* fake.inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "7" } }), { times: Infinity })
      const { exit } = yield* finish(fiber)
      assertTimedOut(exit, { id, last: "in_progress", polls: 5, elapsed: 10_000 })
      assert.strictEqual((yield* requestTimes).length, 5)
    }).pipe(Effect.provide(inMemory())))
})

describe("a deadline", () => {
  it.effect("of nothing allows one poll", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { exit, values } = yield* observe(waitFor(id, { deadline: 0 }))
      assert.deepStrictEqual(values, [[0, "in_progress"]])
      assertTimedOut(exit, { id, last: "in_progress", polls: 1, elapsed: 0 })
      assert.deepStrictEqual(yield* requestTimes, [0])
    }).pipe(Effect.provide(inMemory())))

  it.effect("of nothing is enough for a report that is done", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("completed") })
      const { exit, values } = yield* observe(waitFor(id, { deadline: 0 }))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values, [[0, "completed"]])
    }).pipe(Effect.provide(inMemory())))

  it.effect("of nothing leaves last out where the one poll failed", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* running
      yield* fake.inject(Fault.status(503), { times: Infinity })
      const { exit } = yield* observe(waitFor(id, { deadline: 0 }))
      assertTimedOut(exit, { id, last: undefined, polls: 1, elapsed: 0 })
      assert.isFalse("last" in failureOf(exit))
      assert.deepStrictEqual(yield* requestTimes, [0])
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ base: "1 second" }) }))))

  it.effect("shorter than the interval means a poll at the start and one at the end", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { exit } = yield* observe(waitFor(id, { poll: PollPolicy.fixed("1 minute"), deadline: 2500 }))
      assertTimedOut(exit, { id, last: "in_progress", polls: 2, elapsed: 2500 })
      assert.deepStrictEqual(yield* requestTimes, [0, 2500])
    }).pipe(Effect.provide(inMemory())))

  for (const deadline of ["Infinity", Duration.infinity, Infinity] as const) {
    it.effect(`of ${String(deadline)} (${typeof deadline}) never comes`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport({ timeline: Timeline.after("2 hours", "completed") })
        const { exit, values } = yield* observe(waitFor(id, { poll: PollPolicy.fixed("1 minute"), deadline }))
        assert.deepStrictEqual(exit, Exit.void)
        assert.strictEqual(values.length, 121)
        assert.deepStrictEqual(values.at(-1), [7_200_000, "completed"])
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is 30 minutes where none is given", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { exit } = yield* observe(waitFor(id, { poll: PollPolicy.fixed("7 minutes") }))
      assertTimedOut(exit, { id, last: "in_progress", polls: 6, elapsed: 1_800_000 })
    }).pipe(Effect.provide(inMemory())))

  it.effect("counts from the moment that the stream is run", () =>
    Effect.gen(function*() {
      const id = yield* running
      const stream = waitFor(id, { poll: every3s, deadline: "10 seconds" })
      yield* TestClock.adjust("1 minute")
      const { endedAt, exit } = yield* observe(stream)
      assert.strictEqual(endedAt, 70_000)
      assertTimedOut(exit, { id, last: "in_progress", polls: 5, elapsed: 10_000 })
    }).pipe(Effect.provide(inMemory())))

  it.effect("is kept by a policy whose interval never ends", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { exit } = yield* observe(waitFor(id, { poll: Schedule.spaced("Infinity"), deadline: "1 minute" }))
      assertTimedOut(exit, { id, last: "in_progress", polls: 2, elapsed: 60_000 })
    }).pipe(Effect.provide(inMemory())))
})

describe("a consumer that is slow", () => {
  const slowly = (duration: Duration.Input) => () => Effect.sleep(duration)
  const options: SloReportClient.WaitOptions = { poll: PollPolicy.fixed("5 seconds"), deadline: "30 minutes" }

  it.effect("gets every value, and polls wait for it", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("50 seconds", "completed") })
      const { exit, values } = yield* observe(waitFor(id, options), slowly("20 seconds"))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values.map(([, status]) => status), [
        "in_progress",
        "in_progress",
        "in_progress",
        "completed"
      ])
      assert.deepStrictEqual(yield* requestTimes, [0, 20_000, 40_000, 60_000])
    }).pipe(Effect.provide(inMemory())))

  it.effect("doesn't stretch the interval, which runs from an answer to the next request", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("20 seconds", "completed") })
      const { values } = yield* observe(waitFor(id, options), slowly("2 seconds"))
      assert.deepStrictEqual(values.map(([at]) => at), [0, 5000, 10_000, 15_000, 20_000])
    }).pipe(Effect.provide(inMemory())))

  it.effect("that comes back after the deadline still gets the last poll, and a report that is done", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("8 seconds", "completed") })
      const { exit, values } = yield* observe(waitFor(id, { ...options, deadline: "10 seconds" }), slowly("20 seconds"))
      assert.deepStrictEqual(values.map(([, status]) => status), ["in_progress", "completed"])
      assert.deepStrictEqual(exit, Exit.void)
    }).pipe(Effect.provide(inMemory())))

  it.effect("that comes back after the deadline's poll gets no other", () =>
    Effect.gen(function*() {
      const id = yield* running
      let seen = 0
      const { exit } = yield* observe(waitFor(id, { ...options, deadline: "5 seconds" }), () => {
        seen += 1
        return seen === 2 ? Effect.sleep("1 minute") : Effect.void
      })
      assert.strictEqual(failureOf(exit)._tag, "WaitTimedOut")
      assert.deepStrictEqual(yield* requestTimes, [0, 5000])
    }).pipe(Effect.provide(inMemory())))
})
