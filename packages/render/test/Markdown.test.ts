import { SloReportRow, Verdict } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { Markdown } from "../src/index.ts"
import { nameOf, oneLine } from "../src/internal/text.ts"
import { markdown } from "./utils/parsers.ts"
import { judge, odd, OddRows, oddRows, row } from "./utils/report.ts"

// Nothing but texts, the bold of a missed target, and comments that separate.
const plain = ["text", "strong", "html <!-- -->"]

describe("the Markdown of rows", () => {
  it("is a table of SLOs and intervals, the worst first, with what could not be exported below", () => {
    const { tables, texts } = markdown(Markdown.fromRows([
      row({ id: "a", name: "fine", target: 99, cells: ["99.5", ""] }),
      row({ id: "b", name: "late", cells: ["98"], exportError: "Query timed out" }),
      row({ id: "c", name: "bad", target: 99, cells: ["99", "98.9999"] })
    ]))
    assert.deepStrictEqual(texts, ["SLO report"])
    assert.deepStrictEqual(tables, [
      [
        ["SLO", "Type", "Target", "2024-01-01", "2024-02-01"],
        ["bad", "metric", "99%", "99%", "98.999%"],
        ["fine", "metric", "99%", "99.5%", "–"],
        ["late", "metric", "–", "98%", "–"]
      ],
      [["Not exported", "Why"], ["late", "Query timed out"]]
    ])
  })

  it("has the missed targets in bold", () => {
    const text = Markdown.fromRows([row({ target: 99, cells: ["98", "99"] })])
    assert.include(text, "| **98%** | 99% |")
  })

  it("says that there are none", () => {
    assert.deepStrictEqual(markdown(Markdown.fromRows([])).texts, ["SLO report", "There are no SLOs in this report."])
  })
})

describe("the Markdown of a verdict", () => {
  it("has a heading, a sentence, and a table with the failures first", () => {
    const { tables, texts } = markdown(Markdown.fromVerdict(judge([
      row({ id: "a", name: "fine", target: 99, cells: ["99.9991"] }),
      row({ id: "b", name: "close", target: 99.9, cells: ["99.90001"] }),
      row({ id: "c", name: "bad", target: 99.9, cells: ["99.89999"] })
    ], { warnBudget: 1 })))
    assert.deepStrictEqual(texts, [
      "❌ SLO gate: fail",
      "At least 0% of the error budget left in the latest interval, 2024-01-01. Result: 3 judged, 1 failed, 1 warning."
    ])
    const free = markdown(Markdown.fromVerdict(judge([row({ cells: ["99"] })], { minStatus: 99.5 })))
    assert.deepStrictEqual(free.tables[0]![1], ["❌", "Checkout", "–", "99%", "–", "99% in 2024-01-01"])
    const why = (budget: string, status: string, target: string) =>
      `${budget} of the error budget left in 2024-01-01 (${status}, target ${target})`
    assert.deepStrictEqual(tables, [[
      ["", "SLO", "Target", "Status", "Budget left", "Why"],
      ["❌", "bad", "99.9%", "99.899%", "-0.1%", why("-0.1%", "99.899%", "99.9%")],
      ["⚠️", "close", "99.9%", "99.9%", "<0.1%", why("<0.1%", "99.9%", "99.9%")],
      ["✅", "fine", "99%", "99.999%", "99.9%", why("99.9%", "99.999%", "99%")]
    ]])
  })

  it("tells the rule", () => {
    const ruleOf = (...args: Parameters<typeof judge>) => markdown(Markdown.fromVerdict(judge(...args))).texts[1]!
    const rows = [row({ target: 99, cells: ["99", "99"] })]
    assert.match(ruleOf(rows, { minStatus: 99.5 }), /^At least a status of 99.5% in the latest interval, 2024-02-01\./)
    assert.match(
      ruleOf(rows, { minBudget: -5, over: "each" }),
      /^At least -5% .* in each interval, 2024-01-01 to 2024-02-01\./
    )
    assert.match(ruleOf(rows, { over: { last: 1 } }), /in each of the last 1 intervals, 2024-02-01\./)
    assert.strictEqual(
      ruleOf([]),
      "At least 0% of the error budget left in the latest interval. Result: the report has no SLOs."
    )
    assert.deepStrictEqual(markdown(Markdown.fromVerdict(judge([]))).tables, [])
  })

  it("names nobody, links to nothing and runs nothing in odd names", () => {
    for (const text of [Markdown.fromRows(odd), Markdown.fromVerdict(judge(odd))]) {
      const { inCells, tables } = markdown(text)
      assert.includeMembers(plain, [...inCells])
      assert.sameMembers(
        tables[0]!.slice(1).map((cells) => cells[text.includes("gate") ? 1 : 0]),
        odd.map(nameOf)
      )
      assert.notMatch(text, /@\w|\bwww\.|:\/\/|(?<!&)#\d/)
    }
  })
})

describe("of any names", () => {
  it.prop("a Markdown reader reads the texts, and nothing else", { rows: OddRows }, ({ rows }) => {
    const made = oddRows(rows)
    const verdict = judge(made)
    const ofVerdict = markdown(Markdown.fromVerdict(verdict))
    const ofRows = markdown(Markdown.fromRows(made))
    assert.includeMembers(plain, [...ofVerdict.inCells, ...ofRows.inCells])
    const [, ...slos] = ofVerdict.tables[0] ?? []
    assert.deepStrictEqual(slos.map(([, name]) => name), Verdict.worstFirst(verdict).map(nameOf))
    const [, ...lines] = ofRows.tables[0] ?? []
    assert.deepStrictEqual(
      lines.map(([name, type]) => [name, type]),
      SloReportRow.worst(made).map((one) => [nameOf(one), oneLine(one.sloType)])
    )
    const [, ...errors] = ofRows.tables[1] ?? []
    assert.deepStrictEqual(
      errors,
      SloReportRow.withExportError(made).map((one) => [nameOf(one), oneLine(one.exportError!)])
    )
  }, { arbitrary: { runs: 300 } })
})
