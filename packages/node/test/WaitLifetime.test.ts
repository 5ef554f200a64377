import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Option, Random, Stream } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, SloReportClient } from "../src/index.ts"
import { begin, countSleeps, finish, inMemory, requestTimes, waitFor } from "./utils/wait.ts"

const every5s = { poll: PollPolicy.fixed("5 seconds") }

type Wait = ReturnType<typeof waitFor>

const running = FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ timeline: Timeline.always("in_progress") }))

// Nothing is left of a wait: no sleep, no request in flight, and no request in the hour that follows.
const assertNothingLeft = Effect.fnUntraced(function*(pending: () => number) {
  const fake = yield* FakeDatadog.FakeDatadog
  assert.strictEqual(pending(), 0, "no sleep is left")
  assert.strictEqual(yield* fake.inFlight, 0, "no request is in flight")
  const before = (yield* requestTimes).length
  yield* TestClock.adjust("1 hour")
  assert.strictEqual((yield* requestTimes).length, before, "no request follows")
})

describe("a consumer that has seen enough", () => {
  const leaves: Record<string, (wait: Wait) => Wait> = {
    "Stream.take": Stream.take(2),
    "Stream.takeUntil": Stream.takeUntil(({ rawStatus }) => rawStatus === "paused")
  }
  for (const [name, enough] of Object.entries(leaves)) {
    it.effect(`leaves no timer and no request behind: ${name}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport({ timeline: Timeline.after("5 seconds", "paused") })
        const { clock, pending } = yield* countSleeps
        const fiber = yield* begin(enough(waitFor(id, every5s))).pipe(Effect.provideService(Clock.Clock, clock))
        yield* TestClock.adjust("5 seconds")
        assert.isDefined(fiber.pollUnsafe(), "the stream ends with the value, not an interval later")
        const { exit, values } = yield* Fiber.join(fiber)
        assert.deepStrictEqual(exit, Exit.void)
        assert.deepStrictEqual(values, [[0, "in_progress"], [5000, "paused"]])
        yield* assertNothingLeft(pending)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("gets the first value without any time for the second", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { clock, pending } = yield* countSleeps
      const head = yield* Stream.runHead(waitFor(id, every5s)).pipe(Effect.provideService(Clock.Clock, clock))
      assert.isTrue(Option.isSome(head))
      yield* assertNothingLeft(pending)
    }).pipe(Effect.provide(inMemory())))

  it.effect("leaves nothing where it fails by itself", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { clock, pending } = yield* countSleeps
      const error = yield* waitFor(id, every5s).pipe(
        Stream.mapEffect(() => Effect.fail("enough" as const)),
        Stream.runDrain,
        Effect.flip,
        Effect.provideService(Clock.Clock, clock)
      )
      assert.strictEqual(error, "enough")
      yield* assertNothingLeft(pending)
    }).pipe(Effect.provide(inMemory())))

  it.effect("leaves nothing where a timeout of its own ends the wait", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const id = yield* running
      const { clock, pending } = yield* countSleeps
      const fiber = yield* client.awaitReport(id, every5s).pipe(
        Effect.timeoutOption("12 seconds"),
        Effect.provideService(Clock.Clock, clock),
        Effect.forkChild
      )
      yield* TestClock.adjust("12 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), Option.none())
      yield* assertNothingLeft(pending)
    }).pipe(Effect.provide(inMemory())))
})

describe("interrupting a wait", () => {
  const scripts = {
    "that polls": [],
    "whose answers are slow": [Fault.latency("3 seconds")],
    "that backs off": [Fault.status(503)],
    "that the rate limit holds up": [Fault.status(429, { headers: { "X-RateLimit-Reset": "11" } })],
    "without an answer": [Fault.hang],
    "in the middle of a body": [Fault.slowBody({ bytes: 10, gap: "400 millis" })]
  }
  for (const [name, faults] of Object.entries(scripts)) {
    it.effect(`${name} leaves no timer and no request behind, whenever it comes`, () =>
      Effect.forEach(Array.from({ length: 15 }, (_, seed) => seed), (seed) =>
        Effect.gen(function*() {
          const fake = yield* FakeDatadog.FakeDatadog
          const id = yield* running
          yield* Effect.forEach(faults, (fault) => fake.inject(fault, { times: Infinity }))
          const { clock, pending } = yield* countSleeps
          const fiber = yield* begin(waitFor(id, every5s)).pipe(Effect.provideService(Clock.Clock, clock))
          yield* TestClock.adjust(yield* Random.nextIntBetween(0, 40_000))
          assert.isUndefined(fiber.pollUnsafe(), "the wait goes on")
          const before = yield* Clock.currentTimeMillis
          yield* Fiber.interrupt(fiber)
          assert.strictEqual(yield* Clock.currentTimeMillis, before)
          yield* assertNothingLeft(pending)
        }).pipe(Random.withSeed(`${name} ${seed}`), Effect.provide(inMemory()))))
  }

  it.effect("before it began sends nothing", () =>
    Effect.gen(function*() {
      const id = yield* running
      const fiber = yield* Effect.forkChild(Stream.runDrain(waitFor(id, every5s)))
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* requestTimes, [])
    }).pipe(Effect.provide(inMemory())))
})

describe("a stream that is never run", () => {
  it.effect("sends nothing", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const stream = client.waitForReport(yield* running, every5s)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* requestTimes, [])
      yield* finish(yield* begin(Stream.take(stream, 1)))
      assert.strictEqual((yield* requestTimes).length, 1)
    }).pipe(Effect.provide(inMemory())))
})
