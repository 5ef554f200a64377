import { FakeDatadog, ReportCsv, Slo, SloModel, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { Csv } from "effect/encoding"
import { TestClock } from "effect/testing"
import { call, create, downloadPath, get, historyPath, searchPath, seconds, send } from "./support.ts"

const day = 86_400

/** The table of a report that a create call made. */
const report = Effect.fnUntraced(function*(overrides: Record<string, unknown> = {}) {
  const { id } = JSON.parse((yield* create({ query: "env:prod", ...overrides })).body).data
  yield* TestClock.adjust("10 seconds")
  const { stream } = yield* send(downloadPath(id))
  const [header = [], ...rows] = yield* Stream.runCollect(Stream.pipeThroughChannel(stream, Csv.decode()))
  return { header, rows }
})

/** The same table from a search and a history of each cell. */
const histories = Effect.fnUntraced(function*(period: ReportCsv.Period, query = "env:prod") {
  const columns = ReportCsv.columns(period)
  const found = yield* get(searchPath(query, { size: 100, number: 0 }))
  return yield* Effect.forEach(found.data.attributes.slos, ({ data: { attributes, id } }: any) =>
    Effect.map(
      Effect.forEach(columns, ({ from, to }) => get(historyPath(id, from, to))),
      (cells) => [
        id,
        attributes.slo_type,
        attributes.name,
        String(attributes.target_threshold),
        "",
        ...cells.map(({ data }) => String(data.overall.sli_value ?? ""))
      ]
    ))
})

const standard = FakeDatadog.layerMemory({ slos: Slo.standard, sloApi: { monitorsInReports: true } })

const tags = ["env:prod"]

describe("a report of a fake that has SLOs", () => {
  const year: ReportCsv.Period = {
    from: seconds("2024-01-15T00:00:00Z"),
    to: seconds("2025-01-01T05:00:00Z"),
    interval: "monthly",
    timezone: "America/New_York"
  }

  it.effect("is the same table as its searches and histories give, and the truth of its models", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const { header, rows } = yield* report({ ...year, from_ts: year.from, to_ts: year.to })
      const columns = ReportCsv.columns(year)
      assert.deepStrictEqual(header.slice(5), columns.map(({ start }) => start))
      assert.strictEqual(columns.length, 12)
      assert.deepStrictEqual(rows, yield* histories(year))
      const slos = yield* fake.slos
      assert.deepStrictEqual(
        rows.map((row) => row.slice(5).map(Number)),
        slos.map(({ model }) =>
          columns.map(({ from, to }) => {
            const exact = SloModel.sli(model, from, to) ?? NaN
            return model.type === "metric" ? exact : Math.fround(exact)
          })
        )
      )
      assert.deepStrictEqual(rows.map(([, type]) => type).slice(0, 4), ["metric", "time_slice", "metric", "monitor"])
    }).pipe(Effect.provide(standard)))

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
    timezone: Schema.Literals([
      "UTC",
      "America/New_York",
      "Africa/Cairo",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "America/Sao_Paulo"
    ])
  })

  it.effect.prop("is so for any models, periods, intervals and time zones", [Rates, States, Spans, Spans, Period], (
    [rates, states, gaps, corrections, { from, interval, timezone, to }]
  ) =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      // Two months with the clocks' change of New York and Cairo in them.
      const at = (slice: number) => seconds("2024-03-01T00:00:00Z") + slice * 300
      const shift = <A extends { readonly from: number }>(list: ReadonlyArray<A>) =>
        list.map((one) => ({ ...one, from: at(one.from) }))
      const spans = (list: ReadonlyArray<SloModel.Span>) =>
        list.map((span) => ({ from: at(span.from), to: at(span.to) }))
      const common = { gaps: spans(gaps), corrections: spans(corrections) }
      yield* fake.addSlo({ tags, model: { type: "metric", rates: shift(rates), ...common } })
      yield* fake.addSlo({ tags, model: { type: "monitor", states: shift(states), noData: "down", ...common } })
      yield* fake.addSlo({ tags, model: { type: "time_slice", states: shift(states), ...common } })
      yield* fake.setRateLimit(false)
      const period: ReportCsv.Period = { from: at(from), to: at(from + to + 1), interval, timezone }
      const { rows } = yield* report({ from_ts: period.from, to_ts: period.to, interval, timezone })
      assert.deepStrictEqual(rows, yield* histories(period))
      const columns = ReportCsv.columns(period)
      const slos = yield* fake.slos
      assert.deepStrictEqual(
        rows.map((row) => row.slice(5)),
        slos.map(({ model }) =>
          columns.map(({ from, to }) => {
            const exact = SloModel.sli(model, from, to)
            return exact === undefined ? "" : String(model.type === "metric" ? exact : Math.fround(exact))
          })
        )
      )
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ sloApi: { monitorsInReports: true } }))), {
    arbitrary: { runs: 60 }
  })

  it.effect("has no values of monitors unless it is told so, as Datadog documents", () =>
    Effect.gen(function*() {
      const { rows } = yield* report({ from_ts: year.from, to_ts: year.to })
      assert.deepStrictEqual(
        rows.map(([, type, , , , ...cells]) => type === "monitor" && cells.every((cell) => cell === "")),
        Slo.standard.map(({ model }) => model?.type === "monitor")
      )
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ slos: Slo.standard }))))

  it.effect("has the SLOs that a search for its query finds, in the same order, at most 1,000", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      assert.deepStrictEqual((yield* report({ query: "service:none" })).rows, [])
      const { rows } = yield* report({ query: "slo_type:metric \"Login availability\"" })
      assert.deepStrictEqual(rows.map(([, , name]) => name), ["Login availability"])
      for (let index = 0; index < 1000; index++) yield* fake.addSlo({ tags, rank: -index })
      const all = yield* report()
      assert.strictEqual(all.rows.length, 1000)
      const first = (yield* get(searchPath("env:prod", { size: 1000, number: 0 }))).data.attributes.slos
      assert.deepStrictEqual(all.rows.map(([id]) => id), first.map((slo: any) => slo.data.id))
    }).pipe(Effect.provide(standard)))

  it.effect("has an export error, and no values, where an SLO can't be exported or the report says so", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.addSlo({ name: "Two\nlines", tags, exportError: "Query timed out, \"twice\"" })
      const { rows } = yield* report()
      assert.deepStrictEqual(rows.map((row) => row.slice(2, 5)), [["Two\nlines", "99.9", "Query timed out, \"twice\""]])
      assert.isTrue(rows[0]!.slice(5).every((cell) => cell === ""))
      for (let index = 0; index < 4; index++) yield* fake.addSlo({ tags })
      yield* fake.setReportDefaults({ timeline: Timeline.after("10 seconds", "completed_with_errors") })
      const errors = (yield* report()).rows.map(([, , , , error]) => error !== "")
      assert.deepStrictEqual(errors, [true, false, true, true, true])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("has no values of intervals that ended before the retention", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.UTC(2024, 0, 11))
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.addSlo({ tags })
      const from_ts = seconds("2024-01-01T00:00:00Z")
      const period = { from_ts, to_ts: from_ts + 10 * day, interval: "daily", timezone: "UTC" }
      const { rows } = yield* report(period)
      assert.deepStrictEqual(rows[0]!.slice(5).map((cell) => cell !== ""), [
        ...Array(4).fill(false),
        ...Array(6).fill(true)
      ])
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ sloApi: { retention: "5 days" } }))))

  it.effect("is another table where reports were given one, or are added with one", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("completed"), csv: "a,b\n" })
      assert.strictEqual((yield* call(downloadPath(id))).body, "a,b\n")
      yield* fake.setReportDefaults({ csv: { rows: 2 } })
      assert.strictEqual((yield* report()).rows.length, 2)
    }).pipe(Effect.provide(standard)))

  it.effect("is made up where the SLOs are not for reports", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* report({ query: "service:none" })).rows.length, 12)
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ slos: Slo.standard, sloApi: { inReports: false } }))))

  it.effect("of a fake without SLOs is made up as before", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* report()).rows.length, 12)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("the intervals of a period", () => {
  it("begin with the first second of a day where clocks skip midnight, and are 23, 24 or 25 hours long", () => {
    const cairo = ReportCsv.columns({
      from: seconds("2024-04-25T12:00:00Z"),
      to: seconds("2024-04-28T12:00:00Z"),
      interval: "daily",
      timezone: "Africa/Cairo"
    })
    assert.deepStrictEqual(cairo, [
      { start: "2024-04-25", from: seconds("2024-04-24T22:00:00Z"), to: seconds("2024-04-25T22:00:00Z") },
      { start: "2024-04-26", from: seconds("2024-04-25T22:00:00Z"), to: seconds("2024-04-26T21:00:00Z") },
      { start: "2024-04-27", from: seconds("2024-04-26T21:00:00Z"), to: seconds("2024-04-27T21:00:00Z") }
    ])
    const lengths = (timezone: string) =>
      new Set(
        ReportCsv.columns({
          from: seconds("2024-01-01T12:00:00Z"),
          to: seconds("2025-01-01T12:00:00Z"),
          interval: "daily",
          timezone
        }).map(({ from, to }) => (to - from) / 3600)
      )
    assert.deepStrictEqual(lengths("America/New_York"), new Set([24, 23, 25]))
    assert.deepStrictEqual(lengths("Australia/Lord_Howe"), new Set([24, 24.5, 23.5]))
    assert.deepStrictEqual(lengths("Asia/Kathmandu"), new Set([24]))
  })

  it("leave out a day that a zone never had, and touch each other", () => {
    const columns = ReportCsv.columns({
      from: seconds("2011-12-28T12:00:00Z"),
      to: seconds("2012-01-02T12:00:00Z"),
      interval: "daily",
      timezone: "Pacific/Apia"
    })
    assert.deepStrictEqual(columns.map(({ start }) => start).slice(0, 4), [
      "2011-12-28",
      "2011-12-29",
      "2011-12-31",
      "2012-01-01"
    ])
    columns.slice(1).forEach(({ from }, index) => assert.strictEqual(from, columns[index]?.to))
  })
})
