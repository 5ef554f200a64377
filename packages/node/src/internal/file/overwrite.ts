/**
 * Writes the bytes of a file into another, which stays the same file: for a name that can't be renamed onto.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as FileError from "./fileError.ts"
import { sync } from "./sync.ts"
import { infoOf } from "./targetFile.ts"

// Two that write into one file at once would leave a mixture.
const inTurn = Semaphore.makeUnsafe(1)

/**
 * Makes the target where it isn't there, and removes it again where it can't be written.
 *
 * @internal
 */
export const overwrite = Effect.fnUntraced(
  function*(from: string, to: string) {
    const fs = yield* FileSystem.FileSystem
    const { size } = yield* fs.stat(from)
    const isNew = (yield* infoOf(fs.lstat(to))) === undefined
    const file = yield* fs.open(to, { flag: isNew ? "wx" : "r+" })
    yield* Stream.runForEach(fs.stream(from), (bytes) => file.writeAll(bytes)).pipe(
      Effect.andThen(file.truncate(Number(size))),
      Effect.andThen(sync(file)),
      Effect.catch((error) =>
        isNew
          ? Effect.andThen(Effect.ignore(fs.remove(to)), Effect.fail(error))
          : Effect.fail(FileError.at(to, "the target holds only a part of it")(error))
      )
    )
  },
  Effect.scoped,
  inTurn.withPermits(1)
)
