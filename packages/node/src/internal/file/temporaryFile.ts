/**
 * A file that is gone when its scope closes, unless it is kept.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Hash from "effect/Hash"
import type { PlatformError } from "effect/PlatformError"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Path from "node:path"
import { sync } from "./sync.ts"

/** @internal */
export interface TemporaryFile {
  readonly path: string
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, PlatformError>
  /** Forces what was written to the disk; nothing can be written after it. */
  readonly close: Effect.Effect<void, PlatformError>
  readonly keep: Effect.Effect<void>
}

/**
 * Makes one beside the target, with its name, so that a name that the file system refuses is refused now.
 *
 * @param mark what its name has in place of chance, of 7 characters
 * @internal
 */
export const makeBeside = Effect.fnUntraced(function*(
  target: string,
  mark?: string
): Effect.fn.Return<TemporaryFile, PlatformError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const opened = yield* Scope.fork(yield* Effect.scope)
  let isKept = false
  const open = Effect.flatMap(
    pathBeside(target, mark),
    (path) => Effect.map(Scope.provide(fs.open(path, { flag: "wx" }), opened), (file) => ({ file, path }))
  )
  const { file, path } = yield* Effect.acquireRelease(
    Effect.retry(open, { times: 9, while: ({ reason }) => reason._tag === "AlreadyExists" }),
    ({ path }) => Effect.suspend(() => isKept ? Effect.void : Effect.ignore(fs.remove(path, { force: true })))
  )
  return {
    path,
    // A write that goes on after its file is closed could meet another file under the same descriptor.
    write: (bytes) => Effect.uninterruptible(file.writeAll(bytes)),
    close: Effect.andThen(sync(file), Scope.close(opened, Exit.void)),
    keep: Effect.sync(() => {
      isKept = true
    })
  }
})

/**
 * Removes those with this mark, as far as it can.
 *
 * @internal
 */
export const removeLeft = (target: string, mark: string): Effect.Effect<void, never, FileSystem.FileSystem> =>
  Effect.ignore(Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = Path.dirname(target)
    const start = `${stemOf(target)}.${mark}`
    const left = (yield* fs.readDirectory(folder)).filter((name) =>
      name.startsWith(start) && name.endsWith(ending) && name.length === start.length + digits + ending.length
    )
    yield* Effect.forEach(left, (name) => fs.remove(Path.join(folder, name), { force: true }), { discard: true })
  }))

/**
 * The mark of an owner's files beside a target.
 *
 * @internal
 */
export const markOf = (owner: string, target: string): string =>
  textOf(Hash.string(`${owner}/${Path.basename(target)}`) >>> 0)

// 255 bytes are the usual limit of a name, 143 that of an encrypted one.
const longName = 30

const digits = 7

const ending = ".tmp"

// A long name gives a character for each of what follows, and so is no longer by any measure.
const stemOf = (target: string): string => {
  const name = Array.from(Path.basename(target))
  return (name.length > longName ? name.slice(0, -(1 + 2 * digits + ending.length)) : name).join("")
}

const pathBeside = (target: string, mark: string | undefined): Effect.Effect<string> =>
  Effect.map(
    Effect.all([Random.nextIntBetween(0, 2 ** 32), Random.nextIntBetween(0, 2 ** 32)]),
    ([first, second]) =>
      Path.join(Path.dirname(target), `${stemOf(target)}.${mark ?? textOf(first)}${textOf(second)}${ending}`)
  )

const textOf = (number: number): string => number.toString(36).padStart(digits, "0")
