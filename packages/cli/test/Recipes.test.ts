import { FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { beforeAll } from "vitest"
import { environment, useBundle } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"
import { parses } from "./utils/parses.ts"
import { commands, type Ran, read, readYaml, shell } from "./utils/recipes.ts"

const at = useBundle()
let path = ""
beforeAll(async () => {
  path = commands(at.root, at.bin)
})

const good = csv("2,metric,Search,99,,99.5,99.5")
const burnt = csv("1,metric,Checkout,99.9,,99.95,99.866393", "2,metric,Search,99,,99.5,99.5")

/** What is at Datadog where a gate ends with this code. */
const gates = {
  0: { csv: good, timeline: Timeline.always("completed") },
  1: { csv: burnt, timeline: Timeline.always("completed") },
  3: { csv: csv(), timeline: Timeline.always("completed") },
  5: { csv: good, timeline: Timeline.always("completed") }
} as const

/** The same for an export. */
const exports = {
  ...gates,
  1: { csv: good, timeline: Timeline.always("failed") },
  3: { csv: `${good}3,metric\n`, timeline: Timeline.always("completed") }
} as const

const codes = [[0], [1], [3], [5]] as const

type Code = typeof codes[number][0]

interface Script {
  readonly text: string
  readonly environment?: Readonly<Record<string, string>>
  readonly shell?: readonly [string, ...ReadonlyArray<string>]
}

/** Runs scripts one after the other until one fails, over the fake, in a folder of their own. */
const running = (
  code: Code,
  situations: typeof gates | typeof exports,
  scripts: ReadonlyArray<Script>,
  check: (last: Ran, folder: string) => void
) =>
  Effect.gen(function*() {
    const { inject } = yield* FakeDatadog.FakeDatadog
    if (code === 5) yield* inject(Fault.status(503), { times: Infinity })
    const folder = Fs.mkdtempSync(Path.join(at.root, "job-"))
    const variables = {
      ...(yield* environment),
      PATH: `${path}${Path.delimiter}${process.env.PATH ?? ""}`,
      HOME: folder,
      GITHUB_STEP_SUMMARY: Path.join(folder, "summary.md"),
      SLACK_WEBHOOK: "https://hooks.example.com/x"
    }
    let last: Ran = { code: 0, stdout: "", stderr: "" }
    for (const { environment, shell: by, text } of scripts) {
      const more = { ...variables, ...environment }
      if (last.code === 0) last = yield* Effect.promise(() => shell(text, folder, more, by))
    }
    check(last, folder)
  }).pipe(Effect.provide(FakeDatadogServer.layerTest({ report: situations[code] })))

const has = (folder: string, name: string): boolean => Fs.existsSync(Path.join(folder, name))

const content = (folder: string, name: string): string => Fs.readFileSync(Path.join(folder, name), "utf8")

describe("github-actions.yml", () => {
  const { jobs } = readYaml("github-actions.yml")
  const { run: text } = jobs["slo-gate"].steps.find(({ name }: { readonly name?: string }) => name === "SLO gate")

  it.live.each(codes)(
    "stops a deployment for a burnt budget alone: %i",
    ([code]) =>
      running(code, gates, [{ text }], (last, folder) => {
        assert.strictEqual(last.code, code === 1 ? 1 : 0, last.stderr)
        const warning = `::warning title=SLO gate::no verdict (exit code ${code})\n`
        assert.strictEqual(last.stdout.endsWith(warning), code === 3 || code === 5, last.stdout)
        assert.strictEqual(/^::error title=.*Checkout/m.test(last.stdout), code === 1)
        assert.strictEqual(has(folder, "slo.xml"), code !== 5)
        if (code === 5) return
        parses("junit", content(folder, "slo.xml"), { 0: 1, 1: 2, 3: 0 }[code])
        assert.match(
          content(folder, "summary.md"),
          new RegExp(`^### . SLO gate: ${["pass", "fail"][code] ?? "inc"}`, "u")
        )
      })
  )

  it.live("stops for a mistake, and where Datadog refuses the keys", () =>
    Effect.gen(function*() {
      for (const [variables, code] of [[{ DD_API_KEY: "" }, 2], [{ DD_API_KEY: "other" }, 4]] as const) {
        yield* running(0, gates, [{ text, environment: variables }], (last) => assert.strictEqual(last.code, code))
      }
    }))

  it("goes before the deployment", () => {
    assert.strictEqual(jobs.deploy.needs, "slo-gate")
  })
})

describe("monthly-report.yml", () => {
  const { steps } = readYaml("monthly-report.yml").jobs.report
  const scripts: ReadonlyArray<Script> = steps.flatMap(({ run }: { readonly run?: string }) =>
    run === undefined ? [] : [{ text: run }]
  )

  it.live.each(codes)(
    "makes table and page and tells Slack, or nothing of it: %i",
    ([code]) =>
      running(code, exports, scripts, (last, folder) => {
        assert.strictEqual(scripts.length, 2)
        assert.strictEqual(last.code, code, last.stderr)
        for (const name of ["slo.csv", "slo.html", "slack.json", "curl.arguments"]) {
          assert.strictEqual(has(folder, name), code === 0, name)
        }
        if (code !== 0) return
        assert.strictEqual(content(folder, "slo.csv"), good)
        parses("html", content(folder, "slo.html"), 1)
        parses("slack", content(folder, "slack.json"), 1)
        const told = "-fsS -H content-type: application/json -d @slack.json https://hooks.example.com/x\n"
        assert.strictEqual(content(folder, "curl.arguments"), told)
      })
  )
})

describe("gitlab-ci.yml", () => {
  const job = readYaml("gitlab-ci.yml")["slo-gate"]

  it.live.each(codes)(
    "fails for a burnt budget, and warns where nobody could tell: %i",
    ([code]) =>
      running(code, gates, [{ text: job.script.join("\n") }], (last, folder) => {
        assert.strictEqual(last.code, code, last.stderr)
        assert.strictEqual(job.allow_failure.exit_codes.includes(code), code === 3 || code === 5)
        assert.strictEqual(job.retry.exit_codes.includes(code), code === 5)
        assert.strictEqual(has(folder, job.artifacts.reports.junit), code !== 5)
      })
  )
})

describe("crontab and cron.sh", () => {
  const lines = read("crontab").split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  const variables = lines.flatMap((line) => {
    const [, name = "", value = ""] = /^([A-Z_]+)=(.*)$/.exec(line) ?? []
    return name === "" || name === "PATH" ? [] : [[name, value] as const]
  })
  const command = lines.at(-1)!.split(" ").slice(5).join(" ")

  it.live.each(codes)(
    "keeps the month's table, and prints where something is wrong alone: %i",
    ([code]) =>
      Effect.gen(function*() {
        const { DD_API_KEY, DD_APP_KEY } = yield* environment.pipe(Effect.provide(FakeDatadogServer.layerTest()))
        const prepare = `mkdir slo && printf %s '${read("cron.sh").replaceAll("'", "'\\''")}' > slo/cron.sh &&
        echo '${DD_API_KEY}' > slo/.datadog-api-key && echo '${DD_APP_KEY}' > slo/.datadog-app-key`
        const withoutKeys = { DD_API_KEY: "", DD_APP_KEY: "" }
        const scripts: ReadonlyArray<Script> = [
          { text: prepare },
          {
            text: command,
            environment: { ...Object.fromEntries(variables), ...withoutKeys },
            shell: ["/bin/sh", "-c"]
          }
        ]
        yield* running(code, gates, scripts, (last, folder) => {
          assert.strictEqual(last.code, code, last.stderr)
          const names = Fs.readdirSync(Path.join(folder, "slo")).filter((name) => /\d{4}-\d\d/.test(name))
          if (code === 5) {
            assert.deepStrictEqual(names, [])
            assert.match(last.stderr, /^error: .*503/)
          } else {
            assert.deepStrictEqual(names.map((name) => name.replace(/\d{4}-\d\d/, "…")), [
              "slo-….csv",
              "slo-….html",
              "verdict-….txt"
            ])
            assert.strictEqual(content(folder, `slo/${names[0]}`), gates[code].csv)
            assert.strictEqual(last.stderr, "")
          }
          assert.match(
            last.stdout,
            {
              0: /^$/,
              1: /^Error budgets are used up:\nFAIL {2}Checkout .*\n/,
              3: /^The SLOs could not be judged \(exit code 3\)\.\n$/,
              5: /^The SLOs could not be judged \(exit code 5\)\.\n$/
            }[code]
          )
        })
      })
  )
})

// What DuckDB makes of it is in Recipes.long.test.ts.
describe("warehouse.sh", () => {
  it.live.each(codes)(
    "gives DuckDB a whole table, or nothing at all: %i",
    ([code]) =>
      running(code, exports, [{ text: read("warehouse.sh") }], (last, folder) => {
        assert.strictEqual(last.code, code, last.stderr)
        assert.strictEqual(has(folder, "slo.jsonl"), code === 0)
        assert.strictEqual(has(folder, "duckdb.arguments"), code === 0)
        if (code !== 0) return
        parses("jsonl", content(folder, "slo.jsonl"), 1)
        assert.strictEqual(content(folder, "duckdb.arguments"), "slo.duckdb\n")
        assert.match(content(folder, "duckdb.input"), /^create table [^]*insert or replace [^]*\ncopy slo to .*;\n$/)
      })
  )
})
