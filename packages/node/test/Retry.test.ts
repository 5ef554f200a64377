import type { DatadogError } from "@effect-datadog/slo-report"
import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Schedule, Schema } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy, SloReportClient } from "../src/index.ts"
import {
  addReport,
  assertTag,
  begin,
  call,
  callError,
  gaps,
  getStatus,
  inFlight,
  inject,
  requests
} from "./utils/client.ts"
import { countSleeps, failureOf, inMemory } from "./utils/wait.ts"

const tooMany = (seconds: number) => Fault.status(429, { headers: { "X-RateLimit-Reset": String(seconds) } })

const count = Effect.map(requests, ({ length }) => length)

describe("a call", () => {
  const passing: Readonly<Record<string, Fault.Fault>> = {
    "408": Fault.status(408),
    "429": Fault.status(429),
    "429 as HTML": Fault.html(429),
    "429 with an empty body": Fault.status(429, { family: "empty" }),
    "500": Fault.status(500),
    "502": Fault.status(502, { family: "edge" }),
    "503": Fault.status(503),
    "504": Fault.status(504),
    "a refused connection": Fault.refused,
    "a reset connection": Fault.reset,
    "a lost answer": Fault.lostAnswer,
    "a host name that isn't found": Fault.noAnswer("EAI_AGAIN"),
    "a body that breaks off": Fault.resetBody(20),
    "a body that is cut": Fault.truncate(20),
    "a 503 whose body breaks off": Fault.all(Fault.resetBody(5), Fault.status(503)),
    "a hang": Fault.hang
  }

  for (const [name, fault] of Object.entries(passing)) {
    it.effect(`is sent again after ${name}`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* inject(fault)
        const { exit } = yield* call()
        assert.isTrue(Exit.isSuccess(exit))
        assert.strictEqual(yield* count, 2)
        assert.strictEqual(yield* inFlight, 0)
      }).pipe(Effect.provide(inMemory())))

    it.effect(`is sent five times where each ends in ${name}`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* inject(fault, Infinity)
        assert.isTrue(Exit.isFailure((yield* call()).exit))
        assert.strictEqual(yield* count, 5)
        assert.strictEqual(yield* inFlight, 0)
      }).pipe(Effect.provide(inMemory())))
  }

  const lasting: Readonly<Record<string, Fault.Fault>> = {
    ...Object.fromEntries(
      [300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 409, 410, 413, 418, 422, 425, 451, 499]
        .map((status) => [String(status), Fault.status(status, { headers: { "Retry-After": "1" } })])
    ),
    "a redirect": Fault.redirect("https://evil.example"),
    "403 from the edge": Fault.status(403, { family: "edge" }),
    "403 as HTML": Fault.html(403),
    "an HTML page with 200": Fault.html(),
    "an empty object": Fault.body("{}"),
    "an empty body": Fault.body("")
  }

  for (const [name, fault] of Object.entries(lasting)) {
    it.effect(`is not sent again after ${name}`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* inject(fault)
        const { exit, took } = yield* call()
        assert.isTrue(Exit.isFailure(exit))
        assert.strictEqual(took, 0)
        assert.strictEqual(yield* count, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("ends at the first success in the middle of its retries", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* inject(Fault.status(503))
      yield* inject(tooMany(3))
      const { exit, took } = yield* call()
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual((yield* requests).map(({ status }) => status), [503, 429, 200])
      const [first, second] = yield* gaps
      assert.strictEqual(took, first! + second!)
    }).pipe(Effect.provide(inMemory())))

  it.effect("ends at the first error that can't pass", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503))
      yield* inject(Fault.reset)
      yield* inject(Fault.status(403))
      assertTag(yield* callError(), "DatadogForbidden")
      assert.strictEqual(yield* count, 3)
    }).pipe(Effect.provide(inMemory())))

  it.effect("fails with the last error, not the first", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), 4)
      yield* inject(Fault.status(429))
      assertTag(yield* callError(), "DatadogTooManyRequests")
    }).pipe(Effect.provide(inMemory())))

  it.effect("waits for the rate limit of the fake's own window, and no longer than a tenth more", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* addReport
      yield* TestClock.setTime(4000)
      yield* fake.useRateLimit(100)
      const { exit, took } = yield* call()
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual((yield* requests).map(({ status }) => status), [429, 200])
      assert.isAtLeast(took, 6000)
      assert.isAtMost(took, 6600)
    }).pipe(Effect.provide(inMemory({}, { rateLimit: { limit: 100, period: "10 seconds", name: "slo_report" } }))))

  it.effect("still heeds a 429 whose body never ends", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* inject(Fault.all(Fault.stall(5), tooMany(60)))
      yield* call()
      const [gap] = yield* gaps
      assert.isAtLeast(gap!, 60_000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is not sent again after a 403 whose body never ends", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* inject(Fault.all(Fault.stall(5), Fault.status(403)))
      assertTag(yield* callError(), "DatadogForbidden")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(inMemory())))
})

