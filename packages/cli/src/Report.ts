/**
 * `datadog-slo report`: the steps of an export one by one, for scripts that go on later.
 *
 * @since 0.1.0
 */
import type { SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Datadog } from "./Datadog.ts"
import * as Destination from "./Destination.ts"
import { end } from "./Ended.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Format from "./Format.ts"
import * as Output from "./Output.ts"
import * as Selection from "./Selection.ts"
import * as Session from "./Session.ts"
import { oneOf, readWord } from "./Setting.ts"
import * as Table from "./Table.ts"
import * as TableOutput from "./TableOutput.ts"
import * as Waiting from "./Waiting.ts"

const id = Argument.String("id").pipe(Argument.withDescription("the report's id"))

const formats = ["text", "json"] as const

const format = Flag.String("format").pipe(
  Flag.withAlias("f"),
  Flag.withMetavar("format"),
  Flag.withDescription("text or json (default: text)"),
  Flag.optional
)

const create = Command.make(
  "create",
  { ...Selection.flags, format },
  Effect.fnUntraced(function*(given) {
    const format = yield* formatOf(given.format)
    const request = yield* Selection.request(given)
    yield* Effect.gen(function*() {
      const report = yield* (yield* Datadog).createReport(request)
      yield* print(format, report, { id: report })
    }).pipe(Effect.provide(Session.datadog))
  }, Session.provide)
).pipe(
  Command.withDescription("Creates a report, and prints its id."),
  Command.withExamples([{ command: "id=$(datadog-slo report create -Q service:checkout --last 12mo)" }])
)

const status = Command.make(
  "status",
  { id, format },
  Effect.fnUntraced(function*(given) {
    const format = yield* formatOf(given.format)
    const report = yield* Effect.provide(
      Effect.flatMap(Datadog, (datadog) => datadog.getReportStatus(given.id)),
      Session.datadog
    )
    yield* printReport(format, report)
    yield* end(report.status === "failed" ? ExitCode.failed : ExitCode.done)
  }, Session.provide)
).pipe(Command.withDescription("Prints a report's status as it is now; 1 where it has failed."))

const wait = Command.make(
  "wait",
  { id, ...Waiting.flags, format },
  Effect.fnUntraced(function*(given) {
    const format = yield* formatOf(given.format)
    const options = yield* Waiting.options(given)
    yield* printReport(format, yield* Effect.provide(Table.awaitReport(given.id, options), Session.datadog))
  }, Session.provide)
).pipe(Command.withDescription("Waits until a report is done, and prints its status; 1 where it has failed."))

const download = Command.make(
  "download",
  { id, ...TableOutput.flags },
  Effect.fnUntraced(function*(given) {
    const destinations = yield* Destination.read(given, Format.ofTable, (path) => Format.ofName(path) ?? "csv")
    const options = yield* TableOutput.options(given)
    const outputs = yield* Output.open(destinations)
    const table = yield* Effect.provide(Table.fromReport(given.id, undefined), Session.datadog)
    yield* TableOutput.write(table, outputs, options)
  }, Session.provide)
).pipe(Command.withDescription("Writes the table of a report that is done, without waiting for it."))

/** @internal */
export const command = Command.make("report").pipe(
  Command.withDescription("The steps of an export one by one, for scripts that go on later."),
  Command.withShortDescription("create, wait for, and download a report, step by step"),
  Command.withSubcommands([create, status, wait, download])
)

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const formatOf = (given: Option.Option<string>) =>
  Option.match(given, {
    onNone: () => Effect.succeed("text" as const),
    onSome: (text) => readWord(oneOf(formats), { name: "--format", text })
  })

const print = Effect.fnUntraced(function*(format: typeof formats[number], text: string, json: object) {
  const stdio = yield* Stdio.Stdio
  const line = `${format === "json" ? JSON.stringify(json) : text}\n`
  yield* Stream.run(Stream.make(line), stdio.stdout({ endOnDone: false }))
})

const printReport = (format: typeof formats[number], { id, rawStatus }: SloReport) =>
  print(format, rawStatus, { id, status: rawStatus })
