import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Path from "node:path"
import { bundle } from "../../../scripts/build.ts"
import { node, read, remove, root, temporary, write } from "./utils/workspace.ts"

const ceiling = 1.15
const scope = "@effect-datadog/"

describe("importing @effect-datadog/slo-report-node", () => {
  let folder = ""

  // As it is published: from its sources Node strips the types, which costs more than the limit.
  beforeAll(async () => {
    folder = temporary()
    await install("core")
    await install("node")
    write(folder, {
      "node.mjs": importing(["@effect-datadog/slo-report-node"]),
      "effect.mjs": importing(effectModules())
    })
  })

  afterAll(() => remove(folder))

  it(`costs at most ${Math.round((ceiling - 1) * 100)} % more than importing the Effect modules it needs`, async () => {
    const least = { node: Infinity, effect: Infinity }
    for (let round = 0; round < 6; round++) {
      for (let index = 0; index < 11; index++) {
        least.effect = Math.min(least.effect, await millisecondsOf("effect.mjs"))
        least.node = Math.min(least.node, await millisecondsOf("node.mjs"))
      }
      if (least.node <= ceiling * least.effect) break
    }
    assert.isAtMost(least.node / least.effect, ceiling, JSON.stringify(least))
  }, 120_000)

  it("loads no transport of Node's, and what opens compressed bodies neither, until they are used", async () => {
    const urls = await loadedBy("@effect-datadog/slo-report-node")
    assert.deepStrictEqual(urls.filter((url) => /undici|platform-node|^node:(?:http|zlib|stream)/.test(url)), [])
  })

  it("needs modules of Effect, not barrels", () => {
    const modules = effectModules()
    assert.includeMembers([...modules], ["effect/Effect", "effect/http/HttpClient"])
    assert.deepStrictEqual(modules.filter((name) => !/\/[A-Z]\w+$/.test(name)), [])
  })

  async function install(name: string): Promise<void> {
    const manifest = JSON.parse(read(`packages/${name}/package.json`))
    const home = Path.join(folder, "node_modules", manifest.name)
    await bundle(name, Path.join(home, "dist"))
    write(home, { "package.json": JSON.stringify({ ...manifest, exports: manifest.publishConfig.exports }) })
  }

  async function millisecondsOf(script: string): Promise<number> {
    const { code, errors, output } = await node(folder, script)
    assert.strictEqual(code, 0, errors)
    return Number(output)
  }
})

describe("importing @effect-datadog/slo-report", () => {
  const isHttp = (url: string) => /\/effect\/(?:dist|src)\/(?:http|unstable)\b/.test(url)
  const isBuiltin = (url: string) => url.startsWith("node:")

  it("loads no module of Node's, and no HTTP but what Effect's Schema loads", async () => {
    const urls = await loadedBy("@effect-datadog/slo-report")
    const ofSchema = await loadedBy("effect/Schema")
    assert.isTrue(urls.some((url) => url.endsWith("/packages/core/src/DatadogError.ts")))
    assert.deepStrictEqual(urls.filter((url) => isBuiltin(url) || (isHttp(url) && !ofSchema.includes(url))), [])
  })

  it("would be seen to load them, as the client does", async () => {
    const urls = await loadedBy("@effect-datadog/slo-report-node")
    assert.isTrue(urls.some((url) => url.endsWith("/http/HttpClient.js") && isHttp(url)))
    assert.isTrue(urls.some(isBuiltin))
  })
})

/** What Effect's modules the client's modules import when they are loaded, the core modules they reach included. */
function effectModules(): ReadonlyArray<string> {
  const reached = new Set<string>()
  const found = new Set<string>()
  const reach = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    for (const [, name = ""] of read(path).matchAll(/^(?:import|export) (?!type )[\w*{},\s]*"([^"]+)"$/gm)) {
      if (name.startsWith(".")) reach(Path.posix.join(Path.posix.dirname(path), name))
      else if (name.startsWith(scope)) reach(`packages/core/src/${name.split("/")[2]}.ts`)
      else if (!name.startsWith("node:")) found.add(name)
    }
  }
  reach("packages/node/src/index.ts")
  return [...found].sort()
}

function importing(names: ReadonlyArray<string>): string {
  const imports = names.map((name) => `await import(${JSON.stringify(name)})\n`).join("")
  // Time on the processor: other tests run beside this one.
  return `const start = process.cpuUsage()\n${imports}const { system, user } = process.cpuUsage(start)\nconsole.log((system + user) / 1000)\n`
}

/** The URLs of all modules that a fresh process resolves to import a package. */
async function loadedBy(name: string): Promise<ReadonlyArray<string>> {
  const script = `
    import { registerHooks } from "node:module"
    const urls = []
    const resolve = (specifier, context, next) => {
      const resolved = next(specifier, context)
      urls.push(resolved.url)
      return resolved
    }
    registerHooks({ resolve })
    await import(${JSON.stringify(name)})
    console.log(JSON.stringify(urls))`
  const { code, errors, output } = await node(
    Path.join(root, "packages/checks"),
    "--input-type=module",
    "--eval",
    script
  )
  assert.strictEqual(code, 0, errors)
  return JSON.parse(output)
}
