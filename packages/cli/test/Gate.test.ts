import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { csv, folder, type Options, run } from "./utils/command.ts"

const root = folder()
afterAll(() => Fs.rmSync(root, { recursive: true, force: true }))

const gate = (text: string, ...args: ReadonlyArray<string>) =>
  Effect.map(run(["gate", "-", ...args], { stdin: text }), ({ code, stderr, stdout }) => [code, stdout, stderr])

const checkout = "1,metric,Checkout,99.9,,99.95,99.866393"
const good = "2,metric,Search,99,,99.5,99.5"
const silent = "3,metric,Silent,99,,99.5,"
const noTarget = "4,metric,Aimless,,,99.5,99.5"
const broken = "5,metric,API,99.5,timed out,,"

describe("gate", () => {
  it.effect("fails where a budget is burnt: 1", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* gate(csv(checkout, good)), [
        1,
        "FAIL  Checkout  2026-10-01  99.866% of 99.9  -33.7% left\n" +
        "pass  Search    2026-10-01  99.5% of 99      50% left\n" +
        "fail: 2 judged, 1 failed\n",
        ""
      ])
    }))

  it.effect("passes where all have budget left: 0", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* gate(csv(good)), [
        0,
        "pass  Search  2026-10-01  99.5% of 99  50% left\npass: 1 judged\n",
        ""
      ])
    }))

  it.effect("tells an SLO that has fallen silent: no pass, no failure, a warning", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* gate(csv(silent, good)), [
        0,
        "-     Silent  2026-10-01  of 99        no data\n" +
        "pass  Search  2026-10-01  99.5% of 99  50% left\n" +
        "pass: 1 judged, 1 warning, 1 without data\n",
        ""
      ])
      const [alone, text] = yield* gate(csv(silent))
      assert.deepStrictEqual([alone, text], [
        3,
        "-     Silent  2026-10-01  of 99  no data\ninconclusive: 0 judged, 1 warning, 1 without data\n"
      ])
    }))

  it.effect("can't judge without a target, and can with one from the command line", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* gate(csv(noTarget))).slice(0, 2), [
        3,
        "-     Aimless  2026-10-01  99.5%  no target\ninconclusive: 0 judged, 1 without a target\n"
      ])
      assert.strictEqual((yield* gate(csv(noTarget), "--target", "99"))[0], 0)
      assert.strictEqual((yield* gate(csv(noTarget), "--target", "99.9"))[0], 1)
      assert.strictEqual((yield* gate(csv(noTarget), "--min-status", "99.4"))[0], 0)
      assert.strictEqual((yield* gate(csv(good), "--target", "99.9"))[0], 1)
    }))

  it.effect("takes a target of 100 for met or missed", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* gate(csv("1,metric,All,100,,100,100")))[0], 0)
      const [code, text] = yield* gate(csv("1,metric,All,100,,100,99.9999"))
      assert.deepStrictEqual([code, text], [
        1,
        "FAIL  All  2026-10-01  99.999% of 100\nfail: 1 judged, 1 failed\n"
      ])
    }))

  it.effect("is inconclusive over a header alone, unless that is allowed", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* gate(csv()), [3, "inconclusive: the report has no SLOs\n", ""])
      assert.deepStrictEqual(yield* gate(csv(), "--allow-empty"), [0, "inconclusive: the report has no SLOs\n", ""])
    }))

  it.effect("is inconclusive over monitors alone, which have no history in a report", () =>
    Effect.gen(function*() {
      const [code, text] = yield* gate(csv("1,monitor,Up,99,,,", "2,monitor,Down,99,,,"))
      assert.strictEqual(code, 3)
      assert.match(String(text), /inconclusive: 0 judged, 2 warnings, 2 without data\n$/)
    }))

  it.effect("is inconclusive where something could not be exported, by default", () =>
    Effect.gen(function*() {
      const text = csv(good, broken)
      assert.deepStrictEqual(yield* gate(text), [
        3,
        "?     API                 of 99.5      timed out\n" +
        "pass  Search  2026-10-01  99.5% of 99  50% left\n" +
        "inconclusive: 1 judged, 1 not exported\n",
        ""
      ])
      assert.strictEqual((yield* gate(text, "--on-export-error", "ignore"))[0], 0)
      assert.strictEqual((yield* gate(text, "--on-export-error", "fail"))[0], 1)
      assert.strictEqual((yield* gate(text, "--allow-empty"))[0], 3)
      assert.strictEqual((yield* gate(csv(checkout, broken)))[0], 1)
    }))

  it.effect("never prints a budget of -0.01 % as 0", () =>
    Effect.gen(function*() {
      const [code, text] = yield* gate(csv("1,metric,Close,99,,99.5,98.9999"))
      assert.strictEqual(code, 1)
      assert.match(String(text), /^FAIL {2}Close {2}2026-10-01 {2}98.999% of 99 {2}-0.1% left\n/)
    }))

  it.effect("takes HTML for no report: 3", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* gate("<!DOCTYPE html>\n<p class=\"x\">Sign in</p>\n"), [
        3,
        "",
        "error: standard input is not the CSV of an SLO report, line 1: it begins as a web page or XML does.\n"
      ])
    }))

  it.effect("takes what breaks in the middle for no report: nothing is judged", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* gate(`${csv(good)}3,metric\n`), [
        3,
        "",
        "error: standard input is not the CSV of an SLO report, line 3: expected 7 cells, as in the header, got 2.\n"
      ])
      assert.deepStrictEqual((yield* gate(""))[0], 3)
    }))

  it.effect("judges by the rule that it is given", () =>
    Effect.gen(function*() {
      const code = (...args: ReadonlyArray<string>) => Effect.map(gate(csv(good), ...args), ([code]) => code)
      assert.strictEqual(yield* code("--min-budget", "50"), 0)
      assert.strictEqual(yield* code("--min-budget", "50.1"), 1)
      assert.strictEqual(yield* code("--min-status", "99.6"), 1)
      assert.strictEqual((yield* gate(csv(checkout), "--min-budget", "-34"))[0], 0)
      assert.strictEqual((yield* gate(csv("1,m,A,99.9,,99,99.95"), "--over", "each"))[0], 1)
      assert.strictEqual((yield* gate(csv("1,m,A,99.9,,99,99.95"), "--over", "last=1"))[0], 0)
      const [warned, text] = yield* gate(csv(good), "--warn-budget", "60")
      assert.strictEqual(warned, 0)
      assert.match(String(text), /^warn {2}Search .*\npass: 1 judged, 1 warning\n$/)
    }))

  it.effect("takes failures for want of data alone for no verdict: 3", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* gate(csv(silent, good), "--missing", "fail"))[0], 3)
      assert.strictEqual((yield* gate(csv(silent, good, checkout), "--missing", "fail"))[0], 1)
      assert.strictEqual((yield* gate(csv(silent, good), "--missing", "ignore"))[0], 0)
    }))

  it.effect("only advises where that is wanted", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* gate(csv(checkout), "--advisory"))[0], 0)
      assert.strictEqual((yield* gate(csv(), "--advisory"))[0], 0)
      const [code, stdout, stderr] = yield* gate("<html>", "--advisory")
      assert.deepStrictEqual([code, stdout], [0, ""])
      assert.match(String(stderr), /^error: standard input is not the CSV/)
      assert.strictEqual((yield* gate(csv(good), "--advisory", "--over", "x"))[0], 2)
    }))

  it.effect("refuses rules that contradict themselves, and a mean of intervals", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* gate(csv(good), "--min-budget", "1", "--min-status", "99"), [
        2,
        "",
        "error: Give either --min-budget or --min-status.\n"
      ])
      const [code, , stderr] = yield* gate(csv(good), "--over", "period")
      assert.strictEqual(code, 2)
      assert.include(String(stderr), "intervals weigh by their events")
      assert.strictEqual((yield* gate(csv(good), "--min-budget", "101"))[0], 2)
      assert.strictEqual((yield* gate(csv(good), "--min-budget", ""))[0], 2)
    }))

  it.effect("sums up on standard error what is not text on standard output, but quietly", () =>
    Effect.gen(function*() {
      const [code, stdout, stderr] = yield* gate(csv(checkout), "-f", "json")
      assert.strictEqual(code, 1)
      assert.strictEqual(JSON.parse(String(stdout)).verdict, "fail")
      assert.strictEqual(stderr, "fail: 1 judged, 1 failed\n")
      assert.strictEqual((yield* gate(csv(checkout), "-f", "json", "-q"))[2], "")
    }))

  it.effect("has its verdicts in colours on a terminal, or as it is told", () =>
    Effect.gen(function*() {
      const isColored = Effect.fnUntraced(function*(options: Options, ...args: ReadonlyArray<string>) {
        const { stdout } = yield* run(["gate", "-", ...args], { stdin: csv(good), ...options })
        return stdout.includes("\u001b[32mpass\u001b[0m")
      })
      const isStdoutTerminal = true
      assert.isFalse(yield* isColored({}))
      assert.isTrue(yield* isColored({ isStdoutTerminal }))
      assert.isTrue(yield* isColored({}, "--color", "always"))
      assert.isTrue(yield* isColored({ environment: { DD_SLO_COLOR: "always" } }))
      assert.isFalse(yield* isColored({ isStdoutTerminal }, "--color=never"))
      assert.isFalse(yield* isColored({ isStdoutTerminal, environment: { NO_COLOR: "1" } }))
      assert.isFalse(yield* isColored({ isStdoutTerminal, environment: { TERM: "dumb" } }))
      assert.isTrue(yield* isColored({ isStdoutTerminal, environment: { NO_COLOR: "" } }))
      assert.isTrue(yield* isColored({ environment: { NO_COLOR: "1" } }, "--color", "always"))
      for (const format of ["json", "jsonl", "markdown", "junit", "github", "slack"]) {
        const { stdout } = yield* run(["gate", "-", "-f", format, "--color", "always"], {
          stdin: csv(good),
          isStdoutTerminal
        })
        assert.notInclude(stdout, "\u001b", format)
      }
      const file = Path.join(root, "verdict.txt")
      yield* run(["gate", "-", "-o", file], { stdin: csv(good), isStdoutTerminal })
      assert.notInclude(Fs.readFileSync(file, "utf8"), "\u001b")
    }))
})
