import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as SloHistory from "../src/SloHistory.ts"
import * as SloHistoryResponse from "../src/SloHistoryResponse.ts"
import * as Recorded from "./fixtures/histories.ts"

describe("a recorded answer", () => {
  it("of a metric SLO has its number, and buckets of which the first is shorter", () => {
    const { answer, question } = Recorded.metric2026
    assert.deepStrictEqual(
      decoded(question, answer),
      new SloHistory.SloHistory({
        ...question,
        sli: 80,
        issues: [],
        corrections: [],
        isProvisional: false,
        buckets: [
          { start: 1_785_192_000, good: 0, total: 0 },
          { start: 1_785_196_800, good: 58.7, total: 84 },
          { start: 1_785_204_000, good: 42.5, total: 42.5 }
        ]
      })
    )
  })

  it("without events says that the denominator is zero", () => {
    const history = decoded(Recorded.noEvents.question, Recorded.noEvents.answer)
    assert.deepStrictEqual(SloHistory.outcome(history), { _tag: "NoData", reason: "ZERO_VALUED_DENOMINATOR" })
    assert.deepStrictEqual(history.issues, [
      new SloHistory.SloHistoryIssue({ type: "ZERO_VALUED_DENOMINATOR", message: "The denominator is zero valued" })
    ])
    assert.strictEqual(history.buckets?.length, 2)
  })

  it("of a monitor without results says so, and has neither transitions nor buckets", () => {
    const { answer, question } = Recorded.noResults
    assert.deepStrictEqual(
      decoded(question, answer),
      new SloHistory.SloHistory({
        ...question,
        issues: [new SloHistory.SloHistoryIssue({ type: "NO_RESULTS", message: "No results found for this monitor" })],
        corrections: [],
        isProvisional: false
      })
    )
  })

  it("of a monitor has its number and its transitions, not its groups'", () => {
    const { answer, question } = Recorded.monitor
    assert.deepStrictEqual(
      decoded(question, answer),
      new SloHistory.SloHistory({
        ...question,
        sli: Recorded.monitorSli,
        issues: [],
        corrections: [],
        isProvisional: false,
        transitions: [
          { at: 1_564_151_047, state: "up" },
          { at: 1_569_231_667, state: "down" },
          { at: 1_569_256_387, state: "up" }
        ]
      })
    )
  })

  it("of a monitor that was always up, without corrections", () => {
    const history = decoded(Recorded.alwaysUp.question, Recorded.alwaysUp.answer)
    assert.strictEqual(history.sli, 100)
    assert.deepStrictEqual(history.transitions, [{ at: 1_604_156_400, state: "up" }])
  })

  it("of a time-slice SLO has words for states", () => {
    const history = decoded(Recorded.timeSliceWithWords.question, Recorded.timeSliceWithWords.answer)
    assert.deepStrictEqual(history.transitions, [{ at: 1_707_990_000, state: "no_data" }])
  })

  it("that has nothing but its number is of what was asked for", () => {
    const { answer, question } = Recorded.bare
    assert.deepStrictEqual(
      decoded(question, answer),
      new SloHistory.SloHistory({ ...question, sli: 99.93, issues: [], corrections: [], isProvisional: false })
    )
  })
})

describe("the SLI", () => {
  const slis: ReadonlyArray<readonly [given: unknown, sli: number | undefined]> = [
    [99.9, 99.9],
    [0, 0],
    [-0, 0],
    [-3.5, -3.5],
    [130, 130],
    ["99.9", 99.9],
    [null, undefined]
  ]
  for (const [given, sli] of slis) {
    it(`that is given as ${JSON.stringify(given)} is ${sli}`, () => {
      const history = withOverall({ sli_value: given })
      assert.strictEqual(history.sli, sli)
      assert.deepStrictEqual(history.issues, [])
    })
  }

  for (const given of [true, "n/a", "", [99.9], { value: 99.9 }, Infinity]) {
    it(`that is given as ${JSON.stringify(given)} is a failure, not missing data`, () => {
      assert.deepStrictEqual(SloHistory.outcome(withOverall({ sli_value: given })), {
        _tag: "Failure",
        message: "the answer's sli_value is not a number"
      })
    })
  }
})

