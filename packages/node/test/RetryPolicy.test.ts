import { DatadogError } from "@effect-datadog/slo-report"
import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Random, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy } from "../src/index.ts"
import { assertTag, call, callError, gaps, inject, requests } from "./utils/client.ts"
import { assertFullJitter, assertWithin, manySeeds, series } from "./utils/fullJitter.ts"
import { inMemory, withChance } from "./utils/wait.ts"

// A day on which epoch seconds and HTTP dates make sense.
const today = Date.UTC(2026, 10, 24, 12)

const inSeconds = (seconds: number) => String(today / 1000 + seconds)

const httpDate = (seconds: number) => new Date(today + seconds * 1000).toUTCString()

type Headers = Readonly<Record<string, string | ReadonlyArray<string>>>

const seeds = Array.from({ length: 20 }, (_, index) => `seed ${index}`)

// The delay before the one retry, for every seed.
const delays = (status: number, headers: Headers, retry = RetryPolicy.default) =>
  Effect.forEach(seeds, (seed) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(today)
      yield* inject(Fault.status(status, { headers }))
      yield* Random.withSeed(call(), seed)
      const all = yield* gaps
      assert.strictEqual(all.length, 1, "one retry")
      return all[0]!
    }).pipe(Effect.provide(inMemory({ retry }))))

// The values differ, and come near both ends.
const assertFills = (values: ReadonlyArray<number>, min: number, max: number) => {
  assertWithin(values, min, max)
  const share = (value: number) => (value - min) / (max - min)
  assert.isBelow(share(Math.min(...values)), 0.15)
  assert.isAbove(share(Math.max(...values)), 0.85)
}

describe("the delay before a retry after a 429", () => {
  const sevenSeconds: Readonly<Record<string, Headers>> = {
    "X-RateLimit-Reset": { "X-RateLimit-Reset": "7" },
    "x-ratelimit-reset in lower case": { "x-ratelimit-reset": "7" },
    "X-RateLimit-Reset with spaces": { "X-RateLimit-Reset": " 7 " },
    "X-RateLimit-Reset sent twice": { "X-RateLimit-Reset": ["7", "7"] },
    "X-RateLimit-Reset sent twice with different values": { "X-RateLimit-Reset": ["3", "7"] },
    "X-RateLimit-Reset sent twice, joined": { "X-RateLimit-Reset": "7, 7" },
    "X-RateLimit-Reset sent twice, joined without a space": { "X-RateLimit-Reset": "7,7" },
    "X-RateLimit-Reset in epoch seconds": { "X-RateLimit-Reset": inSeconds(7) },
    "X-RateLimit-Reset in epoch seconds, sent twice": { "X-RateLimit-Reset": [inSeconds(7), inSeconds(7)] },
    "Retry-After in seconds": { "Retry-After": "7" },
    "retry-after in lower case": { "retry-after": "7" },
    "Retry-After sent twice": { "Retry-After": ["7", "7"] },
    "Retry-After as a date": { "Retry-After": httpDate(7) },
    "Retry-After before a shorter X-RateLimit-Reset": { "Retry-After": "7", "X-RateLimit-Reset": "3" },
    "Retry-After before a longer X-RateLimit-Reset": { "Retry-After": "7", "X-RateLimit-Reset": "60" },
    "Retry-After as a date before a longer X-RateLimit-Reset": {
      "Retry-After": httpDate(7),
      "X-RateLimit-Reset": "60"
    },
    "X-RateLimit-Reset where Retry-After is junk": { "Retry-After": "soon", "X-RateLimit-Reset": "7" },
    "X-RateLimit-Reset where Retry-After is past": { "Retry-After": httpDate(-7), "X-RateLimit-Reset": "7" },
    "X-RateLimit-Reset where Retry-After is 0": { "Retry-After": "0", "X-RateLimit-Reset": "7" }
  }

  for (const [name, headers] of Object.entries(sevenSeconds)) {
    it.effect(`is 7 s and at most a tenth more, as told by ${name}`, () =>
      Effect.gen(function*() {
        assertFills(yield* delays(429, headers), 7000, 7700)
      }))
  }

  const nothing: Readonly<Record<string, Headers>> = {
    "no header": {},
    "junk": { "X-RateLimit-Reset": "soon" },
    "a number with a unit": { "X-RateLimit-Reset": "7 seconds" },
    "an empty header": { "X-RateLimit-Reset": "" },
    "commas": { "X-RateLimit-Reset": ", ," },
    "0": { "X-RateLimit-Reset": "0" },
    "0, 0": { "X-RateLimit-Reset": ["0", "0"] },
    "a negative number": { "X-RateLimit-Reset": "-7" },
    "1e12": { "X-RateLimit-Reset": "1e12" },
    "1000000000000": { "X-RateLimit-Reset": "1000000000000" },
    "more digits than a number holds": { "X-RateLimit-Reset": "9".repeat(400) },
    "NaN": { "X-RateLimit-Reset": "NaN" },
    "Infinity": { "X-RateLimit-Reset": "Infinity" },
    "0x7": { "X-RateLimit-Reset": "0x7" },
    "epoch seconds that are past": { "X-RateLimit-Reset": inSeconds(-7) },
    "a date that is past": { "Retry-After": httpDate(-7) },
    "a date of now": { "Retry-After": httpDate(0) },
    "a date that does not exist": { "Retry-After": "Mon, 99 Nov 2026 99:99:99 GMT" },
    "a negative Retry-After": { "Retry-After": "-7" },
    "a Retry-After of 1e12": { "Retry-After": "1e12" },
    "only a period and nothing remaining": { "X-RateLimit-Period": "60", "X-RateLimit-Remaining": "0" }
  }

  for (const [name, headers] of Object.entries(nothing)) {
    it.effect(`is the plain backoff where the headers tell nothing: ${name}`, () =>
      Effect.gen(function*() {
        assertFills(yield* delays(429, headers), 0, 500)
      }))
  }

  it.effect("has a jitter of at most 2 s over a long hint", () =>
    Effect.gen(function*() {
      assertFills(yield* delays(429, { "X-RateLimit-Reset": "100" }), 100_000, 102_000)
    }))

  it.effect("is the backoff where that is longer than the hint, and never shorter than the hint", () =>
    Effect.gen(function*() {
      const values = yield* delays(429, { "X-RateLimit-Reset": "1" }, RetryPolicy.make({ base: "4 seconds" }))
      assertWithin(values, 1000, 4100)
      assert.isAbove(Math.max(...values), 3000)
      assert.isAbove(values.filter((value) => value <= 1100).length, 2)
    }))
})

