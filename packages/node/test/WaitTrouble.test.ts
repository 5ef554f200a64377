import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, RetryPolicy } from "../src/index.ts"
import { begin, failureOf, finish, inMemory, observe, requestTimes, waitFor, withChance } from "./utils/wait.ts"

const every5s = { poll: PollPolicy.fixed("5 seconds") }

const tooMany = (seconds: number) => Fault.status(429, { headers: { "X-RateLimit-Reset": String(seconds) } })

const doneAfter = (age: Duration.Input) =>
  FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ timeline: Timeline.after(age, "completed") }))

const inject = (fault: Fault.Fault, times = 1) => FakeDatadog.FakeDatadog.use((fake) => fake.inject(fault, { times }))

describe("what ends a wait at once", () => {
  const fatal = [
    ["DatadogBadRequest", Fault.status(400)],
    ["DatadogUnauthorized", Fault.status(401)],
    ["DatadogForbidden", Fault.status(403)],
    ["DatadogNotFound", Fault.status(404)],
    ["DatadogServerError", Fault.status(501)],
    ["DatadogServerError", Fault.status(505)],
    ["DatadogTransportError", Fault.noAnswer("CERT_HAS_EXPIRED")]
  ] as const
  const odd = [
    ["DatadogUnexpectedStatus", Fault.redirect("https://evil.example/")],
    ["DatadogProtocolError", Fault.html()]
  ] as const
  for (const [tag, fault] of [...fatal, ...odd]) {
    it.effect(`is a ${tag} (${fault.name}), at the first poll`, () =>
      Effect.gen(function*() {
        const id = yield* doneAfter("1 minute")
        yield* inject(fault)
        const { endedAt, exit, values } = yield* observe(waitFor(id, every5s))
        assert.strictEqual(failureOf(exit)._tag, tag)
        assert.deepStrictEqual([endedAt, values.length, yield* requestTimes], [0, 0, [0]])
      }).pipe(Effect.provide(inMemory())))
  }

  for (const [tag, fault] of fatal) {
    it.effect(`is a ${tag} (${fault.name}), in the middle`, () =>
      Effect.gen(function*() {
        const id = yield* doneAfter("1 minute")
        const fiber = yield* begin(waitFor(id, every5s))
        yield* TestClock.adjust("7 seconds")
        yield* inject(fault)
        const { endedAt, exit, values } = yield* finish(fiber)
        assert.strictEqual(failureOf(exit)._tag, tag)
        assert.deepStrictEqual([endedAt, values.length, yield* requestTimes], [10_000, 2, [0, 5000, 10_000]])
      }).pipe(Effect.provide(inMemory())))
  }

  for (const [tag, fault] of odd) {
    it.effect(`is a ${tag} after an error, which told no status`, () =>
      Effect.gen(function*() {
        const id = yield* doneAfter("1 minute")
        yield* inject(Fault.status(503))
        yield* inject(fault)
        const { endedAt, exit } = yield* observe(waitFor(id, every5s))
        assert.deepStrictEqual([failureOf(exit)._tag, endedAt], [tag, 5000])
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))
  }

  it.effect("is a report id that can't be one; nothing is sent", () =>
    Effect.gen(function*() {
      const { exit } = yield* observe(waitFor("a/b"))
      assert.strictEqual(failureOf(exit)._tag, "InvalidReportId")
      assert.deepStrictEqual(yield* requestTimes, [])
    }).pipe(Effect.provide(inMemory())))

  it.effect("is a report that Datadog no longer knows", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("in_progress"), goneAfter: "12 seconds" })
      const { endedAt, exit } = yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual([failureOf(exit)._tag, endedAt], ["DatadogNotFound", 15_000])
    }).pipe(Effect.provide(inMemory())))

  for (const [name, fault] of [["refused", Fault.refused], ["dns", Fault.noAnswer("ENOTFOUND")]] as const) {
    it.effect(`is a ${name} connection before the first answer, after its retries`, () =>
      Effect.gen(function*() {
        const id = yield* doneAfter("1 minute")
        yield* inject(fault, Infinity)
        const { exit, values } = yield* observe(waitFor(id, every5s))
        const error = failureOf(exit)
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: name })
        assert.deepStrictEqual(values, [])
        assert.strictEqual((yield* requestTimes).length, 5)
      }).pipe(Effect.provide(inMemory())))
  }
})

