/**
 * The end of a command that did what it was asked for, and whose exit code is not 0.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** @internal */
export class Ended extends Data.TaggedError("Ended")<{ readonly code: number }> {}

/** @internal */
export const end = (code: number): Effect.Effect<void, Ended> =>
  code === 0 ? Effect.void : Effect.fail(new Ended({ code }))