describe("the state", () => {
  const states: ReadonlyArray<readonly [given: unknown, state: string]> = [
    [0, "up"],
    [1, "down"],
    [2, "no_data"],
    ["0", "up"],
    ["UP", "up"],
    ["OK", "up"],
    ["down", "down"],
    ["Alert", "down"],
    ["NO_DATA", "no_data"],
    [3, "unknown"],
    [0.5, "unknown"],
    ["WARMING_UP", "unknown"],
    [null, "unknown"],
    [undefined, "unknown"],
    [{}, "unknown"],
    [[0], "unknown"]
  ]
  for (const [given, state] of states) {
    it(`that is given as ${JSON.stringify(given)} is ${state}`, () => {
      assert.deepStrictEqual<unknown>(withOverall({ history: [[7, given]] }).transitions, [{ at: 7, state }])
    })
  }

  for (const history of [undefined, null, "", {}, [[1, 0], null], [["1", 0]], [[Infinity, 0]], [[]], [1, 0]]) {
    it(`is not known in the history ${JSON.stringify(history)}`, () => {
      assert.isUndefined(withOverall({ history }).transitions)
    })
  }
})

describe("the buckets", () => {
  const series = {
    times: [0, 7_200_000],
    numerator: { values: [1, 2] },
    denominator: { values: [3, 4] }
  }

  it("are there without the members that Datadog deprecates", () => {
    assert.deepStrictEqual(withData({ series }).buckets, [
      { start: 0, good: 1, total: 3 },
      { start: 7200, good: 2, total: 4 }
    ])
  })

  const broken: ReadonlyArray<unknown> = [
    null,
    [],
    "",
    { ...series, times: null },
    { ...series, times: [0, "7200000"] },
    { ...series, numerator: null },
    { ...series, numerator: { values: [1] } },
    { ...series, numerator: { values: [1, null] } },
    { ...series, denominator: [3, 4] },
    { ...series, denominator: { values: [3, 4, 5] } },
    { ...series, denominator: { values: [3, Infinity] } }
  ]
  for (const one of broken) {
    it(`are not known in the series ${JSON.stringify(one)}`, () => {
      assert.isUndefined(withData({ series: one }).buckets)
    })
  }
})

describe("the issues", () => {
  const issues: ReadonlyArray<
    readonly [given: unknown, issues: ReadonlyArray<readonly [type: string, message: string]>]
  > = [
    [undefined, []],
    [null, []],
    [[], []],
    [[{ error_type: "A", error_message: "b" }], [["A", "b"]]],
    [[{ error_type: "A" }], [["A", "an error without a message"]]],
    [[{ error_message: "b" }], [["", "b"]]],
    [[{ error: "b" }], [["", "b"]]],
    [{ error_type: "A", error_message: "b" }, [["A", "b"]]],
    [["b", "c"], [["", "b"], ["", "c"]]],
    ["b", [["", "b"]]],
    [[null, {}], [["", "an error without a message"], ["", "an error without a message"]]]
  ]
  for (const [given, expected] of issues) {
    it(`are read from ${JSON.stringify(given)}, wherever that stands`, () => {
      const places = [
        withOverall({ errors: given }),
        withData({ errors: given }),
        decoded(Recorded.bare.question, { data: { overall: {} }, errors: given }),
        decoded(Recorded.bare.question, { data: { overall: {} }, error: given })
      ]
      for (const { issues } of places) {
        assert.deepStrictEqual<unknown>(issues.map(({ message, type }) => [type, message]), expected)
      }
    })
  }

  it("are at most 32, of at most 500 characters", () => {
    const { issues } = withOverall({
      errors: Array.from({ length: 40 }, () => ({ error_type: "t".repeat(501), error_message: "m".repeat(501) }))
    })
    assert.strictEqual(issues.length, 32)
    assert.deepStrictEqual([issues[0]?.type.length, issues[0]?.message.length], [500, 500])
  })
})

describe("the corrections", () => {
  it("are what they are in numbers, texts, booleans and nulls", () => {
    const [correction, ...others] = withOverall({
      corrections: [{ start: 1, end: null, category: "Other", active: true, creator: { id: 1 }, rrule: [] }]
    }).corrections
    assert.deepStrictEqual(correction, { start: 1, end: null, category: "Other", active: true })
    assert.deepStrictEqual(others, [])
  })

  const counts: ReadonlyArray<readonly [given: unknown, count: number]> = [
    [undefined, 0],
    [null, 0],
    [[], 0],
    [["583a2296", 7, null, [], {}], 5],
    [{ start: 1 }, 1],
    ["583a2296", 1],
    [Infinity, 1]
  ]
  for (const [given, count] of counts) {
    it(`are ${count} in ${JSON.stringify(given)}`, () => {
      assert.strictEqual(withOverall({ corrections: given }).corrections.length, count)
    })
  }
})

