/** The packages' own code, minified and compressed. */
import { build } from "esbuild"
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import type { Section } from "./report.ts"

const packages = Path.join(import.meta.dirname, "../..")
const targets = { core: 5, node: 9 }

export const section = async (): Promise<Section> => {
  const sizes: Array<readonly [name: string, minified: number, compressed: number]> = []
  for (const name of ["core", "node"]) {
    const { outputFiles } = await build({
      entryPoints: [Path.join(packages, name, "src/index.ts")],
      bundle: true,
      external: ["effect", "effect/*", "@effect/*", "@effect-datadog/*"],
      format: "esm",
      platform: "node",
      target: "node22",
      minify: true,
      write: false
    })
    const code = outputFiles[0]?.contents ?? new Uint8Array()
    sizes.push([name, code.length, gzipSync(code, { level: 9 }).length])
  }
  return {
    title: "Own code",
    table: {
      columns: ["package", "minified", "gzip"],
      rows: sizes.map(([name, minified, compressed]) => [name, `${minified} B`, `${compressed} B`])
    },
    notes: [
      "All modules of the package, bundled by esbuild; Effect, @effect/platform-node and the other package left outside."
    ],
    figures: sizes.map(([name, , compressed]) => ({
      name: `own code, gzip: ${name}`,
      value: compressed / 1000,
      unit: "kB",
      atMost: name === "core" ? targets.core : targets.node
    }))
  }
}
