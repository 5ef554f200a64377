import { FakeDatadog, type Slo, SloModel } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { call, get, historyPath, seconds, sloPath } from "./support.ts"

const hour = 3600
const day = 24 * hour
const midnight = seconds("2024-01-08T00:00:00Z")

const add = (options: Slo.Options) => FakeDatadog.FakeDatadog.use((fake) => fake.addSlo(options))

const historyOf = Effect.fnUntraced(
  function*(options: Slo.Options, from: number, to: number, more: Record<string, string> = {}) {
    return (yield* get(historyPath(yield* add(options), from, to, more))).data
  }
)

const inMemory = Effect.provide(FakeDatadog.layerMemory())

describe("the history of a metric", () => {
  const model: SloModel.SloModel = { type: "metric", rates: [{ from: 0, good: 3, bad: 1 }] }

  it.effect("has Datadog's form", () =>
    Effect.gen(function*() {
      const id = yield* add({ model, thresholds: [{ timeframe: "7d", target: 95, warning: 98 }] })
      const answer = yield* call(historyPath(id, midnight, midnight + 3 * hour))
      assert.deepStrictEqual([answer.status, answer.headers["content-type"]], [200, "application/json"])
      const { data: slo } = yield* get(sloPath(id))
      const numerator = `sum:slo.good{slo:${id}}.as_count()`
      const denominator = `sum:slo.all{slo:${id}}.as_count()`
      assert.deepStrictEqual(JSON.parse(answer.body), {
        data: {
          thresholds: {
            "7d": { timeframe: "7d", target: 95, target_display: "95.", warning: 98, warning_display: "95." }
          },
          from_ts: midnight,
          to_ts: midnight + 3 * hour,
          type: "metric",
          type_id: 1,
          slo,
          group_by: [],
          series: {
            timing: "0.021",
            res_type: "time_series",
            resp_version: 2,
            query: `${numerator}, ${denominator}`,
            numerator_query: numerator,
            denominator_query: denominator,
            from_date: midnight * 1000,
            to_date: (midnight + 3 * hour) * 1000,
            message: "",
            interval: 7200,
            times: [midnight * 1000, (midnight + 2 * hour) * 1000],
            numerator: { values: [21_600, 10_800], sum: 32_400, count: 2, metadata: { unit: null } },
            denominator: { values: [28_800, 14_400], sum: 43_200, count: 2, metadata: { unit: null } }
          },
          overall: {
            sli_value: 75,
            span_precision: 2,
            precision: { "custom": 0, "7d": 2 },
            corrections: [],
            state: "breached",
            errors: null
          }
        },
        errors: null
      })
    }).pipe(inMemory))

  it.effect("has buckets on multiples of two hours, the first one cut to the five minutes that it begins in", () =>
    Effect.gen(function*() {
      // The times of two recordings of 2024 and 2026.
      const first = yield* historyOf({ model }, 1_704_236_088, 1_704_322_488)
      assert.deepStrictEqual(first.series.times.slice(0, 2), [1_704_235_800_000, 1_704_240_000_000])
      assert.deepStrictEqual([first.series.times.length, first.series.times.at(-1)], [13, 1_704_319_200_000])
      assert.deepStrictEqual([first.series.denominator.values[0], first.series.denominator.values.at(-1)], [
        4 * 4200,
        4 * 3288
      ])
      const second = yield* historyOf({ model }, 1_785_192_228, 1_785_797_028)
      assert.deepStrictEqual(second.series.times.slice(0, 2), [1_785_192_000_000, 1_785_196_800_000])
      const { denominator, numerator } = second.series
      assert.strictEqual(denominator.values.reduce((sum: number, value: number) => sum + value), denominator.sum)
      assert.strictEqual(second.overall.sli_value, 100 * numerator.sum / denominator.sum)
    }).pipe(inMemory))

  it.effect("says in the recorded words that there were no events", () =>
    Effect.gen(function*() {
      const data = yield* historyOf({ model: { type: "metric", rates: [] } }, midnight, midnight + day)
      assert.deepStrictEqual(data.overall, {
        sli_value: null,
        span_precision: 2,
        precision: { "custom": 0, "30d": 2 },
        corrections: [],
        state: "no_data",
        errors: [{ error_type: "ZERO_VALUED_DENOMINATOR", error_message: "The denominator is zero valued" }]
      })
      assert.deepStrictEqual(data.series.numerator.values, Array(12).fill(0))
    }).pipe(inMemory))

  it.effect("applies corrections to the value, not to the buckets, and lists them, unless it is told not to", () =>
    Effect.gen(function*() {
      const rates = [{ from: 0, good: 1, bad: 0 }, { from: midnight, good: 0, bad: 1 }, {
        from: midnight + hour,
        good: 1,
        bad: 0
      }]
      const corrections = [{ from: midnight, to: midnight + hour }, {
        from: midnight + 2 * day,
        to: midnight + 3 * day
      }]
      const options: Slo.Options = { model: { type: "metric", rates, corrections } }
      const { overall, series } = yield* historyOf(options, midnight, midnight + 4 * hour)
      assert.strictEqual(overall.sli_value, 100)
      assert.deepStrictEqual([series.numerator.sum, series.numerator.values], [10_800, [3600, 7200]])
      assert.deepStrictEqual([series.denominator.sum, series.denominator.values], [14_400, [7200, 7200]])
      assert.deepStrictEqual(overall.corrections.map(({ end, start }: any) => [start, end]), [
        [midnight, midnight + hour]
      ])
      const raw = yield* historyOf(options, midnight, midnight + 4 * hour, { apply_correction: "false" })
      assert.deepStrictEqual([raw.overall.sli_value, raw.overall.corrections], [75, []])
    }).pipe(inMemory))

  it.effect("has a threshold and a budget of its own for a target that is asked for", () =>
    Effect.gen(function*() {
      const data = yield* historyOf({ model }, midnight, midnight + day, { target: "50" })
      assert.deepInclude(data.thresholds.custom, { timeframe: "custom", target: 50 })
      assert.deepStrictEqual(data.overall.error_budget_remaining, { custom: 50 })
      const none = yield* historyOf({ model }, midnight, midnight + day, { target: "100" })
      assert.notProperty(none.thresholds, "custom")
    }).pipe(inMemory))

  it.effect("has longer buckets over periods that would have more than 100,000 of them", () =>
    Effect.gen(function*() {
      const { series } = yield* historyOf({ model }, 0, 999_999_999_999)
      assert.isAtMost(series.times.length, 100_001)
      assert.strictEqual(series.interval % 7200, 0)
      assert.strictEqual(series.times[1], series.interval * 1000)
    }).pipe(inMemory))

  it.effect("counts from another boundary where the fake is set up so, as Datadog did until 2022", () =>
    Effect.gen(function*() {
      const { overall, series } = yield* historyOf(
        { model: { type: "metric", rates: [{ from: 0, good: 1, bad: 0 }, { from: midnight + 300, good: 0, bad: 1 }] } },
        midnight + 600,
        midnight + 900
      )
      assert.deepStrictEqual(series.times, [midnight * 1000])
      assert.strictEqual(overall.sli_value, 100 / 3)
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ sloApi: { resolution: "2 hours" } }))))

  it.effect("may have corrections in its buckets, and may not list them: neither was ever recorded", () =>
    Effect.gen(function*() {
      const corrections = [{ from: midnight, to: midnight + hour }]
      const { overall, series } = yield* historyOf(
        { model: { type: "metric", rates: [{ from: 0, good: 1, bad: 0 }], corrections } },
        midnight,
        midnight + 4 * hour
      )
      assert.deepStrictEqual(overall.corrections, [])
      assert.deepStrictEqual(series.denominator.values, [hour, 2 * hour])
      assert.strictEqual(series.denominator.sum, 3 * hour)
    }).pipe(Effect.provide(
      FakeDatadog.layerMemory({ sloApi: { correctionsListed: false, correctionsInBuckets: true } })
    )))

  it.effect("has buckets of another length where the fake is set up so", () =>
    Effect.gen(function*() {
      const data = yield* historyOf({ model }, midnight + hour, midnight + 3 * day)
      assert.strictEqual(data.series.interval, day)
      assert.deepStrictEqual(
        data.series.times,
        [
          midnight + hour,
          midnight + day,
          midnight + 2 * day
        ].map((time) => time * 1000)
      )
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ sloApi: { bucket: "1 day" } }))))
})

