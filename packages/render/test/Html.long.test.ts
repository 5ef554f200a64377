import { SloReportRow } from "@effect-datadog/slo-report"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import Axe from "axe-core"
import { Arbitrary, Effect, Schema } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import type { Page } from "playwright-core"
import { Html } from "../src/index.ts"
import { type Browser, launch, missing, open, type Opened } from "./utils/chromium.ts"
import { days, known, months, rows, weeks } from "./utils/pages.ts"
import { row } from "./utils/report.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "slo-report-html-"))
const screenshots = Path.join(import.meta.dirname, "../screenshots")
const markup = "<img src=x onerror=alert(1)>"

/** Makes a page in a file of this folder; gives its path. */
const make = (name: string, rows: ReadonlyArray<SloReportRow.SloReportRow>, options: Html.Options = known): string => {
  const file = Path.join(folder, `${name}.html`)
  Fs.writeFileSync(file, Html.fromRows(rows, options))
  return file
}

const broken = (starts: ReadonlyArray<string>) =>
  new SloReportRow.SloReportRow({
    id: markup,
    sloType: "metric",
    name: markup,
    target: 99,
    exportError: "<script>alert(2)</script>",
    cells: rows(1, starts)[0]!.cells,
    other: {}
  })

afterAll(() => Fs.rmSync(folder, { recursive: true, force: true }))

const title = missing === undefined ? "the page in Chromium" : `the page in Chromium (skipped: ${missing})`

