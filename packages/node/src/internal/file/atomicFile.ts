/**
 * A file that takes its target's place all at once, or leaves it as it was.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import { type PlatformError, systemError } from "effect/PlatformError"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"

/** @internal */
export interface Replacement {
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, PlatformError>
  /** Puts what was written in the target's place; nothing can be written after it. */
  readonly commit: Effect.Effect<void, PlatformError>
}

/**
 * Opens a temporary file beside the target, which is gone when the scope closes.
 *
 * **Details**
 *
 * A link is followed, and the new file gets the permissions of the old one.
 *
 * @internal
 */
export const replace = Effect.fnUntraced(function*(
  path: string
): Effect.fn.Return<Replacement, PlatformError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const target = yield* Effect.orElseSucceed(fs.realPath(path), () => path)
  const mode = yield* Effect.matchEffect(fs.stat(target), {
    onFailure: () => Effect.undefined,
    onSuccess: ({ mode, type }) => type === "Directory" ? Effect.fail(isDirectory(path)) : Effect.succeed(mode & 0o777)
  })
  const temporary = `${target}.${yield* suffix}.tmp`
  const opened = yield* Scope.fork(yield* Effect.scope)
  const file = yield* Effect.acquireRelease(
    Scope.provide(fs.open(temporary, { flag: "wx" }), opened),
    () => Effect.ignore(fs.remove(temporary, { force: true }))
  )
  if (mode !== undefined) yield* fs.chmod(temporary, mode)
  return {
    // A write that goes on after its file is closed could meet another file under the same descriptor.
    write: (bytes) => Effect.uninterruptible(file.writeAll(bytes)),
    commit: Effect.uninterruptible(
      file.sync.pipe(
        Effect.andThen(Scope.close(opened, Exit.void)),
        Effect.andThen(fs.rename(temporary, target))
      )
    )
  }
})

const isDirectory = (path: string): PlatformError =>
  systemError({
    _tag: "BadResource",
    module: "FileSystem",
    method: "open",
    description: "the target is a folder",
    pathOrDescriptor: path
  })

const suffix = Effect.map(
  Effect.all([Random.nextIntBetween(0, 2 ** 32), Random.nextIntBetween(0, 2 ** 32)]),
  (numbers) => numbers.map((number) => number.toString(36).padStart(7, "0")).join("")
)
