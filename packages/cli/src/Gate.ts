/**
 * `datadog-slo gate`: judges error budgets; the exit code is the verdict.
 *
 * @since 0.1.0
 */
import * as Verdict from "@effect-datadog/slo-report/Verdict"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Destination from "./Destination.ts"
import { end } from "./Ended.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Format from "./Format.ts"
import * as Global from "./Global.ts"
import * as Input from "./Input.ts"
import * as Output from "./Output.ts"
import * as Rule from "./Rule.ts"
import * as Session from "./Session.ts"
import { Stderr } from "./Stderr.ts"
import * as Table from "./Table.ts"

const file = Argument.String("file").pipe(
  Argument.withDescription("a report's CSV, - is standard input"),
  Argument.optional
)

/**
 * The exit code of a verdict.
 *
 * **Details**
 *
 * A report whose SLOs fail for want of data alone breaks no budget: nobody can tell, which is 3.
 *
 * @internal
 */
export const codeOf = (
  { reason, slos, verdict }: Verdict.Verdict,
  { advisory, allowEmpty }: Pick<Rule.Rule, "advisory" | "allowEmpty">
): number => {
  if (advisory || verdict === "pass") return ExitCode.done
  if (verdict === "fail") {
    const isBroken = slos.some(({ reason, verdict }) => verdict === "fail" && reason !== "no_data")
    return isBroken ? ExitCode.failed : ExitCode.noVerdict
  }
  return allowEmpty && reason !== "not_exported" ? ExitCode.done : ExitCode.noVerdict
}

const judge = Effect.fnUntraced(function*(table: Table.Table, { rule, target }: Rule.Rule) {
  const rows = yield* Stream.runCollect(Table.rows(table))
  return Verdict.fromRows(target === undefined ? rows : rows.map((row) => Rule.withTarget(row, target)), rule)
})

// What a verdict can be written as, and what the table that was judged can be beside it.
const tableFormats = ["csv"] as const

const isOfTable = (format: string): format is typeof tableFormats[number] => tableFormats.some((one) => one === format)

/** @internal */
export const command = Command.make(
  "gate",
  { file, ...Input.flags, ...Rule.flags, ...Destination.flags(Format.ofVerdict, "text") },
  Effect.fnUntraced(
    function*(given) {
      const rule = yield* Rule.make(given)
      const destinations = yield* Destination.read(given, Format.ofVerdict, () => "text", tableFormats)
      const input = yield* Input.read(given, given.file)
      const outputs = yield* Output.open(destinations)
      const ended = yield* Effect.gen(function*() {
        const table = yield* Input.table(input)
        const verdict = yield* judge(table, rule)
        yield* Output.writeAll(outputs, (format) =>
          isOfTable(format)
            ? Format.table(format, table, { spreadsheet: false })
            : Format.verdict(format, verdict))
        const isSaid = destinations.some(({ format, path }) => format === "text" && path === "-")
        if (!isSaid && !(yield* Global.Quiet)) yield* (yield* Stderr).line(Format.summary(verdict))
        return codeOf(verdict, rule)
      }).pipe(
        // A table that can't be judged, or a report that has failed, stops nobody who only wants to know.
        Effect.catchIf(
          (error) => rule.advisory && advised.includes(ExitCode.ofError(error)),
          (error) =>
            Effect.flatMap(Stderr, (stderr) => Effect.as(stderr.line(`error: ${error.message}`), ExitCode.done))
        )
      )
      yield* end(ended)
    },
    Session.provide
  )
).pipe(
  Command.withDescription(
    "Judges the error budgets of a report's CSV, of a report, or of SLOs that are asked for; the exit code is the verdict."
  ),
  Command.withShortDescription("judge error budgets: the exit code is the verdict"),
  Command.withExamples([
    { command: "datadog-slo gate report.csv" },
    { command: "datadog-slo gate -Q service:checkout --last 1mo --min-budget 10" },
    { command: "datadog-slo gate -Q team:pay --last 4w -f github --write junit=slo.xml" }
  ])
)

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const advised: ReadonlyArray<number> = [ExitCode.failed, ExitCode.noVerdict]
