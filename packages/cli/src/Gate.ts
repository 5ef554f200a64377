/**
 * `datadog-slo gate`: judges error budgets; the exit code is the verdict.
 *
 * @since 0.1.0
 */
import * as Verdict from "@effect-datadog/slo-report/Verdict"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { messageOf } from "./CommandError.ts"
import * as Destination from "./Destination.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Format from "./Format.ts"
import type { Handler } from "./Handler.ts"
import * as Input from "./Input.ts"
import * as Judgement from "./Judgement.ts"
import * as Output from "./Output.ts"
import * as OutputFlags from "./OutputFlags.ts"
import * as Rule from "./Rule.ts"
import * as Settings from "./Settings.ts"
import { Stderr } from "./Stderr.ts"
import * as Table from "./Table.ts"
import * as Terminal from "./Terminal.ts"

/** @internal */
export const run: Handler = Effect.fnUntraced(function*(given) {
  const judgement = yield* Judgement.read(given)
  const policy = yield* readPolicy(given)
  const destinations = yield* Destination.read(given, OutputFlags.ofVerdict, () => "text", tableFormats)
  const input = yield* Input.read(given)
  const outputs = yield* Output.open(destinations, given.argument)
  const stderr = yield* Stderr
  const isColored = yield* Terminal.isColored(given)

  const judge = Effect.gen(function*() {
    const table = yield* Input.table(input)
    const rows = yield* Stream.runCollect(Table.rows(table))
    const verdict = policy?.judge(judgement, rows) ??
      Verdict.fromRows(Judgement.rows(judgement, rows), judgement.rule)
    for (const warning of policy?.warnings(rows) ?? []) {
      if (!Flag.isOn(given, Flag.quiet)) yield* stderr.line(warning)
    }
    yield* Output.writeAll(outputs, ({ format, path }) =>
      format === "csv" || format === "html"
        ? Format.table(format, table, { spreadsheet: false })
        : Format.verdict(format, verdict, { colors: isColored && Output.isStdout(path) }))
    const isSaid = destinations.some(({ format, path }) => format === "text" && Output.isStdout(path))
    if (!isSaid && !Flag.isOn(given, Flag.quiet)) yield* stderr.line(Format.summary(verdict))
    return Judgement.codeOf(judgement, verdict)
  })

  // A table that can't be judged, or a report that has failed, stops nobody who only wants to know.
  return yield* Effect.catchIf(
    judge,
    (error) => judgement.isAdvisory && advised.includes(ExitCode.ofError(error)),
    (error) => Effect.as(stderr.line(`error: ${messageOf(error)}`), ExitCode.done)
  )
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const readPolicy = Effect.fnUntraced(function*(given: Flag.Given) {
  const path = yield* Settings.valueOf(given, Rule.policy)
  return path === undefined
    ? undefined
    : yield* Effect.flatMap(Effect.promise(() => import("./Policy.ts")), ({ load }) => load(path))
})

// What can be written beside a verdict: the table that was judged.
const tableFormats = ["csv", "html"] as const

const advised: ReadonlyArray<number> = [ExitCode.failed, ExitCode.noVerdict]
