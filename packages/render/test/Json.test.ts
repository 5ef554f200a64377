import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Json, Jsonl } from "../src/index.ts"
import { judge, odd, OddRows, oddRows, row } from "./utils/report.ts"

const lines = (text: string): ReadonlyArray<any> => text.split("\n").slice(0, -1).map((line) => JSON.parse(line))

describe("the JSON of rows", () => {
  it("has every key always, and null for nothing", () => {
    const [slo] = JSON.parse(Json.fromRows([row({ cells: [""] })])).slos
    assert.deepStrictEqual(slo, {
      id: "a",
      name: "Checkout",
      type: "metric",
      target: null,
      export_error: null,
      intervals: [{ start: "2024-01-01", status: null, budget_left: null, met: null }],
      other: {}
    })
    assert.deepStrictEqual(JSON.parse(Json.fromRows([])), { report: null, interval: null, slos: [] })
    const known = { report: "id \"1\"", interval: "daily" }
    assert.deepStrictEqual(JSON.parse(Json.fromRows([], known)), { ...known, slos: [] })
  })

  it.effect("is the same as a stream", () =>
    Effect.gen(function*() {
      for (const rows of [[], odd.slice(0, 1), odd]) {
        for (const options of [undefined, { report: "1", interval: "daily" }]) {
          const json = yield* Stream.runCollect(Json.stream(Stream.fromIterable(rows), options))
          assert.strictEqual(json.join(""), Json.fromRows(rows, options))
          const jsonl = yield* Stream.runCollect(Jsonl.stream(Stream.fromIterable(rows), options))
          assert.strictEqual(jsonl.join(""), Jsonl.fromRows(rows, options))
        }
      }
    }))
})

describe("the JSON lines of rows", () => {
  it("are one an interval, with what is known of the report", () => {
    const text = Jsonl.fromRow(row({ target: 99.9, cells: ["99.95", ""], exportError: "late", other: { team: "x" } }), {
      report: "1",
      interval: "monthly"
    })
    const both = {
      report: "1",
      id: "a",
      name: "Checkout",
      type: "metric",
      target: 99.9,
      interval: "monthly",
      export_error: "late",
      other: { team: "x" }
    }
    assert.deepStrictEqual(lines(text), [
      { ...both, start: "2024-01-01", status: 99.95, budget_left: 50, met: true },
      { ...both, start: "2024-02-01", status: null, budget_left: null, met: null }
    ])
  })

  it("are one for an SLO without intervals, so that it is not lost", () => {
    const [line, ...others] = lines(Jsonl.fromRows([row({ exportError: "late" })]))
    assert.deepInclude(line, { id: "a", start: null, status: null, export_error: "late", report: null, interval: null })
    assert.deepStrictEqual(others, [])
  })

  it("have the same keys in the same order", () => {
    const keys = new Set(lines(Jsonl.fromRows(odd)).map((line) => Object.keys(line).join()))
    assert.deepStrictEqual([...keys], [
      "report,id,name,type,target,interval,start,status,budget_left,met,export_error,other"
    ])
    const verdictKeys = new Set(lines(Jsonl.fromVerdict(judge(odd))).map((line) => Object.keys(line).join()))
    assert.strictEqual(verdictKeys.size, 1)
  })
})

describe("the JSON of a verdict", () => {
  it("says what the rule means where it says nothing", () => {
    assert.deepStrictEqual(JSON.parse(Json.fromVerdict(judge([]))).rule, {
      min_budget: 0,
      min_status: null,
      warn_budget: null,
      over: "latest",
      missing: "warn",
      export_errors: "inconclusive"
    })
    const rule = { minStatus: 99, warnBudget: 5, over: { last: 3 }, missing: "fail", exportErrors: "ignore" } as const
    assert.deepStrictEqual(JSON.parse(Json.fromVerdict(judge([], rule))).rule, {
      min_budget: null,
      min_status: 99,
      warn_budget: 5,
      over: "last=3",
      missing: "fail",
      export_errors: "ignore"
    })
    assert.strictEqual(JSON.parse(Json.fromVerdict(judge([], { minBudget: -5 }))).rule.min_budget, -5)
  })

  it("is the verdict, by the numbers that it has", () => {
    const verdict = judge(odd)
    const json = JSON.parse(Json.fromVerdict(verdict))
    assert.deepInclude(json, { verdict: "fail", reason: null, starts: ["2024-02-01"] })
    assert.strictEqual(JSON.parse(Json.fromVerdict(judge([]))).reason, "empty")
    assert.strictEqual(json.counts.not_exported, 1)
    assert.deepStrictEqual(json.slos.map((slo: any) => slo.budget_left), [
      50,
      1.23456,
      -33.607,
      -0.01,
      null,
      1.76,
      -20,
      40,
      null,
      null,
      null
    ])
    assert.deepStrictEqual(lines(Jsonl.fromVerdict(verdict)), json.slos)
  })
})

describe("of any names", () => {
  // What a terminal or a CI system would act on, but for the line feed that ends a line, and what turns its direction.
  const acting = /[^\P{Cc}\n]|\p{Bidi_Control}|[\u2028\u2029]|\p{Cs}|##\w*\[/u

  it.prop("JSON.parse reads what was written, which has nothing that acts", { rows: OddRows }, ({ rows }) => {
    const made = oddRows(rows)
    const facts = ({ exportError = null, id, name, sloType }: any) => [id, name, sloType, exportError]
    const factsRead = ({ export_error, id, name, type }: any) => [id, name, type, export_error]
    for (const verdict of [judge(made), judge(made, { over: "each", missing: "fail" })]) {
      const text = Json.fromVerdict(verdict)
      assert.deepStrictEqual(JSON.parse(text).slos.map(factsRead), made.map(facts))
      assert.notMatch(text, acting)
    }
    const text = Json.fromRows(made)
    assert.deepStrictEqual(JSON.parse(text).slos.map(factsRead), made.map(facts))
    assert.notMatch(text, acting)
    const jsonl = Jsonl.fromRows(made)
    assert.notMatch(jsonl, acting)
    assert.deepStrictEqual(
      lines(jsonl).map(factsRead),
      made.flatMap((row) => Array.from({ length: Math.max(1, row.cells.length) }, () => facts(row)))
    )
  }, { arbitrary: { runs: 200 } })
})
