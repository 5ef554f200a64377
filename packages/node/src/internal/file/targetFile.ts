/**
 * The file that a path names: one that is there, or one that can be made.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Path from "node:path"
import * as FileError from "./fileError.ts"

// As many as Linux follows in one path.
const maxLinks = 40

// Links to what a process has open, such as /dev/stdout: what is behind them may have another name, or none.
const descriptor = /^\/proc\/[^/]+\/(task\/[^/]+\/)?fd\//

const separator = Path.sep === "/" ? "/" : /[\\/]/

/** @internal */
export interface TargetFile {
  /** Absolute and without links. */
  readonly path: string
  readonly existing: FileSystem.File.Info | undefined
}

/**
 * Finds it by its path as it is now, and refuses what is no regular file.
 *
 * @internal
 */
export const find = Effect.fnUntraced(
  function*(path: string): Effect.fn.Return<TargetFile, PlatformError, FileSystem.FileSystem> {
    const fs = yield* FileSystem.FileSystem
    const existing = yield* infoOf(fs.stat(path))
    const isFolder = existing === undefined && ["", ".", ".."].includes(path.split(separator).at(-1) ?? "")
    yield* assertFile(isFolder ? "Directory" : existing?.type)
    return { path: yield* follow(path), existing }
  },
  (find, path) => Effect.mapError(find, FileError.at(path))
)

/** @internal */
export const infoOf = (
  stat: Effect.Effect<FileSystem.File.Info, PlatformError>
): Effect.Effect<FileSystem.File.Info | undefined, PlatformError> =>
  Effect.catchIf(stat, FileError.isMissing, () => Effect.undefined)

/**
 * Fails for the type of anything but a regular file or nothing.
 *
 * @internal
 */
export const assertFile = (type: FileSystem.File.Type | undefined): Effect.Effect<void, PlatformError> =>
  type === undefined || type === "File"
    ? Effect.void
    : Effect.fail(FileError.make(
      "BadResource",
      type === "Directory"
        ? "this is a folder: name a file in it"
        : `this is no regular file (${type}), which alone is replaced`
    ))

const follow = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const { root } = Path.parse(path)
  let reached = root === "" ? yield* fs.realPath(".") : root
  let names = namesOf(path)
  for (let links = 0; names.length > 0;) {
    const [name = "", ...rest] = names
    const next = Path.join(reached, name)
    const info = yield* rest.length === 0 ? infoOf(fs.lstat(next)) : fs.lstat(next)
    if (info?.type !== "SymbolicLink") {
      reached = next
      names = rest
      continue
    }
    links += 1
    if (links > maxLinks) return yield* Effect.fail(FileError.make("BadResource", "its links have no end"))
    if (descriptor.test(next)) yield* assertFile("Unknown")
    const link = yield* fs.readLink(next)
    if (Path.isAbsolute(link)) reached = Path.parse(link).root
    names = [...namesOf(link), ...rest]
  }
  return reached
})

const namesOf = (path: string): ReadonlyArray<string> =>
  path.slice(Path.parse(path).root.length).split(separator).filter((name) => name !== "" && name !== ".")
