/**
 * `datadog-slo export`: creates a report, waits for it, and writes its table.
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Destination from "./Destination.ts"
import * as Format from "./Format.ts"
import * as Input from "./Input.ts"
import * as Output from "./Output.ts"
import * as Session from "./Session.ts"
import * as TableOutput from "./TableOutput.ts"

/** @internal */
export const command = Command.make(
  "export",
  { ...Input.flags, ...TableOutput.flags },
  Effect.fnUntraced(function*(given) {
    const destinations = yield* Destination.read(given, Format.ofTable, (path) => Format.ofName(path) ?? "csv")
    const options = yield* TableOutput.options(given)
    const input = yield* Input.read(given, Option.none())
    const outputs = yield* Output.open(destinations)
    yield* TableOutput.write(yield* Input.table(input), outputs, options)
  }, Session.provide)
).pipe(
  Command.withDescription("Creates a report, waits for it, and writes its table; or makes the table of histories."),
  Command.withShortDescription("create a report, wait for it, write its table"),
  Command.withExamples([
    { command: "datadog-slo export -Q service:checkout --last 12mo -o report.csv" },
    { command: "datadog-slo export -Q team:pay --last 8w -f markdown" },
    { command: "datadog-slo export --report e6956b38-e0af-11ee-af21-1feeaccaa3a3 -o report.csv" }
  ])
)
