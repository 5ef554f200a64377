import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Slo, SloHistory } from "../src/index.ts"

describe("a history says of its period", () => {
  const outcomes: ReadonlyArray<
    readonly [what: string, sli: number | undefined, issues: ReadonlyArray<[string, string]>, SloHistory.Outcome]
  > = [
    ["its number", 99.5, [], { _tag: "Sli", sli: 99.5 }],
    ["its number, though it is 0", 0, [], { _tag: "Sli", sli: 0 }],
    ["its number, though it is below 0 or above 100", 150, [], { _tag: "Sli", sli: 150 }],
    ["its number, whatever else Datadog says", 99.5, [["BOOM", "?"]], { _tag: "Sli", sli: 99.5 }],
    ["that there were no events", undefined, [["ZERO_VALUED_DENOMINATOR", "The denominator is zero valued"]], {
      _tag: "NoData",
      reason: "ZERO_VALUED_DENOMINATOR"
    }],
    ["that there are no results", undefined, [["NO_RESULTS", "No results found for this monitor"]], {
      _tag: "NoData",
      reason: "NO_RESULTS"
    }],
    ["that there are no data, where Datadog doesn't say why", undefined, [], { _tag: "NoData", reason: "unsaid" }],
    ["what failed", undefined, [["TIMEOUT", "Query timed out"]], {
      _tag: "Failure",
      message: "TIMEOUT: Query timed out"
    }],
    ["what failed without a type", undefined, [["", "Query timed out"]], {
      _tag: "Failure",
      message: "Query timed out"
    }],
    ["what failed without a message", undefined, [["TIMEOUT", ""]], { _tag: "Failure", message: "TIMEOUT" }],
    [
      "all that failed, and not that there are no data too",
      undefined,
      [["A", "one"], ["NO_RESULTS", "none"], ["B", "two"]],
      { _tag: "Failure", message: "A: one; B: two" }
    ]
  ]
  for (const [what, sli, issues, outcome] of outcomes) {
    it(what, () => {
      const history = new SloHistory.SloHistory({
        id: Slo.SloId.make("a"),
        from: 0,
        to: 1,
        ...(sli === undefined ? {} : { sli }),
        issues: issues.map(([type, message]) => new SloHistory.SloHistoryIssue({ type, message })),
        corrections: [],
        isProvisional: false
      })
      assert.deepStrictEqual(SloHistory.outcome(history), outcome)
    })
  }

  it.prop("something, in any case", { history: SloHistory.SloHistory }, ({ history }) => {
    const outcome = SloHistory.outcome(history)
    assert.strictEqual(outcome._tag === "Sli", history.sli !== undefined)
    assert.isTrue(Schema.is(SloHistory.SloHistory)(history))
  })
})
