import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, Schema } from "effect"
import { IntervalCell, SloReportRow, SloVerdict, Verdict, VerdictRule } from "../src/index.ts"

const months = ["2024-01-01", "2024-02-01", "2024-03-01"]

describe("an SLO", () => {
  it("passes at its target exactly, and fails just below it", () => {
    for (const target of [99.9, 99.95, 99.99, 95, 33.3]) {
      assert.strictEqual(only({ target, cells: [`${target}`] }).verdict, "pass")
      assert.strictEqual(only({ target, cells: [`${target}`] }).budgetLeft, 0)
      const below = only({ target, cells: [`${target - 1e-9}`] })
      assert.deepInclude(below, { verdict: "fail", reason: "below_budget" })
      assert.isBelow(below.budgetLeft!, 0)
    }
  })

  it("whose budget is overspent by 0.01 % fails, and has not 0 left", () => {
    assert.deepInclude(only({ target: 99.9, cells: ["99.89999"] }), {
      verdict: "fail",
      reason: "below_budget",
      start: "2024-01-01",
      status: 99.89999,
      budgetLeft: -0.01
    })
  })

  it("that fell silent has no data, however good or bad it was before", () => {
    for (const before of ["100", "0"]) {
      const slo = only({ target: 99.9, cells: [before, before, ""] })
      assert.deepInclude(slo, { verdict: "inconclusive", reason: "no_data", warning: true, start: "2024-03-01" })
      assert.notProperty(slo, "status")
      assert.deepStrictEqual(slo.intervals, { judged: 0, failed: 0, noData: 1 })
    }
  })

  it("without a target is neither passed nor failed, unless a status is asked for", () => {
    assert.deepInclude(only({ cells: ["0"] }), { verdict: "inconclusive", reason: "no_target", warning: false })
    assert.deepStrictEqual(only({ cells: ["0"] }).intervals, { judged: 0, failed: 0, noData: 0 })
    assert.strictEqual(only({ cells: ["99.5"] }, { minStatus: 99.5 }).verdict, "pass")
    assert.deepInclude(only({ cells: ["99.49"] }, { minStatus: 99.5 }), { verdict: "fail", reason: "below_status" })
    assert.deepInclude(only({ cells: [""] }), { verdict: "inconclusive", reason: "no_data" })
  })

  it("with a target of 100 or more passes where it is met, by any budget", () => {
    for (const minBudget of [-50, 0, 100]) {
      assert.strictEqual(only({ target: 100, cells: ["100"] }, { minBudget }).verdict, "pass")
      const missed = only({ target: 100, cells: ["99.9999"] }, { minBudget })
      assert.deepInclude(missed, { verdict: "fail", reason: "below_target", status: 99.9999 })
      assert.notProperty(missed, "budgetLeft")
    }
    assert.strictEqual(only({ target: 100.5, cells: ["100"] }).reason, "below_target")
  })

  it("is judged by the least budget, to the last digit", () => {
    const half = { target: 99.9, cells: ["99.95"] }
    assert.strictEqual(only(half, { minBudget: 50 }).verdict, "pass")
    assert.strictEqual(only(half, { minBudget: 50.000001 }).verdict, "fail")
    assert.strictEqual(only({ target: 99.9, cells: ["99.85"] }, { minBudget: -50 }).verdict, "pass")
    assert.strictEqual(only({ target: 99.9, cells: ["99.849"] }, { minBudget: -50 }).verdict, "fail")
    assert.strictEqual(only({ target: 99.9, cells: ["100"] }, { minBudget: 100 }).verdict, "pass")
  })

  it("is judged by a status in place of its target, and still says what is left of its budget", () => {
    const slo = only({ target: 99.9, cells: ["99.6"] }, { minStatus: 99.5 })
    assert.deepInclude(slo, { verdict: "pass", target: 99.9, budgetLeft: -300 })
    assert.notProperty(slo, "reason")
  })

  it("passes with a warning where little is left", () => {
    assert.isTrue(only({ target: 99.9, cells: ["99.91"] }, { warnBudget: 20 }).warning)
    assert.isFalse(only({ target: 99.9, cells: ["99.92"] }, { warnBudget: 20 }).warning)
    assert.isFalse(only({ target: 99.9, cells: ["99.91"] }).warning)
    assert.isFalse(only({ target: 99.9, cells: ["99.8"] }, { warnBudget: 20 }).warning)
    assert.isFalse(only({ target: 100, cells: ["100"] }, { warnBudget: 20 }).warning)
  })

  it("is judged in each of the intervals that the rule names, and shows the worst", () => {
    const cells = ["99.5", "99.8", "100"]
    const one = (over: VerdictRule.Over) => only({ target: 99.9, cells }, { over })
    assert.deepInclude(one("latest"), { verdict: "pass", start: "2024-03-01" })
    assert.deepInclude(one({ last: 1 }), { verdict: "pass", start: "2024-03-01" })
    assert.deepInclude(one({ last: 2 }), { verdict: "fail", start: "2024-02-01", status: 99.8 })
    assert.deepInclude(one("each"), { verdict: "fail", start: "2024-01-01", status: 99.5 })
    assert.deepStrictEqual(one("each").intervals, { judged: 3, failed: 2, noData: 0 })
    assert.deepStrictEqual(one({ last: 100 }), one("each"))
  })

  it("shows the later of intervals that are equally bad", () => {
    assert.strictEqual(only({ target: 99, cells: ["98", "98", "99"] }, { over: "each" }).start, "2024-02-01")
  })

  it("without data somewhere passes with a warning, passes or fails, as the rule says", () => {
    const silent = { target: 99, cells: ["99", "", "100"] }
    const one = (missing: "ignore" | "warn" | "fail") => only(silent, { over: "each", missing })
    assert.deepInclude(one("warn"), { verdict: "pass", warning: true, status: 99 })
    assert.deepInclude(one("ignore"), { verdict: "pass", warning: false })
    assert.deepInclude(one("fail"), { verdict: "fail", reason: "no_data", start: "2024-02-01", warning: false })
    assert.deepStrictEqual(one("fail").intervals, { judged: 2, failed: 0, noData: 1 })
    assert.isFalse(only({ target: 99, cells: [""] }, { missing: "ignore" }).warning)
  })

  it("that breaks the rule in one interval fails for that, whatever else is missing", () => {
    const slo = only({ target: 99, cells: ["98", ""], exportError: "timeout" }, { over: "each", missing: "fail" })
    assert.deepInclude(slo, { verdict: "fail", reason: "below_budget", status: 98 })
  })

  it("that could not be exported never passes", () => {
    const broken = { target: 99, cells: ["100"], exportError: "Query timed out" }
    assert.deepInclude(only(broken), {
      verdict: "inconclusive",
      reason: "not_exported",
      exportError: "Query timed out"
    })
    for (const key of ["start", "status", "budgetLeft"]) assert.notProperty(only(broken), key)
    assert.strictEqual(only(broken, { exportErrors: "ignore" }).verdict, "inconclusive")
    assert.deepInclude(only(broken, { exportErrors: "fail" }), { verdict: "fail", reason: "not_exported" })
    assert.isFalse(only({ ...broken, cells: [""] }).warning)
    assert.strictEqual(only({ ...broken, cells: [""] }, { missing: "fail" }).reason, "not_exported")
  })

  it("of a report without intervals has no data", () => {
    assert.deepInclude(only({ target: 99, cells: [] }), { verdict: "inconclusive", reason: "no_data", warning: true })
    assert.deepInclude(only({ target: 99, cells: [] }, { missing: "fail" }), { verdict: "fail", reason: "no_data" })
  })
})

