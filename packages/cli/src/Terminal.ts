/**
 * What a terminal is shown: colours and a line that is redrawn, where it can and is not told otherwise.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import type { UsageError } from "./CommandError.ts"
import type { Given } from "./Flag.ts"
import * as OutputFlags from "./OutputFlags.ts"
import * as Settings from "./Settings.ts"
import * as Variable from "./Variable.ts"

/**
 * Whether text on standard output has colours: as `--color` says, or on a terminal, unless `NO_COLOR` is set.
 *
 * @internal
 */
export const isColored = Effect.fnUntraced(function*(
  given: Given
): Effect.fn.Return<boolean, UsageError, Settings.Settings | Stdio.Stdio> {
  const color = (yield* Settings.valueOf(given, OutputFlags.color)) ?? "auto"
  if (color !== "auto") return color === "always"
  if ((yield* Variable.textOf("NO_COLOR")) !== undefined || (yield* isDumb)) return false
  return yield* (yield* Stdio.Stdio).stdoutIsTerminal
})

/**
 * A terminal that takes letters alone, such as an editor's.
 *
 * @internal
 */
export const isDumb: Effect.Effect<boolean> = Effect.map(Variable.textOf("TERM"), (term) => term === "dumb")
