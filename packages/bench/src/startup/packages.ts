/** The packages as they are published, built to JavaScript in a folder from which a process can import them. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { bundle } from "../../../../scripts/build.ts"

const packages = Path.join(import.meta.dirname, "../../..")
const scope = "@effect-datadog/"

export interface Built extends Disposable {
  readonly folder: string
}

export const build = async (scripts: Readonly<Record<string, string>>): Promise<Built> => {
  const parent = Path.join(packages, "bench/tmp")
  Fs.mkdirSync(parent, { recursive: true })
  const folder = Fs.mkdtempSync(Path.join(parent, "built-"))
  await install(folder, "core")
  await install(folder, "node")
  for (const [name, text] of Object.entries(scripts)) write(Path.join(folder, name), text)
  return { folder, [Symbol.dispose]: () => Fs.rmSync(folder, { recursive: true, force: true }) }
}

const install = async (folder: string, name: string): Promise<void> => {
  const manifest = JSON.parse(Fs.readFileSync(Path.join(packages, name, "package.json"), "utf8"))
  const target = Path.join(folder, "node_modules", manifest.name)
  write(Path.join(target, "package.json"), JSON.stringify({ ...manifest, exports: manifest.publishConfig.exports }))
  await bundle(name, Path.join(target, "dist"))
}

const write = (file: string, text: string): void => {
  Fs.mkdirSync(Path.dirname(file), { recursive: true })
  Fs.writeFileSync(file, text)
}

/** The modules of Effect that the client's modules import when they are loaded, core's included. */
export const effectModules = (): ReadonlyArray<string> => {
  const reached = new Set<string>()
  const found = new Set<string>()
  const reach = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    const text = Fs.readFileSync(Path.join(packages, path), "utf8")
    for (const [, name = ""] of text.matchAll(/^(?:import|export) (?!type )[\w*{},\s]*"([^"]+)"$/gm)) {
      if (name.startsWith(".")) reach(Path.join(Path.dirname(path), name))
      else if (name.startsWith(scope)) reach(`core/src/${name.split("/")[2]}.ts`)
      else if (!name.startsWith("node:")) found.add(name)
    }
  }
  reach("node/src/index.ts")
  return [...found].toSorted()
}
