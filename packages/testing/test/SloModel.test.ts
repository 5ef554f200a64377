import { Slo, SloModel } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const hour = 3600
const metric = (rates: SloModel.Metric["rates"], more: Partial<SloModel.Metric> = {}): SloModel.Metric => ({
  type: "metric",
  rates,
  ...more
})
const monitor = (states: SloModel.Monitor["states"], more: Partial<SloModel.Monitor> = {}): SloModel.Monitor => ({
  type: "monitor",
  states,
  ...more
})
const slices = (states: SloModel.TimeSlice["states"], more: Partial<SloModel.TimeSlice> = {}): SloModel.TimeSlice => ({
  type: "time_slice",
  states,
  ...more
})

describe("a metric model", () => {
  it("counts the good and the bad events of a period, each at its own rate", () => {
    const model = metric([{ from: 0, good: 9, bad: 1 }, { from: 100, good: 5, bad: 5 }])
    assert.deepStrictEqual(SloModel.events(model, 0, 100), { good: 900, total: 1000 })
    assert.deepStrictEqual(SloModel.events(model, 99, 101), { good: 14, total: 20 })
    assert.strictEqual(SloModel.sli(model, 0, 100), 90)
    assert.strictEqual(SloModel.sli(model, 0, 200), 70)
    assert.strictEqual(SloModel.sli(model, 99, 101), 70)
  })

  it("has no value where there is no event: before the first rate, in a gap, in an empty period", () => {
    const model = metric([{ from: 1000, good: 1, bad: 0 }, { from: 3000, good: 0, bad: 0 }], {
      gaps: [{ from: 2000, to: 2500 }]
    })
    for (const [from, to] of [[0, 1000], [2000, 2500], [3000, 9000], [1500, 1500], [1500, 1400]] as const) {
      assert.strictEqual(SloModel.sli(model, from, to), undefined)
    }
    assert.deepStrictEqual(SloModel.events(model, 0, 9000), { good: 1500, total: 1500 })
  })

  it("drops the events of a correction, unless corrections are not applied", () => {
    const model = metric([{ from: 0, good: 1, bad: 0 }, { from: 100, good: 0, bad: 1 }], {
      corrections: [{ from: 100, to: 150 }, { from: 120, to: 160 }]
    })
    assert.deepStrictEqual(SloModel.events(model, 0, 200), { good: 100, total: 140 })
    assert.deepStrictEqual(SloModel.events(model, 0, 200, { corrections: false }), { good: 100, total: 200 })
    assert.strictEqual(SloModel.sli(model, 100, 160), undefined)
    assert.strictEqual(SloModel.sli(model, 100, 160, { corrections: false }), 0)
  })

  it("counts exactly: a tenth of an event a second is one in ten seconds, and years don't blur it", () => {
    const model = metric([{ from: 0, good: 0.1, bad: 0.2 }])
    assert.deepStrictEqual(SloModel.events(model, 0, 10), { good: 1, total: 3 })
    assert.deepStrictEqual(SloModel.events(model, 7, 10), { good: 0.3, total: 0.9 })
    assert.deepStrictEqual(SloModel.events(model, 0, 3e9), { good: 3e8, total: 9e8 })
    const many = metric([{ from: 0, good: 458_420_286, bad: 2_175_064_314 }])
    assert.strictEqual(SloModel.sli(many, 0, 1000), 17.407365359189875)
  })

  it("keeps what is outside of 0 to 100", () => {
    assert.strictEqual(SloModel.sli(metric([{ from: 0, good: 12, bad: -2 }]), 0, 5), 120)
    assert.strictEqual(SloModel.sli(metric([{ from: 0, good: -1, bad: 2 }]), 0, 5), -100)
  })

  it("takes its rates in any order, drops fractions of seconds, and counts no event that is no number", () => {
    const model = metric([{ from: 100.7, good: 0, bad: 1 }, { from: 0, good: 1, bad: 0 }, {
      from: 200,
      good: NaN,
      bad: Infinity
    }])
    assert.deepStrictEqual(SloModel.events(model, 0.9, 300), { good: 100, total: 200 })
  })
})

