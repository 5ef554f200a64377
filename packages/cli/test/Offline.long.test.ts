import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { ofTable, ofVerdict } from "../src/OutputFlags.ts"
import { spawned, useBundle } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"
import { parses } from "./utils/parses.ts"

const at = useBundle()

const text = csv("1,metric,Checkout,99.9,,99.95,99.966393", "2,monitor,Search,99,,99.5,99.5")

const cases = [
  ...ofVerdict.map((format) => ["gate", format] as const),
  ...ofTable.map((format) => ["convert", format] as const)
]

// The bundle has it apart from what asks Datadog.
describe("a command over a file", () => {
  it.each(cases)("needs nothing of what asks Datadog: %s as %s", async (command, format) => {
    const [file, written] = [Path.join(at.root, "report.csv"), Path.join(at.root, `${command}.${format}`)]
    Fs.writeFileSync(file, text)
    const policy = Path.join(at.root, "policy.json")
    Fs.writeFileSync(policy, JSON.stringify([{ match: "checkout", min_budget: 1 }]))
    const beside = command === "gate"
      ? ["--write", `html=${written}.html`, "--write", `csv=${written}.csv`, "--policy", policy]
      : []
    const runs = [
      await spawned(at.bin, [command, file, "-f", format, ...beside], { cwd: at.root }),
      await spawned(at.bin, [command, "-", "-f", format], { cwd: at.root, stdin: text }),
      await spawned(at.bin, [command, file, "-f", format, "-o", written], { cwd: at.root })
    ]
    for (const { code, stderr } of runs) assert.strictEqual(code, 0, stderr)
    for (const output of [runs[0]?.stdout, runs[1]?.stdout, Fs.readFileSync(written, "utf8")]) {
      parses(format, output ?? "", 2)
    }
    if (command === "gate") {
      parses("html", Fs.readFileSync(`${written}.html`, "utf8"), 2)
      assert.strictEqual(Fs.readFileSync(`${written}.csv`, "utf8"), text)
    }
  })

  it("says what is wrong with its file, and with what else it is given", async () => {
    const file = Path.join(at.root, "no-report.csv")
    Fs.writeFileSync(file, "<html>")
    const codes = await Promise.all([
      ["gate", file],
      ["gate", Path.join(at.root, "missing.csv")],
      ["gate", file, "--report", "id"],
      ["gate", file, "-Q", "*"],
      ["convert", file, "--demo"]
    ].map(async (args) => (await spawned(at.bin, args, { cwd: at.root })).code))
    assert.deepStrictEqual(codes, [3, 2, 2, 2, 2])
  })
})