describe("the history of a monitor", () => {
  const states: SloModel.Monitor["states"] = [
    { from: midnight - 10 * day, state: "ok" },
    { from: midnight + 7 * hour, state: "alert" },
    { from: midnight + 8 * hour, state: "ok" }
  ]

  it.effect("has transitions, the first one from before it, and a 32-bit value", () =>
    Effect.gen(function*() {
      const options: Slo.Options = { name: "Search latency", model: { type: "monitor", states }, preview: true }
      const data = yield* historyOf(options, midnight, midnight + day)
      assert.deepInclude(data, { type: "monitor", type_id: 0 })
      assert.deepStrictEqual(data.overall, {
        sli_value: Math.fround(100 * 23 / 24),
        span_precision: 2,
        precision: { "custom": 0, "30d": 2 },
        corrections: [],
        state: "breached",
        preview: true,
        errors: null,
        name: "Search latency",
        history: [[midnight - 10 * day, 0], [midnight + 7 * hour, 1], [midnight + 8 * hour, 0]]
      })
      assert.notProperty(data, "series")
      assert.notProperty(data, "group_by")
    }).pipe(inMemory))

  it.effect("without results has no value at all, in the recorded words", () =>
    Effect.gen(function*() {
      const options: Slo.Options = { model: { type: "monitor", states } }
      const { overall } = yield* historyOf(options, midnight - 20 * day, midnight - 10 * day)
      assert.deepStrictEqual(overall, {
        errors: [{ error_type: "NO_RESULTS", error_message: "No results found for this monitor" }],
        precision: { "custom": 0, "30d": 2 },
        corrections: []
      })
    }).pipe(inMemory))
})

