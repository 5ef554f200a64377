/** The packages as they are published, built to JavaScript in a folder from which a process can import them. */
import * as Fs from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import * as Path from "node:path"

const packages = Path.join(import.meta.dirname, "../../..")
const scope = "@effect-datadog/"

export interface Built extends Disposable {
  readonly folder: string
}

export const build = (scripts: Readonly<Record<string, string>>): Built => {
  const parent = Path.join(packages, "bench/tmp")
  Fs.mkdirSync(parent, { recursive: true })
  const folder = Fs.mkdtempSync(Path.join(parent, "built-"))
  install(folder, "core")
  install(folder, "node")
  for (const [name, text] of Object.entries(scripts)) write(Path.join(folder, name), text)
  return { folder, [Symbol.dispose]: () => Fs.rmSync(folder, { recursive: true, force: true }) }
}

const install = (folder: string, name: string): void => {
  const manifest = JSON.parse(Fs.readFileSync(Path.join(packages, name, "package.json"), "utf8"))
  const target = Path.join(folder, "node_modules", manifest.name)
  write(Path.join(target, "package.json"), JSON.stringify({ ...manifest, exports: manifest.publishConfig.exports }))
  for (const path of sources(name)) {
    const text = stripTypeScriptTypes(Fs.readFileSync(Path.join(packages, name, "src", path), "utf8"))
    write(
      Path.join(target, "dist", path.replace(/\.ts$/, ".js")),
      text.replaceAll(/(["'])(\.[^"']*)\.ts\1/g, "$1$2.js$1")
    )
  }
}

const sources = (name: string): ReadonlyArray<string> =>
  Fs.globSync("**/*.ts", { cwd: Path.join(packages, name, "src") })

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
