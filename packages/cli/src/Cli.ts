/**
 * Runs a command, and tells what came of it.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { type CommandError, messageOf } from "./CommandError.ts"
import type { Runnable } from "./Commands.ts"
import * as Convert from "./Convert.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Export from "./Export.ts"
import type { Given } from "./Flag.ts"
import * as Gate from "./Gate.ts"
import type { Handler } from "./Handler.ts"
import * as Report from "./Report.ts"
import * as Session from "./Session.ts"
import { version } from "./version.ts"

/**
 * Runs a command, and gives its exit code; what is wrong is told on standard error.
 *
 * @internal
 */
export const run = Effect.fnUntraced(function*(name: Runnable, given: Given) {
  const stdio = yield* Stdio.Stdio
  const say = (text: string) => Effect.ignore(Stream.run(Stream.make(`${text}\n`), stdio.stderr({ endOnDone: false })))
  const explain = (error: CommandError): Effect.Effect<number> => {
    const hint = error._tag === "UsageError" && error.hint !== undefined ? ` ${error.hint}` : ""
    return Effect.as(say(`error: ${messageOf(error)}${hint}`), ExitCode.ofError(error))
  }
  return yield* handlers[name](given).pipe(
    Effect.provide(Session.layer(given)),
    Effect.scoped,
    Effect.catch(explain),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.as(say(`error: this is a bug of datadog-slo ${version}.\n${Cause.pretty(cause)}`), ExitCode.defect)
    )
  )
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const kept = (step: "list" | "retry" | "cancel" | "prune"): Handler => (given) =>
  Effect.flatMap(Effect.promise(() => import("./Exports.ts")), (steps) => steps[step](given))

const handlers: { readonly [K in Runnable]: Handler } = {
  export: Export.run,
  gate: Gate.run,
  convert: Convert.run,
  ...Report.steps,
  "exports list": kept("list"),
  "exports retry": kept("retry"),
  "exports cancel": kept("cancel"),
  "exports prune": kept("prune"),
  doctor: (given) => Effect.flatMap(Effect.promise(() => import("./Doctor.ts")), ({ run }) => run(given))
}
