/**
 * Standard output: data alone. Where nobody reads it to its end, a command still does the rest, and ends as it would.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { PlatformError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"

/** @internal */
export const write = <E, R>(
  bytes: Stream.Stream<string | Uint8Array, E, R>
): Effect.Effect<void, E | PlatformError, R | Stdio.Stdio> =>
  Stdio.Stdio.use((stdio) => Stream.run(bytes, stdio.stdout({ endOnDone: false }))).pipe(
    Effect.catchIf(isUnread, () => Effect.void)
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// The reader of a pipe has left, or the terminal.
const isUnread = (error: unknown): boolean => {
  if (!(error instanceof PlatformError) || error.reason.module !== "Stdio") return false
  const { cause } = error.reason
  return Predicate.hasProperty(cause, "code") && unread.some((code) => code === cause.code)
}

const unread = ["EPIPE", "EIO", "ERR_STREAM_DESTROYED"]
