/**
 * The owner, the group and the permissions of a file, given to the one that takes its place.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"

/**
 * Gives a file the group, permissions and owner of another, as far as the process may.
 *
 * **Details**
 *
 * Where the group can't be given, the file's own group may do no more than everybody could.
 *
 * @internal
 */
export const inherit = Effect.fnUntraced(
  function*(path: string, own: FileSystem.File.Info, from: FileSystem.File.Info) {
    const fs = yield* FileSystem.FileSystem
    const [uid, gid] = [idOf(from.uid), idOf(from.gid)]
    const [ownUid, ownGid] = [idOf(own.uid), idOf(own.gid)]
    const hasGroup = gid === ownGid || (yield* Effect.isSuccess(fs.chown(path, ownUid, gid)))
    const everybody = from.mode & 0o007
    const mode = hasGroup ? from.mode & 0o777 : from.mode & (0o700 | everybody << 3 | everybody)
    if (mode !== (own.mode & 0o777)) yield* fs.chmod(path, mode)
    // Last, since permissions are the owner's to change.
    if (uid !== ownUid) yield* Effect.ignore(fs.chown(path, uid, gid))
  }
)

/**
 * A user's or group's number; 0 on systems without.
 *
 * @internal
 */
export const idOf: (id: Option.Option<number>) => number = Option.getOrElse(() => 0)
