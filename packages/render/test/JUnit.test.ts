import { assert, describe, it } from "@effect/vitest"
import { JUnit } from "../src/index.ts"
import { lines, nameOf } from "../src/internal/text.ts"
import { type Element, xml } from "./utils/parsers.ts"
import { judge, OddRows, oddRows, row } from "./utils/report.ts"

const suiteOf = (...args: Parameters<typeof judge>): Element => xml(JUnit.fromVerdict(judge(...args))).children[0]!

const casesOf = (...args: Parameters<typeof judge>): ReadonlyArray<Element> => suiteOf(...args).children

/** What a test case is, and its message. */
const resultOf = ({ children: [child] }: Element) =>
  child === undefined ? ["success"] : [child.name, child.attributes.message ?? child.text]

describe("the JUnit file of a verdict", () => {
  const good = row({ id: "1", name: "good", target: 99, cells: ["99.5"] })
  const bad = row({ id: "2", name: "bad", target: 99.9, cells: ["99.866393"] })
  const silent = row({ id: "3", name: "silent", sloType: "monitor", target: 99, cells: [""] })
  const free = row({ id: "4", name: "free", cells: ["50"] })
  const broken = row({ id: "5", name: "broken", target: 99, cells: [""], exportError: "Query timed out\nin 5 s" })

  it("has a test case an SLO: passed, failed, in error or skipped", () => {
    assert.deepStrictEqual(casesOf([good, bad, silent, free, broken], { warnBudget: 60 }).map(resultOf), [
      ["system-out", "warning: 50% of the error budget left in 2024-01-01 (99.5%, target 99%)"],
      ["failure", "-33.7% of the error budget left in 2024-01-01 (99.866%, target 99.9%)"],
      ["skipped", "no data in 2024-01-01"],
      ["skipped", "50% in 2024-01-01, no target"],
      ["error", "not exported: Query timed out in 5 s"]
    ])
    assert.deepStrictEqual(casesOf([good]).map(resultOf), [["success"]])
    assert.deepStrictEqual(casesOf([silent]).map(({ attributes }) => attributes)[0], {
      classname: "slo.monitor",
      name: "silent"
    })
  })

  it("counts them", () => {
    const root = xml(JUnit.fromVerdict(judge([good, bad, silent, free, broken])))
    const counts = { name: "SLO gate", tests: "5", failures: "1", errors: "1", skipped: "2" }
    assert.strictEqual(root.name, "testsuites")
    assert.deepStrictEqual(root.attributes, counts)
    assert.deepStrictEqual(root.children.map(({ attributes }) => attributes), [counts])
  })

  it("gives the reason and the whole export error", () => {
    const [failure] = casesOf([bad])[0]!.children
    assert.strictEqual(failure?.attributes.type, "below_budget")
    const [error] = casesOf([good, broken])[1]!.children
    assert.strictEqual(error?.attributes.type, "not_exported")
    assert.strictEqual(error?.text, "Query timed out\nin 5 s")
  })

  it("takes an export error for what the rule takes it for", () => {
    const results = (exportErrors: "ignore" | "inconclusive" | "fail") =>
      casesOf([good, broken], { exportErrors }).map((one) => resultOf(one)[0])
    assert.deepStrictEqual(results("inconclusive"), ["success", "error"])
    assert.deepStrictEqual(results("ignore"), ["success", "skipped"])
    assert.deepStrictEqual(results("fail"), ["success", "failure"])
  })

  it("has an error where nothing was judged, since a file without one would look like success", () => {
    assert.deepStrictEqual(casesOf([]).map(resultOf), [["error", "inconclusive: the report has no SLOs"]])
    const cases = casesOf([silent, free])
    assert.strictEqual(cases.at(-1)?.attributes.name, "an SLO was judged")
    assert.deepStrictEqual(cases.map((one) => resultOf(one)[0]), ["skipped", "skipped", "error"])
    assert.strictEqual(suiteOf([silent]).attributes.errors, "1")
  })

  it("tells SLOs of the same name apart by their ids", () => {
    const names = casesOf([good, row({ id: "6", name: "good" }), bad]).map(({ attributes }) => attributes.name)
    assert.deepStrictEqual(names, ["good (1)", "good (6)", "bad"])
  })
})

describe("of any names", () => {
  it.prop("an XML reader reads the texts, but for what is no character of XML", { rows: OddRows }, ({ rows }) => {
    const made = oddRows(rows)
    const characters = (text: string) => text.replaceAll(/[\ufffe\uffff]/g, "\u{fffd}")
    const cases = casesOf(made, { missing: "fail" })
    for (const [index, one] of made.entries()) {
      const name = cases[index]!.attributes.name!
      assert.isTrue(name.startsWith(characters(nameOf(one))), JSON.stringify(name))
      const [child] = cases[index]!.children
      if (child?.name === "error") assert.strictEqual(child.text, characters(lines(one.exportError!)))
    }
    const more = cases.length - made.length
    assert.strictEqual(more === 1, cases.at(-1)?.attributes.name === "an SLO was judged")
  }, { arbitrary: { runs: 300 } })
})
