import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { root, type Run, runIn, write } from "../test/utils/workspace.ts"
import { type Background, background } from "./utils/background.ts"
import { environment } from "./utils/install.ts"
import { command, outside } from "./utils/packages.ts"

const npm = ["install", "--prefer-offline", "--no-audit", "--no-fund"]

// A project that has the command alone, and a folder that has nothing to do with it.
const folder = outside()
const elsewhere = outside()
const bin = Path.join(folder, "node_modules/.bin/datadog-slo")

let fake: Background | undefined
let variables: Readonly<Record<string, string>> = {}
beforeAll(async () => {
  const { code, errors } = await runIn(environment, folder, "npm", ...npm, command.path)
  assert.strictEqual(code, 0, errors)
  const server = Path.join(root, "packages/testing/dist/bin/fake-datadog.js")
  const scenario = Path.join(folder, "scenario.json")
  write(folder, {
    "scenario.json": JSON.stringify({ report: { csv: table, timeline: [{ after: "1 second", status: "completed" }] } })
  })
  fake = background(
    /listens on (http:\S+)/,
    folder,
    environment,
    process.execPath,
    server,
    "--port",
    "0",
    "--scenario",
    scenario
  )
  const url = (await fake.found)[1]!
  variables = { DD_HOST: url, DD_API_KEY: "fake-api-key", DD_APP_KEY: "fake-application-key" }
})
afterAll(() => void fake?.end("SIGTERM"))

const table = "id,slo_type,name,target,export_error,2026-09-01,2026-10-01\n" +
  "1,metric,Checkout,99.9,,99.95,99.866393\n" +
  "2,metric,Search,99,,99.5,99.5\n"

/** Runs the installed command by the Node of a folder, in a folder that has nothing to do with either. */
const run = (node: string, ...args: ReadonlyArray<string>): Promise<Run> =>
  runIn(
    { PATH: `${node}${Path.delimiter}${process.env.PATH ?? ""}`, ...variables },
    elsewhere,
    bin,
    ...args
  )

/** A folder with this version of Node, or why there is none. */
const installed = async (version: string): Promise<{ readonly path: string } | { readonly reason: string }> => {
  if (version === process.versions.node) return { path: Path.dirname(process.execPath) }
  const folder = outside()
  write(folder, { "package.json": JSON.stringify({ private: true, allowScripts: { node: true } }) })
  // By a script of the package: npm's name for each platform's is its own affair.
  const { code, errors } = await runIn(environment, folder, "npm", ...npm, `node@${version}`)
  const path = Path.join(folder, "node_modules/node/bin")
  const told = await runIn({}, folder, Path.join(path, "node"), "--version")
  return told.output === `v${version}\n`
    ? { path }
    : { reason: `Node ${version} can't be installed: ${code} ${errors}` }
}

describe("the command alone, installed by npm", () => {
  it("brings nothing with it", () => {
    const names = Fs.readdirSync(Path.join(folder, "node_modules")).filter((name) => !name.startsWith("."))
    assert.deepStrictEqual(names, ["@effect-datadog"])
    assert.deepStrictEqual(Fs.readdirSync(Path.join(folder, "node_modules/@effect-datadog")), ["slo-report-cli"])
  })
})

