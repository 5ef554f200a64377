import { ReportCsv } from "@effect-datadog/slo-report-testing"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Arbitrary, Array as Arr, Effect, Schema, Stream } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import type { Page } from "playwright-core"
import { type Browser, launch, missing, open, type Opened } from "./utils/chromium.ts"
import { head, pageOf } from "./utils/reports.ts"
import { run } from "./utils/run.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "report-to-html-"))
const screenshots = Path.join(import.meta.dirname, "../screenshots")
const markup = "<img src=x onerror=alert(1)>"

/** Makes a page in a file of this folder; gives its path. */
const make = async (name: string, csv: string): Promise<string> => {
  const file = Path.join(folder, `${name}.html`)
  Fs.writeFileSync(file, await pageOf(csv))
  return file
}

const generated = (table: ReportCsv.Table): Promise<string> => {
  const bytes = ReportCsv.toBytes(table)
  if (bytes instanceof Uint8Array) return Promise.resolve(new TextDecoder().decode(bytes))
  return Effect.runPromise(Stream.mkString(Stream.decodeText(bytes)))
}

afterAll(() => Fs.rmSync(folder, { recursive: true, force: true }))

describe("report-to-html", () => {
  it("reads a fake's report where no keys are set", async () => {
    const { code, errors, output } = await run("report-to-html", {})
    assert.strictEqual(code, 0, errors)
    assert.match(errors, /^No Datadog keys in the environment .*\nReport \S+ is completed\.\n$/)
    assert.match(output, /^<!doctype html>\n[^]*<p>12 SLOs · [^]*<\/html>\n$/)
  }, 30_000)

  it.each([
    [
      "too many files",
      { arguments: ["a.csv", "a.html", "b.html"] },
      /^Usage: node src\/report-to-html\.ts .*\n +node src\/report-to-html\.ts --source .*\n$/
    ],
    ["a file that is not there", { arguments: ["absent.csv"] }, /^NotFound: .*absent\.csv.*\n$/],
    ["a page", { arguments: ["-"], text: "<html>\n" }, /^This is no SLO report: line 1: the header lacks "id".*\n$/]
  ])("says of %s in one message what is wrong, and exits with 2", async (_, input, message) => {
    const { code, errors, output } = await run("report-to-html", {}, undefined, input)
    assert.strictEqual(code, 2)
    assert.strictEqual(output, "")
    assert.match(errors, message)
  })
})

const title = missing === undefined ? "the page in Chromium" : `the page in Chromium (skipped: ${missing})`