// There is no page without a browser; .ci/run installs one where it can.
describe.skipIf(missing !== undefined)(title, { timeout: 60_000 }, () => {
  let browser: Browser
  let monthly: Opened
  let daily: Opened
  const files = { months: "", days: "", weeks: "", "24 months": "", many: "", "few months": "", "few days": "" }

  beforeAll(async () => {
    Fs.mkdirSync(screenshots, { recursive: true })
    files.months = make("months", [...rows(40, months(12)), broken(months(12))])
    files["24 months"] = make("months-24", rows(20, months(24)))
    files.weeks = make("weeks", rows(30, weeks(52)))
    files.days = make("days", rows(30, days(365)), { ...known, interval: "daily" })
    files.many = make("many", rows(1000, days(365)), { ...known, interval: "daily" })
    files["few months"] = make("few-months", [...rows(12, months(6)), broken(months(6))])
    files["few days"] = make("few-days", rows(6, days(60)))
    browser = await launch()
    monthly = await open(browser, files.months)
    daily = await open(browser, files.days)
  }, 60_000)

  afterAll(() => browser?.close(), 30_000)

  const both = () => [["months", monthly] as const, ["days", daily] as const]

  it("asks for nothing and complains of nothing", () => {
    for (const [name, { complaints, requests }] of both()) {
      assert.deepStrictEqual({ name, requests, complaints }, { name, requests: [], complaints: [] })
    }
  })

  it("says its language, its title, its landmarks and its headings", async () => {
    for (const [, { page }] of both()) {
      assert.strictEqual(await page.locator("html").getAttribute("lang"), "en")
      for (const landmark of ["banner", "main", "search"] as const) {
        assert.strictEqual(await page.getByRole(landmark).count(), 1)
      }
      assert.deepStrictEqual(await page.getByRole("heading").allTextContents(), [
        "SLO report",
        "Error budgets",
        "Not exported"
      ])
    }
    assert.strictEqual(await monthly.page.title(), "SLO report, 2025-11-01 to 2026-10-01")
    assert.strictEqual(await daily.page.title(), "SLO report, 2025-11-01 to 2026-10-31")
  })

  for (const width of [1280, 390]) {
    it(`opens on the last interval at ${width} px, and shows whole columns only`, async () => {
      for (const name of ["months", "24 months", "weeks", "days"] as const) {
        const { page } = await open(browser, files[name], width)
        const { columns, left, right } = await page.evaluate<View>(view)
        const seen = columns.filter(([begin, end]) => end > left + 2.5 && begin < right - 1)
        const last = columns.at(-1)!
        assert.isAtMost(last[1], right + 0.5, name)
        assert.isAtLeast(last[0], left, name)
        assert.isAtLeast(seen[0]![0], left - 1, `${name}: ${JSON.stringify({ left, first: seen[0] })}`)
        assert.isAtLeast(seen.length, width === 390 ? 3 : name === "months" ? 12 : 11)
        assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), width)
        await page.close()
      }
    })

    it(`cuts no label at ${width} px, wherever it is scrolled to`, async () => {
      for (const name of ["months", "24 months", "weeks", "days"] as const) {
        const { page } = await open(browser, files[name], width)
        assert.deepStrictEqual(await page.evaluate(cut), [], name)
        await page.evaluate("document.querySelector('.scroll').scrollLeft -= 150")
        await page.waitForTimeout(300)
        const { columns, left } = await page.evaluate<View>(view)
        const first = columns.find(([, end]) => end > left + 2)!
        assert.isAtLeast(first[0], left - 2, name)
        await page.close()
      }
    })
  }

  it("is a table to those who cannot see it: a caption, headers, a text in every cell", async () => {
    const name = /^Status of each SLO in each interval/
    const table = monthly.page.getByRole("table", { name })
    assert.deepStrictEqual((await table.getByRole("columnheader").allTextContents()).slice(0, 6), [
      "2025",
      "2026",
      "SLO",
      "Trend",
      "2025-11-01Nov",
      "2025-12-01Dec"
    ])
    assert.strictEqual(await table.getByRole("rowheader").count(), 42)
    const texts = await table.locator("tbody td:nth-child(n + 3)").allTextContents()
    assert.strictEqual(texts.length, 41 * 12)
    assert.deepStrictEqual(
      texts.filter((text) => !/^(\d+(\.\d+)?%(<?\d+% (left|over)|met|missed|no target)|no data)$/.test(text)),
      []
    )
    const drawn = daily.page.getByRole("table", { name })
    assert.strictEqual(await drawn.getByRole("rowheader").count(), 31)
    assert.strictEqual(await drawn.getAttribute("aria-colcount"), "367")
    const cells = await drawn.locator("tbody tr:first-child td[aria-colindex]").allTextContents()
    assert.isAbove(cells.length, 40)
    assert.isBelow(cells.length, 120)
  })

  for (const width of [1280, 390]) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`has no violation that axe finds, ${colorScheme}, at ${width} px`, async () => {
        for (const name of ["few months", "few days"] as const) {
          const { page } = await open(browser, files[name], width)
          await page.emulateMedia({ colorScheme })
          await page.evaluate(Axe.source)
          const { passes, violations } = await page.evaluate<Axe.AxeResults>("axe.run()")
          assert.deepStrictEqual(
            violations.map((
              { id, nodes }
            ) => [id, nodes.slice(0, 3).map(({ html, failureSummary }) => [html, failureSummary])]),
            []
          )
          assert.isAbove(passes.length, 20)
          await page.close()
        }
      })
    }
  }

  it("shows texts with markup as texts, in names, ids and errors", async () => {
    const { page } = monthly
    assert.strictEqual(await page.locator("img, main script, [onerror]").count(), 0)
    assert.strictEqual(await page.getByRole("rowheader", { name: markup }).count(), 1)
    const item = page.getByRole("listitem").filter({ hasText: "alert(2)" })
    assert.strictEqual(await item.locator("code").textContent(), markup)
    assert.strictEqual(await item.locator(".error").textContent(), "<script>alert(2)</script>")
  })

  it("lists what was not exported, and leads to it", async () => {
    const { page } = monthly
    await page.getByRole("link", { name: "Not exported", exact: true }).click()
    assert.match(page.url(), /#errors$/)
    assert.strictEqual(await page.getByRole("region", { name: "Not exported" }).getByRole("listitem").count(), 2)
    await page.evaluate("scrollTo(0, 0)")
  })

  it("searches names and ids, shows the missed only, and says how many it shows", async () => {
    for (const [name, { page }] of both()) {
      const shown = () => page.locator(".slos tr:not([hidden])")
      const all = name === "months" ? 41 : 30
      assert.strictEqual(await shown().count(), all)
      await page.getByLabel("Search").fill("lat  CHECK")
      assert.deepStrictEqual(await shown().locator(".name").allTextContents(), ["Checkout latency p99 < 300 ms"])
      assert.strictEqual(await page.locator("output").textContent(), `1 of ${all} shown`)
      const id = await shown().locator(".id").textContent()
      await page.getByLabel("Search").fill(id!)
      assert.strictEqual(await shown().count(), 1)
      await page.getByLabel("Search").fill("")
      await page.getByLabel("Missed only").check()
      assert.strictEqual(`${await shown().count()}`, await page.locator(".tile.missed dd").textContent())
      await page.getByLabel("Missed only").uncheck()
      assert.strictEqual(await shown().count(), all)
      assert.strictEqual(await page.locator("output").textContent(), "")
    }
  })

  it("sorts by what is asked for, and back", async () => {
    const { page } = monthly
    const names = () => page.locator(".slos .name").allTextContents()
    const first = await names()
    const of = (key: string) =>
      page.evaluate<ReadonlyArray<number>>(
        `[...document.querySelectorAll(".slos tr")].map((row) => Number(row.dataset.${key}))`
      )
    await page.getByLabel("Sort by").selectOption("name")
    assert.deepStrictEqual(await names(), first.toSorted(new Intl.Collator("en", { numeric: true }).compare))
    await page.getByLabel("Sort by").selectOption("missed most often")
    assert.deepStrictEqual(await of("often"), (await of("often")).toSorted((a, b) => b - a))
    await page.getByLabel("Sort by").selectOption("got worse most")
    assert.deepStrictEqual(await of("change"), (await of("change")).toSorted((a, b) => a - b))
    await page.getByLabel("Sort by").selectOption("order of the report")
    assert.deepStrictEqual(await of("index"), Array.from({ length: 41 }, (_, index) => index))
    await page.getByLabel("Sort by").selectOption("attention")
    assert.deepStrictEqual(await names(), first)
  })

  it("leads to an SLO by its anchor, though another is searched, and to Datadog", async () => {
    const { page } = monthly
    const name = "Gateway latency"
    const link = page.locator(".slos tr").filter({ hasText: name }).locator("a")
    assert.match((await link.first().getAttribute("href"))!, /^https:\/\/app\.datadoghq\.eu\/slo\?slo_id=[0-9a-f]{32}$/)
    const anchor = (await link.nth(1).getAttribute("href"))!
    await page.getByLabel("Search").fill("nothing of the kind")
    await page.evaluate(`location.hash = ${JSON.stringify(anchor)}`)
    await page.waitForFunction("document.querySelector(':target')?.checkVisibility()")
    assert.strictEqual(await page.getByLabel("Search").inputValue(), "")
    const box = (await page.locator(":target .name").boundingBox())!
    assert.isTrue(box.y > 0 && box.y < 900)
    await page.evaluate("location.hash = ''; scrollTo(0, 0)")
  })

  it("has the whole name and the id on hover", async () => {
    const name = monthly.page.locator(".slos .name").filter({ hasText: "order-to-cash" })
    assert.match((await name.getAttribute("title"))!, /^Availability .* of 2024-07\n[0-9a-f]{32}$/)
    assert.strictEqual(await monthly.page.locator(".slos .id:visible").count(), 0)
  })

  for (const colorScheme of ["light", "dark"] as const) {
    it(`is readable in ${colorScheme}: the contrast of every text is at least 4.5`, async () => {
      for (const [name, { page }] of both()) {
        await page.emulateMedia({ colorScheme })
        const texts = await contrasts(page)
        assert.isAbove(texts.length, 60)
        assert.deepStrictEqual(texts.filter(({ contrast }) => contrast < 4.5), [])
        await page.evaluate("document.querySelector('.scroll').scrollTop = 0")
        await page.screenshot({ path: Path.join(screenshots, `${name}-${colorScheme}.png`) })
        const [, red] = /^rgb\((\d+)/.exec(
          await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")
        )!
        assert.strictEqual(Number(red) < 128, colorScheme === "dark")
      }
    })
  }

  for (const type of ["protanopia", "deuteranopia"] as const) {
    it(`is seen by who has ${type}`, async () => {
      for (const [name, { page }] of both()) {
        const session = await page.context().newCDPSession(page)
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme })
          await session.send("Emulation.setEmulatedVisionDeficiency", { type })
          await page.screenshot({ path: Path.join(screenshots, `${name}-${type}-${colorScheme}.png`) })
        }
        await session.send("Emulation.setEmulatedVisionDeficiency", { type: "none" })
        await page.emulateMedia({ colorScheme: "light" })
      }
    })
  }

  it("fits a phone: the table scrolls in its box, the names stay", async () => {
    for (const name of ["months", "days"] as const) {
      const { page } = await open(browser, files[name], 390)
      await page.screenshot({ path: Path.join(screenshots, `${name}-phone.png`), fullPage: true })
      const before = (await page.getByRole("rowheader").nth(1).boundingBox())!
      await page.evaluate("document.querySelector('.scroll').scrollLeft -= 200")
      const after = (await page.getByRole("rowheader").nth(1).boundingBox())!
      assert.strictEqual(after.x, before.x)
      assert.isBelow(after.width, 180)
      await page.close()
    }
  })

  it("is reached by the Tab key: tools, the box, links, and one of the narrow cells", async () => {
    const { page } = await open(browser, files.days)
    const stops: Array<string> = []
    for (let stop = 0; stop < 9; stop++) {
      await page.keyboard.press("Tab")
      stops.push(
        await page.evaluate<string>(
          "document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
        )
      )
      assert.match(
        await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle"),
        /^(solid|auto)$/
      )
    }
    assert.deepStrictEqual(stops.slice(0, 5), ["A", "search", "missed", "sort", "scroll"])
    assert.deepStrictEqual(stops.slice(5, 7), ["A", "anchor"])
    assert.match(stops[7]!, /^(full|most|some|low|over|far|none|bare)$/)
    await page.close()
  })

  it("shows a narrow cell's date and numbers on focus, which arrow keys move, and on hover", async () => {
    const { page } = await open(browser, files.days)
    await page.locator(".slos tr:first-child td[tabindex]").focus()
    for (const key of ["ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowRight", "ArrowRight"]) {
      await page.keyboard.press(key)
    }
    assert.deepStrictEqual(await focused(page), { row: 2, column: 365, date: "2026-10-31", isSeen: true })
    await page.screenshot({ path: Path.join(screenshots, "days-focus.png") })
    await page.keyboard.press("Home")
    assert.deepStrictEqual(await focused(page), { row: 2, column: 1, date: "2025-11-01", isSeen: true })
    for (let press = 0; press < 60; press++) await page.keyboard.press("ArrowRight")
    assert.deepStrictEqual(await focused(page), { row: 2, column: 61, date: "2025-12-31", isSeen: true })
    await page.keyboard.press("End")
    assert.strictEqual((await focused(page)).column, 365)
    await page.keyboard.press("ArrowUp")
    assert.deepStrictEqual(await focused(page), { row: 1, column: 365, date: "2026-10-31", isSeen: true })
    await page.keyboard.press("ArrowUp")
    assert.strictEqual((await focused(page)).row, 1)
    await page.locator(".slos tr:nth-child(3) td[aria-colindex='362']").hover()
    assert.deepStrictEqual(
      await page.evaluate(bubble(".slos tr:nth-child(3) td[aria-colindex='362']")),
      { row: 3, column: 360, date: "2026-10-26", isSeen: true }
    )
    await page.locator(".slos tr:nth-child(3) td[aria-colindex='360']").click()
    assert.strictEqual((await focused(page)).column, 358)
    await page.close()
  })

  it("shows every number in print, in the light, in the page's width, with whole names and ids", async () => {
    for (const name of ["months", "24 months", "days"] as const) {
      const { page } = await open(browser, files[name])
      // A4, less the margins.
      await page.setViewportSize({ width: 1047, height: 718 })
      await page.emulateMedia({ media: "print", colorScheme: "dark" })
      const cells = await page.evaluate<ReadonlyArray<unknown>>(`
        [...document.querySelectorAll("tbody td:not(.glance)")].flatMap((cell) => {
          const range = document.createRange()
          range.selectNodeContents(cell)
          const text = range.getBoundingClientRect()
          const box = cell.getBoundingClientRect()
          if (cell.firstChild.className === "read") return box.width > 10 ? [] : [cell.outerHTML]
          const fits = text.left >= box.left - 1 && text.right <= box.right + 1 && text.bottom <= box.bottom + 1
          const isSeen = text.height >= 8 && getComputedStyle(cell.firstElementChild).color !== "rgba(0, 0, 0, 0)"
          return fits && isSeen && box.right <= innerWidth ? [] : [[cell.outerHTML, text, box]]
        })`)
      assert.deepStrictEqual(cells.slice(0, 3), [], name)
      const expected = name === "months" ? 41 * 12 : name === "days" ? 30 * 365 : 20 * 24
      assert.strictEqual(await page.locator("tbody td:not(.glance)").count(), expected)
      const texts = await contrasts(page)
      assert.deepStrictEqual(texts.filter(({ contrast }) => contrast < 4.5), [])
      assert.strictEqual(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
      assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), 1047)
      assert.isTrue(await page.locator(".slos .id").first().isVisible())
      const whole = await page.evaluate(`
        [...document.querySelectorAll(".slos .name")].every((name) =>
          getComputedStyle(name).display === "inline" && name.getClientRects().length > 0)`)
      assert.isTrue(whole)
      assert.isFalse(await page.getByRole("search").isVisible())
      await page.screenshot({ path: Path.join(screenshots, `${name.replace(" ", "-")}-print.png`) })
      await page.emulateMedia({ media: "screen" })
      if (name === "days") await page.waitForFunction("document.querySelector('.slos tr').cells.length < 120")
      await page.close()
    }
  })

  it("paints 1,000 SLOs × 365 days in less than 3 s, and holds no more cells than are in view", async () => {
    assert.isBelow(Fs.statSync(files.many).size, 8_000_000)
    const { complaints, page, requests } = await open(browser, files.many)
    await page.waitForSelector(".slos td[aria-colindex]")
    const [paint, ready] = await page.evaluate<readonly [number, number]>(
      "[performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()]"
    )
    assert.isBelow(paint, 3000)
    assert.isBelow(ready, 10_000)
    assert.isBelow(await page.locator(".slos td[aria-colindex]").count(), 5000)
    await page.screenshot({ path: Path.join(screenshots, "many.png") })
    await page.evaluate("document.querySelector('.slos tr:last-child').scrollIntoView()")
    await page.waitForSelector(".slos tr:last-child td[aria-colindex='367']")
    await page.evaluate("document.querySelector('.scroll').scrollLeft = 0")
    await page.waitForSelector(".slos tr:last-child td[aria-colindex='3']")
    assert.deepStrictEqual([...complaints, ...requests], [])
    await page.close()
  })

  it("shows any name as it can be shown", async () => {
    const sampled = await Effect.runPromise(Arbitrary.sampleEffect(Arbitrary.schema(Schema.String), { count: 200 }))
    const names = sampled.map((name, index) =>
      `${index}${["<", "&lt;", "\"", "'", "</th>", "\r\n", ","][index % 7]}${name}`
    )
    const { complaints, page, requests } = await open(
      browser,
      make("names", names.map((name) => row({ name, target: 99, cells: ["99.5"] })))
    )
    const shown = await page.locator("tbody .name").allTextContents()
    assert.strictEqual(shown.length, 200)
    const plain = (text: string) => text.replaceAll(/[^\x21-\x7e]/g, "").replaceAll(/#(?=#)/g, "")
    assert.deepStrictEqual(shown.map(plain), names.map(plain))
    assert.deepStrictEqual([...complaints, ...requests], [])
  })

  it("works without a script up to 24 intervals, and says what is missing beyond", async () => {
    const context = await browser.context.browser()!.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`file://${files["24 months"]}`)
    assert.strictEqual(await page.locator("tbody td:not(.glance)").count(), 20 * 24)
    assert.isFalse(await page.getByRole("search").isVisible())
    await page.goto(`file://${files.days}`)
    assert.strictEqual(await page.locator("noscript").count(), 1)
    assert.strictEqual(await page.getByRole("rowheader").count(), 31)
    await page.screenshot({ path: Path.join(screenshots, "days-without-script.png") })
    await context.close()
  })

  it("is a page without rows, without data and without intervals too", async () => {
    for (
      const [name, rows, text] of [
        ["empty", [], "There are no SLOs in this report."],
        ["no-data", [row({ sloType: "monitor", target: 99, cells: [""] })], "That is normal for monitor SLOs"],
        ["no-intervals", [row({ target: 99 })], "There are 1 SLO and no intervals."]
      ] as const
    ) {
      const { complaints, page, requests } = await open(browser, make(name, rows))
      assert.isTrue(await page.getByText(text).isVisible())
      assert.strictEqual(await page.locator(".slos tr").count(), rows.length)
      assert.deepStrictEqual([...complaints, ...requests], [])
      await page.screenshot({ path: Path.join(screenshots, `${name}.png`) })
      await page.close()
    }
  })
})

