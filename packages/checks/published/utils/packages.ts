import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { pack, type Packed } from "../../../../scripts/pack.ts"
import { remove } from "../../test/utils/workspace.ts"

/** A new folder outside of the workspace, so that nothing is found in the workspace's node_modules. */
export const outside = (): string => {
  const folder = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "published-")))
  afterAll(() => remove(folder))
  return folder
}

const all: ReadonlyArray<Packed> = pack(outside())

/** The libraries as they would be published. */
export const packages: ReadonlyArray<Packed> = all.filter(({ folder }) => folder !== "cli")

/** The command as it would be published. */
export const command: Packed = all.find(({ folder }) => folder === "cli")!

/** The names of the modules that a package exports, without its index. */
export const modulesOf = ({ files }: Pick<Packed, "files">): ReadonlyArray<string> =>
  Object.keys(files).flatMap((path) => /^dist\/(\w+)\.js$/.exec(path)?.[1] ?? []).filter((name) => name !== "index")
    .sort()

/** What a consumer writes to import all of a package. */
export const specifiersOf = (one: Packed): ReadonlyArray<string> => [
  one.manifest.name,
  ...modulesOf(one).map((module) => `${one.manifest.name}/${module}`)
]
