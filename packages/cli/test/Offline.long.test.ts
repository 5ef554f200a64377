import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll, beforeAll } from "vitest"
import { ofTable, ofVerdict } from "../src/OutputFlags.ts"
import { makeBundle, spawned } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"
import { parses } from "./utils/parses.ts"

let bin = ""
let root = ""
beforeAll(async () => {
  bin = await makeBundle()
  root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "datadog-slo-offline-"))
})
afterAll(() => {
  for (const folder of [bin, root]) Fs.rmSync(folder, { recursive: true, force: true })
})

const text = csv("1,metric,Checkout,99.9,,99.95,99.966393", "2,monitor,Search,99,,99.5,99.5")

const cases = [
  ...ofVerdict.map((format) => ["gate", format] as const),
  ...ofTable.map((format) => ["convert", format] as const)
]

// The bundle has it apart from what asks Datadog.
describe("a command over a file", () => {
  it.each(cases)("needs nothing of what asks Datadog: %s as %s", async (command, format) => {
    const [file, written] = [Path.join(root, "report.csv"), Path.join(root, `${command}.${format}`)]
    Fs.writeFileSync(file, text)
    const policy = Path.join(root, "policy.json")
    Fs.writeFileSync(policy, JSON.stringify([{ match: "checkout", min_budget: 1 }]))
    const beside = command === "gate"
      ? ["--write", `html=${written}.html`, "--write", `csv=${written}.csv`, "--policy", policy]
      : []
    const runs = [
      await spawned(bin, [command, file, "-f", format, ...beside], { cwd: root }),
      await spawned(bin, [command, "-", "-f", format], { cwd: root, stdin: text }),
      await spawned(bin, [command, file, "-f", format, "-o", written], { cwd: root })
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
    const file = Path.join(root, "no-report.csv")
    Fs.writeFileSync(file, "<html>")
    const codes = await Promise.all([
      ["gate", file],
      ["gate", Path.join(root, "missing.csv")],
      ["gate", file, "--report", "id"],
      ["gate", file, "-Q", "*"],
      ["convert", file, "--demo"]
    ].map(async (args) => (await spawned(bin, args, { cwd: root })).code))
    assert.deepStrictEqual(codes, [3, 2, 2, 2, 2])
  })
})
