/**
 * A file that takes its target's place all at once, or leaves it as it was.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Path from "node:path"
import * as FileError from "./internal/file/fileError.ts"
import { idOf, inherit } from "./internal/file/inherit.ts"
import { overwrite } from "./internal/file/overwrite.ts"
import * as TargetFile from "./internal/file/targetFile.ts"
import * as TemporaryFile from "./internal/file/temporaryFile.ts"

/**
 * A file that is being written, beside the target that it will replace.
 *
 * **Details**
 *
 * - `write`: adds bytes
 * - `commit`: puts what was written in the target's place; nothing can be written after it
 *
 * @category models
 * @since 0.1.0
 */
export interface AtomicFile {
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, PlatformError>
  readonly commit: Effect.Effect<void, PlatformError>
}

/**
 * Opens a temporary file beside the target, and fails for a target that can't be replaced, as far as that can be known.
 *
 * **Details**
 *
 * A target that can't be renamed onto is overwritten; one that can't be overwritten either leaves the temporary file,
 * which the error names. What is not committed when the scope closes is gone, and the target is as it was.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  path: string
): Effect.Effect<AtomicFile, PlatformError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.mapError(open(path), FileError.at(path))

/**
 * The same, of an owner: what it has left beside this target, in a process that was killed, is removed.
 *
 * **Details**
 *
 * Who of that owner still writes the target fails at its end.
 *
 * @param owner a name of who writes such files
 * @category constructors
 * @since 0.1.0
 */
export const makeOwned = (
  path: string,
  owner: string
): Effect.Effect<AtomicFile, PlatformError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.mapError(
    open(path, (target) => {
      const mark = TemporaryFile.markOf(owner, target)
      return Effect.as(TemporaryFile.removeLeft(target, mark), mark)
    }),
    FileError.at(path)
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const open = Effect.fnUntraced(
  function*(
    path: string,
    claim?: (target: string) => Effect.Effect<string, never, FileSystem.FileSystem>
  ): Effect.fn.Return<AtomicFile, PlatformError, FileSystem.FileSystem | Scope.Scope> {
    const fs = yield* FileSystem.FileSystem
    const target = yield* TargetFile.find(path)
    const mark = claim === undefined ? undefined : yield* claim(target.path)
    const temporary = yield* Effect.mapError(
      TemporaryFile.makeBeside(target.path, mark),
      FileError.at(path, "a temporary file is written beside it")
    )
    if (target.existing !== undefined) {
      const own = yield* fs.stat(temporary.path)
      yield* assertReplaceable(target.path, target.existing, own)
      yield* inherit(temporary.path, own, target.existing)
    }

    const put = Effect.gen(function*() {
      const existing = yield* TargetFile.infoOf(fs.lstat(target.path))
      yield* TargetFile.assertFile(existing?.type)
      yield* Effect.catch(fs.rename(temporary.path, target.path), () => overwrite(temporary.path, target.path))
    })
    const keep = Effect.fnUntraced(function*(error: PlatformError) {
      if (!(yield* Effect.orElseSucceed(fs.exists(temporary.path), () => false))) return yield* Effect.fail(error)
      yield* temporary.keep
      return yield* Effect.fail(FileError.at(path, `the whole file is kept as ${temporary.path}`)(error))
    })
    return {
      write: (bytes) => Effect.mapError(temporary.write(bytes), FileError.at(path)),
      commit: Effect.andThen(Effect.mapError(temporary.close, FileError.at(path)), Effect.catch(put, keep)).pipe(
        Effect.provideService(FileSystem.FileSystem, fs),
        Effect.uninterruptible
      )
    }
  }
)

const assertReplaceable = Effect.fnUntraced(
  function*(target: string, existing: FileSystem.File.Info, own: FileSystem.File.Info) {
    const fs = yield* FileSystem.FileSystem
    const opened = yield* Effect.result(Effect.scoped(fs.open(target, { flag: "r+" })))
    if (Result.isSuccess(opened)) return
    const { failure } = opened
    // Without permission to write a file can be renamed onto, unless its folder is sticky and both are another's.
    const isReadOnly = failure.reason._tag === "PermissionDenied" && FileError.codeOf(failure) !== "EPERM"
    const folder = yield* fs.stat(Path.dirname(target))
    const owners = [idOf(folder.uid), idOf(existing.uid)]
    const mayRename = (folder.mode & 0o1000) === 0 || owners.includes(idOf(own.uid))
    if (!isReadOnly || !mayRename) return yield* Effect.fail(failure)
  }
)
