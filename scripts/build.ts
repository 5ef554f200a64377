/**
 * The published packages' code: a file for each module that can be imported, and one or two for what these share.
 *
 * Node takes half a millisecond to find and read a file and what it imports: with one for each source, the client took
 * 50 ms more than Effect to import, and takes 18 so.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { build, type Plugin } from "rolldown"
import { published } from "./pack.ts"

const root = Path.join(import.meta.dirname, "..")

// A bundler leaves out what is exported from a file and not used, but no namespace that another bundler has made.
const barrel: Plugin = {
  name: "barrel",
  resolveId: (source, importer) =>
    importer?.endsWith("/src/index.ts") === true
      ? { id: source.replace(/\.ts$/, ".js"), external: true }
      : undefined
}

// A bundler keeps the classes of each file that it reads, and what the file imports when it is called.
const status = /\/(?:ApiErrorBody|DatadogError|DatadogResponse|DatadogSite|RateLimit|SloReport)\.ts$/
const others = /(?<!\/NodeSloReportClient|Verdict|VerdictRule)\.ts$/

/** Builds a package, named by its folder below `packages`. */
export const bundle = async (folder: string, destination: string): Promise<void> => {
  const cwd = Path.join(root, "packages", folder)
  const modules = Fs.globSync("src/*.ts", { cwd }).map((path) => Path.parse(path).name)
  await build({
    cwd,
    input: Object.fromEntries(modules.map((name) => [name, `./src/${name}.ts`])),
    external: /^[^./]/,
    platform: "node",
    plugins: [barrel],
    tsconfig: false,
    output: {
      dir: destination,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "internal/[name]-[hash].js",
      codeSplitting: { groups: [{ name: "status", test: status }, { name: "shared", test: others, minShareCount: 2 }] },
      comments: false,
      minify: { mangle: false, compress: true, codegen: true }
    }
  })
}

if (process.argv[1] === import.meta.filename) {
  for (const folder of published) await bundle(folder, "dist")
}