describe("a report", () => {
  const good = row({ id: "good", target: 99, cells: ["99.5"] })
  const bad = row({ id: "bad", target: 99, cells: ["98"] })
  const silent = row({ id: "silent", target: 99, cells: [""] })
  const broken = row({ id: "broken", target: 99, cells: [""], exportError: "Query timed out" })
  const free = row({ id: "free", cells: ["50"] })

  it("passes where one SLO passes and none fails", () => {
    assert.deepInclude(Verdict.fromRows([good]), { verdict: "pass", starts: ["2024-01-01"] })
    assert.notProperty(Verdict.fromRows([good]), "reason")
    assert.strictEqual(Verdict.fromRows([good, silent, free]).verdict, "pass")
  })

  it("of a header alone is inconclusive: it is empty", () => {
    for (const missing of ["ignore", "warn", "fail"] as const) {
      assert.deepInclude(judge([], { missing }), { verdict: "inconclusive", reason: "empty", starts: [] })
    }
  })

  it("of monitor SLOs, which have no history, is inconclusive: nothing was judged", () => {
    const monitors = ["a", "b"].map((id) => row({ id, sloType: "monitor", target: 99, cells: ["", "", ""] }))
    assert.deepInclude(Verdict.fromRows(monitors), { verdict: "inconclusive", reason: "nothing_judged" })
    assert.strictEqual(judge(monitors, { missing: "ignore" }).verdict, "inconclusive")
    assert.strictEqual(judge(monitors, { missing: "fail" }).verdict, "fail")
  })

  it("without targets is inconclusive", () => {
    assert.deepInclude(Verdict.fromRows([free]), { verdict: "inconclusive", reason: "nothing_judged" })
  })

  it("that is completed with errors is inconclusive, unless something failed or the rule says otherwise", () => {
    assert.deepInclude(Verdict.fromRows([good, broken]), { verdict: "inconclusive", reason: "not_exported" })
    assert.strictEqual(Verdict.fromRows([good, broken, bad]).verdict, "fail")
    assert.strictEqual(judge([good, broken], { exportErrors: "ignore" }).verdict, "pass")
    assert.strictEqual(judge([good, broken], { exportErrors: "fail" }).verdict, "fail")
    assert.strictEqual(judge([broken], { exportErrors: "ignore" }).reason, "nothing_judged")
  })

  it("counts its SLOs", () => {
    assert.deepStrictEqual(Verdict.fromRows([good, bad, silent, broken, free]).counts, {
      slos: 5,
      judged: 2,
      passed: 1,
      failed: 1,
      inconclusive: 3,
      warnings: 1,
      noData: 1,
      noTarget: 1,
      notExported: 1
    })
  })

  it("has the columns of all its rows, and the last of them is judged", () => {
    const verdict = Verdict.fromRows([
      row({ id: "old", target: 99, cells: ["100"] }),
      row({ id: "new", target: 99, cells: ["100", "100"] })
    ])
    assert.deepStrictEqual(verdict.starts, ["2024-02-01"])
    assert.deepStrictEqual(verdict.slos.map(({ reason }) => reason), ["no_data", undefined])
  })

  it("shows what needs attention first", () => {
    const rows = [
      free,
      silent,
      row({ id: "much", target: 99, cells: ["100"] }),
      good,
      row({ id: "little", target: 99, cells: ["99.1"] }),
      broken,
      row({ id: "worse", target: 99, cells: ["97"] }),
      bad,
      row({ id: "missed 100", target: 100, cells: ["99"] })
    ]
    assert.deepStrictEqual(Verdict.worstFirst(judge(rows, { warnBudget: 20 })).map(({ id }) => id), [
      "missed 100",
      "worse",
      "bad",
      "broken",
      "little",
      "silent",
      "good",
      "much",
      "free"
    ])
  })

  it("can be judged by rules of its SLOs", () => {
    const strict = new VerdictRule.VerdictRule({ minBudget: 80 })
    const lax = new VerdictRule.VerdictRule({})
    const starts = VerdictRule.select(lax, months.slice(0, 1))
    const slos = [SloVerdict.fromRow(good, starts, lax), SloVerdict.fromRow(good, starts, strict)]
    assert.deepStrictEqual(slos.map(({ verdict }) => verdict), ["pass", "fail"])
    assert.deepInclude(Verdict.fromSlos(slos, starts, lax), { verdict: "fail", starts })
  })
})