// There is no page without a browser; .ci/run installs one where it can.
describe.skipIf(missing !== undefined)(title, { timeout: 60_000 }, () => {
  let browser: Browser
  let months: Opened
  let days: Opened

  beforeAll(async () => {
    Fs.mkdirSync(screenshots, { recursive: true })
    const year = { from: 1_672_531_200, to: 1_704_067_200, interval: "daily", timezone: "UTC" } as const
    const awkward = await generated({ rows: 14, exportErrors: 2, names: ReportCsv.awkwardNames })
    const bad = `far,metric,Far over,99.9,,${["99.9", "99.7", "99.6", "99.5", "99.2", "99"].join(",")}\n`
    const broken = `"${markup}",metric,Broken,99,"<script>alert(2)</script>",,,,,,\n`
    browser = await launch()
    months = await open(browser, await make("months", awkward + bad + broken))
    days = await open(browser, await make("days", await generated({ rows: 16, exportErrors: 1, period: year })))
  }, 60_000)

  afterAll(() => browser?.close(), 30_000)

  const both = () => [["months", months] as const, ["days", days] as const]

  it("asks for nothing and complains of nothing", () => {
    for (const [name, { complaints, requests }] of both()) {
      assert.deepStrictEqual({ name, requests, complaints }, { name, requests: [], complaints: [] })
    }
  })

  it("says its language, its title, its landmarks and its headings", async () => {
    for (const [, { page }] of both()) {
      assert.strictEqual(await page.locator("html").getAttribute("lang"), "en")
      for (const landmark of ["banner", "main"] as const) assert.strictEqual(await page.getByRole(landmark).count(), 1)
      assert.deepStrictEqual(await page.getByRole("heading").allTextContents(), [
        "SLO report",
        "Error budgets",
        "Export errors"
      ])
    }
    assert.strictEqual(await months.page.title(), "SLO report, 2023-08-01 to 2024-01-01")
    assert.strictEqual(await days.page.title(), "SLO report, 2023-01-01 to 2023-12-31")
  })

  it("is a table to those who cannot see it: a caption, a header for every row and column, a text in every cell", async () => {
    const table = months.page.getByRole("table", { name: /^Status of each SLO in each interval/ })
    assert.deepStrictEqual(await table.getByRole("columnheader").allTextContents(), [
      "SLO",
      "2023",
      "2024",
      "2023-08-01Aug",
      "2023-09-01Sep",
      "2023-10-01Oct",
      "2023-11-01Nov",
      "2023-12-01Dec",
      "2024-01-01Jan"
    ])
    for (const [count, rows, { page }] of [[6, 16, months], [365, 16, days]] as const) {
      const table = page.getByRole("table", { name: /^Status of each SLO in each interval/ })
      assert.strictEqual(await table.getByRole("rowheader").count(), rows)
      assert.strictEqual(await table.getByRole("cell").count(), rows * count)
      const texts = await table.getByRole("cell").allTextContents()
      assert.deepStrictEqual(
        texts.filter((text) => !/^(\d+(\.\d+)?%\s(<?\d+% (left|over))|–\sno data)$/.test(text)),
        []
      )
      assert.strictEqual(await page.locator("thead th:not([scope=col], [scope=colgroup])").count(), 0)
      assert.strictEqual(await page.locator("tbody th:not([scope=row])").count(), 0)
    }
  })

  it("has the worst first and those without data last", async () => {
    const names = await months.page.locator("tbody .name").allTextContents()
    assert.deepStrictEqual(names.slice(0, 2), ["Far over", "Checkout, p99 < 300 ms"])
    const latest = await months.page.locator("tbody td:last-child small").allTextContents()
    const budgets = latest.map((text) => {
      const [, number, side] = /^<?(\d+)% (left|over)$/.exec(text) ?? []
      return number === undefined ? Infinity : Number(number) * (side === "over" ? -1 : 1)
    })
    assert.deepStrictEqual(budgets, budgets.toSorted((a, b) => a - b))
    assert.isTrue(new Set(budgets).size > 5)
  })

  it("has a colour for how much of the budget is left, another for each step", async () => {
    for (const [, { page }] of both()) {
      const found = await page.evaluate<ReadonlyArray<readonly [string, string]>>(`
        [...document.querySelectorAll("tbody td")].map((cell) => [
          cell.textContent.includes("no data") ? "none"
            : cell.textContent.includes("over") ? (parseInt(cell.textContent.split(/\\s/)[1]) >= 100 ? "far" : "over")
            : String(Math.min(3, Math.floor(parseInt(cell.textContent.split(/\\s<?/)[1]) / 25))),
          getComputedStyle(cell).backgroundColor
        ])`)
      const colours = Arr.groupBy(found, ([step]) => step)
      for (const [step, cells] of Object.entries(colours)) {
        assert.strictEqual(new Set(cells.map(([, colour]) => colour)).size, 1, step)
      }
      assert.strictEqual(new Set(found.map(([, colour]) => colour)).size, Object.keys(colours).length)
      assert.includeMembers(Object.keys(colours), ["none", "over", "0", "1", "2", "3"])
    }
  })

  it("shows texts with markup as texts, in names, ids and errors", async () => {
    const { page } = months
    assert.strictEqual(await page.locator("img, main script, [onerror]").count(), 0)
    assert.strictEqual(await page.getByRole("rowheader", { name: markup }).count(), 1)
    const item = page.getByRole("listitem").filter({ hasText: "Broken" })
    assert.strictEqual(await item.locator("code").textContent(), markup)
    assert.strictEqual(await item.locator(".error").textContent(), "<script>alert(2)</script>")
  })

  it("lists the export errors, and leads to them", async () => {
    const { page } = months
    await page.getByRole("link", { name: "Export errors" }).click()
    assert.match(page.url(), /#errors$/)
    const items = page.getByRole("region", { name: "Export errors" }).getByRole("listitem")
    assert.strictEqual(await items.count(), 3)
    assert.strictEqual(await items.filter({ hasText: "SLO history could not be calculated" }).count(), 1)
    await page.evaluate("scrollTo(0, 0)")
  })

  for (const colorScheme of ["light", "dark"] as const) {
    it(`is readable in ${colorScheme}: the contrast of every text is at least 4.5`, async () => {
      const pages = new Set<string>()
      for (const [name, { page }] of both()) {
        await page.emulateMedia({ colorScheme })
        const texts = await contrasts(page)
        assert.isAbove(texts.length, 60)
        assert.deepStrictEqual(texts.filter(({ contrast }) => contrast < 4.5), [])
        pages.add(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor"))
        await page.screenshot({ path: Path.join(screenshots, `${name}-${colorScheme}.png`), fullPage: true })
      }
      assert.strictEqual(pages.size, 1)
      const [, red] = /^rgb\((\d+)/.exec([...pages][0]!) ?? []
      assert.strictEqual(Number(red) < 128, colorScheme === "dark")
    })
  }

  it("fits a phone: the table scrolls in its box, the names stay", async () => {
    for (const [name, { page }] of both()) {
      await page.emulateMedia({ colorScheme: "light" })
      await page.setViewportSize({ width: 360, height: 740 })
      assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), 360)
      const region = page.getByRole("region", { name: "Error budgets" }).last()
      assert.strictEqual(await region.getAttribute("tabindex"), "0")
      const [width, content] = await page.evaluate<readonly [number, number]>(`(() => {
        const region = document.querySelector(".scroll")
        region.scrollLeft = 200
        return [region.clientWidth, region.scrollWidth]
      })()`)
      assert.isBelow(width, 360)
      assert.isAbove(content, width)
      const header = (await page.getByRole("rowheader").first().boundingBox())!
      assert.isAtLeast(header.x, 0)
      assert.isBelow(header.width, 180)
      // A number and what is left of the budget: two lines.
      const broken = await page.evaluate<number>(`
        [...document.querySelectorAll(".wide td span")].filter((text) => text.clientHeight > 60).length`)
      assert.strictEqual(broken, 0)
      await page.screenshot({ path: Path.join(screenshots, `${name}-phone.png`), fullPage: true })
      await page.setViewportSize({ width: 1280, height: 900 })
    }
  })

  it("is reached by the Tab key: the link, the box, the cells of narrow columns", async () => {
    for (const [name, { page }] of both()) {
      await page.reload()
      const stops: Array<string> = []
      for (let stop = 0; stop < 3; stop++) {
        await page.keyboard.press("Tab")
        stops.push(await page.evaluate<string>("document.activeElement.tagName + document.activeElement.className"))
        if (stop < 2) assert.match(await focused(page, "outlineStyle"), /^(solid|auto)$/)
      }
      assert.deepStrictEqual(stops.slice(0, 2), ["A", "DIVscroll"])
      assert.match(stops[2]!, name === "days" ? /^TD/ : /^BODY/)
    }
  })

  it("shows a narrow cell's date and numbers on focus, which arrow keys move, and on hover", async () => {
    const { page } = days
    const cell = (row: number, column: number) => page.locator(`tbody tr:nth-child(${row}) td:nth-of-type(${column})`)
    await cell(1, 1).focus()
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft"]) {
      await page.keyboard.press(key)
    }
    assert.isTrue(await isFocused(page, 2, 1))
    await page.keyboard.press("End")
    assert.isTrue(await isFocused(page, 2, 365))
    const last = await bubble(page, 2, 365)
    assert.strictEqual(last.date, "\"2023-12-31\"")
    assert.isTrue(last.isSeen)
    assert.isFalse((await bubble(page, 3, 364)).isSeen)
    await page.screenshot({ path: Path.join(screenshots, "days-focus.png") })
    await page.keyboard.press("Home")
    assert.isTrue(await isFocused(page, 2, 1))
    await cell(3, 4).hover()
    const hovered = await bubble(page, 3, 4)
    assert.strictEqual(hovered.date, "\"2023-01-04\"")
    assert.isTrue(hovered.isSeen)
  })

  it("shows every number in print, in the light, in the page's width", async () => {
    for (const [name, { page }] of both()) {
      await page.emulateMedia({ media: "print", colorScheme: "dark" })
      // A4, less the margins.
      await page.setViewportSize({ width: 1047, height: 718 })
      const cells = await page.evaluate<ReadonlyArray<string>>(`
        [...document.querySelectorAll("tbody td")].filter((cell) => {
          const range = document.createRange()
          range.selectNodeContents(cell)
          const text = range.getBoundingClientRect()
          const box = cell.getBoundingClientRect()
          const fits = text.left >= box.left - 1 && text.right <= box.right + 1 && text.bottom <= box.bottom + 1
          return !fits || text.height < 8 || box.right > innerWidth || getComputedStyle(cell.firstChild).color === "rgba(0, 0, 0, 0)"
        }).map((cell) => cell.textContent)`)
      assert.deepStrictEqual(cells, [])
      const texts = await contrasts(page)
      assert.deepStrictEqual(texts.filter(({ contrast }) => contrast < 4.5), [])
      assert.isAbove(texts.length, await page.locator("tbody td").count())
      assert.strictEqual(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
      assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), 1047)
      await page.evaluate("scrollTo(0, 0)")
      await page.screenshot({ path: Path.join(screenshots, `${name}-print.png`) })
      await page.emulateMedia({ media: "screen", colorScheme: "light" })
      await page.setViewportSize({ width: 1280, height: 900 })
    }
  })

  it("shows any name as it is", async () => {
    const sampled = await Effect.runPromise(Arbitrary.sampleEffect(Arbitrary.schema(Schema.String), { count: 200 }))
    const names = sampled.map((name, index) =>
      `${index}${["<", "&lt;", "\"", "'", "</th>", "\r\n", ","][index % 7]}${name}`.replaceAll("\0", "")
    )
    const rows = names.map((name, index) => `${index},metric,"${name.replaceAll("\"", "\"\"")}",99,,99.5\n`)
    const { complaints, page, requests } = await open(
      browser,
      await make("names", `${head},2024-01-01\n${rows.join("")}`)
    )
    const shown = await page.locator("tbody .name").allTextContents()
    assert.deepStrictEqual(shown, names.map((name) => Buffer.from(name).toString()))
    assert.deepStrictEqual([...complaints, ...requests], [])
  })

  it("is a page without rows, without data and without intervals too", async () => {
    for (
      const [name, csv, text] of [
        ["empty", `${head},2023-08-01\n`, "There are no SLOs in this report."],
        ["no-data", `${head},2023-08-01\n1,monitor,Only,99,,\n`, "No interval of any SLO has data."],
        ["no-intervals", `${head}\n1,monitor,Only,99,\n`, "No interval of any SLO has data."]
      ] as const
    ) {
      const { complaints, page, requests } = await open(browser, await make(name, csv))
      assert.isTrue(await page.getByText(text).isVisible())
      assert.strictEqual(await page.getByRole("rowheader").count(), name === "empty" ? 0 : 1)
      assert.deepStrictEqual([...complaints, ...requests], [])
      await page.screenshot({ path: Path.join(screenshots, `${name}.png`) })
      await page.close()
    }
  })
})

