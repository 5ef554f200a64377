import { FakeDatadog, FakeDatadogServer, ReportEndpoints, Timeline } from "@effect-datadog/slo-report-testing"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import * as ReportCsvFile from "../src/support/reportCsv.ts"
import { head, pageOf } from "./utils/reports.ts"
import { type Input, run } from "./utils/run.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "report-to-html-"))

const report = (input: Input) => run("report-to-html", {}, undefined, input)

/** The variables of an example over the fake. */
const environment = (more: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const { apiKey, applicationKey } = (yield* FakeDatadog.FakeDatadog).credentials
    const { url } = yield* FakeDatadogServer.FakeDatadogServer
    return { DD_HOST: url, DD_API_KEY: apiKey, DD_APP_KEY: applicationKey, ...more }
  })

/** The page as it would be if nobody knew when it was made. */
const undated = (html: string): string => {
  assert.match(html, made)
  return html.replace(made, "")
}

const made = /<div><dt>Made<\/dt><dd><time datetime="[^"]+">\d{4}-\d\d-\d\d \d\d:\d\d UTC<\/time><\/dd><\/div>/

afterAll(() => Fs.rmSync(folder, { recursive: true, force: true }))

describe("report-to-html", () => {
  const csv = `${head},2024-01-01\r\n1,metric,Checkout,99.9,,99.95\r\n`

  it("writes the page of a file to standard output", async () => {
    const source = Path.join(folder, "report.csv")
    Fs.writeFileSync(source, csv)
    const { code, errors, output } = await report({ arguments: [source] })
    assert.strictEqual(code, 0, errors)
    assert.strictEqual(undated(output), await pageOf(csv))
    assert.match(output, /^<!doctype html>\n[^]*Checkout[^]*<\/html>\n$/)
  })

  it("writes the page of standard input to a file", async () => {
    const target = Path.join(folder, "report.html")
    assert.deepStrictEqual(await report({ arguments: ["-", target], text: csv }), { code: 0, output: "", errors: "" })
    assert.include(Fs.readFileSync(target, "utf8"), "Checkout")
  })

  it.live("waits for a report of Datadog's and writes its page", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("2 seconds", "completed_with_errors"), csv })
      const variables = yield* environment({ REPORT_DATA_ID: id })
      const { code, errors, output } = yield* Effect.promise(() => run("report-to-html", variables))
      assert.strictEqual(code, 0, errors)
      assert.strictEqual(errors, `Report ${id} is completed_with_errors.\n`)
      assert.strictEqual(
        undated(output),
        yield* Effect.promise(() => pageOf(csv, { source: "report", report: id }))
      )
    }).pipe(Effect.provide(FakeDatadogServer.layerTest())), 30_000)
})

describe("report-to-html of a query", () => {
  for (const source of [undefined, "auto", "history"]) {
    it.live(
      `writes the page of histories where the report endpoints are closed, source ${source ?? "not given"}`,
      () =>
        Effect.gen(function*() {
          const fake = yield* FakeDatadog.FakeDatadog
          yield* fake.setReportEndpoints(ReportEndpoints.closed(403, {}))
          const variables = yield* environment({ REPORT_QUERY: "service:checkout" })
          const { code, errors, output } = yield* Effect.promise(() =>
            run("report-to-html", variables, undefined, {
              arguments: source === undefined ? [] : ["--source", source]
            })
          )
          assert.strictEqual(code, 0, errors)
          assert.match(output, /<dt>Query<\/dt><dd><code><bdi>service:checkout<\/bdi>/)
          assert.strictEqual(output.includes("<dd>SLO histories</dd>"), source === "history")
          assert.match(output, /^<!doctype html>\n[^]*Checkout availability[^]*Checkout latency[^]*<\/html>\n$/)
        }).pipe(Effect.provide(FakeDatadogServer.layerTest())),
      30_000
    )
  }

  it.live("asks for nothing where its page can't be written", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const variables = yield* environment({ REPORT_QUERY: "service:checkout" })
      const target = Path.join(folder, "no-such-folder", "report.html")
      const { code, errors } = yield* Effect.promise(() =>
        run("report-to-html", variables, undefined, { arguments: ["--source", "auto", target] })
      )
      assert.strictEqual(code, 2)
      assert.include(errors, target)
      assert.deepStrictEqual(yield* fake.requests, [])
    }).pipe(Effect.provide(FakeDatadogServer.layerTest())), 30_000)

  it("tells how it is used where the source is none", async () => {
    const { code, errors } = await report({ arguments: ["--source", "search"] })
    assert.strictEqual(code, 2)
    assert.match(errors, /^Usage: /)
  })
})

describe("reading a report's CSV", () => {
  it.effect.each<readonly [string, string, string]>([
    ["nothing", "", "line 1: the header is empty"],
    [
      "a ragged row",
      `${head}\n1,metric,"two\nlines",99,\n\n2,metric\n`,
      "line 5: expected 5 cells, as in the header, got 2"
    ],
    ["a quote that is not closed", `${head}\n1,metric,"open,99,\n`, "line 2: Unterminated quoted field"]
  ])("says of %s on which line it is wrong", ([, csv, issue]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(ReportCsvFile.rows(Stream.encodeText(Stream.make(csv))))
      assert.strictEqual(error.message, `This is no SLO report: ${issue}`)
    }))
})
