import { DatadogSite, IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import { createHash } from "node:crypto"
import { Html } from "../src/index.ts"
import { escape, html } from "../src/internal/html/markup.ts"
import { digests } from "../src/internal/html/policy.ts"
import { script } from "../src/internal/html/script.ts"
import { style } from "../src/internal/html/style.ts"
import { days, known, months, rows as manyRows, weeks } from "./utils/pages.ts"

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
    const about = {
      ...known,
      query: `q${add}${name}`,
      timezone: `z${add}`,
      source: "report",
      report: `r${add}`
    } as const
    for (const intervals of [1, 30]) {
      const found = skeleton(page([row({ ...texts, cells: cells(intervals, `x${raw}${add}`) })], about))
      const plain = { id: "id", sloType: "metric", name: "name", exportError: "error" }
      const options = { ...known, query: "q", timezone: "z", source: "report", report: "r" } as const
      assert.deepStrictEqual(found, skeleton(page([row({ ...plain, cells: cells(intervals, "N/A") })], options)))
    }
  })

  it("shows a name with markup as a text", () => {
    const source = page([row({ name: "<img src=x onerror=alert(1)>" })])
    assert.include(source, "&lt;img src=x onerror=alert(1)&gt;</bdi>")
    assert.notInclude(source, "<img")
  })

  it("asks nothing of anywhere, and allows only what is in it", () => {
    for (const intervals of [6, 365]) {
      const source = page([row({ cells: cells(intervals, "99") })])
      assert.notMatch(source, /https?:|\/\/(?! )|@import|url\(|<link rel="stylesheet"|\bsrc=|\bstyle="|\bon\w+="/)
      assert.include(
        source,
        `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;${digests.style}&#39;; ` +
          `script-src &#39;${digests.script}&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;"`
      )
    }
  })

  it("names its own style and script by their digests", () => {
    const digest = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`
    assert.deepStrictEqual(digests, { style: digest(style), script: digest(script) })
    const source = page([row({})])
    assert.deepStrictEqual(source.match(/(?<=<style>)[^]*(?=<\/style>)/)?.[0], style)
    assert.deepStrictEqual(source.match(/(?<=<script>)[^]*(?=<\/script>)/)?.[0], script)
  })

  it("has those first that need attention in the last interval", () => {
    const source = page([
      row({ name: "fine", cells: ["99.95", "99.99"] }),
      row({ name: "silent", cells: ["10", ""] }),
      row({ name: "recovered", cells: ["10", "99.95"] }),
      row({ name: "untold", cells: ["", ""], exportError: "timed out" }),
      row({ name: "aimless", cells: ["1", "1"], target: undefined }),
      row({ name: "missed", cells: ["100", "99.8"] }),
      row({ name: "missed 100", cells: ["100", "99.9"], target: 100 })
    ])
    assert.deepStrictEqual(rowNames(source), [
      "missed 100",
      "missed",
      "untold",
      "silent",
      "recovered",
      "fine",
      "aimless"
    ])
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
    ["0", "far", "0%", "100K% over"]
  ])("shows a status of '%s' as %s, %s, %s at a target of 99.9", (status, band, text, note) => {
    assert.include(page([row({ cells: [status] })]), cell(band, text, note))
  })

  it.each(["", " N/A "])("shows '%s' as an empty cell, which says so to those who hear it", (raw) => {
    assert.include(page([row({ cells: [raw] })]), "<td class=\"none\"><span class=\"read\">no data</span></td>")
  })

  it("says met or missed where a target leaves no budget, and neither without a target", () => {
    assert.include(page([row({ target: 100, cells: ["100"] })]), cell("full", "100%", "met"))
    assert.include(page([row({ target: 100, cells: ["99.9999"] })]), cell("over", "99.999%", "missed"))
    assert.include(page([row({ target: undefined, cells: ["50"] })]), cell("bare", "50%", "no target"))
  })

  it("has tiles that add up, one for each thing that came of the last interval", () => {
    const source = page([
      row({ cells: ["99", "99"] }),
      row({ cells: ["100", "98"] }),
      row({ cells: ["100", "100"] }),
      row({ target: undefined, cells: ["100", "100"] }),
      row({ cells: ["100", ""] }),
      row({ target: undefined, cells: ["", ""] }),
      row({ cells: ["", ""], exportError: "Query timed out" }),
      row({ cells: ["98", "98"], exportError: "Only a part" })
    ])
    const { all, ...parts } = tiles(source)
    assert.deepStrictEqual(parts, { missed: 3, met: 1, no_data: 2, no_target: 1, not_exported: 1 })
    assert.strictEqual(all, Object.values(parts).reduce((sum, part) => sum + part, 0))
    assert.deepStrictEqual(tiles(page([row({})])), { all: 1, missed: 0, met: 1, no_data: 0 })
  })

  it("adds up whatever the report is", () => {
    for (const count of [1, 40, 200]) {
      const { all, ...parts } = tiles(page(manyRows(count, months(3))))
      assert.strictEqual(all, count)
      assert.strictEqual(Object.values(parts).reduce((sum, part) => sum + part, 0), count)
    }
  })

  it.each<readonly [string, ReadonlyArray<ReadonlyArray<string>>, Html.Options, string]>([
    [
      "more",
      [["100", "98"], ["98", "98"], ["100", "100"]],
      { interval: "daily" },
      "On 2 January 2023, 2 of 3 SLOs missed their target, 1 more than in the interval before."
    ],
    [
      "fewer",
      [["98", "98"], ["98", "100"], ["98", "100"]],
      {},
      "On 2 January 2023, 1 of 3 SLOs missed their target, 2 fewer than in the interval before."
    ],
    [
      "as many",
      [["98", "98"]],
      { interval: "weekly" },
      "In the week from 2 January 2023, 1 of 1 SLO missed their target, as many as in the interval before."
    ],
    ["no interval before", [["100"]], { interval: "monthly" }, "In January 2023, none of 1 SLO missed their target."],
    ["nobody can tell of the one before", [["", "98"]], {}, "On 2 January 2023, 1 of 1 SLO missed their target."],
    ["not known how long it is", [["98"]], {}, "In the interval from 1 January 2023, 1 of 1 SLO missed their target."],
    ["nothing to judge", [["98", ""]], {}, "On 2 January 2023, no SLO can be judged: 1 has no data."],
    [
      "no data at all",
      [["", ""], ["", ""]],
      {},
      "On 2 January 2023, no SLO can be judged: 2 have no data. That is normal for monitor SLOs, which have no history."
    ],
    ["no interval", [[], []], {}, "There are 2 SLOs and no intervals."]
  ])("sums up in a sentence: %s", (_, cells, options, sentence) => {
    const source = page(cells.map((cells) => row({ cells })), options)
    assert.strictEqual(/<p class="lead">([^<]*)<\/p>/.exec(source)?.[1], sentence)
  })

  it("says why none can be judged, of each kind", () => {
    const source = page([
      row({ target: undefined }),
      row({ target: undefined }),
      row({ cells: [""], exportError: "x" }),
      row({ cells: [""] })
    ])
    assert.include(source, "no SLO can be judged: 1 has no data, 2 have no target, 1 could not be exported.")
    assert.include(page([row({ target: undefined })]), "no SLO can be judged: 1 has no target.")
  })

  it("counts in a row of its own how many missed their target in each interval", () => {
    const rows = [row({ cells: ["98", "100", ""] }), row({ cells: ["98", "98", ""] })]
    assert.include(
      page(rows),
      "<tr class=\"totals\"><th scope=\"row\">Missed in each interval</th><td></td><td>2</td><td>1</td><td>0</td></tr>"
    )
    const dense = page([...rows, row({ cells: cells(30, "98") }), row({ cells: cells(30, "98") })])
    assert.include(dense, "<td class=\"bar h10\" title=\"2023-01-01: 4 missed\"><span class=\"read\">4</span></td>")
    assert.include(dense, "<td class=\"bar h8\" title=\"2023-01-02: 3 missed\">")
    assert.include(dense, "<td class=\"bar h5\" title=\"2023-01-30: 2 missed\">")
    assert.include(page([row({ cells: cells(30, "100") })]), "<td class=\"bar h0\" title=\"2023-01-01: 0 missed\">")
  })

  it.each([
    [["100", "99.95"], "down", "0.05"],
    [["99.8", "", "99.95"], "up", "0.15"],
    [["99.95", "99.9495"], "down", "&lt;0.001"],
    [["99.0009", "99.002"], "up", "0.001"]
  ])("tells of %o that it went %s by %s", (cells, way, points) => {
    const source = page([row({ cells })])
    assert.match(
      source,
      new RegExp(
        `<span class="change ${way}"><span aria-hidden="true">.</span><span class="read">${way} </span>${points}</span>`
      )
    )
  })

  it("tells no change where there is none, and none of an interval without data", () => {
    assert.include(page([row({ cells: ["99.95", "99.95"] })]), "<span class=\"change\">± 0</span>")
    assert.notInclude(page([row({ cells: ["99.95", "99.9", ""] })]), "class=\"change")
    assert.notInclude(page([row({ cells: ["99.95"] })]), "class=\"change")
  })

  it("tells in how many intervals it missed its target, of those that have data", () => {
    assert.include(page([row({ cells: ["98", "", "100", "98", "98"] })]), "<span class=\"often\">missed 3 of 4</span>")
    assert.notInclude(page([row({ cells: ["98"], target: undefined })]), "class=\"often\"")
  })

  it.each<readonly [string, string, number | undefined, Html.Options, string | undefined]>([
    ["time_slice", "99.95", 99.9, { interval: "monthly" }, "22 min left"],
    ["monitor", "99.866", 99.9, { interval: "monthly" }, "16 min overspent"],
    [" Time_Slice ", "99.9", 99.9, { interval: "daily" }, "0 min left"],
    ["time_slice", "99.90001", 99.9, { interval: "daily" }, "&lt;1 min left"],
    ["time_slice", "99.89999", 99.9, { interval: "weekly" }, "1 min overspent"],
    ["time_slice", "50", 90, { interval: "monthly" }, "17,856 min overspent"],
    ["time_slice", "99", 100, { interval: "daily" }, "15 min overspent"],
    ["time_slice", "100", 100, { interval: "daily" }, "0 min left"],
    ["metric", "99.95", 99.9, { interval: "monthly" }, undefined],
    ["time_slice", "99.95", 99.9, {}, undefined],
    ["time_slice", "", 99.9, { interval: "monthly" }, undefined],
    ["time_slice", "99.95", undefined, { interval: "monthly" }, undefined],
    ["time_slice", "99.95", 101, { interval: "monthly" }, undefined]
  ])(
    "tells the minutes that are left of a %s SLO at %s, target %s, %o: %s",
    (sloType, status, target, options, text) => {
      const source = page([row({ sloType, cells: [status], target })], options)
      assert.strictEqual(/<span class="minutes">([^<]*)</.exec(source)?.[1], text)
    }
  )

  it("knows how long a day is in its zone, and takes the day of UTC where it doesn't know the zone", () => {
    const minutes = (start: string, timezone: string) =>
      /<span class="minutes">([^<]*)</.exec(
        page([row({ sloType: "time_slice", target: 50, cells: ["50"], start })], { interval: "daily", timezone })
      )?.[1]
    assert.strictEqual(minutes("2026-03-29", "Europe/Berlin"), "0 min left")
    assert.strictEqual(minutes("2026-10-25", "Europe/Berlin"), "0 min left")
    assert.strictEqual(minutes("2026-10-25", "Nowhere"), "0 min left")
  })

  it("draws a line of the budget, broken where there is no data, with a dot for the last", () => {
    const source = page([row({ cells: ["100", "99.9", "", "99", "99.95"] })])
    assert.include(
      source,
      "<path class=\"aim\" d=\"M-3 12H87\"/><path d=\"M0 2h0L21 12M63 22h0L84 7\"/><circle class=\"met\" cx=\"84\" cy=\"7\" r=\"2.5\"/></svg>"
    )
    const aimless = page([row({ target: undefined, cells: ["98", "99", ""] })])
    assert.include(aimless, "aria-hidden=\"true\"><path d=\"M0 22h0L42 2\"/></svg>")
    assert.include(page([row({ target: undefined, cells: ["98", "98"] })]), "<path d=\"M0 12h0L84 12\"/>")
    assert.include(page([row({ target: 100, cells: ["100", "98"] })]), "<path d=\"M0 2h0L84 18\"/>")
    assert.include(page([row({ cells: ["", ""] })]), "<span class=\"spark\"></span>")
  })

  it("draws the worst of some where there are more than it has room for", () => {
    const source = page([row({ cells: [...cells(100, "100"), "99", "100", "", "", "", ""] })])
    const path = /<path d="([^"]*)"/.exec(source)![1]!
    assert.include(path, " 22")
    assert.strictEqual(path.match(/[ML]/g)?.length, 51)
    assert.strictEqual(
      /<path d="([^"]*)"/.exec(page([row({ cells: cells(365, "100") })]))![1]!.match(/[ML]/g)?.length,
      53
    )
  })

  it("tells what it was asked for, and when it was made", () => {
    assert.deepStrictEqual(facts(page(manyRows(2, months(12)), known)), {
      Query: "team:&quot;payments &amp; checkout&quot; env:prod",
      Period: "12 months, 2025-11-01 to 2026-10-01",
      "Time zone": "Europe/Berlin",
      Source: "SLO histories",
      Site: "datadoghq.eu",
      Made: "2026-11-02 06:00 UTC"
    })
    const madeAt = DateTime.makeZonedUnsafe("2026-11-02T06:00:00Z", { timeZone: "America/New_York" })
    assert.strictEqual(facts(page([], { madeAt }))["Made"], "2026-11-02 06:00 UTC")
    assert.include(page([], { madeAt }), "<time datetime=\"2026-11-02T06:00:00.000Z\">")
    assert.deepStrictEqual(facts(page([])), {})
    assert.deepStrictEqual(facts(page([row({})], { source: "report" })), {
      Period: "1 interval, 2023-01-01",
      Source: "Datadog’s report"
    })
    assert.strictEqual(facts(page([], { report: "dc8d92aa" }))["Source"], "Datadog’s report dc8d92aa")
    assert.strictEqual(facts(page(manyRows(1, days(40))))["Period"], "40 days, 2026-09-22 to 2026-10-31")
    assert.strictEqual(facts(page(manyRows(1, weeks(3))))["Period"], "3 weeks, 2026-10-11 to 2026-10-25")
    assert.strictEqual(
      facts(page([row({ starts: ["2023-01-01", "2023-01-05"] })]))["Period"],
      "2 intervals, 2023-01-01 to 2023-01-05"
    )
  })

  it.each([
    ["datadoghq.com", "app.datadoghq.com"],
    ["datadoghq.eu", "app.datadoghq.eu"],
    ["ddog-gov.com", "app.ddog-gov.com"],
    ["us3.datadoghq.com", "us3.datadoghq.com"]
  ])("links each SLO to Datadog at %s, and to itself", (site, host) => {
    const source = page([row({ id: "a&b c\ud800" }), row({ id: "a&b c\ud800" })], {
      site: DatadogSite.DatadogSite.make(site)
    })
    assert.include(source, `<a href="https://${host}/slo?slo_id=a%26b%20c%EF%BF%BD" rel="noreferrer"><bdi class="name"`)
    for (const anchor of ["slo-a_b_c_", "slo-a_b_c_.2"]) {
      assert.include(source, `<tr id="${anchor}"`)
      assert.include(source, `<a class="anchor" href="#${anchor}"`)
    }
    assert.notInclude(page([row({})]), "slo_id=")
  })

  it("has the whole name and the id on hover, and the id for print", () => {
    const name = "word ".repeat(60).trim()
    const source = page([row({ id: "id 1", name })])
    assert.include(source, `title="${name}\nid 1">${name}</bdi>`)
    assert.include(source, "<code class=\"id\"><bdi>id 1</bdi></code>")
  })

  it("lists the rows with an export error, those without a name by their id", () => {
    const source = page([
      row({ name: "broken", exportError: "Query timed out" }),
      row({ name: "whole" }),
      row({ id: "abc", name: " ", exportError: "No history" }),
      row({ id: "", name: "", exportError: "No id" })
    ])
    const list = source.slice(source.indexOf("<ul class=\"errors\">"))
    assert.deepStrictEqual([...list.matchAll(/<bdi class="name">([^<]*)/g)].map(([, name]) => name), [
      "broken",
      "abc",
      "(no name)"
    ])
    for (const text of ["Query timed out", "No history", "No id"]) assert.include(list, text)
    assert.include(source, "Datadog could not export these 3 SLOs.")
    assert.notInclude(page([row({})]), "Not exported")
  })

  it("says that there is no row, and is a page without any interval", () => {
    assert.include(page([]), "There are no SLOs in this report.")
    assert.notInclude(page([]), "<table")
    assert.notInclude(page([]), "<script")
    assert.deepStrictEqual(rowNames(page([row({ name: "lonely", cells: [] })])), ["lonely"])
  })

  it("has the intervals of all rows, and empty cells for those that a row has not", () => {
    const source = page([row({ starts: ["2023-02-01"] }), row({ starts: ["2023-01-01", "2023-03-01"] })])
    assert.deepStrictEqual(heads(source), ["2023 ×3", "Jan", "Feb", "Mar"])
    assert.strictEqual(source.match(/<td class="none">/g)?.length, 3)
  })

  it("holds the numbers of many intervals once, and no text of Datadog's beside them", () => {
    const rows = [
      row({ id: "bad", name: "</script><b>", target: 99, cells: ["98", "", ...cells(29, "99.0001234")] }),
      row({ name: "good", target: undefined, cells: cells(31, "100") })
    ]
    const source = page(rows)
    assert.notInclude(source, "99.0001")
    const json = /<script type="application\/json" id="cells">([^<]*)<\/script>/.exec(source)![1]!
    const { kinds, printed, rows: numbers, starts } = JSON.parse(json) as {
      readonly kinds: ReadonlyArray<unknown>
      readonly printed: number
      readonly rows: ReadonlyArray<
        { readonly kind: ReadonlyArray<number>; readonly status: ReadonlyArray<number | null> }
      >
      readonly starts: ReadonlyArray<string>
    }
    assert.strictEqual(printed, 31)
    assert.deepStrictEqual(starts, days(31, "2023-01-31"))
    assert.deepStrictEqual(kinds, [["far", "100% over"], ["none", "no data"], ["low", "<1% left"], [
      "bare",
      "no target"
    ]])
    assert.deepStrictEqual(numbers[0], {
      kind: [0, 1, ...Array.from({ length: 29 }, () => 2)],
      status: [98, null, ...Array.from({ length: 29 }, () => 99)]
    })
    assert.notInclude(page([row({ cells: cells(24, "99") })]), "application/json")
  })

  it("prints all intervals of a few SLOs, and the last of many, and says so", () => {
    const printed = (count: number) => /"printed":(\d+)/.exec(page(manyRows(count, days(365))))?.[1]
    assert.strictEqual(printed(32), "365")
    assert.notInclude(page(manyRows(32, days(365))), "are printed")
    assert.strictEqual(printed(100), "120")
    assert.include(page(manyRows(100, days(365))), "Of 365 intervals, the last 120 are printed.")
  })

  it("never prints less than seven", () => {
    const rows = manyRows(1, days(30))
    assert.include(page(Array.from({ length: 1800 }, () => rows[0]!)), "\"printed\":7")
  })

  it("has a row for each of 1,000 SLOs, in less than 8 MB for 365 days", () => {
    const source = page(manyRows(1000, days(365)), { ...known, interval: "daily" })
    assert.strictEqual(rowNames(source).length, 1000)
    assert.isBelow(Buffer.byteLength(source), 8_000_000)
  })

  it("heads months with their year, and days and weeks with their month, where there is room for the whole label", () => {
    const of = (starts: ReadonlyArray<string>) => heads(page([row({ starts })]))
    assert.deepStrictEqual(of(["2023-11-01", "2023-12-01", "2024-01-01"]), ["2023 ×2", "2024 ×1", "Nov", "Dec", "Jan"])
    assert.deepStrictEqual(of(["2023-12-24", "2023-12-31", "2024-01-07", "2024-02-04"]), [
      "Dec 2023 ×2",
      "Jan ×1",
      "Feb ×1",
      "24",
      "31",
      "7",
      "4"
    ])
    assert.deepStrictEqual(of(days(40, "2023-03-01")).slice(0, 4), ["Jan 2023 ×11", "Feb 2023 ×28", " ×1", "21"])
    assert.include(of(days(120)), "15")
    assert.notInclude(of(days(120)).slice(6), "2")
    assert.deepStrictEqual(of(weeks(52)).slice(0, 2), ["Nov 2025 ×5", "Dec 2025 ×4"])
  })
})

interface RowOptions extends Partial<Pick<SloReportRow.SloReportRow, "id" | "sloType" | "name" | "exportError">> {
  readonly target?: number | undefined
  readonly cells?: ReadonlyArray<string>
  readonly start?: string
  readonly starts?: ReadonlyArray<string>
}

const row = ({ cells, start = "2023-01-01", starts, ...row }: RowOptions) => {
  const { target, ...texts } = { target: 99.9, ...row }
  const raw = cells ?? (starts ?? [start]).map(() => "99.95")
  return new SloReportRow.SloReportRow({
    id: "5f0ab71d",
    sloType: "metric",
    name: "Checkout",
    ...texts,
    ...(target === undefined ? {} : { target }),
    cells: raw.map((raw, index) => IntervalCell.fromText(starts?.[index] ?? after(start, index), raw)),
    other: {}
  })
}

const after = (start: string, days: number): string =>
  new Date(Date.parse(start) + days * 86_400_000).toISOString().slice(0, 10)

const cells = (count: number, raw: string): ReadonlyArray<string> => Array.from({ length: count }, () => raw)

const cell = (band: string, text: string, note: string): string =>
  `<td class="${band}">${text}<small>${escape(note)}</small></td>`

/** A page without its style and script and without its texts and values: what is left is its markup. */
const skeleton = (source: string): ReadonlyArray<string> =>
  source.replaceAll(/<(style|script)>[^]*?<\/\1>/g, "").match(
    /[<>"]|(?<=<)[!/]?\w+|&(?!(?:amp|lt|gt|quot|#39|#13);)/g
  ) ?? []

const rowNames = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(/<bdi class="name" title="[^"]*">([^<]*)</g)].map(([, name]) => name!)

const tiles = (source: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...source.matchAll(/<div class="tile (\w+)"><dt>.*?<\/dt><dd>(\d+)/g)].map((
      [, name, count]
    ) => [name!, Number(count)])
  )

const facts = (source: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...source.matchAll(/<div><dt>([^<]*)<\/dt><dd>(.*?)<\/dd>/g)].map(([, term, value]) => [
      term!,
      value!.replaceAll(/<[^>]*>/g, "")
    ])
  )

const heads = (source: string): ReadonlyArray<string> => [
  ...[...source.matchAll(/scope="colgroup" colspan="(\d+)"[^>]*><span>([^<]*)/g)].map(([, span, text]) =>
    `${text} ×${span}`
  ),
  ...[...source.matchAll(/<th scope="col"><span class="read">[^<]*<\/span><span aria-hidden="true">([^<]*)/g)].map((
    [, text]
  ) => text!)
]