interface View {
  readonly columns: ReadonlyArray<readonly [left: number, right: number]>
  readonly left: number
  readonly right: number
}

/** Where the columns are, and between where they are seen. */
const view = `(() => {
  const box = document.querySelector(".scroll").getBoundingClientRect()
  const stays = [...document.querySelector(".slos tr").cells].slice(0, 2).map((cell) => cell.getBoundingClientRect().right)
  const columns = [...document.querySelectorAll(".starts th:nth-child(n + 3)")].map((cell) => {
    const { left, right } = cell.getBoundingClientRect()
    return [left, right]
  })
  return { columns, left: Math.max(...stays), right: box.right }
})()`

/** Texts that have no room: labels, tiles, numbers. A name that is too long ends with an ellipsis. */
const cut = `
  [...document.querySelectorAll(".groups span, .starts span:not(.read), .tile dt, .tile dd, .legend li, .facts > span, .wide .slos td, .wide .slos td small, .totals td, .totals th, .slos small")]
    .filter((element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      const text = range.getBoundingClientRect()
      if (element.firstElementChild?.className === "read" && element.tagName === "TD") return false
      const cell = element.closest("th, td, .tile, li").getBoundingClientRect()
      const isNumber = element.parentElement.matches(".dense .starts th")
      return text.width > 1 && (text.right > cell.right + (isNumber ? 99 : 1) || text.left < cell.left - 1)
    })
    .map((element) => element.outerHTML)`

