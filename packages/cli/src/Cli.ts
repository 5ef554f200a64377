/**
 * The command line: its commands, and what becomes of their ends.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as ArgumentList from "./ArgumentList.ts"
import { type CommandError, isOutputUnread, messageOf } from "./CommandError.ts"
import * as Convert from "./Convert.ts"
import * as Doctor from "./Doctor.ts"
import type { Ended } from "./Ended.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Export from "./Export.ts"
import * as Gate from "./Gate.ts"
import * as Global from "./Global.ts"
import * as HelpText from "./HelpText.ts"
import { knownFlags } from "./KnownFlags.ts"
import * as Report from "./Report.ts"
import { version } from "./version.ts"

/** @internal */
export const command = Command.make("datadog-slo").pipe(
  Command.withDescription("Datadog's SLO reports in a shell: export them, convert them, and gate on error budgets."),
  Command.withSubcommands([Export.command, Gate.command, Convert.command, Report.command, Doctor.command]),
  Command.withGlobalFlags([...Global.flags, Global.Version])
)

/**
 * Runs a command line, and gives its exit code; what is wrong is told on standard error.
 *
 * @internal
 */
export const run = Effect.fnUntraced(function*(args: ReadonlyArray<string>) {
  const stdio = yield* Stdio.Stdio
  const write = (text: string) =>
    Effect.ignore(Stream.run(Stream.make(`${text}\n`), stdio.stdout({ endOnDone: false })))
  const say = (text: string) => Effect.ignore(Stream.run(Stream.make(`${text}\n`), stdio.stderr({ endOnDone: false })))

  const presenter: CliOutput.Presenter = {
    present: (event) => {
      switch (event._tag) {
        case "Help":
          // Help that nobody asked for is no output.
          return (event.reason === "Requested" ? write : say)(HelpText.ofCommand(event.helpDoc))
        case "Version":
          return write(`${event.name} ${event.version}`)
        case "InvalidInvocation":
          return say(HelpText.ofMisuse(event.errors, event.commandPath))
      }
    }
  }

  const explain = (error: CliError.CliError | CommandError | Ended): Effect.Effect<number> => {
    if (error._tag === "Ended") return Effect.succeed(error.code)
    // The presenter has told it.
    if (isCommandLineError(error)) return Effect.succeed(ExitCode.usage)
    if (isOutputUnread(error)) return Effect.succeed(ExitCode.done)
    const hint = error._tag === "UsageError" && error.hint !== undefined ? ` ${error.hint}` : ""
    return Effect.as(say(`error: ${messageOf(error)}${hint}`), ExitCode.ofError(error))
  }

  return yield* Command.runWith(command, { version })(ArgumentList.normalize(args, knownFlags)).pipe(
    Effect.as(ExitCode.done),
    Effect.catch(explain),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.as(say(`This is a bug of datadog-slo ${version}:\n${Cause.pretty(cause)}`), ExitCode.defect)
    ),
    Effect.provideService(CliOutput.Presenter, presenter),
    Effect.provideService(CliConfig.CliConfig, { builtIns: [GlobalFlag.Help, GlobalFlag.Completions] })
  )
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const isCommandLineError = (error: CliError.CliError | CommandError): error is CliError.CliError =>
  CliError.isCliError(error)