describe("the history of time slices", () => {
  it.effect("is like a monitor's, and without data it is up", () =>
    Effect.gen(function*() {
      const model: SloModel.SloModel = {
        type: "time_slice",
        states: [{ from: midnight + hour, state: "alert" }, { from: midnight + 2 * hour, state: "ok" }],
        gaps: [{ from: midnight + 3 * hour, to: midnight + 4 * hour }]
      }
      const data = yield* historyOf({ model }, midnight, midnight + day)
      assert.deepInclude(data, { type: "time_slice", type_id: 2 })
      assert.strictEqual(data.overall.sli_value, Math.fround(100 * 23 / 24))
      assert.deepStrictEqual(data.overall.history, [
        [midnight, 2],
        [midnight + hour, 1],
        [midnight + 2 * hour, 0],
        [midnight + 3 * hour, 2],
        [midnight + 4 * hour, 0]
      ])
      assert.strictEqual((yield* historyOf({ model }, 0, day)).overall.sli_value, 100)
    }).pipe(inMemory))
})

describe("a history of time", () => {
  it.effect("may say in words that there is no data, as it was seen in 2024", () =>
    Effect.gen(function*() {
      const gaps = [{ from: midnight + hour, to: midnight + 2 * hour }]
      const data = yield* historyOf(
        { model: { type: "time_slice", states: [{ from: 0, state: "ok" }], gaps } },
        midnight,
        midnight + day
      )
      assert.deepStrictEqual(data.overall.history, [[0, 0], [midnight + hour, "NO_DATA"], [midnight + 2 * hour, 0]])
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ sloApi: { noDataState: "NO_DATA" } }))))
})

