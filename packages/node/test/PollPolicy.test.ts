import { SloReport } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Pull, Random, Schedule } from "effect"
import { PollPolicy } from "../src/index.ts"
import { withChance } from "./utils/wait.ts"

const report = SloReport.fromStatus(SloReport.ReportId.make("a-report"), "in_progress")

interface Step {
  readonly age: number
  readonly interval: number
}

// Steps a policy as a wait does: after an answer, with the report, for so long in virtual time.
const walk = Effect.fnUntraced(
  function*(policy: PollPolicy.PollPolicy, during: Duration.Input, latency = 0, start = 1_700_000_000_000) {
    const next = yield* Schedule.toStep(policy)
    const steps: Array<Step> = []
    const end = start + Duration.toMillis(during)
    let now: number | undefined = start
    while (now !== undefined && now < end) {
      const at: number = now
      now = yield* Pull.matchEffect(next(at, report), {
        onSuccess: ([, delay]) =>
          Effect.sync(() => {
            const interval = Duration.toMillis(delay)
            steps.push({ age: at - start, interval })
            return at + interval + latency
          }),
        onFailure: Effect.failCause,
        onDone: () => Effect.undefined
      })
    }
    return steps
  }
)

const clamped = (age: number, factor = 1, min = 1000, max = 30_000) =>
  Math.min(max, Math.max(min, factor * Math.sqrt(age / 1000) * 1000))

const seeds = Array.from({ length: 100 }, (_, seed) => seed)

describe("the default policy", () => {
  it.effect("keeps every interval of an hour within 10 % of clamp(√t, 1 s, 30 s), whatever the seed", () =>
    Effect.forEach(seeds, (seed) =>
      Effect.gen(function*() {
        const steps = yield* walk(PollPolicy.default, "1 hour", seed % 5 * 100)
        for (const { age, interval } of steps) {
          // Half a millisecond is for the rounding to whole ones.
          assert.isAtLeast(interval, clamped(age) * 0.9 - 0.5, `at ${age}`)
          assert.isAtMost(interval, clamped(age) * 1.1 + 0.5, `at ${age}`)
        }
        assert.isAtLeast(steps.at(-1)?.age ?? 0, 3_500_000)
      }).pipe(Random.withSeed(seed))))

  it.effect("is exactly √t seconds since the first answer where chance is in the middle", () =>
    Effect.gen(function*() {
      const steps = yield* walk(PollPolicy.default, "10 seconds")
      assert.deepStrictEqual(steps, [
        { age: 0, interval: 1000 },
        { age: 1000, interval: 1000 },
        { age: 2000, interval: 1414 },
        { age: 3414, interval: 1848 },
        { age: 5262, interval: 2294 },
        { age: 7556, interval: 2749 }
      ])
    }).pipe(withChance(0.5)))

  for (const [chance, factor] of [[0, 0.9], [1, 1.1]] as const) {
    it.effect(`is ${factor} times as long where chance is ${chance}`, () =>
      Effect.gen(function*() {
        for (const { age, interval } of yield* walk(PollPolicy.default, "1 hour")) {
          assert.closeTo(interval, clamped(age) * factor, 0.5)
        }
      }).pipe(withChance(chance)))
  }

  it.effect("uses all of its jitter, evenly", () =>
    Effect.gen(function*() {
      const ratios = (yield* Effect.forEach(seeds, (seed) => Random.withSeed(walk(PollPolicy.default, "1 hour"), seed)))
        .flat()
        .map(({ age, interval }) => interval / clamped(age))
      assert.isAbove(ratios.length, 10_000)
      assert.isBelow(Math.min(...ratios.slice(0, 10_000)), 0.905)
      assert.isAbove(Math.max(...ratios.slice(0, 10_000)), 1.095)
      assert.closeTo(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length, 1, 0.005)
    }))

  it.effect("makes 16 polls in the first minute, and 2 a minute where it has grown to its maximum", () =>
    Effect.gen(function*() {
      const steps = yield* walk(PollPolicy.default, "20 minutes")
      const within = (from: number, to: number) => steps.filter(({ age }) => age >= from && age < to).length
      assert.deepStrictEqual([within(0, 60_000), within(1_080_000, 1_200_000)], [16, 4])
    }).pipe(withChance(0.5)))

  it.effect("begins anew in every wait", () =>
    Effect.gen(function*() {
      yield* walk(PollPolicy.default, "1 hour")
      const [first, second] = yield* walk(PollPolicy.default, "1 hour", 0, 1_800_000_000_000)
      assert.deepStrictEqual([first?.interval, second?.interval], [1000, 1000])
    }).pipe(withChance(0.5)))
})

describe("sqrt", () => {
  it.effect("takes a factor and bounds, in any form of a duration", () =>
    Effect.gen(function*() {
      const policy = PollPolicy.sqrt({ factor: 2, min: 3000, max: Duration.seconds(10) })
      for (const { age, interval } of yield* walk(policy, "10 minutes")) {
        assert.isAtLeast(interval, clamped(age, 2, 3000, 10_000) * 0.9 - 0.5)
        assert.isAtMost(interval, clamped(age, 2, 3000, 10_000) * 1.1 + 0.5)
      }
    }))

  it.effect("keeps the defaults that options leave out", () =>
    Effect.gen(function*() {
      const ends = (options: Parameters<typeof PollPolicy.sqrt>[0]) =>
        Effect.map(walk(PollPolicy.sqrt(options), "2 hours"), (steps) => [steps[0]?.interval, steps.at(-1)?.interval])
      assert.deepStrictEqual(yield* ends({}), [1000, 30_000])
      assert.deepStrictEqual(yield* ends({ min: undefined, max: undefined, factor: undefined }), [1000, 30_000])
      assert.deepStrictEqual(yield* ends({ min: "2 seconds" }), [2000, 30_000])
      assert.deepStrictEqual(yield* ends({ max: "1 minute" }), [1000, 60_000])
      assert.deepStrictEqual(yield* ends({ factor: 0 }), [1000, 1000])
    }).pipe(withChance(0.5)))
})

