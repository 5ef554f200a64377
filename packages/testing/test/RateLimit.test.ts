import { FakeDatadog, RateLimit } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Record } from "effect"
import { TestClock } from "effect/testing"
import { call, create, keys, statusPath, unknownId } from "./support.ts"

const ask = call(statusPath(unknownId))

const limits = (headers: Record<string, string>) =>
  Record.mapKeys(
    Record.filter(headers, (_, name) => name.startsWith("x-ratelimit-")),
    (name) => name.replace("x-ratelimit-", "")
  )

describe("rate limits", () => {
  it.effect("five headers go with 200, 400 and 404", () =>
    Effect.gen(function*() {
      const expected = { limit: "100", period: "10", remaining: "99", reset: "10", name: "slo_report" }
      assert.deepStrictEqual(limits((yield* create()).headers), expected)
      assert.deepStrictEqual(limits((yield* create({ interval: "x" })).headers), { ...expected, remaining: "98" })
      assert.deepStrictEqual(limits((yield* ask).headers), { ...expected, remaining: "97" })
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a window used up answers 429 in Datadog's words until the calendar's next window begins", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("27500 millis")
      const seen: Array<unknown> = []
      for (const pause of [0, 0, 0, 2499, 1, 0, 0]) {
        yield* TestClock.adjust(pause)
        const { headers, status } = yield* ask
        seen.push([status, headers["x-ratelimit-remaining"], headers["x-ratelimit-reset"]])
      }
      assert.deepStrictEqual(seen, [
        [404, "1", "3"],
        [404, "0", "3"],
        [429, "0", "3"],
        [429, "0", "1"],
        [404, "1", "10"],
        [404, "0", "10"],
        [429, "0", "10"]
      ])
      const { body, headers } = yield* ask
      assert.strictEqual(
        body,
        "{\"errors\":[\"Rate limit of 2 requests in 10 seconds reached. Please try again later.\"]}"
      )
      assert.strictEqual(headers["content-type"], "application/json")
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ rateLimit: { limit: 2, period: "10 seconds", name: "x" } }))))

  it.effect("refused keys are neither counted nor told the limit", () =>
    Effect.gen(function*() {
      const refused = yield* call(statusPath(unknownId), { headers: { ...keys, "dd-api-key": "wrong" } })
      assert.deepStrictEqual([refused.status, limits(refused.headers)], [403, {}])
      assert.strictEqual((yield* ask).headers["x-ratelimit-remaining"], "99")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("other clients' requests count", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.useRateLimit(99)
      assert.strictEqual((yield* ask).status, 404)
      assert.strictEqual((yield* ask).status, 429)
      yield* TestClock.adjust("10 seconds")
      yield* fake.useRateLimit(1000, "create")
      assert.strictEqual((yield* ask).status, 429)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("an operation may have a rule of its own; rules of one name share their count", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const rule = { limit: 3, period: "1 minute", name: "writes" } as const
      yield* fake.setRateLimit(rule, "create")
      assert.deepInclude(limits((yield* create()).headers), { name: "writes", remaining: "2", period: "60" })
      assert.deepInclude(limits((yield* ask).headers), { name: "slo_report", remaining: "99" })
      yield* fake.setRateLimit({ ...rule, limit: 5 }, "status")
      assert.deepInclude(limits((yield* ask).headers), { name: "writes", limit: "5", remaining: "3" })
      yield* fake.setRateLimit(false, "status")
      assert.deepStrictEqual(limits((yield* ask).headers), {})
      yield* fake.setRateLimit(RateLimit.standard)
      assert.deepInclude(limits((yield* create()).headers), { name: "slo_report", remaining: "98" })
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("without a rule there is no limit and no header", () =>
    Effect.gen(function*() {
      const answers = yield* Effect.all(Array.from({ length: 200 }, () => ask))
      assert.isTrue(
        answers.every((answer) => answer.status === 404 && Object.keys(limits(answer.headers)).length === 0)
      )
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ rateLimit: false }))))

  it("the reset is a whole number of seconds from 1 to the period at every moment", () => {
    const counter = RateLimit.makeCounter()
    for (const seconds of [1, 10, 60, 300, 3600]) {
      const rule = { limit: 1, period: `${seconds} seconds`, name: "x" } as const
      for (let now = 1_700_000_000_000; now < 1_700_000_000_000 + seconds * 2000; now += 333) {
        const { reset } = counter.window(rule, now)
        assert.isTrue(Number.isInteger(reset) && reset >= 1 && reset <= seconds, `${reset} of ${seconds}`)
        assert.strictEqual(Math.floor((now + reset * 1000) / (seconds * 1000)), Math.floor(now / (seconds * 1000)) + 1)
      }
    }
  })
})
