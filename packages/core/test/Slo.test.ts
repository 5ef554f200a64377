import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Slo from "../src/Slo.ts"
import { metric2023, metricOfMidYear2022, monitor2022, timeSliceJustCreated } from "./fixtures/searches.ts"

describe("an SLO's id", () => {
  for (const id of ["0123456789abcdef0123456789abcdef", "a", "…", "..."]) {
    it(`may be ${id}`, () => assert.strictEqual(Slo.SloId.make(id), id))
  }

  for (const id of ["", ".", "..", "a/b", "../a", "a\\b", "a?b", "a#b", "a%2fb", "a b", "a\n", "\u{d800}"]) {
    it(`can't be ${JSON.stringify(id)}, which would be another path`, () => {
      assert.isFalse(Schema.is(Slo.SloId)(id))
    })
  }
})

describe("an SLO that was searched", () => {
  it("in 2023 has the primary target that Datadog names", () => {
    const slo = fromSearch(metric2023)
    assert.deepStrictEqual(
      slo,
      new Slo.Slo({
        id: Slo.SloId.make("0123456789abcdef0123456789abcdef"),
        name: "Checkout availability",
        type: "metric",
        rawType: "metric",
        tags: ["service:checkout"],
        thresholds: [threshold("7d", 95), threshold("30d", 99)],
        target: 99,
        timeframe: "30d"
      })
    )
  })

  it("just after it was created has no status, and is read all the same", () => {
    const { name, tags, target, timeframe, type } = fromSearch(timeSliceJustCreated)
    assert.deepStrictEqual({ name, tags, target, timeframe, type }, {
      name: "Search latency",
      tags: ["env:prod", "service:search"],
      target: 97,
      timeframe: "7d",
      type: "time_slice"
    })
  })

  it("in 2022 has the target of its shortest time window, wherever that stands", () => {
    const { target, thresholds, timeframe, type } = fromSearch(monitor2022)
    assert.deepStrictEqual({ target, timeframe, type }, { target: 99, timeframe: "7d", type: "monitor" })
    assert.deepStrictEqual(thresholds, [threshold("90d", 98.5), threshold("30d", 99.9), threshold("7d", 99)])
  })

  it("in the middle of 2022 has a number for its type", () => {
    const { rawType, target, type } = fromSearch(metricOfMidYear2022)
    assert.deepStrictEqual({ rawType, target, type }, { rawType: "metric", target: 15, type: "metric" })
  })
})

describe("the type of an SLO", () => {
  const types: ReadonlyArray<readonly [given: unknown, type: Slo.SloType, rawType: string]> = [
    ["metric", "metric", "metric"],
    ["monitor", "monitor", "monitor"],
    ["time_slice", "time_slice", "time_slice"],
    [0, "monitor", "monitor"],
    [1, "metric", "metric"],
    [2, "time_slice", "time_slice"],
    [3, "unknown", "3"],
    [-1, "unknown", "-1"],
    [1.5, "unknown", "1.5"],
    ["composite", "unknown", "composite"],
    ["unknown", "unknown", "unknown"],
    ["Metric", "unknown", "Metric"],
    ["toString", "unknown", "toString"],
    [null, "unknown", ""],
    [undefined, "unknown", ""],
    [{}, "unknown", ""]
  ]
  for (const [given, type, rawType] of types) {
    it(`that is given as ${JSON.stringify(given)} is ${type}, and keeps its text`, () => {
      const slo = Slo.fromAttributes(id, { slo_type: given })
      assert.deepStrictEqual({ type: slo.type, rawType: slo.rawType }, { type, rawType })
    })
  }

  it("agrees with its text", () => {
    for (const [type, rawType] of [["metric", "monitor"], ["unknown", "metric"], ["metric", ""]]) {
      const decoded = Schema.decodeUnknownResult(Slo.Slo)({ id, name: "", tags: [], thresholds: [], type, rawType })
      assert.match(Result.getOrThrow(Result.flip(decoded)).message, /Expected the type that "rawType" names/)
    }
  })
})

describe("the primary target", () => {
  const thresholds = [
    { timeframe: "custom", target: 1 },
    { timeframe: "30d", target: 30 },
    { timeframe: "7d", target: 7 },
    { timeframe: "90d", target: 90 }
  ]
  const targets: ReadonlyArray<
    readonly [what: string, attributes: object, target: number | undefined, timeframe: string | undefined]
  > = [
    ["is the one named, which no threshold repeats", { target_threshold: 5, timeframe: "30d" }, 5, "30d"],
    ["is the one named, without its time window", { target_threshold: 5 }, 5, undefined],
    ["is that of the time window named", { timeframe: "30d" }, 30, "30d"],
    ["is the shortest window's where the one named has none", { timeframe: "1d" }, 7, "7d"],
    ["is the shortest window's where none is named", {}, 7, "7d"],
    ["is the shortest window's where null is named", { timeframe: null, target_threshold: null }, 7, "7d"],
    ["is not a text", { target_threshold: "99", timeframe: 7 }, 7, "7d"],
    ["is a custom window's where there is no other", { thresholds: thresholds.slice(0, 1) }, 1, "custom"],
    ["is absent where there are no thresholds", { thresholds: [] }, undefined, undefined]
  ]
  for (const [what, attributes, target, timeframe] of targets) {
    it(what, () => {
      const slo = Slo.fromAttributes(id, { thresholds, ...attributes })
      assert.deepStrictEqual([slo.target, slo.timeframe], [target, timeframe])
    })
  }
})

describe("what is missing, null or of another type is as absent", () => {
  it("in a whole SLO", () => {
    for (const attributes of [undefined, null, "text", 1, [], {}, { name: null, all_tags: null, thresholds: null }]) {
      assert.deepStrictEqual(
        Slo.fromAttributes(id, attributes),
        new Slo.Slo({ id, name: "", type: "unknown", rawType: "", tags: [], thresholds: [] })
      )
    }
  })

  it("in tags and thresholds, of which the others are kept", () => {
    const thresholds = [null, "7d", { timeframe: "7d" }, { target: 1 }, { timeframe: "7d", target: "9" }, {
      timeframe: "90d",
      target: 98
    }]
    const slo = Slo.fromAttributes(id, { all_tags: ["a:b", null, 1, "c"], thresholds })
    assert.deepStrictEqual(slo.tags, ["a:b", "c"])
    assert.deepStrictEqual(slo.thresholds, [threshold("90d", 98)])
  })

  it.prop("in any attributes", { attributes: Schema.Record(Schema.String, Schema.Json), one: Schema.Json }, (given) => {
    for (const name of ["name", "slo_type", "all_tags", "thresholds", "timeframe", "target_threshold"]) {
      assert.instanceOf(Slo.fromAttributes(id, { ...given.attributes, [name]: given.one }), Slo.Slo)
    }
  })
})

const id = Slo.SloId.make("a")

function threshold(timeframe: string, target: number): Slo.SloThreshold {
  return new Slo.SloThreshold({ timeframe, target })
}

function fromSearch({ attributes, id }: { readonly id: string; readonly attributes: object }): Slo.Slo {
  return Slo.fromAttributes(Slo.SloId.make(id), attributes)
}
