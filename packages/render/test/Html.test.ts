import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { createHash } from "node:crypto"
import { Html } from "../src/index.ts"
import { digests } from "../src/internal/html/policy.ts"
import { script } from "../src/internal/html/script.ts"
import { style } from "../src/internal/html/style.ts"
import { escape, html } from "../src/internal/html/markup.ts"

const page = Html.fromRows

describe("markup", () => {
  it("escapes a text in an element and in an attribute, and nothing twice", () => {
    const text = `<img src=x onerror="alert('1')">&amp;`
    const escaped = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;"
    assert.strictEqual(escape(text), escaped)
    const inner = html`<i title="${text}">${text}</i>`
    assert.strictEqual(
      html`<p>${[inner, inner]}${1}</p>`.source,
      `<p>${`<i title="${escaped}">${escaped}</i>`.repeat(2)}1</p>`
    )
  })

  it("keeps a carriage return as a reference, and no null character", () => {
    assert.strictEqual(escape("a\r\nb\0"), "a&#13;\nb\uFFFD")
  })
})

describe("the page of a report", () => {
  it.prop("has the same markup whatever its texts are", {
    id: Schema.String,
    sloType: Schema.String,
    name: Schema.String,
    exportError: Schema.String,
    raw: Schema.String,
    awkward: Schema.Array(
      Schema.Literals(["<", ">", "\"", "'", "&", "</script>", "</style>", "<!--", "-->", "<img onerror=x>", "${", "\0"])
    )
  }, ({ awkward, exportError, id, name, raw, sloType }) => {
    const add = awkward.join("")
    const texts = {
      id: `i${id}${add}`,
      sloType: add + sloType,
      name: `n${add}${name}`,
      exportError: `${exportError}e${add}`
    }
    for (const intervals of [1, 30]) {
      const found = skeleton(page([row({ ...texts, cells: cells(intervals, `x${raw}${add}`) })]))
      const plain = { id: "id", sloType: "metric", name: "name", exportError: "error" }
      assert.deepStrictEqual(found, skeleton(page([row({ ...plain, cells: cells(intervals, "N/A") })])))
    }
  })

  it("shows a name with markup as a text", () => {
    const source = page([row({ name: "<img src=x onerror=alert(1)>" })])
    assert.include(source, "&lt;img src=x onerror=alert(1)&gt;")
    assert.notInclude(source, "<img")
  })

  it("asks nothing of anywhere, and allows only what is in it", () => {
    for (const intervals of [6, 365]) {
      const source = page([row({ cells: cells(intervals, "99") })])
      assert.notMatch(source, /https?:|\/\/|@import|url\(|<link rel="stylesheet"|\bsrc=|\bstyle=|\bon\w+=/)
      assert.match(
        source,
        /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/
      )
      assert.strictEqual(source.includes("<script>"), intervals === 365)
    }
  })

  it("names its own style and script by their digests", () => {
    const digest = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`
    assert.deepStrictEqual(digests, { style: digest(style), script: digest(script) })
  })

  it("has the worst first, by their latest interval with data", () => {
    const source = page([
      row({ name: "fine", cells: ["99.95", "99.99"] }),
      row({ name: "empty", cells: ["", ""] }),
      row({ name: "recovered", cells: ["10", "99.95"] }),
      row({ name: "missed", cells: ["100", "99.8"] })
    ])
    assert.deepStrictEqual(namesOf(source), ["missed", "recovered", "fine", "empty"])
  })

  it.each([
    ["100", "full", "100%", "100% left"],
    ["99.975", "full", "99.975%", "75% left"],
    ["99.9749", "most", "99.974%", "74% left"],
    ["99.95", "most", "99.95%", "50% left"],
    ["99.925", "some", "99.925%", "25% left"],
    ["99.92", "low", "99.92%", "20% left"],
    ["99.9001", "low", "99.9%", "<1% left"],
    ["99.9", "low", "99.9%", "0% left"],
    ["99.8999999", "over", "99.899%", "1% over"],
    ["99.85", "over", "99.85%", "50% over"],
    ["99.8", "far", "99.8%", "100% over"],
    ["0", "far", "0%", "100K% over"],
    ["", "none", "–", "no data"],
    [" N/A ", "none", "N/A", "no data"]
  ])("shows a status of '%s' as %s, %s, %s at a target of 99.9", (status, band, text, note) => {
    assert.include(page([row({ cells: [status] })]), cell(band, text, note))
  })

  it("says met or missed where a target leaves no budget, and neither without a target", () => {
    assert.include(page([row({ target: 100, cells: ["100"] })]), cell("full", "100%", "met"))
    assert.include(page([row({ target: 100, cells: ["99.9999"] })]), cell("over", "99.999%", "missed"))
    assert.include(page([row({ target: undefined, cells: ["50"] })]), cell("none", "50%", "no target"))
  })

  it("counts what it shows", () => {
    const source = page([
      row({ cells: ["99", ""] }),
      row({ cells: ["100", "98"] }),
      row({ cells: ["100", "100"] }),
      row({ target: undefined, cells: ["100", "100"] }),
      row({ cells: ["", ""], exportError: "Query timed out" })
    ])
    assert.include(source, "<p>5 SLOs · 2 intervals, 2023-01-01 to 2023-01-02</p>")
    assert.deepStrictEqual(tiles(source), { missed: 2, met: 1, without: 1, errors: 1 })
  })

  it("lists the rows with an export error, those without a name by their id", () => {
    const source = page([
      row({ name: "broken", exportError: "Query timed out" }),
      row({ name: "whole" }),
      row({ id: "abc", name: " ", exportError: "No history" }),
      row({ id: "", name: "", exportError: "No id" })
    ])
    const list = source.slice(source.indexOf("<ul class=\"errors\">"))
    assert.deepStrictEqual(namesOf(list), ["broken", "abc", "(no name)"])
    for (const text of ["Query timed out", "No history", "No id"]) assert.include(list, text)
    assert.notInclude(page([row({})]), "Export errors")
  })

  it("says that there is no row, no data, no interval", () => {
    assert.include(page([]), "There are no SLOs in this report.")
    assert.notInclude(page([]), "<table")
    assert.include(page([row({ cells: ["", ""] })]), "No interval of any SLO has data.")
    const without = page([row({ name: "lonely", cells: [] })])
    assert.deepStrictEqual(namesOf(without), ["lonely"])
    assert.include(page([row({ cells: ["99"] })]), "<p>1 SLO · 1 interval, 2023-01-01</p>")
    assert.include(without, "<p>1 SLO</p>")
  })

  it("has a row for each of 1,000 SLOs, and a cell with its date for each of 365 days", () => {
    const many = page(Array.from({ length: 1000 }, (_, index) => row({ id: `${index}`, name: `SLO ${index}` })))
    assert.strictEqual(namesOf(many).length, 1000)
    assert.include(many, "<p>1,000 SLOs · ")
    const year = page([row({ cells: cells(365, "99.95") })])
    assert.strictEqual(year.match(/<td /g)?.length, 365)
    assert.strictEqual(new Set(year.match(/data-start="2023-\d\d-\d\d"/g)).size, 365)
    assert.strictEqual(year.match(/<th scope="colgroup" colspan="(28|30|31)"/g)?.length, 12)
  })

  it("heads months with their year, and days and weeks with their month", () => {
    assert.deepStrictEqual(heads(["2023-11-01", "2023-12-01", "2024-01-01"]), [
      "2023 ×2",
      "2024 ×1",
      "Nov",
      "Dec",
      "Jan"
    ])
    assert.deepStrictEqual(heads(["2023-12-24", "2023-12-31", "2024-01-07", "2024-02-04"]), [
      "Dec 2023 ×2",
      "Jan 2024 ×1",
      "Feb ×1",
      "24",
      "31",
      "7",
      "4"
    ])
  })
})

const row = (
  { cells = ["99.95"], ...row }:
    & Partial<Pick<SloReportRow.SloReportRow, "id" | "sloType" | "name" | "exportError">>
    & { readonly target?: number | undefined; readonly cells?: ReadonlyArray<string> }
) => {
  const { target, ...texts } = { target: 99.9, ...row }
  return new SloReportRow.SloReportRow({
    id: "5f0ab71d",
    sloType: "metric",
    name: "Checkout",
    ...texts,
    ...(target === undefined ? {} : { target }),
    cells: cells.map((raw, index) => IntervalCell.fromText(day(index), raw)),
    other: {}
  })
}

const day = (index: number): string => new Date(Date.UTC(2023, 0, 1 + index)).toISOString().slice(0, 10)

const cells = (count: number, raw: string): ReadonlyArray<string> => Array.from({ length: count }, () => raw)

const cell = (band: string, text: string, note: string): string =>
  `<td class="${band}"><span>${text} <small>${escape(note)}</small></span></td>`

/** A page without its style and script and without its texts and values: what is left is its markup. */
const skeleton = (source: string): ReadonlyArray<string> =>
  source.replaceAll(/<(style|script)>[^]*?<\/\1>/g, "").match(
    /[<>"]|(?<=<)[!/]?\w+|&(?!(?:amp|lt|gt|quot|#39|#13);)/g
  ) ?? []

const namesOf = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(/<bdi class="name">([^<]*)</g)].map(([, name]) => name!)

const tiles = (source: string) => {
  const number = (label: string) => Number(new RegExp(`${label}(?:</a>)?</dt><dd>(\\d+)`).exec(source)?.[1])
  return {
    missed: number("Missed their target"),
    met: number("Met their target"),
    without: number("Without data"),
    errors: number("Export errors")
  }
}

const heads = (starts: ReadonlyArray<string>): ReadonlyArray<string> => {
  const cells = starts.map((start) => IntervalCell.fromText(start, "99.95"))
  const source = page([
    new SloReportRow.SloReportRow({ id: "a", sloType: "b", name: "c", target: 99, cells, other: {} })
  ])
  return [
    ...[...source.matchAll(/scope="colgroup" colspan="(\d+)"[^>]*><span>([^<]*)/g)].map(([, span, text]) =>
      `${text} ×${span}`
    ),
    ...[...source.matchAll(/<span aria-hidden="true">([^<]*)/g)].map(([, text]) => text!)
  ]
}
