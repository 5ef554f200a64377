import { FakeDatadog, type ReportCsv, Slo, type SloModel } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { sentTo, valueOf } from "./utils/flow.ts"
import { cellsOf, exported, historyOnly, requestOf, rowsOf, runStepwise, seconds, tags, truth } from "./utils/table.ts"
import { inMemory } from "./utils/wait.ts"

const now = Date.UTC(2026, 0, 1)

const zones = [
  "UTC",
  "America/New_York",
  "Africa/Cairo",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "America/Sao_Paulo",
  "Europe/Berlin",
  "Asia/Singapore"
] as const

const Slice = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 * 288 }))
const Spans = Schema.Array(Schema.Struct({ from: Slice, to: Slice })).check(Schema.isMaxLength(2))
const Rates = Schema.Array(Schema.Struct({ from: Slice, good: Slice, bad: Slice })).check(Schema.isMaxLength(5))
const States = Schema.Array(
  Schema.Struct({ from: Slice, state: Schema.Literals(["ok", "alert", "no data"]) })
).check(Schema.isMaxLength(5))
const Period = Schema.Struct({
  from: Slice,
  to: Slice,
  interval: Schema.Literals(["daily", "weekly", "monthly"]),
  timezone: Schema.Literals(zones)
})
const Api = Schema.Struct({
  bucket: Schema.Literals(["2 hours", "1 hour", "1 day"]),
  noDataState: Schema.Literals([2, "NO_DATA"]),
  correctionsInBuckets: Schema.Boolean
})

// A fraction of two sums that were made in another order.
const nearly = (a: string, b: string): boolean =>
  a === b || (a !== "" && b !== "" && Math.abs(Number(a) - Number(b)) <= 1e-9 * Math.abs(Number(b)))

const assertSame = (actual: ReadonlyArray<ReadonlyArray<string>>, expected: ReadonlyArray<ReadonlyArray<string>>) => {
  const isSame = actual.length === expected.length &&
    actual.every((row, index) =>
      row.length === expected[index]!.length && row.every((cell, at) => nearly(cell, expected[index]![at]!))
    )
  if (!isSame) assert.deepStrictEqual(actual, expected)
}

