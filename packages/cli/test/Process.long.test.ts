import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll, beforeAll } from "vitest"
import { makeBundle, type Options, spawned } from "./utils/bundled.ts"

let bin = ""
let root = ""
beforeAll(async () => {
  bin = await makeBundle()
  root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "datadog-slo-process-"))
})
afterAll(() => {
  for (const folder of [bin, root]) Fs.rmSync(folder, { recursive: true, force: true })
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
