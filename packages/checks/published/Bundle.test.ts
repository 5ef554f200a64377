import { assert, beforeAll, describe, it } from "@effect/vitest"
import { build, type BuildOptions } from "esbuild"
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import { root, write } from "../test/utils/workspace.ts"
import { modulesOf, outside, packages } from "./utils/packages.ts"

interface Ceiling {
  readonly what: string
  readonly folder: string
  readonly modules?: ReadonlyArray<string>
  readonly bytes: number
}

/**
 * Minified and gzipped bytes of a package's own code, without what it imports. A ceiling is raised in the commit that
 * needs it, with the reason here.
 */
const ceilings: ReadonlyArray<Ceiling> = [
  // 5.5 kB: what every client takes. The nine errors' messages, each with a next step that helps, are half of it.
  {
    what: "core, what a status takes",
    folder: "core",
    modules: ["ApiErrorBody", "DatadogError", "DatadogResponse", "DatadogSite", "RateLimit", "SloReport"],
    bytes: 6300
  },
  // 16.4 kB: the request takes 1.4 kB, the rows and the table of a report 4.2 kB, SLOs, their histories and the table
  // made of these 3.9 kB, the verdict 1.5 kB. Who names none gets none.
  { what: "core, all of it", folder: "core", bytes: 18_800 },
  // 5.1 kB: nine tenths of a kilobyte for the first format, half of one for each more.
  {
    what: "render, all but the page",
    folder: "render",
    modules: ["Csv", "GitHubAnnotations", "JUnit", "Json", "Jsonl", "Markdown", "SlackBlocks", "Text"],
    bytes: 5900
  },
  // 18.6 kB: the page takes 13.5 kB, of which its style and its script are 6 kB. Who names another format gets none.
  { what: "render", folder: "render", bytes: 21_400 },
  // 25.6 kB: the status and the wait with their limits take 9 kB, creating, downloading and exporting 5 kB, a table from
  // histories 4 kB, a file that takes its target's place 2.2 kB, what a transport and an environment may say wrongly
  // 4.5 kB.
  { what: "node", folder: "node", bytes: 29_400 },
  // 12.1 kB: the operations and an export's steps take half, the stores a third, its errors and what is told of it the
  // rest. Nothing of it is in the other packages.
  { what: "durable", folder: "durable", bytes: 13_900 }
]

const own: BuildOptions = { external: ["effect", "@effect/*", "@effect-datadog/*", "node:*"] }

const folder = outside()

beforeAll(() => {
  for (const { files, manifest } of packages) write(Path.join(folder, "node_modules", manifest.name), files)
})

describe("the bundle", () => {
  it.each(ceilings)("of $what is at most $bytes bytes", async ({ bytes, folder, modules }) => {
    const { text } = await bundle(folder, { ...own, platform: "node" }, modules)
    const size = gzipSync(text).byteLength
    assert.isAtMost(size, bytes)
    assert.isAbove(size, bytes / 2, "it is what was meant, or the ceiling is no longer near")
  })

  it("of core with Effect runs in a browser: no module of Node, no HTTP client", async () => {
    const { imports, inputs, text } = await bundle("core", { platform: "browser" })
    assert.deepStrictEqual(imports, [])
    // Effect asks for it where there is one.
    const code = text.replaceAll(`globalThis.process?.getBuiltinModule?.("node:async_hooks")`, "")
    assert.notMatch(code, /\bnode:|\brequire\(|HttpClient/)
    assert.deepStrictEqual(inputs.filter((path) => /\/effect\/dist\/(?:http|unstable)\//.test(path)), [])
    assert.isTrue(inputs.some((path) => path.endsWith("/effect/dist/Schema.js")))
  })

  it("of node with Effect has both, so they would be seen", async () => {
    const { imports, inputs, text } = await bundle("node", { platform: "node", external: ["undici"] })
    assert.isTrue(imports.some((path) => path.startsWith("node:")))
    assert.match(text, /HttpClient/)
    assert.isTrue(inputs.some((path) => path.endsWith("/effect/dist/http/HttpClient.js")))
  })
})

/** What modules of a package export, by default all; the files that something was taken from, and what is imported. */
async function bundle(name: string, options: BuildOptions, modules?: ReadonlyArray<string>) {
  const one = packages.find((one) => one.folder === name)!
  const dist = `./node_modules/${one.manifest.name}/dist`
  const exports = (modules ?? modulesOf(one)).map((module) => `export * as ${module} from "${dist}/${module}.js"\n`)
  const { metafile, outputFiles } = await build({
    ...options,
    absWorkingDir: folder,
    stdin: { contents: exports.join(""), resolveDir: folder },
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: "esm",
    target: "es2023",
    nodePaths: [Path.join(root, "node_modules")]
  })
  const output = Object.values(metafile.outputs)[0]!
  const inputs = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  return {
    imports: output.imports.map(({ path }) => path),
    inputs: inputs.map(([path]) => path),
    text: outputFiles[0]!.text
  }
}
