import { FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll, beforeAll } from "vitest"
import { ofTable, ofVerdict } from "../src/OutputFlags.ts"
import { environment, makeBundle, type Options, spawned } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"
import { parses } from "./utils/parses.ts"

let bin = ""
let root = ""
beforeAll(async () => {
  bin = await makeBundle()
  root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "datadog-slo-process-"))
})
afterAll(() => {
  for (const folder of [bin, root]) Fs.rmSync(folder, { recursive: true, force: true })
})

const file = csv("1,metric,\"Checkout | 50%\",99.9,,99.95,99.866393", "2,metric,Search,99,,99.5,99.5")
const request = ["-Q", "service:checkout", "--last", "2mo", "--source", "report"]

const ask = Effect.fnUntraced(function*(args: ReadonlyArray<string>, options: Options = {}) {
  const more = yield* environment
  return yield* Effect.promise(() =>
    spawned(bin, args, { ...options, environment: { ...more, ...options.environment } })
  )
})

const over = (timeline: Timeline.Timeline, rows?: number) =>
  Effect.provide(
    FakeDatadogServer.layerTest({ report: { csv: rows === undefined ? file : { rows }, timeline } })
  )

const cases = [
  ...ofTable.map((format) => ["export", format] as const),
  ...ofVerdict.map((format) => ["gate", format] as const)
]

describe("standard output", () => {
  it.live.each(cases)("of %s parses as %s, also under --verbose", ([command, format]) =>
    Effect.gen(function*() {
      const { code, stdout } = yield* ask([command, ...request, "-v", "-f", format])
      assert.include([0, 1], code)
      parses(format, stdout, 2)
    }).pipe(over(Timeline.always("completed"))))

  it.live.each(cases)("of %s as %s may be read in part alone", ([command, format]) =>
    Effect.gen(function*() {
      const { code, stderr } = yield* ask([command, "-q", ...request, "-f", format], {
        onStdout: (_, child) => child.stdout?.destroy()
      })
      // The verdict stands, whoever reads it.
      assert.include(command === "gate" ? [0, 1, 3] : [0], code)
      assert.strictEqual(stderr, "")
    }).pipe(over(Timeline.always("completed"), 5000)))

  it.live.each(cases)("of %s as %s is nothing after ^C", ([command, format]) =>
    Effect.gen(function*() {
      let isSent = false
      const { code, stdout } = yield* ask([command, ...request, "-f", format], {
        onStderr: (text, child) => {
          if (text.includes("in_progress") && !isSent) isSent = child.kill("SIGINT")
        }
      })
      assert.deepStrictEqual([code, stdout], [130, ""])
    }).pipe(over(Timeline.after("1 hour", "completed"))))
})

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
    const { code } = await spawned(bin, ["gate", "--demo"], { ...signalAt(1.5, 3), environment })
    assert.strictEqual(code, 130)
    assert.isAbove(performance.now() - started, 2900, "the first doesn't end it")
  })

  it("ends at the third time what Node can't end: a file that can't be opened for want of a reader", async () => {
    const fifo = Path.join(root, "fifo")
    execFileSync("mkfifo", [fifo])
    const { code, signal } = await spawned(bin, ["gate", "--demo", "-o", fifo], signalAt(1.5, 2.5, 3.5))
    assert.deepStrictEqual([code, signal], [null, "SIGINT"])
  })
})

describe("a Node that is too old", () => {
  it("is told so in one line: 2", async () => {
    const script = "Object.defineProperty(process.versions, 'node', { value: '20.11.1' })"
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(script)}`
    assert.deepStrictEqual(await spawned(bin, ["--help"], { environment: { NODE_OPTIONS } }), {
      code: 2,
      signal: null,
      stdout: "",
      stderr: "error: datadog-slo needs Node 22.19 or newer, and this is 20.11.1.\n"
    })
  })
})
