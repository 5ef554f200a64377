import { ReportCsv } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, PlatformError, Sink } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { ofTable, ofVerdict } from "../src/OutputFlags.ts"
import { csv, folder, run } from "./utils/command.ts"
import { parses } from "./utils/parses.ts"

const root = folder()
afterAll(() => Fs.rmSync(root, { recursive: true }))

const quoted = (text: string) => `"${text.replaceAll("\"", "\"\"")}"`

/** A report with names that every format must get right. */
const odd = csv(
  ...ReportCsv.awkwardNames.map((name, index) => `${index},metric,${quoted(name)},99.9,,99.95,99.8`),
  `x,metric,${quoted("a | b % c ]]> \u202e ::error::")},99,${quoted("no\nway")},,`
)

const path = Path.join(root, "odd.csv")
Fs.writeFileSync(path, odd)

describe("standard output", () => {
  it.effect.each(ofTable.map((format) => [format] as const))(
    "of convert parses as %s",
    ([format]) =>
      Effect.gen(function*() {
        for (const more of [[], ["-v"], ["-q"]]) {
          const { code, stderr, stdout } = yield* run(["convert", path, "-f", format, ...more])
          assert.deepStrictEqual([code, stderr], [0, ""])
          parses(format, stdout, 12)
        }
      })
  )

  it.effect.each(ofVerdict.map((format) => [format] as const))(
    "of gate parses as %s",
    ([format]) =>
      Effect.gen(function*() {
        for (const more of [[], ["-v"], ["-q"]]) {
          const { code, stdout } = yield* run(["gate", path, "-f", format, ...more])
          assert.strictEqual(code, 1)
          parses(format, stdout, 12)
        }
      })
  )
})

describe("convert", () => {
  it.effect("gives a CSV as it is, also from standard input", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* run(["convert", path, "-fcsv"])).stdout, odd)
      assert.strictEqual((yield* run(["convert", "-", "-fcsv"], { stdin: odd })).stdout, odd)
    }))

  it.effect("makes one for a spreadsheet", () =>
    Effect.gen(function*() {
      const { stdout } = yield* run(["convert", path, "-fcsv", "--spreadsheet"])
      assert.strictEqual(stdout.codePointAt(0), 0xfeff)
      assert.include(stdout, "'=HYPERLINK")
    }))

  it.effect("wants a format, by its name or by the file's", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* run(["convert", path])
      assert.deepStrictEqual([code, stderr], [
        2,
        "error: It isn't said in which format. Give --format: csv, jsonl, json, markdown, html, slack.\n"
      ])
      const output = Path.join(root, "odd.MD")
      assert.strictEqual((yield* run(["convert", path, "-o", output])).code, 2)
      assert.strictEqual((yield* run(["convert", path, "-o", Path.join(root, "odd.md")])).code, 0)
      assert.match(Fs.readFileSync(Path.join(root, "odd.md"), "utf8"), /^### SLO report/)
    }))

  it.effect("writes nothing of a table that is wrong somewhere: 3", () =>
    Effect.gen(function*() {
      const output = Path.join(root, "none.json")
      for (const args of [["-f", "jsonl"], ["-o", output]]) {
        const { code, stdout } = yield* run(["convert", "-", ...args], { stdin: `${odd}9,metric\n` })
        assert.deepStrictEqual([code, stdout], [3, ""])
      }
      assert.isFalse(Fs.existsSync(output))
    }))

  it.effect("says what it can't read: 2", () =>
    Effect.gen(function*() {
      const none = Path.join(root, "none.csv")
      assert.deepStrictEqual(yield* run(["convert", none, "-fcsv"]), {
        code: 2,
        stdout: "",
        stderr: `error: ${none}: there is no such file\n`
      })
      assert.deepStrictEqual(yield* run(["convert", root, "-fcsv"]), {
        code: 2,
        stdout: "",
        stderr: `error: ${root}: it is a directory\n`
      })
    }))

  it.effect("tells who sits at a terminal what it waits for", () =>
    Effect.gen(function*() {
      const { stderr } = yield* run(["convert", "-", "-fcsv"], { stdin: odd, isStdinTerminal: true })
      assert.strictEqual(stderr, "Reading the CSV of a report from standard input; ^D ends it.\n")
    }))
})

describe("output that nobody reads", () => {
  const unread = Sink.fail(
    PlatformError.systemError({ _tag: "Unknown", module: "Stdio", method: "stdout", cause: { code: "EPIPE" } })
  )

  it.effect("is a quiet end, and the files are written all the same", () =>
    Effect.gen(function*() {
      const output = Path.join(root, "beside.json")
      assert.deepStrictEqual(
        yield* run(["convert", path, "-fcsv", "--write", `json=${output}`], { stdout: unread }),
        { code: 0, stdout: "", stderr: "" }
      )
      assert.strictEqual(JSON.parse(Fs.readFileSync(output, "utf8")).slos.length, 12)
    }))

  it.effect("leaves the verdict as it is: who reads it doesn't make a pass of it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run(["gate", path], { stdout: unread }), { code: 1, stdout: "", stderr: "" })
      assert.strictEqual((yield* run(["gate", "-"], { stdin: csv(), stdout: unread })).code, 3)
    }))
})

describe("--write", () => {
  it.effect("adds to the summary of a job, and replaces other files", () =>
    Effect.gen(function*() {
      const [summary, junit] = [Path.join(root, "summary.md"), Path.join(root, "slo.xml")]
      Fs.writeFileSync(summary, "before\n")
      Fs.writeFileSync(junit, "before\n")
      const args = ["gate", path, "--write", `markdown=${summary}`, "--write", `junit=${junit}`]
      yield* run(args, { environment: { GITHUB_STEP_SUMMARY: summary } })
      assert.match(Fs.readFileSync(summary, "utf8"), /^before\n### ❌ SLO gate: fail\n/)
      parses("junit", Fs.readFileSync(junit, "utf8"), 12)
    }))

  it.effect("can keep the table that was judged", () =>
    Effect.gen(function*() {
      const output = Path.join(root, "judged.csv")
      assert.strictEqual((yield* run(["gate", path, "--write", `csv=${output}`])).code, 1)
      assert.strictEqual(Fs.readFileSync(output, "utf8"), odd)
      assert.strictEqual((yield* run(["gate", path, "-f", "csv"])).code, 2)
    }))
})