describe("of any report and any rule", () => {
  const Cell = Schema.Literals(["", "N/A", "0", "50", "98.9", "99", "99.9", "100"])
  const Rows = Schema.Array(Schema.Struct({
    target: Schema.optionalKey(Schema.Literals([0, 99, 99.9, 100])),
    exportError: Schema.optionalKey(Schema.Literals(["timeout"])),
    cells: Schema.Array(Cell).check(Schema.isMaxLength(3))
  }))

  it.prop("the verdict never passes when nothing was judged, and never when something failed", {
    rows: Rows,
    rule: VerdictRule.VerdictRule
  }, ({ rows, rule }) => {
    const { counts, reason, slos, verdict } = Verdict.fromRows(rows.map((one) => row(one)), rule)
    if (counts.judged === 0 || counts.failed > 0 || counts.passed === 0) assert.notStrictEqual(verdict, "pass")
    assert.strictEqual(verdict === "inconclusive", reason !== undefined)
    assert.strictEqual(verdict === "fail", counts.failed > 0)
    assert.strictEqual(counts.passed + counts.failed + counts.inconclusive, rows.length)
    for (const slo of slos) {
      assert.strictEqual(slo.verdict === "pass", slo.reason === undefined)
      if (slo.verdict === "pass") {
        assert.isAbove(slo.intervals.judged, 0)
        assert.isUndefined(slo.exportError)
        assert.isDefined(slo.status)
      }
    }
  }, { arbitrary: { runs: 1000 } })

  it.prop("more data of the same kind turns no failure into a pass", {
    rows: Rows,
    more: Rows,
    rule: VerdictRule.VerdictRule
  }, ({ more, rows, rule }) => {
    const before = Verdict.fromSlos(slosOf(rows), months, rule)
    const after = Verdict.fromSlos([...slosOf(rows), ...slosOf(more)], months, rule)
    if (before.verdict === "fail") assert.strictEqual(after.verdict, "fail")

    function slosOf(rows: typeof Rows.Type) {
      return rows.map((one) => SloVerdict.fromRow(row(one), months, rule))
    }
  }, { arbitrary: { runs: 300 } })

  it.effect.prop(
    "it survives encoding and decoding as JSON",
    { rows: Rows, rule: VerdictRule.VerdictRule },
    ({ rows, rule }) =>
      Effect.gen(function*() {
        const verdict = Verdict.fromRows(rows.map((one) => row(one)), rule)
        const codec = Schema.toCodecJson(Verdict.Verdict)
        const text = JSON.stringify(yield* Schema.encodeEffect(codec)(verdict))
        assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(codec)(JSON.parse(text)), verdict))
      })
  )
})

