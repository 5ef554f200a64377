/** What a package takes on the disk, with all that it depends on. */
import * as Fs from "node:fs"
import * as Path from "node:path"

export interface Installed {
  readonly packages: number
  readonly files: number
  readonly bytes: number
}

/** As `du` counts them: whole blocks. Each package counts once; optional peers that are absent count nothing. */
export const measure = (folders: ReadonlyArray<string>): Installed => {
  const seen = new Set<string>()
  let files = 0
  let bytes = 0
  const visit = (folder: string): void => {
    const real = Fs.realpathSync(folder)
    if (seen.has(real)) return
    seen.add(real)
    const { dependencies, peerDependencies } = JSON.parse(Fs.readFileSync(Path.join(real, "package.json"), "utf8"))
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const found = find(real, name)
      if (found !== undefined) visit(found)
    }
    for (const path of published(real)) {
      const { blocks } = Fs.lstatSync(path)
      files += 1
      bytes += blocks * 512
    }
  }
  for (const folder of folders) visit(folder)
  return { packages: seen.size, files, bytes }
}

// As Node looks for it.
const find = (from: string, name: string): string | undefined => {
  for (let folder = from;; folder = Path.dirname(folder)) {
    const candidate = Path.join(folder, "node_modules", name)
    if (Fs.existsSync(Path.join(candidate, "package.json"))) return candidate
    if (folder === Path.dirname(folder)) return undefined
  }
}

// Of a package of the workspace: what its manifest says is published, its sources for lack of a build.
const published = (folder: string): ReadonlyArray<string> => {
  const isWorkspace = !folder.includes(`${Path.sep}node_modules${Path.sep}`)
  return Fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => Path.join(entry.parentPath, entry.name))
    .filter((path) => {
      const within = Path.relative(folder, path)
      return !within.startsWith("node_modules") && (!isWorkspace || /^(src|dist)\b|^package\.json$/.test(within))
    })
}
