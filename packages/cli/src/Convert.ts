/**
 * `datadog-slo convert`: a report's CSV in another format, without Datadog.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ExitCode from "./ExitCode.ts"
import type { Handler } from "./Handler.ts"
import * as Table from "./Table.ts"
import * as TableOutput from "./TableOutput.ts"

/** @internal */
export const run: Handler = Effect.fnUntraced(function*(given) {
  const path = given.argument ?? "-"
  const write = yield* TableOutput.open(given, undefined, path)
  yield* write(yield* Table.fromFile(path))
  return ExitCode.done
})