describe("the number of requests", () => {
  const faults = {
    unavailable: Fault.status(503),
    tooMany: tooMany(2),
    reset: Fault.reset,
    timeout: Fault.status(408),
    brokenBody: Fault.resetBody(10),
    hang: Fault.hang
  }

  const trouble = Schema.Array(Schema.Literals(["unavailable", "tooMany", "reset", "timeout", "brokenBody", "hang"]))
    .check(Schema.isMaxLength(8))

  const times = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 }))

  it.effect.prop(
    "is one more than the retries, whatever the trouble",
    { trouble, times },
    ({ times, trouble }) =>
      Effect.gen(function*() {
        yield* addReport
        yield* Effect.forEach(trouble, (name) => inject(faults[name]))
        const { exit } = yield* call()
        assert.strictEqual(yield* count, Math.min(trouble.length, times) + 1)
        assert.strictEqual(Exit.isSuccess(exit), trouble.length <= times)
        assert.strictEqual(yield* inFlight, 0)
        // Sent never earlier than told.
        const all = yield* requests
        const between = yield* gaps
        between.forEach((gap, index) => assert.isTrue(all[index]!.status !== 429 || gap >= 2000))
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ times }) }))),
    { arbitrary: { runs: 200 } }
  )

  it.effect("is five by default where 503s, 429s and resets alternate", () =>
    Effect.gen(function*() {
      for (const _ of [1, 2, 3]) {
        yield* inject(Fault.status(503))
        yield* inject(tooMany(1))
        yield* inject(Fault.reset)
      }
      yield* call()
      assert.strictEqual(yield* count, 5)
    }).pipe(Effect.provide(inMemory())))
})

describe("RetryPolicy.Current", () => {
  it.effect("with RetryPolicy.none makes a call one request", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), Infinity)
      const error = yield* Effect.flip(getStatus())
      assertTag(error, "DatadogServerError")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provideService(RetryPolicy.Current, RetryPolicy.none), Effect.provide(inMemory())))

  it.effect("overrides the client's own policy, for the effect that it is provided to", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), Infinity)
      yield* call().pipe(Effect.provideService(RetryPolicy.Current, RetryPolicy.make({ times: 1 })))
      assert.strictEqual(yield* count, 2)
      yield* call()
      assert.strictEqual(yield* count, 2 + 4)
      yield* call().pipe(Effect.provideService(RetryPolicy.Current, RetryPolicy.default))
      assert.strictEqual(yield* count, 6 + 5)
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ times: 3 }) }))))

  it.effect("is read at each call, not where the client is made", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), Infinity)
      const client = yield* SloReportClient.SloReportClient
      yield* Effect.provideService(Effect.flip(client.getReportStatus("abc")), RetryPolicy.Current, RetryPolicy.none)
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.default }))))

  it.effect("gives way to the client's own policy where it is undefined", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), Infinity)
      yield* Effect.provideService(Effect.flip(getStatus()), RetryPolicy.Current, undefined)
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))
})