describe("a history is provisional", () => {
  for (const [preview, isProvisional] of [[true, true], [false, false], [null, false], ["true", false], [1, false]]) {
    it(`${isProvisional === true ? "" : "not "}where preview is ${JSON.stringify(preview)}`, () => {
      assert.strictEqual(withOverall({ preview }).isProvisional, isProvisional)
    })
  }
})

describe("an answer is refused with the place where it is wrong", () => {
  const { from, id, to } = Recorded.bare.question
  const wrong: ReadonlyArray<readonly [what: string, body: unknown, issue: RegExp]> = [
    ["that is null", null, /^Expected object/],
    ["without data", { errors: [] }, /^Missing key\n {2}at \["data"\]/],
    ["without data.overall", { data: { series: {} } }, /^Missing key\n {2}at \["data"\]\["overall"\]/],
    ["whose overall is null", { data: { overall: null } }, /^Expected object\n {2}at \["data"\]\["overall"\]/],
    ["whose overall is a list", { data: { overall: [] } }, /^Expected object\n {2}at \["data"\]\["overall"\]/],
    [
      "that begins earlier",
      answer({ from_ts: from - 1 }),
      /^Expected 0, which was asked for\n {2}at \["data"\]\["from_ts"\]/
    ],
    [
      "that ends later",
      answer({ to_ts: to + 1 }),
      /^Expected 86400, which was asked for\n {2}at \["data"\]\["to_ts"\]/
    ],
    [
      "of another SLO",
      answer({ slo: { id: "b" } }),
      new RegExp(`^Expected ${id}, which was asked for\n {2}at \\["data"\\]\\["slo"\\]`)
    ]
  ]
  for (const [what, body, issue] of wrong) {
    it(what, () => {
      const result = Schema.decodeUnknownResult(SloHistoryResponse.make(Recorded.bare.question))(body)
      assert.match(Result.getOrThrow(Result.flip(result)).message, issue)
    })
  }

  it("but not if it only fails to say of what it is", () => {
    for (const data of [{ from_ts: null }, { to_ts: "now" }, { slo: null }, { slo: { id: 1 } }, { slo: [] }]) {
      assert.strictEqual(withData(data).sli, undefined)
    }
  })
})

describe("any answer", () => {
  const members = ["sli_value", "errors", "corrections", "preview", "history", "state", "precision", "__proto__"]

  it.prop("with a frame is a history, whatever its members hold", {
    overall: Schema.Record(Schema.String, Schema.Json),
    one: Schema.Json
  }, ({ one, overall }) => {
    for (const member of members) {
      assert.instanceOf(withOverall({ ...overall, [member]: one }), SloHistory.SloHistory)
      assert.instanceOf(withOverall({ ...overall, [member]: [one, [one, one]] }), SloHistory.SloHistory)
    }
    for (const series of [one, { times: one }, { times: [one], numerator: { values: one }, denominator: one }]) {
      assert.instanceOf(withData({ series, errors: one, slo: [one] }), SloHistory.SloHistory)
    }
  })

  it("is read however deep it is", () => {
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)
    for (const member of members) {
      assert.instanceOf(withOverall({ [member]: deep }), SloHistory.SloHistory)
      assert.instanceOf(
        withOverall({ [member]: [[1, deep], { error_message: deep, start: deep }] }),
        SloHistory.SloHistory
      )
    }
    assert.instanceOf(withData({ series: { times: [deep], numerator: deep } }), SloHistory.SloHistory)
  })
})

function answer(data: object) {
  return { data: { overall: {}, ...data } }
}

function withOverall(overall: object): SloHistory.SloHistory {
  return withData({ overall })
}

function withData(data: object): SloHistory.SloHistory {
  return decoded(Recorded.bare.question, answer(data))
}

function decoded(question: SloHistoryResponse.Question, body: unknown): SloHistory.SloHistory {
  return Result.getOrThrow(Schema.decodeUnknownResult(SloHistoryResponse.make(question))(body))
}
