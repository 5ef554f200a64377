import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { runIn, write } from "../test/utils/workspace.ts"
import { install, versionsOf } from "./utils/install.ts"
import { outside } from "./utils/packages.ts"
import { overFetch, overUndici, serving } from "./utils/programs.ts"

// What the README names; their packages run nothing when they are installed.
const runtimes = {
  Bun: { name: "bun", version: "1.4.5", binary: "node_modules/@oven/bun-*/bin/bun*", args: [] },
  Deno: { name: "deno", version: "2.9.6", binary: "node_modules/@deno/*/deno*", args: ["run", "--allow-all"] }
} as const

const outcome = {
  Bun: /^UndiciUnavailable: .* SloReportClient\.layerConfig\(\) with FetchHttpClient\.layer .*\n$/,
  Deno: /^completed\n$/
} as const

describe.each(["Bun", "Deno"] as const)("on %s", (runtime) => {
  const folder = outside()
  const { args, binary, name, version } = runtimes[runtime]
  let environment: Readonly<Record<string, string>> = {}
  let program = ""
  let reason = ""

  beforeAll(async () => {
    environment = await serving()
    const { code, errors, output } = await install("npm", folder, {
      ...versionsOf("effect", "@effect/platform-node"),
      [name]: version
    })
    const [found] = Fs.globSync(binary, { cwd: folder })
    if (found === undefined) reason = `${runtime} can't be installed here: ${code} ${errors}${output}`
    else program = Path.join(folder, found)
    write(folder, { "fetch.mjs": overFetch, "undici.mjs": overUndici })
  })

  const run = async (file: string): Promise<string> => {
    const { errors, output } = await runIn(environment, folder, program, ...args, file)
    return errors + output
  }

  it("the packages call over fetch", async ({ skip }) => {
    skip(reason !== "", reason)
    assert.strictEqual(await run("fetch.mjs"), "completed\n")
  })

  it("layerNode calls, or fails at once with an error that names the layer to use", async ({ skip }) => {
    skip(reason !== "", reason)
    assert.match(await run("undici.mjs"), outcome[runtime])
  })
})