describe("a schedule of the user's own", () => {
  const seenBy = (seen: Array<string>) =>
    Schedule.recurs(3).pipe(
      Schedule.setInputType<DatadogError.DatadogError>(),
      Schedule.tap(({ input }) => Effect.sync(() => seen.push(input._tag)))
    )

  it.effect("decides how often and when", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), Infinity)
      yield* call()
      assert.deepStrictEqual(yield* gaps, [10_000, 10_000])
    }).pipe(Effect.provide(inMemory({ retry: Schedule.max([Schedule.recurs(2), Schedule.spaced("10 seconds")]) }))))

  it.effect("may retry at once", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), Infinity)
      assert.strictEqual((yield* call()).took, 0)
      assert.strictEqual(yield* count, 4)
    }).pipe(Effect.provide(inMemory({ retry: Schedule.recurs(3) }))))

  it.effect("retries at once ten times, then every 100 ms", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), 13)
      assert.strictEqual((yield* call()).took, 300)
      assert.deepStrictEqual(yield* gaps, [...Array.from({ length: 10 }, () => 0), 100, 100, 100])
    }).pipe(Effect.provide(inMemory({ retry: Schedule.forever }))))

  it.effect("is never earlier than the hint", () =>
    Effect.gen(function*() {
      yield* inject(tooMany(7), 2)
      yield* inject(Fault.status(503, { headers: { "Retry-After": "4" } }))
      yield* call()
      assert.deepStrictEqual(yield* gaps, [7000, 7000, 4000])
    }).pipe(Effect.provide(inMemory({ retry: Schedule.recurs(3) }))))

  it.effect("keeps its own delay where that is longer than the hint", () =>
    Effect.gen(function*() {
      yield* inject(tooMany(7))
      yield* call()
      assert.deepStrictEqual(yield* gaps, [10_000])
    }).pipe(Effect.provide(inMemory({ retry: Schedule.spaced("10 seconds") }))))

  for (const status of [302, 400, 401, 403, 404, 418]) {
    it.effect(`never retries a ${status}`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.status(status), Infinity)
        assert.strictEqual((yield* call()).took, 0)
        assert.strictEqual(yield* count, 1)
      }).pipe(Effect.provide(inMemory({ retry: Schedule.forever }))))
  }

  it.effect("never retries an answer that is not the promised one", () =>
    Effect.gen(function*() {
      yield* inject(Fault.body("{}"), Infinity)
      yield* call()
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(inMemory({ retry: Schedule.forever }))))

  it.effect("sees the errors", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503))
      yield* inject(Fault.status(429), Infinity)
      yield* call()
      assert.strictEqual(yield* count, 2)
    }).pipe(Effect.provide(inMemory({
      retry: Schedule.forever.pipe(
        Schedule.setInputType<DatadogError.DatadogError>(),
        Schedule.while(({ input }) => input._tag === "DatadogServerError")
      )
    }))))

  it.effect("is stepped with every error that may be retried, and with no other", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      yield* Effect.gen(function*() {
        yield* inject(Fault.status(503))
        yield* inject(Fault.reset)
        yield* inject(Fault.status(404))
        yield* call()
      }).pipe(Effect.provide(inMemory({ retry: seenBy(seen) })))
      assert.deepStrictEqual(seen, ["DatadogServerError", "DatadogTransportError"])
    }))
})