describe("what doesn't end a wait", () => {
  const passing = {
    "408": Fault.status(408),
    "429": Fault.status(429),
    "500": Fault.status(500),
    "502": Fault.html(502),
    "503": Fault.status(503),
    "504": Fault.status(504),
    "a refused connection": Fault.refused,
    "a reset": Fault.reset,
    "an unknown host": Fault.noAnswer("ENOTFOUND"),
    "a body that is cut off": Fault.resetBody(20),
    "an attempt that times out": Fault.hang
  }
  const odd = {
    "a page with 200": Fault.html(),
    "an empty body": Fault.body(""),
    "a redirect": Fault.redirect("https://portal.example/"),
    "a 409": Fault.status(409),
    "a 421": Fault.status(421),
    "a 425": Fault.status(425)
  }
  for (const [name, fault] of Object.entries(odd)) {
    it.effect(`is ${name} once Datadog has answered, and the next poll comes after the policy's interval`, () =>
      Effect.gen(function*() {
        const id = yield* doneAfter("12 seconds")
        const fiber = yield* begin(waitFor(id, every5s))
        yield* TestClock.adjust("1 second")
        yield* inject(fault, 2)
        const { exit, values } = yield* finish(fiber)
        assert.deepStrictEqual(exit, Exit.void)
        assert.deepStrictEqual(yield* requestTimes, [0, 5000, 10_000, 15_000])
        assert.deepStrictEqual(values, [[0, "in_progress"], [15_000, "completed"]])
      }).pipe(Effect.provide(inMemory())))
  }
  for (const [name, fault] of Object.entries(passing)) {
    it.effect(`is ${name} in the middle, and the next poll comes after the policy's interval`, () =>
      Effect.gen(function*() {
        const id = yield* doneAfter("10 minutes")
        const fiber = yield* begin(waitFor(id, { poll: PollPolicy.fixed("5 minutes") }))
        yield* TestClock.adjust("1 minute")
        yield* inject(fault, 5)
        const { exit, values } = yield* finish(fiber)
        assert.deepStrictEqual(exit, Exit.void)
        const times = yield* requestTimes
        assert.strictEqual(times.length, 7)
        const failedAt = times[5]! + (fault === Fault.hang ? 2000 : 0)
        assert.strictEqual(times[6], failedAt + 300_000)
        assert.deepStrictEqual(values, [[0, "in_progress"], [times[6]!, "completed"]])
      }).pipe(Effect.provide(inMemory({ attemptTimeout: "2 seconds" }, { rateLimit: false }))))
  }

  it.effect("is an outage of the API at its start: what is polled first is known last", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("1 minute")
      yield* inject(Fault.status(503), 7)
      const { exit, values } = yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual(exit, Exit.void)
      assert.strictEqual(values.at(-1)?.[1], "completed")
      assert.isAtLeast(values[0]![0], 5000)
    }).pipe(Effect.provide(inMemory())))
})

describe("a storm of 503 in the middle", () => {
  it.effect("neither ends a wait nor speeds it up: the interval after it is the policy's", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("50 seconds")
      const fiber = yield* begin(waitFor(id, every5s))
      yield* TestClock.adjust("3 seconds")
      yield* inject(Fault.status(503), 15)
      const { exit, values } = yield* finish(fiber)
      assert.deepStrictEqual(exit, Exit.void)
      const burst = (at: number) => [at, at + 250, at + 750, at + 1750, at + 3750]
      assert.deepStrictEqual(yield* requestTimes, [
        0,
        ...burst(5000),
        ...burst(13_750),
        ...burst(22_500),
        31_250,
        36_250,
        41_250,
        46_250,
        51_250
      ])
      assert.deepStrictEqual(values.map(([at]) => at), [0, 31_250, 36_250, 41_250, 46_250, 51_250])
    }).pipe(Effect.provide(inMemory()), withChance(0.5)))

  it.effect("leaves the default policy at the pace of a report of that age", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("10 minutes")
      const fiber = yield* begin(waitFor(id))
      yield* TestClock.adjust("100 seconds")
      const before = (yield* requestTimes).length
      yield* inject(Fault.status(503), 6)
      const { exit } = yield* finish(fiber)
      assert.deepStrictEqual(exit, Exit.void)
      const times = (yield* requestTimes).slice(before)
      for (const [index, at] of times.slice(5).entries()) {
        const previous = times[4 + index]!
        // The storm's second poll succeeds at its second attempt, 250 ms later.
        const isRetry = index === 1
        assert.strictEqual(
          at - previous,
          isRetry ? 250 : Math.min(30_000, Math.round(Math.sqrt(previous / 1000) * 1000))
        )
      }
    }).pipe(Effect.provide(inMemory()), withChance(0.5)))

  it.effect("with policies that don't retry is one request an interval", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("20 seconds")
      yield* inject(Fault.status(503), 3)
      const { exit, values } = yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(yield* requestTimes, [0, 5000, 10_000, 15_000, 20_000])
      assert.deepStrictEqual(values, [[15_000, "in_progress"], [20_000, "completed"]])
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))

  it.effect("may end the schedule, too, and then ends the wait", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("1 hour")
      const fiber = yield* begin(waitFor(id, { poll: PollPolicy.fixed("5 seconds").pipe(Schedule.upTo({ times: 3 })) }))
      yield* TestClock.adjust("3 seconds")
      yield* inject(Fault.status(503), Infinity)
      const { exit } = yield* finish(fiber)
      assert.deepInclude(failureOf(exit), { _tag: "WaitTimedOut", polls: 4, elapsed: Duration.seconds(15) })
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))
})

