import { FakeDatadog, Fault, type Report, ReportEndpoints, Slo, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { csv, folder, run, runOver } from "./utils/command.ts"

const root = folder()
afterAll(() => Fs.rmSync(root, { recursive: true }))

const file = csv("1,metric,Checkout,99.9,,99.95,99.866393", "2,metric,\"a | b\",99,timed out,,")
const period = ["-Q", "service:checkout", "--last", "2mo"]

const over = (report: Report.Options = {}) =>
  Effect.provide(FakeDatadog.layerMemory({ report: { csv: file, timeline: Timeline.always("completed"), ...report } }))

const bodies = Effect.flatMap(FakeDatadog.FakeDatadog, (fake) => fake.requests).pipe(
  Effect.map((requests) => requests.filter(({ operation }) => operation === "create").map(({ body }) => body))
)

describe("export", () => {
  it.effect("writes the report's bytes to standard output, and its id to standard error", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* runOver(["export", ...period])
      const fake = yield* FakeDatadog.FakeDatadog
      const [id] = yield* fake.reportIds
      assert.deepStrictEqual([code, stdout], [0, file])
      assert.strictEqual(stderr.split("\n")[0], `report ${id} is created`)
      assert.deepStrictEqual(JSON.parse((yield* bodies)[0]!).data.attributes, {
        from_ts: Date.parse("2026-09-01") / 1000,
        to_ts: Date.parse("2026-11-01") / 1000,
        query: "service:checkout",
        interval: "monthly",
        timezone: "UTC"
      })
    }).pipe(over()))

  it.effect("shows a line for every change, and one a minute, off a terminal", () =>
    Effect.gen(function*() {
      const { stderr } = yield* runOver(["export", ...period])
      const lines = stderr.trimEnd().split("\n")
      const states = lines.map((line) => line.split(" · ")[0]!)
      const minutes = states.filter((state) => state === "in_progress").length
      assert.include([3, 4], minutes, stderr)
      // While files are written virtual time may go on for minutes.
      assert.deepStrictEqual([...new Set(states.slice(1))], ["in_progress", "completed", "downloading", "downloaded"])
      assert.match(lines[2]!, /^in_progress · (59|60|61) s elapsed · \d+ polls · next poll in \d+ s$/)
      assert.notInclude(stderr, "\u001b")
    }).pipe(over({ timeline: Timeline.after("150 seconds", "completed") })))

  it.effect("redraws one line on a terminal, above which the id stays", () =>
    Effect.gen(function*() {
      const { stderr } = yield* runOver(["export", ...period], { isTerminal: true })
      const drawn = stderr.split("\r\u001b[2K")
      assert.isAbove(drawn.length, 40)
      assert.strictEqual(stderr.match(/is created\n/g)?.length, 1)
      assert.strictEqual(stderr.match(/\n/g)?.length, 2, "the id's, and one at the end")
      assert.isTrue(drawn.some((line) => line.startsWith("in_progress · 9 s elapsed")), stderr)
    }).pipe(over({ timeline: Timeline.after("10 seconds", "completed") })))

  it.effect("redraws nothing on a terminal that takes letters alone", () =>
    Effect.gen(function*() {
      const options = { isTerminal: true, environment: { TERM: "dumb" } }
      const { stderr } = yield* runOver(["export", ...period], options)
      assert.notInclude(stderr, "\u001b")
      assert.include(stderr, "is created\nin_progress · ")
    }).pipe(over({ timeline: Timeline.after("10 seconds", "completed") })))

  it.effect("shows nothing quietly", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* runOver(["export", "-q", ...period]), { code: 0, stdout: file, stderr: "" })
    }).pipe(over({ timeline: Timeline.after("10 minutes", "completed") })))

  it.effect("writes a file in the format of its name, and others beside it", () =>
    Effect.gen(function*() {
      const [table, page, lines] = ["a.csv", "a.md", "a.jsonl"].map((name) => Path.join(root, name)) as [
        string,
        string,
        string
      ]
      const { code, stdout } = yield* runOver([
        "export",
        ...period,
        "-o",
        page,
        "--write",
        `csv=${table}`,
        "--write",
        `jsonl=${lines}`
      ])
      const [id] = yield* (yield* FakeDatadog.FakeDatadog).reportIds
      assert.deepStrictEqual([code, stdout], [0, ""])
      assert.strictEqual(Fs.readFileSync(table, "utf8"), file)
      assert.match(Fs.readFileSync(page, "utf8"), /^### SLO report\n/)
      const [first] = Fs.readFileSync(lines, "utf8").split("\n")
      assert.deepInclude(JSON.parse(first!), { report: id, interval: "monthly", name: "Checkout" })
    }).pipe(over()))

  it.effect("makes it of histories where Datadog takes no reports, and says so", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* runOver(["export", "-Q", "*", "--last", "1mo"])
      assert.strictEqual(code, 0)
      assert.strictEqual(stdout.split("\n").length, 14)
      assert.match(stderr, /^Datadog makes no report here \(403\): trying the histories of the SLOs\.\n/)
      assert.match(stderr, /\ncomputed · [\d,]+ bytes · /)
      assert.strictEqual((yield* runOver(["export", "-Q", "*", "--last", "1mo", "--source", "report"])).code, 4)
    }).pipe(
      Effect.provide(FakeDatadog.layerMemory({ slos: Slo.standard, reportEndpoints: ReportEndpoints.closed(403, {}) }))
    ))

  it.effect("asks for the histories of so many SLOs at most, and says how to have more", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* runOver([
        "export",
        "-q",
        "-Q",
        "*",
        "--last",
        "1mo",
        "--source",
        "history",
        "--max-slos",
        "3"
      ])
      assert.strictEqual(code, 2)
      assert.match(stderr, /^error: The query finds 12 SLOs, and a table may have 3\. .* raise --max-slos\.\n$/)
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ slos: Slo.standard }))))

  it.effect("says what Datadog announces", () =>
    Effect.gen(function*() {
      const { stderr } = yield* runOver(["export", ...period])
      assert.match(stderr, /Datadog announces the end of POST \/api\/v2\/slo\/report/)
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ reportEndpoints: ReportEndpoints.deprecated() }))))

  it.effect("goes on with a report by its id: the same bytes, and no second report", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const first = yield* runOver(["export", ...period])
      const [id = ""] = yield* fake.reportIds
      const second = yield* runOver(["export", "--report", id])
      assert.deepStrictEqual([second.code, second.stdout], [0, first.stdout])
      assert.strictEqual((yield* fake.reportIds).length, 1)
    }).pipe(over({ timeline: Timeline.after("20 seconds", "completed") })))

  it.effect("ends with 6 when its time is over, tells the id again, and leaves nothing on standard output", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* runOver(["export", ...period, "--timeout", "90s", "-q"])
      const [id] = yield* (yield* FakeDatadog.FakeDatadog).reportIds
      assert.deepStrictEqual([code, stdout], [6, ""])
      const [hint, error] = stderr.split("\n")
      assert.strictEqual(hint, `to go on with the report: --report ${id}`)
      assert.include(error, `error: Report ${id} is in_progress after 1m 30s`)
    }).pipe(over({ timeline: Timeline.after("1 hour", "completed") })))

  it.effect("asks as often as it is told", () =>
    Effect.gen(function*() {
      yield* runOver(["export", ...period, "--poll", "20s"])
      const requests = yield* (yield* FakeDatadog.FakeDatadog).requests
      assert.strictEqual(requests.filter(({ operation }) => operation === "status").length, 4)
    }).pipe(over({ timeline: Timeline.after("55 seconds", "completed") })))

  it.effect("ends with 1 where the report has failed, and leaves a file as it was", () =>
    Effect.gen(function*() {
      const path = Path.join(root, "kept.csv")
      Fs.writeFileSync(path, "kept")
      const { code, stderr } = yield* runOver(["export", ...period, "-o", path])
      assert.strictEqual(code, 1)
      assert.match(stderr, /\nerror: Report \S+ failed at Datadog's side/)
      assert.notInclude(stderr, "to go on with the report")
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "kept")
      assert.deepStrictEqual(Fs.readdirSync(root).filter((name) => name.endsWith(".tmp")), [])
    }).pipe(over({ timeline: Timeline.after("5 seconds", "failed") })))

  it.effect("knows before it asks what it can't write: 2, and no request", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* run(["export", ...period, "-o", Path.join(root, "none", "a.csv")])
      assert.strictEqual(code, 2)
      assert.match(stderr, /^error: .*none.*\n$/)
      assert.deepStrictEqual(yield* (yield* FakeDatadog.FakeDatadog).requests, [])
    }).pipe(over()))

  it.effect("tells a refusal, an outage and a wrong answer by its exit code", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const codeAfter = Effect.fnUntraced(function*(fault: Fault.Fault) {
        yield* fake.inject(fault, { times: Infinity })
        const { code, stdout } = yield* runOver(["export", ...period, "--source", "report"])
        yield* fake.clearFaults
        assert.strictEqual(stdout, "")
        return code
      })
      assert.strictEqual(yield* codeAfter(Fault.status(400)), 2)
      assert.strictEqual(yield* codeAfter(Fault.status(401)), 4)
      assert.strictEqual(yield* codeAfter(Fault.status(403)), 4)
      assert.strictEqual(yield* codeAfter(Fault.status(404)), 5)
      assert.strictEqual(yield* codeAfter(Fault.status(503)), 5)
      assert.strictEqual(yield* codeAfter(Fault.refused), 5)
      assert.strictEqual(yield* codeAfter(Fault.html()), 5)
    }).pipe(over()))

  it.effect("says in a line what it lacks, and asks nobody", () =>
    Effect.gen(function*() {
      const says = Effect.fnUntraced(function*(args: ReadonlyArray<string>, message: string) {
        assert.deepStrictEqual(yield* run(["export", ...args]), { code: 2, stdout: "", stderr: `error: ${message}\n` })
      })
      yield* says([], "It isn't said which SLOs. Give --query, such as --query 'service:checkout'.")
      yield* says(["-Q", "x"], "It isn't said which period. Give --last, such as --last 12mo, or --from with --to.")
      yield* says(["-Q", "x", "--last", "1mo", "--to", "now"], "Give either --last or --to.")
      yield* says(["-Q", "x", "--report", "1"], "Give either --report or --query.")
      yield* says(period, "DD_API_KEY is not set. Set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN")
      yield* says(
        [...period, "-f", "xml"],
        `--format: expected one of csv, jsonl, json, markdown, html, slack, got "xml".`
      )
      yield* says([...period, "--write", "json"], `--write: expected format=file, got "json".`)
      yield* says([...period, "--write", "json=-"], "Two formats go to standard output: one would be lost.")
      yield* says(
        [...period, "--timezone", "Mars"],
        `--timezone: expected an IANA name such as Europe/Berlin or UTC, got "Mars".`
      )
      yield* says(["-Q", "x", "--last", "9000y"], "--last: expected whole seconds, from 1970 to the end of 9999.")
      yield* says(["-Q", "x", "--from", "2024-02-01", "--to", "2024-01-01"], "--from: expected a time before --to.")
      yield* says(
        ["-Q", "x", "--from", "yesterday"],
        "--from: expected a time such as 2024-01-31, 2024-01-31T08:00, 30d or now, got \"yesterday\"."
      )
      assert.deepStrictEqual(yield* (yield* FakeDatadog.FakeDatadog).requests, [])
    }).pipe(over()))
})
