/**
 * `datadog-slo export`: creates a report, waits for it, and writes its table.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ExitCode from "./ExitCode.ts"
import type { Handler } from "./Handler.ts"
import * as Input from "./Input.ts"
import * as Settings from "./Settings.ts"
import * as StateFlags from "./StateFlags.ts"
import * as TableOutput from "./TableOutput.ts"

/** @internal */
export const run: Handler = Effect.fnUntraced(function*(given) {
  const input = yield* Input.read(given)
  const write = yield* TableOutput.open(given, "csv")
  if (input._tag !== "Request" || (yield* Settings.textOf(given, StateFlags.state)) === undefined) {
    yield* write(yield* Input.table(input))
    return ExitCode.done
  }
  const Kept = yield* Effect.promise(() => import("./Kept.ts"))
  const { forget, table } = yield* Kept.table(given, input)
  yield* write(table)
  // What is written is kept no longer: the same command makes another one.
  yield* forget
  return ExitCode.done
})