describe("a history that can't be told", () => {
  const errorOf = (path: string) => Effect.map(call(path), ({ body, status }) => [status, JSON.parse(body).errors])

  it.effect("of an unknown SLO is 404, also over a bad period", () =>
    Effect.gen(function*() {
      for (const [from, to] of [[123, 12], [0, 300]] as const) {
        assert.deepStrictEqual(yield* errorOf(historyPath("id", from, to)), [404, ["SLO ID: id not found"]])
      }
    }).pipe(inMemory))

  it.effect("over a period that isn't one is 400, in the recorded words", () =>
    Effect.gen(function*() {
      const id = yield* add({})
      const texts = ["123 or to 12", "5 or to 5", "-5 or to 5", "1.5 or to 5", "x or to 5", "0 or to 1e9"]
      for (const text of texts) {
        const [from, to] = text.split(" or to ")
        const path = `/api/v1/slo/${id}/history?from_ts=${from}&to_ts=${to}`
        const message = `The timeframe is incorrect: invalid from ${text} timestamp`
        assert.deepStrictEqual(yield* errorOf(path), [400, [message]])
      }
      assert.strictEqual((yield* call(`/api/v1/slo/${id}/history`)).status, 400)
    }).pipe(inMemory))

  it.effect("before the retention is 400", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime((midnight + 100 * day) * 1000)
      const id = yield* add({})
      const message = "Queries ending outside the retention date are invalid"
      assert.deepStrictEqual(yield* errorOf(historyPath(id, 0, midnight - 1)), [400, [message]])
      assert.strictEqual((yield* call(historyPath(id, 0, midnight))).status, 200)
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ sloApi: { retention: "100 days" } }))))

  it.effect("of an SLO that can't be exported is 400 with the reason", () =>
    Effect.gen(function*() {
      const id = yield* add({ exportError: "Query timed out" })
      assert.deepStrictEqual(yield* errorOf(historyPath(id, 0, 300)), [400, ["Query timed out"]])
    }).pipe(inMemory))

  it.effect("of an SLO that was deleted is 404", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* add({})
      yield* fake.removeSlo(id)
      yield* fake.removeSlo("unknown")
      assert.strictEqual((yield* call(historyPath(id, 0, 300))).status, 404)
    }).pipe(inMemory))
})

describe("any history", () => {
  const Minute = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000 }))
  const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))
  const Rates = Schema.Array(Schema.Tuple([Minute, Count, Count])).check(Schema.isMaxLength(8))

  it.effect.prop("of a metric has buckets that add up to its value, and so do those of its parts", [
    Rates,
    Minute,
    Minute
  ], ([rates, start, length]) =>
    Effect.gen(function*() {
      const model: SloModel.SloModel = {
        type: "metric",
        rates: rates.map(([minute, good, bad]) => ({ from: minute * 60, good, bad }))
      }
      const [from, to] = [start * 300, (start + length + 1) * 300]
      const data = yield* historyOf({ model }, from, to)
      const { denominator, numerator, times } = data.series
      const add = (sum: number, value: number) => sum + value
      assert.strictEqual(numerator.values.reduce(add, 0), numerator.sum)
      assert.strictEqual(denominator.values.reduce(add, 0), denominator.sum)
      assert.strictEqual(data.overall.sli_value ?? undefined, SloModel.sli(model, from, to))
      times.forEach((time: number, index: number) => {
        const end = times[index + 1] ?? to * 1000
        assert.isTrue(index === 0 ? time === from * 1000 : time % 7_200_000 === 0)
        assert.deepStrictEqual(SloModel.events(model, time / 1000, end / 1000), {
          good: numerator.values[index],
          total: denominator.values[index]
        })
      })
    }).pipe(inMemory))
})
