/**
 * Makes the package that is published: everything in one folder, so that it needs nothing beside it.
 *
 * What only some commands need, such as undici, is in files of its own, which are read when they are needed.
 */
import { build } from "esbuild"
import * as Path from "node:path"

const root = Path.join(import.meta.dirname, "..")

const licenses =
  "/*! Holds effect and @effect/platform-node, MIT License, Copyright (c) 2023 Effectful Technologies Inc; " +
  "and undici, MIT License, Copyright (c) Matteo Collina and Undici contributors. */"

/** Makes it in a folder, and gives the size of each file. */
export const bundle = async (folder: string): Promise<Readonly<Record<string, number>>> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { bin: "src/bin.ts" },
    outdir: folder,
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    // Older than what it runs on: an old Node must be able to read what tells it that it is too old.
    target: "node18",
    minify: true,
    legalComments: "none",
    // undici asks for Node's modules by `require`, which a module has not.
    banner: {
      js: `${licenses}
import{createRequire as datadogSloRequire}from"node:module";` +
        "const require=datadogSloRequire(import.meta.url);"
    },
    metafile: true,
    logLevel: "warning"
  })
  return Object.fromEntries(Object.entries(metafile.outputs).map(([path, { bytes }]) => [path, bytes]))
}
