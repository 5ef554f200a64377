import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync, spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { environment, type Options, spawned, useBundle } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"

const at = useBundle()

describe("^C", () => {
  const signalAt = (...seconds: ReadonlyArray<number>): Options => ({
    onStart: (child) => {
      for (const at of seconds) setTimeout(() => child.kill("SIGINT"), at * 1000)
    }
  })

  it("ends at once at the second time what hangs at the first", async () => {
    const script = "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';" +
      "fs.rm = () => {}; syncBuiltinESMExports()"
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
    const started = performance.now()
    const { code } = await spawned(at.bin, ["gate", "--demo"], { ...signalAt(1.5, 3), environment })
    assert.strictEqual(code, 130)
    assert.isAbove(performance.now() - started, 2900, "the first doesn't end it")
  })

  it("ends at the third time what Node can't end: a file that can't be opened for want of a reader", async () => {
    const fifo = Path.join(at.root, "fifo")
    execFileSync("mkfifo", [fifo])
    const { code, signal } = await spawned(at.bin, ["gate", "--demo", "-o", fifo], signalAt(1.5, 2.5, 3.5))
    assert.deepStrictEqual([code, signal], [null, "SIGINT"])
  })
})

describe("Node's own warnings", () => {
  it("are not shown of what it calls experimental, as SQLite is in Node 22, and of nothing else are they hidden", async () => {
    const script = "setTimeout(() => {" +
      "process.emitWarning('SQLite', 'ExperimentalWarning'); process.emitWarning('leaks', 'MaxListeners')}, 50)"
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
    const { code, stderr } = await spawned(at.bin, ["gate", "--demo", "-q"], { environment })
    assert.strictEqual(code, 1)
    assert.notInclude(stderr, "SQLite")
    assert.include(stderr, "MaxListeners: leaks")
  })
})

describe("a Node that is too old", () => {
  it("is told so in one line: 2", async () => {
    const script = "Object.defineProperty(process.versions, 'node', { value: '20.11.1' })"
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(script)}`
    assert.deepStrictEqual(await spawned(at.bin, ["--help"], { environment: { NODE_OPTIONS } }), {
      code: 2,
      signal: null,
      stdout: "",
      stderr: "error: datadog-slo needs Node 22.19 or newer, and this is 20.11.1.\n"
    })
  })
})

// Linux's own runs a command at a terminal; another system's takes other arguments.
const isScriptThere = process.platform === "linux" && Fs.existsSync("/usr/bin/script")

interface AtTerminal {
  readonly code: number | null
  readonly shown: string
}

/** Runs a command at a terminal, and types when it sees a text. */
const atTerminal = (
  args: ReadonlyArray<string>,
  more: Readonly<Record<string, string>>,
  typed?: { readonly at: string; readonly keys: string }
): Promise<AtTerminal> =>
  new Promise((resolve) => {
    const { PATH = "" } = process.env
    const command = [process.execPath, Path.join(at.bin, "bin.js"), ...args].map((arg) => `'${arg}'`).join(" ")
    const child = spawn("script", ["-qefc", command, "/dev/null"], {
      env: { PATH, TERM: "xterm-256color", SHELL: "/bin/sh", ...more },
      timeout: 25_000
    })
    let shown = ""
    let isTyped = false
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text
      if (typed !== undefined && !isTyped && shown.includes(typed.at)) isTyped = child.stdin.write(typed.keys)
    })
    child.on("close", (code) => resolve({ code, shown }))
  })

describe.skipIf(!isScriptThere)("at a terminal", () => {
  const table = csv("1,metric,Checkout,99.9,,99.95,99.866393", "2,metric,Search,99,,99.5,99.5")

  it.live("progress is redrawn on a line, ^C tells the id, and the export goes on with it: the same bytes", () =>
    Effect.gen(function*() {
      const variables = yield* environment
      const output = Path.join(at.root, "terminal.csv")
      const asked = ["export", "-Q", "service:checkout", "--last", "2mo", "--source", "report", "-o", output]
      const { code, shown } = yield* Effect.promise(() =>
        atTerminal(asked, variables, { at: "in_progress · 2 s", keys: "\u0003" })
      )
      assert.strictEqual(code, 130, shown)
      const drawn = shown.split("\r\u001b[2K").filter((line) => line.startsWith("in_progress"))
      assert.isAbove(drawn.length, 2)
      assert.isFalse(Fs.existsSync(output))
      const [, id = ""] = /to go on with the report: --report (\S+)/.exec(shown) ?? []
      assert.deepStrictEqual(yield* (yield* FakeDatadog.FakeDatadog).reportIds, [id])
      const rest = yield* Effect.promise(() => atTerminal(["export", "--report", id, "-o", output], variables))
      assert.strictEqual(rest.code, 0, rest.shown)
      assert.strictEqual(Fs.readFileSync(output, "utf8"), table)
      assert.deepStrictEqual(yield* (yield* FakeDatadog.FakeDatadog).reportIds, [id])
    }).pipe(
      Effect.provide(
        FakeDatadogServer.layerTest({ report: { csv: table, timeline: Timeline.after("4 seconds", "completed") } })
      )
    ))

  it("verdicts have colours, and none where NO_COLOR is set", async () => {
    const file = Path.join(at.root, "report.csv")
    Fs.writeFileSync(file, table)
    const colored = await atTerminal(["gate", file], {})
    assert.include(colored.shown, "\u001b[1;31mFAIL\u001b[0m  Checkout")
    const plain = await atTerminal(["gate", file], { NO_COLOR: "1" })
    assert.match(plain.shown, /^FAIL {2}Checkout /)
    assert.deepStrictEqual([colored.code, plain.code], [1, 1])
  })
})
