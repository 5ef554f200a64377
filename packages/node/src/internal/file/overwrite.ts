/**
 * Writes the bytes of a file into another, which stays the same file: for a name that can't be renamed onto.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import * as FileError from "./fileError.ts"
import { sync } from "./sync.ts"

/**
 * Opens the target with the flag: `r+` for a file that is there, `wx` for one that isn't, and isn't after a failure.
 *
 * @internal
 */
export const overwrite = Effect.fnUntraced(
  function*(from: string, to: string, flag: "r+" | "wx") {
    const fs = yield* FileSystem.FileSystem
    const { size } = yield* fs.stat(from)
    const file = yield* fs.open(to, { flag })
    yield* Stream.runForEach(fs.stream(from), (bytes) => file.writeAll(bytes)).pipe(
      Effect.andThen(file.truncate(Number(size))),
      Effect.andThen(sync(file)),
      Effect.catch((error) =>
        flag === "r+"
          ? Effect.fail(FileError.at(to, "the target holds only a part of it")(error))
          : Effect.andThen(Effect.ignore(fs.remove(to)), Effect.fail(error))
      )
    )
  },
  Effect.scoped
)
