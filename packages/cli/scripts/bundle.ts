/**
 * Makes the package that is published: everything in one folder, so that it needs nothing beside it.
 *
 * What every command needs is one file, since Node takes half a millisecond to find and read each; what only some need,
 * such as undici or the engine of `--state`, is in files of its own, which are read when they are needed. A command over
 * a file has a bundle of its own, with half as much of Effect, since a bundler takes of a module what anybody needs. They
 * are CommonJS: an ES module that imports one of Node's has all of its parts loaded, also those that nobody uses.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { build, type CodeSplittingGroup, type Plugin } from "rolldown"

const root = Path.join(import.meta.dirname, "..")

const licenses =
  "/*! Holds effect, @effect/platform-node and @effect/sql-pg, MIT License, Copyright (c) 2023 Effectful Technologies Inc; " +
  "and undici, MIT License, Copyright (c) Matteo Collina and Undici contributors. */"

// Effect's file system takes the names of temporary files from it, which few commands have, and it takes 5 ms to load.
const cryptoWhenUsed: Plugin = {
  name: "crypto-when-used",
  resolveId: (source, importer) =>
    source === "node:crypto" && importer?.endsWith("/NodeFileSystem.js") === true ? "crypto-when-used" : undefined,
  load: (id) =>
    id === "crypto-when-used"
      ? "export const randomBytes = (size) => process.getBuiltinModule(\"node:crypto\").randomBytes(size)"
      : undefined
}

// What a command over a file loads when it needs it; the rest asks Datadog.
const loadedOffline = ["./Page.ts", "./Policy.ts", "@effect-datadog/slo-report-node/AtomicFile"]

const offlineApart: Plugin = {
  name: "offline-apart",
  resolveId: (source) => source === "./offline.ts" ? { id: "./offline.js", external: true } : undefined
}

const offlineAlone: Plugin = {
  name: "offline-alone",
  resolveId: (source, _, { kind }) =>
    kind === "dynamic-import" && !loadedOffline.includes(source) ? "not-offline" : undefined,
  load: (id) => id === "not-offline" ? "throw new Error(\"a command over a file asks nobody\")" : undefined
}

/** Makes it in a folder, and gives the size of each file. */
export const bundle = async (folder: string): Promise<Readonly<Record<string, number>>> => {
  const online = await buildOne(folder, "bin", [offlineApart], [
    // Each with what it imports, but for what those before it have.
    { name: "version", test: /\/src\/version\.ts$/, priority: 3 },
    { name: "main", test: /\/src\/main\.ts$/, priority: 2 },
    { name: "process", test: /\/src\/process\.ts$/, priority: 1 }
  ])
  const offline = await buildOne(folder, "offline", [offlineAlone], [
    { name: "offline", test: /\/src\/process\.ts$/ }
  ])
  Fs.writeFileSync(Path.resolve(root, folder, "package.json"), "{ \"type\": \"commonjs\" }\n")
  return { ...online, ...offline }
}

const buildOne = async (
  folder: string,
  entry: string,
  plugins: ReadonlyArray<Plugin>,
  groups: Array<CodeSplittingGroup>
): Promise<Readonly<Record<string, number>>> => {
  const { output } = await build({
    cwd: root,
    input: { [entry]: `src/${entry}.ts` },
    platform: "node",
    tsconfig: false,
    // Older than what it runs on: an old Node must be able to read what tells it that it is too old.
    transform: { target: "node18", define: { "import.meta": "{}" } },
    plugins: [cryptoWhenUsed, ...plugins],
    output: {
      dir: folder,
      format: "cjs",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      codeSplitting: { groups },
      postBanner: licenses,
      comments: false,
      minify: true
    }
  })
  return Object.fromEntries(
    output.map((file) => [file.fileName, Buffer.byteLength(file.type === "chunk" ? file.code : file.source)])
  )
}
