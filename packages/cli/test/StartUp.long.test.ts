import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { beforeAll } from "vitest"
import { useBundle } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"

const runs = 11

const middle = (runs - 1) / 2

const rounds = 12

const sorted = (numbers: ReadonlyArray<number>): ReadonlyArray<number> => [...numbers].sort((a, b) => a - b)

const ceilings = { "--help": 2.3, "gate report.csv": 2.5 }

describe("the bundle", () => {
  const at = useBundle()
  beforeAll(() => {
    Fs.writeFileSync(
      Path.join(at.bin, "report.csv"),
      csv("1,metric,Checkout,99.9,,99.95,99.966393", "2,monitor,Search,99,,99.5,99.5")
    )
  })

  // What Node compiles is kept from the second run on. Whatever else the machine does adds to a run and takes nothing
  // away: of the two in turn, the medians or the least of a round are compared, until a round shows it.
  it.each(Object.entries(ceilings))("costs little more than Node to run: %s at most %d ×", (command, ceiling) => {
    const args = ["bin.js", ...command.split(" ")]
    cpuOf(...args)
    const ratios: Array<number> = []
    while (ratios.length < rounds && !ratios.some((ratio) => ratio <= ceiling)) {
      const pairs = Array.from({ length: runs }, () => [cpuOf("-e", "0"), cpuOf(...args)] as const)
      const [node, own] = [sorted(pairs.map(([node]) => node)), sorted(pairs.map(([, own]) => own))]
      ratios.push(Math.min(own[middle]! / node[middle]!, own[0]! / node[0]!))
    }
    assert.isAtMost(Math.min(...ratios), ceiling, ratios.map((ratio) => ratio.toFixed(2)).join(", "))
  }, 240_000)

  /** Milliseconds on the processor, from its start to its very end, which Node can't tell of itself. */
  function cpuOf(...args: ReadonlyArray<string>): number {
    const script = "TIMEFORMAT='%U %S'; { time \"$@\" >/dev/null 2>&1; } 2>&1"
    const { PATH = "" } = process.env
    const output = execFileSync("bash", ["--norc", "-c", script, "bash", process.execPath, ...args], {
      cwd: at.bin,
      encoding: "utf8",
      env: { PATH, NODE_COMPILE_CACHE: Path.join(at.bin, "compiled") }
    })
    return output.trim().split(" ").reduce((sum, seconds) => sum + Number(seconds) * 1000, 0)
  }
})