describe("a table of histories", () => {
  it.effect.prop(
    "has the numbers of its models, and those of a report, cell by cell",
    [Rates, States, Spans, Spans, Period, Api],
    ([rates, states, gaps, corrections, { from, interval, timezone, to }, sloApi]) =>
      Effect.gen(function*() {
        yield* TestClock.setTime(now)
        const fake = yield* FakeDatadog.FakeDatadog
        // Two months with the clocks' change of New York, Cairo, Berlin and Lord Howe in them.
        const at = (slice: number) => seconds("2024-03-01T00:00:00Z") + slice * 300
        const shift = <A extends { readonly from: number }>(list: ReadonlyArray<A>) =>
          list.map((one) => ({ ...one, from: at(one.from) }))
        const spans = (list: ReadonlyArray<SloModel.Span>) =>
          list.map((span) => ({ from: at(span.from), to: at(span.to) }))
        const common = { gaps: spans(gaps), corrections: spans(corrections) }
        yield* fake.addSlo({ tags, model: { type: "metric", rates: shift(rates), ...common } })
        yield* fake.addSlo({ tags, model: { type: "monitor", states: shift(states), noData: "down", ...common } })
        yield* fake.addSlo({ tags, model: { type: "monitor", states: shift(states), gaps: common.gaps } })
        yield* fake.addSlo({ tags, model: { type: "time_slice", states: shift(states), ...common } })
        yield* fake.addSlo({ tags, model: { type: "metric", rates: shift(rates) } })
        const period: ReportCsv.Period = { from: at(from), to: at(from + to + 1), interval, timezone }
        const request = requestOf({
          from: new Date(period.from * 1000),
          to: new Date(period.to * 1000),
          interval,
          timezone
        })
        const expected = truth(yield* fake.slos, period)
        if (expected[0]!.length === 0) return
        const ofHistories = valueOf(yield* runStepwise(Stream.runCollect(rowsOf(request, historyOnly))))
        assertSame(cellsOf(ofHistories), expected)
        const ofReport = valueOf(yield* runStepwise(Stream.runCollect(rowsOf(request, { source: "report" }))))
        assertSame(cellsOf(ofReport), expected)
        assert.deepStrictEqual(
          ofHistories.map(({ exportError, id, name, sloType, target }) => [id, name, sloType, target, exportError]),
          ofReport.map(({ exportError, id, name, sloType, target }) => [id, name, sloType, target, exportError])
        )
      }).pipe(Effect.provide(inMemory({}, { sloApi: { monitorsInReports: true, ...sloApi } }))),
    { arbitrary: { runs: 60 } }
  )

  for (const timezone of zones) {
    for (const interval of ["daily", "weekly", "monthly"] as const) {
      it.effect(`of the standard SLOs is the truth: ${interval}, ${timezone}`, () =>
        Effect.gen(function*() {
          yield* TestClock.setTime(now)
          const fake = yield* FakeDatadog.FakeDatadog
          const request = requestOf({ from: "2024-02-20T12:00", to: "2024-05-05T12:00", interval, timezone })
          const period = {
            from: request.from.epochMilliseconds / 1000,
            to: request.to.epochMilliseconds / 1000,
            interval,
            timezone
          }
          const rows = valueOf(yield* runStepwise(Stream.runCollect(rowsOf(request, historyOnly))))
          assertSame(cellsOf(rows), truth(yield* fake.slos, period))
          const columns = truth((yield* fake.slos).slice(0, 1), period)[0]!.length
          const metrics = Slo.standard.filter(({ model }) => model?.type === "metric").length
          // One each, or one a cell of those whose buckets don't end with the intervals.
          assert.include([12, 12 - metrics + metrics * columns], (yield* sentTo("history")).length)
        }).pipe(Effect.provide(inMemory({}, { slos: Slo.standard }))))
    }
  }

  it.effect("is the same file as a report's, and has no trace of how it was made", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const request = requestOf({ query: "slo_type:time_slice" })
      const ofHistories = valueOf(yield* runStepwise(exported(request, historyOnly)))
      const ofReport = valueOf(yield* runStepwise(exported(request, { source: "report" })))
      assert.strictEqual(ofHistories.csv, ofReport.csv)
      assert.strictEqual(ofHistories.csv.split("\n").length, 1 + 3 + 1)
    }).pipe(Effect.provide(inMemory({}, { slos: Slo.standard }))))

  it.effect("has empty cells where there was no data, and no error", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const fake = yield* FakeDatadog.FakeDatadog
      const from = seconds("2024-04-01T00:00:00Z")
      const models: ReadonlyArray<SloModel.SloModel> = [
        { type: "metric", rates: [{ from, good: 9, bad: 1 }] },
        { type: "monitor", states: [{ from, state: "ok" }] },
        { type: "metric", rates: [] }
      ]
      for (const model of models) yield* fake.addSlo({ tags, model })
      const rows = valueOf(yield* runStepwise(Stream.runCollect(rowsOf(requestOf({ to: "2024-07-01" }), historyOnly))))
      assert.deepStrictEqual(cellsOf(rows), [
        ["", "", "", "90", "90", "90"],
        ["", "", "", "100", "100", "100"],
        ["", "", "", "", "", ""]
      ])
      assert.isTrue(rows.every(({ exportError }) => exportError === undefined))
    }).pipe(Effect.provide(inMemory())))

  it.effect("has empty cells before the retention, and no error", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(seconds("2025-01-01T00:00:00Z") * 1000)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.addSlo({ tags })
      // Months of this zone begin at half past the hour, so that each is asked for.
      const request = requestOf({ timezone: "Asia/Kolkata" })
      const rows = valueOf(yield* runStepwise(Stream.runCollect(rowsOf(request, historyOnly))))
      const [cells] = cellsOf(rows)
      assert.deepStrictEqual(cells?.map((cell) => cell !== ""), [...Array(8).fill(false), ...Array(4).fill(true)])
      assert.isUndefined(rows[0]?.exportError)
    }).pipe(Effect.provide(inMemory({}, { sloApi: { retention: "100 days" } }))))

  it.effect("has no interval that has not ended", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(seconds("2024-03-10T00:00:00Z") * 1000)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.addSlo({ tags })
      const rows = valueOf(yield* runStepwise(Stream.runCollect(rowsOf(requestOf(), historyOnly))))
      assert.deepStrictEqual(rows[0]?.cells.map(({ start }) => start), ["2024-01-01", "2024-02-01"])
      const sent = yield* sentTo("history")
      assert.isTrue(sent.every(({ url }) => Number(/to_ts=(\d+)/.exec(url)?.[1]) <= seconds("2024-03-01T00:00:00Z")))
    }).pipe(Effect.provide(inMemory())))
})
