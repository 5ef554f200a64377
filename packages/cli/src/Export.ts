/**
 * `datadog-slo export`: creates a report, waits for it, and writes its table.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ExitCode from "./ExitCode.ts"
import type { Handler } from "./Handler.ts"
import * as Input from "./Input.ts"
import * as TableOutput from "./TableOutput.ts"

/** @internal */
export const run: Handler = Effect.fnUntraced(function*(given) {
  const input = yield* Input.read(given)
  const write = yield* TableOutput.open(given, "csv")
  yield* write(yield* Input.table(input))
  return ExitCode.done
})