describe("a rule", () => {
  it.effect("refuses what can't be meant, and says what it expects", () =>
    Effect.gen(function*() {
      const refused = [
        [{ minBudget: 100.1 }, "minBudget"],
        [{ minStatus: 101 }, "minStatus"],
        [{ minBudget: Number.NaN }, "minBudget"],
        [{ over: { last: 0 } }, "over"],
        [{ over: { last: 1.5 } }, "over"],
        [{ minBudget: 0, minStatus: 99 }, `Expected either "minBudget" or "minStatus"`]
      ] as const
      for (const [options, words] of refused) {
        const error = yield* Effect.flip(VerdictRule.make(options))
        assert.include(error.message, words)
        assert.throws(() => new VerdictRule.VerdictRule(options))
      }
      const misspelt = { minBudget: 0, minimum: 20 }
      assert.include((yield* Effect.flip(VerdictRule.make(misspelt))).message, "minimum")
      const rule = yield* VerdictRule.make({ minBudget: -10, over: { last: 3 } })
      assert.deepStrictEqual(rule, new VerdictRule.VerdictRule({ minBudget: -10, over: { last: 3 } }))
    }))
})

interface RowOptions {
  readonly id?: string
  readonly sloType?: string
  readonly target?: number
  readonly exportError?: string
  readonly cells: ReadonlyArray<string>
}

function row({ cells, ...fields }: RowOptions): SloReportRow.SloReportRow {
  return new SloReportRow.SloReportRow({
    id: "a",
    sloType: "metric",
    name: "Checkout",
    ...fields,
    cells: cells.map((raw, index) => IntervalCell.fromText(months[index]!, raw)),
    other: {}
  })
}

function judge(
  rows: ReadonlyArray<SloReportRow.SloReportRow>,
  rule: VerdictRule.Options
): Verdict.Verdict {
  return Verdict.fromRows(rows, new VerdictRule.VerdictRule(rule))
}

function only(options: RowOptions, rule: VerdictRule.Options = {}) {
  return judge([row(options)], rule).slos[0]!
}