describe("a monitor's model", () => {
  const model = monitor([{ from: 1000, state: "ok" }, { from: 2000, state: "alert" }, { from: 2600, state: "ok" }])

  it("is up for a share of the time since its first state", () => {
    assert.strictEqual(SloModel.sli(model, 1000, 3000), 70)
    assert.strictEqual(SloModel.sli(model, 2000, 2600), 0)
    assert.strictEqual(SloModel.sli(model, 0, 1500), 100)
    assert.strictEqual(SloModel.sli(model, 0, 1000), undefined)
    const early = [{ from: 0, to: 1100 }]
    assert.strictEqual(SloModel.sli({ ...model, gaps: early, corrections: early }, 0, 1000), undefined)
    assert.deepStrictEqual(SloModel.transitions({ ...model, gaps: early }, 0, 1200), [[1000, 2], [1100, 0]])
    assert.strictEqual(SloModel.sli(monitor([], { gaps: early }), 0, 1000), undefined)
  })

  it("counts no data as up, or as down where it says so", () => {
    const gaps = [{ from: 1200, to: 1400 }]
    assert.strictEqual(SloModel.sli({ ...model, gaps }, 1000, 2000), 100)
    assert.strictEqual(SloModel.sli({ ...model, gaps, noData: "down" }, 1000, 2000), 80)
    assert.strictEqual(SloModel.sli(monitor([{ from: 0, state: "no data" }]), 0, 10), 100)
  })

  it("leaves the time of a correction out of the whole", () => {
    const corrected = { ...model, corrections: [{ from: 2000, to: 2300 }] }
    assert.strictEqual(SloModel.sli(corrected, 2000, 2600), 0)
    assert.strictEqual(SloModel.sli(corrected, 1800, 2600), 40)
    assert.strictEqual(SloModel.sli(corrected, 2000, 2300), undefined)
  })

  it("tells its transitions: the state at the start by the entry before it, each change, no repetition", () => {
    const told = monitor([...model.states, { from: 2700, state: "ok" }, { from: 5000, state: "no data" }], {
      gaps: [{ from: 2800, to: 2900 }]
    })
    assert.deepStrictEqual(SloModel.transitions(told, 1500, 5000), [
      [1000, 0],
      [2000, 1],
      [2600, 0],
      [2800, 2],
      [2900, 0]
    ])
    assert.deepStrictEqual(SloModel.transitions(told, 2600, 2700), [[2600, 0]])
    assert.deepStrictEqual(SloModel.transitions(told, 0, 1001), [[1000, 0]])
    assert.deepStrictEqual(SloModel.transitions(told, 0, 1000), [])
    assert.deepStrictEqual(SloModel.transitions(told, 9000, 9001), [[5000, 2]])
    const twice = monitor([{ from: 10, state: "alert" }, { from: 10.5, state: "ok" }])
    assert.deepStrictEqual(SloModel.transitions(twice, 0, 20), [[10, 0]])
  })

  it("reproduces the documented month of a monitor, in the 32 bits that Datadog gives", () => {
    const down = { from: 1_569_231_667, to: 1_569_231_667 + 24_720 }
    const documented = monitor([
      { from: 1_564_151_047, state: "ok" },
      { from: down.from, state: "alert" },
      { from: down.to, state: "ok" }
    ])
    assert.strictEqual(
      Math.fround(SloModel.sli(documented, down.from - 1000, down.from - 1000 + 2_592_000)!),
      Number("99.04629516601562")
    )
  })
})

