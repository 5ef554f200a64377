/**
 * Forces what was written to the disk.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { File } from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import { codeOf } from "./fileError.ts"

// What file systems say that have no disk to force it to, such as some of a network.
const unsupported = ["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"]

/** @internal */
export const sync = (file: File): Effect.Effect<void, PlatformError> =>
  Effect.catchIf(file.sync, (error) => unsupported.includes(codeOf(error) ?? ""), () => Effect.void)