describe("an attempt that takes too long", () => {
  // The status answer has about 130 bytes.
  const slow = (bytes: number) => Fault.slowBody({ bytes, gap: "1 second" })

  const slowFaults: Readonly<Record<string, Fault.Fault>> = {
    "no answer": Fault.hang,
    "a late answer": Fault.latency("31 seconds"),
    "a slow body": slow(1),
    "a body that stops": Fault.stall(10),
    "an answer and a body that are slow together": Fault.all(Fault.latency("20 seconds"), slow(10))
  }

  for (const [name, fault] of Object.entries(slowFaults)) {
    it.effect(`is cut after 30 s by default: ${name}`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* inject(fault)
        const { exit, took } = yield* call()
        const error = failureOf(exit)
        assertTag(error, "DatadogTransportError")
        assert.strictEqual(error.reason, "timeout")
        assert.include(error.message, "attemptTimeout")
        assert.strictEqual(took, 30_000)
        assert.strictEqual(yield* inFlight, 0)
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))
  }

  for (const [name, fault] of Object.entries({ latency: Fault.latency("29 seconds"), "a slow body": slow(5) })) {
    it.effect(`is not one that ends in time: ${name}`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* inject(fault)
        const { exit, took } = yield* call()
        assert.isTrue(Exit.isSuccess(exit))
        assert.isAtLeast(took, 20_000)
        assert.isBelow(took, 30_000)
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))
  }

  it.effect("is cut after the time limit that is given", () =>
    Effect.gen(function*() {
      yield* inject(Fault.hang)
      assert.strictEqual((yield* call()).took, 5000)
    }).pipe(Effect.provide(inMemory({ attemptTimeout: "5 seconds", retry: RetryPolicy.none }))))

  it.effect("may take long", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* inject(Fault.latency("10 hours"))
      const { exit, took } = yield* call()
      assert.isTrue(Exit.isSuccess(exit))
      assert.strictEqual(took, Duration.toMillis("10 hours"))
    }).pipe(Effect.provide(inMemory({ attemptTimeout: "11 hours", retry: RetryPolicy.none }))))

  it.effect("counts as one that may be retried, and the limit is each attempt's own", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* inject(Fault.hang, 2)
      yield* inject(slow(1))
      yield* inject(Fault.latency("4 seconds"))
      const { exit } = yield* call()
      assert.isTrue(Exit.isSuccess(exit))
      const all = yield* gaps
      assert.strictEqual(all.length, 3)
      all.forEach((gap, retry) => {
        assert.isAtLeast(gap, 5000)
        assert.isAtMost(gap, 5000 + 500 * 2 ** retry)
      })
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory({ attemptTimeout: "5 seconds" }))))
})

describe("interrupting a call", () => {
  const moments: Readonly<Record<string, readonly [fault: Fault.Fault, after: Duration.Input]>> = {
    "in the sleep before a retry": [tooMany(60), "10 seconds"],
    "in a backoff": [Fault.status(503), 0],
    "while no answer comes": [Fault.hang, "10 seconds"],
    "while the answer is late": [Fault.latency("20 seconds"), "10 seconds"],
    "in the middle of a body": [Fault.stall(20), "10 seconds"],
    "in a slow body": [Fault.slowBody({ bytes: 1, gap: "1 second" }), "10 seconds"],
    "in the body of an error": [Fault.all(Fault.stall(20), Fault.status(503)), "10 seconds"]
  }

  for (const [name, [fault, after]] of Object.entries(moments)) {
    it.effect(`ends it at once and leaves nothing, ${name}`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* inject(fault, Infinity)
        const { clock, pending } = yield* countSleeps
        const fiber = yield* Effect.provideService(begin(), Clock.Clock, clock)
        yield* TestClock.adjust(after)
        assert.isUndefined(fiber.pollUnsafe())
        assert.isAtLeast(pending(), 1)
        const interrupted = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
        assert.isDefined(interrupted.pollUnsafe(), "nothing had to be waited for")
        assert.strictEqual(yield* inFlight, 0)
        assert.strictEqual(pending(), 0, "no timer is left")
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* count, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  for (const [name, fault] of Object.entries({ "a success": Fault.headers({}), "a failure": Fault.status(404) })) {
    it.effect(`is not needed to end its timers: ${name} leaves none`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* inject(Fault.status(503))
        yield* inject(fault)
        const { clock, pending } = yield* countSleeps
        const fiber = yield* Effect.provideService(begin(), Clock.Clock, clock)
        yield* TestClock.adjust("1 second")
        assert.isDefined(fiber.pollUnsafe())
        assert.strictEqual(pending(), 0)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is what a timeout of the user's does", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* inject(Fault.hang)
      const fiber = yield* Effect.forkChild(Effect.timeoutOption(getStatus(), "3 seconds"))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual(yield* inFlight, 0)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(inMemory())))
})