describe("a time-slice model", () => {
  it("judges whole slices, by their beginnings", () => {
    const model = slices([{ from: 0, state: "ok" }, { from: 301, state: "alert" }, { from: 900, state: "ok" }])
    assert.deepStrictEqual(SloModel.transitions(model, 0, hour), [[0, 0], [600, 1], [900, 0]])
    assert.strictEqual(SloModel.sli(model, 0, 1200), 75)
    assert.deepStrictEqual(SloModel.transitions({ ...model, slice: 60 }, 0, hour), [[0, 0], [360, 1], [900, 0]])
  })

  it("counts as up without data, before its first state, and in a correction", () => {
    const model = slices([{ from: 3000, state: "alert" }], {
      gaps: [{ from: 3600, to: 4200 }],
      corrections: [{ from: 4200, to: 4500 }]
    })
    assert.strictEqual(SloModel.sli(model, 0, 3000), 100)
    assert.strictEqual(SloModel.sli(model, 3000, 3600), 0)
    assert.strictEqual(SloModel.sli(model, 3000, 4200), 50)
    assert.strictEqual(SloModel.sli(model, 4200, 4500), 100)
    assert.strictEqual(SloModel.sli(model, 4200, 4800), 50)
    assert.strictEqual(SloModel.sli(model, 4200, 4800, { corrections: false }), 0)
    assert.deepStrictEqual(SloModel.transitions(model, 300, 3100), [[300, 2], [3000, 1]])
  })
})

describe("any model", () => {
  const Second = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))
  const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 }))
  const Spans = Schema.Array(Schema.Struct({ from: Second, to: Second })).check(Schema.isMaxLength(3))
  const Rates = Schema.Array(Schema.Struct({ from: Second, good: Count, bad: Count })).check(Schema.isMaxLength(6))
  const States = Schema.Array(
    Schema.Struct({ from: Second, state: Schema.Literals(["ok", "alert", "no data"]) })
  ).check(Schema.isMaxLength(6))
  const Model = Schema.Union([
    Schema.Struct({ type: Schema.Literal("metric"), rates: Rates, gaps: Spans, corrections: Spans }),
    Schema.Struct({ type: Schema.Literal("monitor"), states: States, gaps: Spans, corrections: Spans }),
    Schema.Struct({ type: Schema.Literal("time_slice"), states: States, gaps: Spans, corrections: Spans })
  ])

  it.prop("is its seconds one by one: nothing is lost or counted twice", [Model, Second], ([model, at]) => {
    const from = at - 50
    const seconds = Array.from({ length: 100 }, (_, second) => SloModel.events(model, from + second, from + second + 1))
    assert.deepStrictEqual(
      SloModel.events(model, from, from + 100),
      seconds.reduce((sum, { good, total }) => ({ good: sum.good + good, total: sum.total + total }))
    )
  })

  it.prop("has transitions that give its value, where it is one of time and nothing is corrected", [
    States,
    Spans,
    Second,
    Second
  ], ([states, gaps, from, length]) => {
    for (const type of ["monitor", "time_slice"] as const) {
      const model: SloModel.SloModel = { type, states, gaps }
      const to = from + length + 1
      const told = SloModel.transitions(model, from, to)
      const down = told.reduce((sum, [at, state], index) => {
        const end = told[index + 1]?.[0] ?? to
        return sum + (state === 1 ? end - Math.max(at, from) : 0)
      }, 0)
      const whole = told.length === 0 ? 0 : to - Math.max(from, told[0]![0])
      assert.strictEqual(SloModel.sli(model, from, to), whole === 0 ? undefined : 100 * (whole - down) / whole)
    }
  })
})

describe("the standard SLOs", () => {
  it("are twelve, of all types, with data in every month from 2023 to 2030, and an outage in most", () => {
    assert.strictEqual(Slo.standard.length, 12)
    assert.sameMembers([...new Set(Slo.standard.map(({ model }) => model?.type))], ["metric", "monitor", "time_slice"])
    for (const { model, name } of Slo.standard) {
      const slis = Array.from({ length: 12 * 8 }, (_, month) => {
        const [from = 0, to = 0] = [month, month + 1].map((of) => Date.UTC(2023, of) / 1000)
        return model === undefined ? undefined : SloModel.sli(model, from, to)
      })
      assert.notInclude(slis, undefined, name)
      assert.isAbove(slis.filter((sli) => sli !== 100).length, slis.length / 2, name)
    }
  })
})
