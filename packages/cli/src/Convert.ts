/**
 * `datadog-slo convert`: a report's CSV in another format, without Datadog.
 *
 * @since 0.1.0
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Destination from "./Destination.ts"
import * as Format from "./Format.ts"
import * as Output from "./Output.ts"
import * as Session from "./Session.ts"
import * as Table from "./Table.ts"
import * as TableOutput from "./TableOutput.ts"

const file = Argument.String("file").pipe(Argument.withDescription("a report's CSV, - is standard input"))

/** @internal */
export const command = Command.make(
  "convert",
  { file, ...TableOutput.flags },
  Effect.fnUntraced(function*(given) {
    const destinations = yield* Destination.read(given, Format.ofTable, Format.ofName)
    const options = yield* TableOutput.options(given)
    const outputs = yield* Output.open(destinations)
    yield* TableOutput.write(yield* Table.fromFile(given.file), outputs, options)
  }, Session.provide)
).pipe(
  Command.withDescription("Writes a report's CSV in another format. It asks nobody: no keys, no network."),
  Command.withShortDescription("a report's CSV in another format, offline"),
  Command.withExamples([
    { command: "datadog-slo convert report.csv -o report.md" },
    { command: "datadog-slo convert report.csv -f slack | curl -d @- \"$WEBHOOK\"" },
    { command: "datadog-slo convert - -f jsonl < report.csv" }
  ])
)
