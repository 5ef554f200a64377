import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, beforeAll } from "vitest"
import { makeBundle } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"

const ceilings = { "--help": 2.3, "gate report.csv": 2.5 }

describe("the bundle", () => {
  let folder = ""
  beforeAll(async () => {
    folder = await makeBundle()
    Fs.writeFileSync(
      Path.join(folder, "report.csv"),
      csv("1,metric,Checkout,99.9,,99.95,99.966393", "2,monitor,Search,99,,99.5,99.5")
    )
  })
  afterAll(() => Fs.rmSync(folder, { recursive: true, force: true }))

  // What Node compiles is kept from the second run on.
  it.each(Object.entries(ceilings))("costs little more than Node to run: %s at most %d ×", (command, ceiling) => {
    const least = { node: Infinity, command: Infinity }
    for (let round = 0; round < 8; round++) {
      for (let index = 0; index < 8; index++) {
        least.node = Math.min(least.node, cpuOf("-e", "0"))
        least.command = Math.min(least.command, cpuOf("bin.js", ...command.split(" ")))
      }
      if (least.command <= ceiling * least.node) break
    }
    assert.isAtMost(least.command / least.node, ceiling, JSON.stringify(least))
  }, 120_000)

  /** Milliseconds on the processor, from its start to its very end, which Node can't tell of itself. */
  function cpuOf(...args: ReadonlyArray<string>): number {
    const script = "TIMEFORMAT='%U %S'; { time \"$@\" >/dev/null 2>&1; } 2>&1"
    const { PATH = "" } = process.env
    const output = execFileSync("bash", ["--norc", "-c", script, "bash", process.execPath, ...args], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH, NODE_COMPILE_CACHE: Path.join(folder, "compiled") }
    })
    return output.trim().split(" ").reduce((sum, seconds) => sum + Number(seconds) * 1000, 0)
  }
})
