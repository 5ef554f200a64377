import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
import { Csv } from "@effect-datadog/slo-report-render"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { run } from "./utils/command.ts"

const starts = ["2026-08-01", "2026-09-01", "2026-10-01"]

const Percent = Schema.Literals([0, 50, 95, 98.9999, 99, 99.5, 99.9, 100])

const Row = Schema.Struct({
  target: Schema.UndefinedOr(Percent),
  exportError: Schema.UndefinedOr(Schema.Literal("timed out")),
  statuses: Schema.Tuple([Schema.UndefinedOr(Percent), Schema.UndefinedOr(Percent), Schema.UndefinedOr(Percent)])
})

const Rule = Schema.Struct({
  over: Schema.Literals(["latest", "each", "last=2"]),
  missing: Schema.Literals(["ignore", "warn", "fail"]),
  "on-export-error": Schema.Literals(["ignore", "inconclusive", "fail"]),
  "min-budget": Schema.Literals(["-100", "0", "50", "100"]),
  target: Schema.UndefinedOr(Schema.Literals(["99", "100"]))
})

const toRow = ({ exportError, statuses, target }: typeof Row.Type, index: number): SloReportRow.SloReportRow =>
  new SloReportRow.SloReportRow({
    id: String(index),
    sloType: "metric",
    name: `SLO ${index}`,
    ...(target === undefined ? {} : { target }),
    ...(exportError === undefined ? {} : { exportError }),
    cells: starts.map((start, index) => IntervalCell.fromText(start, statuses[index]?.toString() ?? "")),
    other: {}
  })

const toArgs = (rule: typeof Rule.Type): ReadonlyArray<string> =>
  Object.entries(rule).flatMap(([name, value]) => value === undefined ? [] : [`--${name}=${value}`])

describe("gate, whatever the report and the rule", () => {
  it.effect.prop(
    "never passes when nothing was judged, and its code is its verdict's",
    { rows: Schema.Array(Row).check(Schema.isMaxLength(4)), rule: Rule },
    ({ rows, rule }) =>
      Effect.gen(function*() {
        const { code, stdout } = yield* run(["gate", "-", "-f", "json", ...toArgs(rule)], {
          stdin: Csv.fromRows(rows.map(toRow))
        })
        const { counts, verdict } = JSON.parse(stdout)
        if (counts.judged === 0) {
          assert.notStrictEqual(verdict, "pass")
          assert.notStrictEqual(code, 0)
        }
        if (code === 0) assert.strictEqual(verdict, "pass")
        if (code === 1) assert.strictEqual(verdict, "fail")
        assert.include([0, 1, 3], code)
      }),
    { arbitrary: { runs: 200 } }
  )
})