interface Bubble {
  readonly row: number
  readonly column: number
  readonly date: string
  readonly isSeen: boolean
}

/** What floats over a narrow cell, and whether it can be seen whole. */
const bubble = (selector: string): string =>
  `(() => {
  const cell = document.querySelector(${JSON.stringify(selector)})
  const text = cell.firstChild
  const box = text.getBoundingClientRect()
  const corners = [[box.left + 3, box.top + 9], [box.right - 9, box.top + 3], [box.left + 9, box.bottom - 3]]
  return {
    row: [...cell.parentElement.parentElement.rows].indexOf(cell.parentElement) + 1,
    column: cell.getAttribute("aria-colindex") - 2,
    date: getComputedStyle(text, "::before").content.slice(1, 11),
    isSeen: box.width > 60 && getComputedStyle(text).color !== "rgba(0, 0, 0, 0)" &&
      corners.every(([x, y]) => document.elementFromPoint(x, y) === text)
  }
})()`

const focused = (page: Page): Promise<Bubble> => page.evaluate<Bubble>(bubble("td:focus"))

/** The contrast between every text that shows and what is behind it. */
const contrasts = (page: Page): Promise<ReadonlyArray<{ readonly text: string; readonly contrast: number }>> =>
  page.evaluate(`(() => {
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number)
    const luminance = ([red, green, blue]) =>
      [red, green, blue].map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0)
    const behind = (element) => {
      const colour = parse(getComputedStyle(element).backgroundColor)
      return colour[3] === 0 && element.parentElement !== null ? behind(element.parentElement) : colour
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim()
      const element = walker.currentNode.parentElement
      const colour = parse(getComputedStyle(element).color)
      if (text === "" || colour[3] === 0 || element.closest(".read, script, noscript") !== null) continue
      const [dark, light] = [luminance(colour), luminance(behind(element))].sort((a, b) => a - b)
      found.push({ text, contrast: (light + 0.05) / (dark + 0.05) })
    }
    return found
  })()`)