describe.each(["22.19.0", process.versions.node])("the command on Node %s", (version) => {
  let node: Awaited<ReturnType<typeof installed>> = { reason: "" }
  beforeAll(async () => {
    node = await installed(version)
  })

  const test = (name: string, check: (node: string) => Promise<void>) =>
    it(name, async ({ skip }) => {
      if ("path" in node) return check(node.path)
      skip(process.env.CI === undefined, node.reason)
      assert.fail(node.reason)
    })

  test("tells its version, its help and its completions", async (node) => {
    assert.deepStrictEqual(await run(node, "--version"), {
      code: 0,
      output: `datadog-slo ${command.manifest.version}\n`,
      errors: ""
    })
    const { code, errors, output } = await run(node, "--help")
    assert.deepStrictEqual([code, errors], [0, ""])
    assert.include(output, "Usage: datadog-slo <command> [flags]")
    assert.include(
      (await run(node, "completions", "bash")).output,
      "\ncomplete -o filenames -F _datadog_slo datadog-slo\n"
    )
  })

  test("judges and converts a file", async (node) => {
    write(elsewhere, { "report.csv": table })
    const gate = await run(node, "gate", "report.csv")
    assert.deepStrictEqual([gate.code, gate.errors], [1, ""])
    assert.match(gate.output, /^FAIL {2}Checkout .*\npass {2}Search .*\nfail: 2 judged, 1 failed\n$/)
    for (const format of ["csv", "jsonl", "json", "markdown", "html", "slack"]) {
      const { code, errors, output } = await run(node, "convert", "report.csv", "-f", format)
      assert.deepStrictEqual([code, errors], [0, ""], format)
      assert.include(output, "Checkout")
    }
  })

  test("exports, and judges what Datadog has", async (node) => {
    const asked = ["-Q", "x", "--last", "2mo"]
    const stdout = await run(node, "export", "-q", ...asked)
    assert.deepStrictEqual(stdout, { code: 0, output: table, errors: "" })
    const file = await run(node, "export", "-q", ...asked, "-o", "exported.csv", "--write", "html=exported.html")
    assert.deepStrictEqual(file, { code: 0, output: "", errors: "" })
    assert.strictEqual(Fs.readFileSync(Path.join(elsewhere, "exported.csv"), "utf8"), table)
    assert.strictEqual((await run(node, "gate", "-q", ...asked)).code, 1)
  })

  test("goes step by step", async (node) => {
    const created = await run(node, "report", "create", "-Q", "x", "--last", "2mo")
    assert.deepStrictEqual([created.code, created.errors], [0, ""])
    const id = created.output.trim()
    assert.match((await run(node, "report", "status", id)).output, /^(?:in_progress|completed)\n$/)
    const waited = await run(node, "report", "wait", "-q", id)
    assert.deepStrictEqual(waited, { code: 0, output: "completed\n", errors: "" })
    assert.deepStrictEqual(await run(node, "report", "download", id), { code: 0, output: table, errors: "" })
  })

  test("keeps an export, and looks after it", async (node) => {
    const state = ["--state", `exports-${version}.db`]
    const kept = await run(node, "export", "-q", "-Q", "x", "--last", "2mo", ...state)
    assert.deepStrictEqual(kept, { code: 0, output: table, errors: "" })
    const list = await run(node, "exports", "list", "-q", ...state)
    assert.deepStrictEqual([list.code, list.output], [0, ""])
    assert.deepStrictEqual(await run(node, "exports", "prune", "-q", ...state), { code: 0, output: "0\n", errors: "" })
    for (const step of ["retry", "cancel"]) {
      const { code, errors } = await run(node, "exports", step, "no-export", ...state)
      assert.strictEqual(code, 2)
      assert.match(errors, /^error: There is no export "no-export" in this store[^\n]*\n$/)
    }
  })

  test("finds out what is wrong, and does without Datadog", async (node) => {
    const doctor = await run(node, "doctor")
    assert.deepStrictEqual([doctor.code, doctor.errors], [0, ""], doctor.output)
    const demo = await run(node, "export", "--demo", "-q")
    assert.deepStrictEqual([demo.code, demo.errors], [0, ""])
    assert.match(demo.output, /^id,slo_type,name,/)
  })
})

describe("the command on Node 20", () => {
  it("says in one line that it is too old", async ({ skip }) => {
    const node = await installed("20.9.0")
    if ("reason" in node) {
      skip(process.env.CI === undefined, node.reason)
      assert.fail(node.reason)
    } else {
      for (const args of [["--help"], ["gate", "report.csv"], ["export", "--demo"]]) {
        assert.deepStrictEqual(await run(node.path, ...args), {
          code: 2,
          output: "",
          errors: "error: datadog-slo needs Node 22.19 or newer, and this is 20.9.0.\n"
        })
      }
    }
  })
})
