/**
 * A file that is gone when its scope closes, unless it is kept.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
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
 * @internal
 */
export const makeBeside = Effect.fnUntraced(function*(
  target: string
): Effect.fn.Return<TemporaryFile, PlatformError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const opened = yield* Scope.fork(yield* Effect.scope)
  let isKept = false
  const open = Effect.flatMap(
    pathBeside(target),
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

// 255 bytes are the usual limit of a name, 143 that of an encrypted one.
const longName = 30

const pathBeside = (target: string): Effect.Effect<string> =>
  Effect.map(suffix, (suffix) => {
    const name = Array.from(Path.basename(target))
    // A long name gives a character for each of the ending, and so is no longer by any measure.
    const stem = name.length > longName ? name.slice(0, -suffix.length) : name
    return Path.join(Path.dirname(target), `${stem.join("")}${suffix}`)
  })

const suffix = Effect.map(
  Effect.all([Random.nextIntBetween(0, 2 ** 32), Random.nextIntBetween(0, 2 ** 32)]),
  (numbers) => `.${numbers.map((number) => number.toString(36).padStart(7, "0")).join("")}.tmp`
)