describe("fixed", () => {
  it.effect("is the same interval for ever, without jitter", () =>
    Effect.gen(function*() {
      const steps = yield* walk(PollPolicy.fixed("7 seconds"), "1 hour", 1300)
      assert.deepStrictEqual([...new Set(steps.map(({ interval }) => interval))], [7000])
    }))
})

describe("a policy that would flood, or never poll", () => {
  const notSet = Number(process.env["POLL_SECONDS_THAT_NOBODY_SET"]) * 1000

  const refused: Record<string, readonly [make: () => PollPolicy.PollPolicy, message: string]> = {
    "fixed with a variable that is not set": [
      () => PollPolicy.fixed(notSet),
      "PollPolicy.fixed: interval must be a finite duration of at least 100 ms, got NaN ms"
    ],
    "fixed with 0": [() => PollPolicy.fixed(0), "fixed: interval must be .* at least 100 ms, got 0 ms"],
    "fixed with -1": [() => PollPolicy.fixed(-1), "at least 100 ms, got -1 ms"],
    "fixed with -Infinity": [() => PollPolicy.fixed("-Infinity"), "at least 100 ms, got -Infinity"],
    "fixed with Infinity": [() => PollPolicy.fixed(Infinity), "a finite duration .*, got Infinity ms"],
    "fixed with \"Infinity\"": [() => PollPolicy.fixed("Infinity"), "a finite duration .*, got Infinity"],
    "fixed with 5, for seconds": [() => PollPolicy.fixed(5), "at least 100 ms, got 5 ms"],
    "fixed with 99 ms": [() => PollPolicy.fixed("99 millis"), "at least 100 ms, got 99 millis"],
    "fixed with seconds that are no number": [
      () => PollPolicy.fixed({ seconds: Number.NaN }),
      "at least 100 ms, got {\"seconds\":null}"
    ],
    "fixed with a pair that is no number": [() => PollPolicy.fixed([Number.NaN, 0]), "at least 100 ms, got"],
    "fixed with a Duration of no number": [() => PollPolicy.fixed(Duration.millis(notSet)), "at least 100 ms, got 0"],
    "fixed with bigint nanoseconds": [() => PollPolicy.fixed(5000n), "at least 100 ms, got 5000"],
    "sqrt with a factor that is no number": [
      () => PollPolicy.sqrt({ factor: Number.NaN }),
      "PollPolicy.sqrt: factor must be a finite number, 0 or more, got NaN"
    ],
    "sqrt with a negative factor": [() => PollPolicy.sqrt({ factor: -1 }), "factor must be .*, got -1"],
    "sqrt with an endless factor": [() => PollPolicy.sqrt({ factor: Infinity }), "factor must be .*, got Infinity"],
    "sqrt with a minimum of 0": [
      () => PollPolicy.sqrt({ min: 0 }),
      "PollPolicy.sqrt: min must be a finite duration of at least 100 ms, got 0 ms"
    ],
    "sqrt with a minimum that is no number": [() => PollPolicy.sqrt({ min: notSet }), "min must be .*, got NaN ms"],
    "sqrt with an endless minimum": [
      () => PollPolicy.sqrt({ min: "Infinity", max: "Infinity" }),
      "min must be a finite"
    ],
    "sqrt with a maximum that is no number": [() => PollPolicy.sqrt({ max: notSet }), "max must be .*, got NaN ms"],
    "sqrt with a maximum below the minimum": [
      () => PollPolicy.sqrt({ min: "1 minute", max: "10 seconds" }),
      "PollPolicy.sqrt: max must be a duration of at least 60000 ms, got 10 seconds"
    ],
    "sqrt with a maximum below the default minimum": [
      () => PollPolicy.sqrt({ max: "500 millis" }),
      "max must be a duration of at least 1000 ms, got 500 millis"
    ]
  }

  for (const [name, [make, message]] of Object.entries(refused)) {
    it(`is refused when it is made: ${name}`, () => {
      assert.throws(make, RangeError, new RegExp(message))
    })
  }

  it.effect("is none at the bounds themselves", () =>
    Effect.gen(function*() {
      const [first] = yield* walk(PollPolicy.fixed("100 millis"), "1 second")
      assert.strictEqual(first?.interval, 100)
      const steps = yield* walk(PollPolicy.sqrt({ min: "100 millis", max: "100 millis" }), "1 second")
      assert.deepStrictEqual([...new Set(steps.map(({ interval }) => interval))], [100])
      const endless = yield* walk(PollPolicy.sqrt({ max: "Infinity" }), "10 days")
      assert.isAbove(endless.at(-1)?.interval ?? 0, 800_000)
    }).pipe(withChance(0.5)))
})

describe("a clock that is set back in the middle of a wait", () => {
  it.effect("makes the next intervals the shortest ones, never none", () =>
    Effect.gen(function*() {
      const next = yield* Schedule.toStep(PollPolicy.default)
      const start = 1_700_000_000_000
      yield* next(start, report)
      const [, delay] = yield* next(start - 3_600_000, report)
      assert.strictEqual(Duration.toMillis(delay), 1000)
    }).pipe(withChance(0.5)))
})