describe("the delay before a retry after a 5xx", () => {
  for (const status of [408, 500, 502, 503, 504]) {
    it.effect(`${status} is what Retry-After tells, in seconds or as a date`, () =>
      Effect.gen(function*() {
        assertFills(yield* delays(status, { "Retry-After": "7" }), 7000, 7700)
        assertFills(yield* delays(status, { "Retry-After": httpDate(7) }), 7000, 7700)
      }))

    it.effect(`${status} has nothing to do with X-RateLimit-Reset`, () =>
      Effect.gen(function*() {
        assertFills(yield* delays(status, { "X-RateLimit-Reset": "7" }), 0, 500)
      }))
  }
})

describe("the backoff", () => {
  it.effect("is full jitter under 0.5, 1, 2 and 4 s by default, after 503", () =>
    Effect.gen(function*() {
      assertFullJitter(yield* series(Fault.status(503), undefined), [500, 1000, 2000, 4000])
    }))

  it.effect("has the base and the cap that it is given", () =>
    Effect.gen(function*() {
      const retry = RetryPolicy.make({ times: 5, base: "2 seconds", cap: Duration.seconds(10) })
      assertFullJitter(yield* series(Fault.reset, retry), [2000, 4000, 8000, 10_000, 10_000])
    }))

  it.effect("stays at its cap however often it retries", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), Infinity)
      yield* call()
      const all = yield* gaps
      assert.strictEqual(all.length, 2000)
      assertWithin(all, 0, 100)
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ times: 2000, base: 1, cap: 100 }) }))))

  it.effect("counts every retry, those after a hint too", () =>
    Effect.gen(function*() {
      const last = yield* Effect.forEach(manySeeds, (seed) =>
        Effect.gen(function*() {
          yield* inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "60" } }), 3)
          yield* inject(Fault.status(503))
          yield* Random.withSeed(call(), seed)
          return (yield* gaps)[3]!
        }).pipe(Effect.provide(inMemory())))
      assertFills(last, 0, 4000)
    }))
})

describe("a hint beyond maxWait", () => {
  for (
    const [status, headers] of [
      [429, { "X-RateLimit-Reset": "121" }],
      [429, { "X-RateLimit-Reset": "3493" }],
      [429, { "Retry-After": "121" }],
      [429, { "Retry-After": "86400", "X-RateLimit-Reset": "1" }],
      [429, { "Retry-After": httpDate(121) }],
      [429, { "X-RateLimit-Reset": inSeconds(121) }],
      [503, { "Retry-After": "121" }],
      [408, { "Retry-After": httpDate(3600) }]
    ] as const
  ) {
    it.effect(`fails at once and carries the time: ${status} with ${JSON.stringify(headers)}`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(today)
        yield* inject(Fault.status(status, { headers }))
        const { took } = yield* Effect.map(call(), (called) => called)
        assert.strictEqual(took, 0)
        assert.strictEqual((yield* requests).length, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is in the error, as a duration and in its message", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "3493" } }))
      const tooMany = yield* callError()
      assertTag(tooMany, "DatadogTooManyRequests")
      assert.deepStrictEqual(tooMany.retryAfter, Duration.seconds(3493))
      assert.include(tooMany.message, "58m 13s")
      yield* inject(Fault.status(503, { headers: { "Retry-After": "600" } }))
      const outage = yield* callError()
      assertTag(outage, "DatadogServerError")
      assert.deepStrictEqual(outage.retryAfter, Duration.minutes(10))
    }).pipe(Effect.provide(inMemory())))

  it.effect("ends the retries also after some of them", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), 2)
      yield* inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "600" } }))
      const error = yield* callError()
      assertTag(error, "DatadogTooManyRequests")
      assert.strictEqual((yield* requests).length, 3)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is one that is longer: the very same is waited for", () =>
    Effect.gen(function*() {
      assertWithin(yield* delays(429, { "X-RateLimit-Reset": "120" }), 120_000, 122_000)
    }))

  it.effect("is measured by the maxWait that is given", () =>
    Effect.gen(function*() {
      const retry = RetryPolicy.make({ maxWait: "1 hour" })
      assertWithin(yield* delays(429, { "X-RateLimit-Reset": "3600" }, retry), 3_600_000, 3_602_000)
      yield* Effect.gen(function*() {
        yield* inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "6" } }))
        const { took } = yield* call()
        assert.strictEqual(took, 0)
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ maxWait: "5 seconds" }) })))
    }))
})