describe("a hint inside a wait", () => {
  it.effect("beyond the deadline that is left fails at once, and the error carries it", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("1 hour")
      const fiber = yield* begin(waitFor(id, { ...every5s, deadline: "1 minute" }))
      yield* TestClock.adjust("3 seconds")
      yield* inject(tooMany(56))
      const { endedAt, exit } = yield* finish(fiber)
      assert.deepInclude(failureOf(exit), { _tag: "DatadogTooManyRequests", retryAfter: Duration.seconds(56) })
      assert.strictEqual(endedAt, 5000)
      assert.deepStrictEqual(yield* requestTimes, [0, 5000])
    }).pipe(Effect.provide(inMemory())))

  it.effect("that ends exactly at the deadline is waited for, and the last poll comes then", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("1 minute")
      const fiber = yield* begin(waitFor(id, { ...every5s, deadline: "1 minute" }))
      yield* TestClock.adjust("3 seconds")
      yield* inject(tooMany(55))
      const { exit, values } = yield* finish(fiber)
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values, [[0, "in_progress"], [60_000, "completed"]])
      assert.deepStrictEqual(yield* requestTimes, [0, 5000, 60_000])
    }).pipe(Effect.provide(inMemory())))

  it.effect("of 5 minutes in a wait of 30 is waited for, though a single call would not", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("10 seconds")
      yield* inject(tooMany(300))
      const { endedAt, exit, values } = yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values.map(([, status]) => status), ["completed"])
      assert.isAtLeast(endedAt, 300_000)
      assert.isAtMost(endedAt, 302_000)
      assert.strictEqual((yield* requestTimes).length, 2)
    }).pipe(Effect.provide(inMemory())))

  it.effect("of 5 minutes is waited for without retries, too", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("10 seconds")
      yield* inject(tooMany(300))
      const { exit } = yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(yield* requestTimes, [0, 300_000])
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))

  it.effect("is kept under a retry schedule that knows nothing of it", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("10 seconds")
      yield* inject(tooMany(40), 3)
      const { exit } = yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(yield* requestTimes, [0, 40_000, 80_000, 120_000])
    }).pipe(Effect.provide(inMemory({ retry: Schedule.recurs(10) }))))

  it.effect("of a 503 is its Retry-After alone", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("10 seconds")
      yield* inject(Fault.status(503, { headers: { "Retry-After": "90", "X-RateLimit-Reset": "600" } }))
      const { exit } = yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(yield* requestTimes, [0, 90_000])
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))

  it.effect("of a 503 beyond the deadline fails at once, too", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("10 seconds")
      yield* inject(Fault.status(503, { headers: { "Retry-After": "90" } }))
      const { endedAt, exit } = yield* observe(waitFor(id, { ...every5s, deadline: "80 seconds" }))
      assert.deepInclude(failureOf(exit), { _tag: "DatadogServerError", retryAfter: Duration.seconds(90) })
      assert.strictEqual(endedAt, 0)
    }).pipe(Effect.provide(inMemory())))

  it.effect("shorter than the interval doesn't shorten the interval", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("10 seconds")
      yield* inject(tooMany(2))
      yield* observe(waitFor(id, { poll: PollPolicy.fixed("20 seconds") }))
      assert.deepStrictEqual(yield* requestTimes, [0, 20_000])
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))

  it.effect("is obeyed by the real windows of a limit that others use up", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.setRateLimit({ limit: 10, period: "1 minute", name: "slo_report" })
      const id = yield* doneAfter("90 seconds")
      const fiber = yield* begin(waitFor(id, every5s))
      yield* TestClock.adjust("7 seconds")
      yield* fake.useRateLimit(9)
      const { exit } = yield* finish(fiber)
      assert.deepStrictEqual(exit, Exit.void)
      const requests = yield* fake.requests
      assert.strictEqual(requests.filter(({ status }) => status === 429).length, 1)
      const next = requests[requests.findIndex(({ status }) => status === 429) + 1]!
      assert.isAtLeast(next.at, 60_000)
      assert.isAtMost(next.at, 66_000)
    }).pipe(Effect.provide(inMemory())))
})

describe("a schedule of one's own that knows no rest", () => {
  for (const [name, poll] of [["0", Schedule.forever], ["less than 0", Schedule.spaced(-1)]] as const) {
    it.effect(`polls every 100 ms at most: an interval of ${name}`, () =>
      Effect.gen(function*() {
        const id = yield* doneAfter("950 millis")
        const { exit } = yield* observe(waitFor(id, { poll }))
        assert.deepStrictEqual(exit, Exit.void)
        assert.deepStrictEqual(yield* requestTimes, Array.from({ length: 11 }, (_, index) => 100 * index))
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("retries at once ten times, then every 100 ms", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("1 hour")
      yield* inject(Fault.status(503), 13)
      const fiber = yield* begin(waitFor(id, { poll: PollPolicy.fixed("1 minute") }))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* requestTimes, [...Array.from({ length: 11 }, () => 0), 100, 200, 300])
    }).pipe(Effect.provide(inMemory({ retry: Schedule.forever }))))
})
