/**
 * The published packages as tarballs, exactly as `pnpm publish` would send them.
 */
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { gunzipSync } from "node:zlib"

const root = Path.join(import.meta.dirname, "..")

/** In the order in which they build on each other. */
export const published = ["core", "node", "testing", "render", "durable"] as const

/** What is no library: a command, in a bundle of its own. */
export const commands = ["cli"] as const

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Packed {
  /** The folder below `packages`. */
  readonly folder: string
  /** Of the tarball; its bytes are `size`. */
  readonly path: string
  readonly size: number
  readonly unpackedSize: number
  /** By path. */
  readonly files: Readonly<Record<string, string>>
  readonly manifest: Manifest
}

/** Packs what was built into a folder. */
export const pack = (destination: string): ReadonlyArray<Packed> =>
  [...published, ...commands].map((folder) => {
    const cwd = Path.join(root, "packages", folder)
    if (!["index", "bin"].some((name) => Fs.existsSync(Path.join(cwd, `dist/${name}.js`)))) {
      throw new Error(`packages/${folder} is not built: run pnpm build first`)
    }
    const output = execFileSync("pnpm", ["pack", "--json", "--pack-destination", destination], { cwd })
    const path = Path.resolve(destination, JSON.parse(output.toString()).filename)
    const { size } = Fs.statSync(path)
    const files = Object.fromEntries(entriesOf(gunzipSync(Fs.readFileSync(path))))
    const unpackedSize = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    return { folder, path, size, unpackedSize, files, manifest: JSON.parse(files["package.json"]!) }
  })

// Blocks of 512 bytes: a header with the name at 0, the size in octal at 124 and the type at 156, then the content.
function* entriesOf(tar: Buffer): Generator<readonly [path: string, text: string]> {
  const block = 512
  for (let at = 0; tar[at] !== 0 && at < tar.length;) {
    const text = (from: number, to: number) => tar.toString("utf8", at + from, at + to).replace(/[\0 ].*$/, "")
    const size = Number.parseInt(text(124, 136), 8)
    const isFile = text(156, 157) === "0" || text(156, 157) === ""
    const start = at + block
    if (isFile) yield [text(0, 100).replace(/^package\//, ""), tar.toString("utf8", start, start + size)]
    at = start + Math.ceil(size / block) * block
  }
}