describe("a policy of RetryPolicy.make", () => {
  for (const times of [0, 1, 2, 4, 7]) {
    it.effect(`retries ${times} times`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.status(503), Infinity)
        assertTag(yield* callError(), "DatadogServerError")
        assert.strictEqual((yield* requests).length, times + 1)
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ times }) }))))
  }

  it.effect("holds no state: a call does not use up the retries of another", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.status(503), { times: Infinity })
      yield* Effect.all([call(), call(), call()], { concurrency: 3 })
      yield* call()
      assert.strictEqual((yield* requests).length, 4 * 5)
    }).pipe(Effect.provide(inMemory())))

  it("has 4 retries by default, as the default policy", () => assert.isObject(RetryPolicy.default))
})

describe("a policy that would flood, or never retry", () => {
  const notSet = Number(process.env["RETRIES_THAT_NOBODY_SET"])

  const refused: ReadonlyArray<readonly [options: Parameters<typeof RetryPolicy.make>[0], message: string]> = [
    [{ times: notSet }, "RetryPolicy.make: times must be a whole number, 0 or more, or Infinity, got NaN"],
    [{ times: -1 }, "times must be .*, got -1"],
    [{ times: -Infinity }, "times must be .*, got -Infinity"],
    [{ times: 1.5 }, "times must be .*, got 1.5"],
    [{ times: 11, base: 0 }, "times must be a whole number from 0 to 10 where base is 0, got 11"],
    [{ times: Infinity, base: "0 seconds" }, "from 0 to 10 where base is 0, got Infinity"],
    [{ base: notSet }, "RetryPolicy.make: base must be a finite duration of at least 0 ms, got NaN ms"],
    [{ base: -1 }, "base must be .*, got -1 ms"],
    [{ base: "Infinity" }, "base must be a finite duration .*, got Infinity"],
    [{ cap: notSet }, "RetryPolicy.make: cap must be a finite duration of at least 100 ms, got NaN ms"],
    [{ cap: 0 }, "cap must be .*, got 0 ms"],
    [{ cap: "99 millis" }, "cap must be .*, got 99 millis"],
    [{ cap: Duration.infinity }, "cap must be a finite duration .*, got Infinity"],
    [{ maxWait: notSet }, "RetryPolicy.make: maxWait must be a duration of at least 0 ms, got NaN ms"],
    [{ maxWait: { seconds: notSet } }, "maxWait must be .*, got {\"seconds\":null}"],
    [{ maxWait: "-1 seconds" }, "maxWait must be .*, got -1 seconds"]
  ]

  for (const [options, message] of refused) {
    it(`is refused when it is made: ${message.replaceAll(".*", "…")}`, () => {
      assert.throws(() => RetryPolicy.make(options), RangeError, new RegExp(message))
    })
  }

  it.effect("is none where it retries at once, ten times", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), Infinity)
      const { took } = yield* call()
      assert.deepStrictEqual([took, (yield* requests).length], [0, 11])
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ times: 10, base: 0 }) }))))

  it.effect("is none where it waits for no hint, or for every one", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "1" } }))
      assert.strictEqual((yield* call()).took, 0)
      assertWithin(
        yield* delays(429, { "X-RateLimit-Reset": "7200" }, RetryPolicy.make({ maxWait: "Infinity" })),
        7_200_000,
        7_202_000
      )
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ maxWait: 0 }) }))))

  it.effect("computes a delay for every attempt, the ten-thousandth too", () =>
    Effect.gen(function*() {
      const error = new DatadogError.DatadogTransportError({ host: "h", method: "GET", path: "/", reason: "reset" })
      for (const base of ["1 nanos", "500 millis", "1 hour"] as const) {
        const next = yield* Schedule.toStep(RetryPolicy.make({ times: Infinity, base, cap: "1 second" }))
        let delay = Duration.zero
        for (let attempt = 1; attempt <= 10_000; attempt++) [, delay] = yield* next(attempt, error)
        assert.strictEqual(Duration.toMillis(delay), 1000)
      }
    }).pipe(withChance(1)))
})