const focused = (page: Page, property: string): Promise<string> =>
  page.evaluate<string>(`getComputedStyle(document.activeElement).${property}`)

const place = (row: number, column: number): string =>
  `document.querySelector("tbody tr:nth-child(${row}) td:nth-of-type(${column})")`

const isFocused = (page: Page, row: number, column: number): Promise<boolean> =>
  page.evaluate<boolean>(`document.activeElement === ${place(row, column)}`)

/** What floats over a narrow cell: its date, and whether it can be seen whole. */
const bubble = (
  page: Page,
  row: number,
  column: number
): Promise<{ readonly date: string; readonly isSeen: boolean }> =>
  page.evaluate(`(() => {
    const text = ${place(row, column)}.firstChild
    const box = text.getBoundingClientRect()
    const corners = [[box.left + 2, box.top + 9], [box.right - 9, box.top + 2], [box.left + 9, box.bottom - 2]]
    return {
      date: getComputedStyle(text, "::before").content,
      isSeen: box.width > 60 && getComputedStyle(text).color !== "rgba(0, 0, 0, 0)" &&
        corners.every(([x, y]) => document.elementFromPoint(x, y) === text)
    }
  })()`)

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
      if (text === "" || colour[3] === 0 || element.closest(".read, script") !== null) continue
      const [dark, light] = [luminance(colour), luminance(behind(element))].sort((a, b) => a - b)
      found.push({ text, contrast: (light + 0.05) / (dark + 0.05) })
    }
    return found
  })()`)
