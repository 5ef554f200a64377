import { SloVerdict, Verdict, VerdictRule } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { stripVTControlCharacters } from "node:util"
import { JUnit, Text } from "../src/index.ts"
import * as Percent from "../src/internal/percent.ts"
import { isolated, lines, nameOf, oneLine } from "../src/internal/text.ts"
import { xml } from "./utils/parsers.ts"
import { judge, OddRows, oddRows, OddText, row } from "./utils/report.ts"

const slo = { id: "a", sloType: "", name: "", warning: false, intervals: { judged: 0, failed: 0, noData: 0 } }
const made = Verdict.fromSlos(
  [
    new SloVerdict.SloVerdict({ ...slo, verdict: "fail" }),
    new SloVerdict.SloVerdict({ ...slo, verdict: "inconclusive", reason: "not_exported" })
  ],
  [],
  new VerdictRule.VerdictRule({})
)

describe("the lines of a verdict", () => {
  it("are columns: the verdict, the name, the interval, the status and what is left", () => {
    const text = Text.fromVerdict(judge([
      row({ name: "Search latency", sloType: "monitor", target: 95, cells: [""] }),
      row({ name: "Catalogue", target: 95, cells: ["95.088"] }),
      row({ name: "API errors", target: 99.5, cells: [""], exportError: "Query timed out" }),
      row({ name: "Free", cells: ["50"] }),
      row({ name: "Ledger", target: 100, cells: ["99.9999"] }),
      row({ name: "Checkout", target: 99.9, cells: ["99.866393"] }),
      row({ name: "Basket", target: 99.9, cells: ["100"] })
    ], { warnBudget: 5 }))
    assert.strictEqual(
      text,
      `FAIL  Ledger          2024-01-01  99.999% of 100
FAIL  Checkout        2024-01-01  99.866% of 99.9  -33.7% left
?     API errors                  of 99.5          Query timed out
warn  Catalogue       2024-01-01  95.088% of 95    1.7% left
-     Search latency  2024-01-01  of 95            no data
pass  Basket          2024-01-01  100% of 99.9     100% left
-     Free            2024-01-01  50%              no target
fail: 4 judged, 2 failed, 2 warnings, 1 without data, 1 without a target, 1 not exported
`
    )
  })

  it("say what is known of a verdict that was made elsewhere", () => {
    assert.strictEqual(
      Text.fromVerdict(made),
      "FAIL  a\n?     a\nfail: 0 judged, 1 failed, 1 not exported\n"
    )
    const cases = xml(JUnit.fromVerdict(made)).children[0]!.children
    assert.deepStrictEqual(cases.map(({ children: [child] }) => [child?.name, child?.attributes]), [
      ["failure", { message: "", type: "" }],
      ["error", { message: "not exported: ", type: "not_exported" }]
    ])
  })

  it("have their verdicts in colours where that is wanted, and nothing else is other", () => {
    const verdict = judge([
      row({ name: "Catalogue", target: 95, cells: ["95.088"] }),
      row({ name: "API errors", target: 99.5, cells: [""], exportError: "Query timed out" }),
      row({ name: "Free", cells: ["50"] }),
      row({ name: "Checkout", target: 99.9, cells: ["99.866393"] }),
      row({ name: "Basket", target: 99.9, cells: ["100"] })
    ], { warnBudget: 5 })
    const text = Text.fromVerdict(verdict, { colors: true })
    assert.deepStrictEqual(text.split("\n").map((line) => line.split(/ {2}|:/)[0]), [
      "\u001b[1;31mFAIL\u001b[0m",
      "\u001b[33m?\u001b[0m",
      "\u001b[33mwarn\u001b[0m",
      "\u001b[32mpass\u001b[0m",
      "\u001b[2m-\u001b[0m",
      "\u001b[1;31mfail\u001b[0m",
      ""
    ])
    assert.strictEqual(stripVTControlCharacters(text), Text.fromVerdict(verdict))
    const ends = [judge([row({ target: 95, cells: ["96"] })]), judge([])].map((verdict) =>
      Text.fromVerdict(verdict, { colors: true }).trimEnd().split("\n").at(-1)
    )
    assert.deepStrictEqual(ends, [
      "\u001b[32mpass\u001b[0m: 1 judged",
      "\u001b[33minconclusive\u001b[0m: the report has no SLOs"
    ])
  })

  it("are one for an empty report", () => {
    assert.strictEqual(Text.fromVerdict(judge([])), "inconclusive: the report has no SLOs\n")
  })

  it("keep their columns beside a name that is longer, or written from right to left", () => {
    const names = ["x".repeat(60), "שלום", "short"]
    const text = Text.fromVerdict(judge(names.map((name) => row({ name, target: 99, cells: ["99"] }))))
    const [long, hebrew, short] = text.split("\n")
    assert.strictEqual(long, `pass  ${"x".repeat(60)}  2024-01-01  99% of 99  0% left`)
    assert.strictEqual(hebrew, `pass  \u{2068}שלום\u{2069}${" ".repeat(36)}  2024-01-01  99% of 99  0% left`)
    assert.strictEqual(short, `pass  short${" ".repeat(35)}  2024-01-01  99% of 99  0% left`)
  })

  it.prop(
    "are one an SLO and one more, whatever the names, and nothing in them acts",
    { rows: OddRows },
    ({ rows }) => {
      const text = Text.fromVerdict(judge(oddRows(rows)))
      assert.strictEqual(text.split("\n").length, rows.length + 2)
      assert.notMatch(text, /[^\P{Cc}\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066\u2067]|\p{Cs}|##\w*\[/u)
    },
    { arbitrary: { runs: 300 } }
  )
})

describe("a text that is shown", () => {
  const shown: ReadonlyArray<readonly [text: string, shown: string]> = [
    ["  two \r\n lines\tand\u{a0}more\u{2028}\u{85}. ", "two lines and more ."],
    ["\u{1b}[31mred\0", "␛[31mred␀"],
    ["\u{7f}\u{9b}\ud800x", "␡\u{fffd}\u{fffd}x"],
    ["\u{202e}gnp.exe\u{202c}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}", "gnp.exe"],
    [
      "##[stop-commands]a ##vso[task.b c=d]e ##teamcity[f] ## [g]",
      "# #[stop-commands]a # #vso[task.b c=d]e # #teamcity[f] ## [g]"
    ],
    ["👩‍🚀 Überprüfung שלום", "👩‍🚀 Überprüfung שלום"]
  ]
  for (const [text, expected] of shown) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(expected)}`, () => assert.strictEqual(oneLine(text), expected))
  }

  it("can keep its lines", () => {
    assert.strictEqual(lines("a\r\nb\rc\u{1b}\n"), "a\nb\nc␛")
  })

  it("is the name, else the id, else says that there is none", () => {
    assert.strictEqual(nameOf({ id: "1", name: " a " }), "a")
    assert.strictEqual(nameOf({ id: "1", name: "\u{202e} \n" }), "1")
    assert.strictEqual(nameOf({ id: "", name: "" }), "(no name)")
  })

  it("is isolated where it is written from right to left", () => {
    for (const text of ["שלום", "a مرحبا", "𐤀", "ﷺ"]) assert.strictEqual(isolated(text), `\u{2068}${text}\u{2069}`)
    for (const text of ["", "a", "Ünïcödé 🚀", "漢字"]) assert.strictEqual(isolated(text), text)
  })

  it.prop(
    "is on one line, has nothing that acts, and is shown as it is the second time",
    { text: OddText },
    ({ text }) => {
      const once = oneLine(text.join(""))
      assert.notMatch(once, /\p{Cc}|\p{Bidi_Control}|\p{Cs}|[\u2028\u2029]/u)
      assert.strictEqual(oneLine(once), once)
    },
    { arbitrary: { runs: 300 } }
  )
})

describe("a percentage that is shown", () => {
  const budgets: ReadonlyArray<readonly [value: number, shown: string]> = [
    [100, "100%"],
    [99.99, "99.9%"],
    [50, "50%"],
    [0.1, "0.1%"],
    [0.09, "<0.1%"],
    [1e-300, "<0.1%"],
    [0, "0%"],
    [-0, "0%"],
    [-1e-300, "-0.1%"],
    [-0.01, "-0.1%"],
    [-33.607, "-33.7%"],
    [-99900, "-99900%"]
  ]
  for (const [value, shown] of budgets) {
    it(`is ${shown} for a budget of ${value}`, () => assert.strictEqual(Percent.budget(value), shown))
  }

  const Percentage = Schema.Finite.check(Schema.isBetween({ minimum: -1000, maximum: 100 }))

  it.prop("is never better than it is, nor much worse, and 0 only for 0", { value: Percentage }, ({ value }) => {
    const budget = Percent.budget(value)
    if (budget !== "<0.1%") {
      const number = Number(budget.slice(0, -1))
      assert.isTrue(number <= value && value - number < 0.1 + 1e-9, budget)
      assert.strictEqual(number === 0, value === 0)
    } else assert.isTrue(value > 0 && value < 0.1)
    const status = Number(Percent.status(value).slice(0, -1))
    assert.isTrue(status <= value && value - status < 0.001 + 1e-9)
  }, { arbitrary: { runs: 500 } })
})
