/**
 * The process: its arguments, its signals and its exit code.
 *
 * @since 0.1.0
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stdio from "effect/Stdio"
import { run } from "./Cli.ts"
import * as ExitCode from "./ExitCode.ts"

let interrupted: number = ExitCode.ofSignal.SIGINT
let interrupts = 0

process.once("SIGTERM", () => {
  interrupted = ExitCode.ofSignal.SIGTERM
})

// What takes long to end doesn't hold up who is in a hurry.
process.on("SIGINT", () => {
  interrupts += 1
  if (interrupts > 1) process.exit(ExitCode.ofSignal.SIGINT)
})

// `NodeRuntime` knows SIGINT and SIGTERM.
const hangup = Effect.callback<never>((resume) => {
  process.once("SIGHUP", () => {
    interrupted = ExitCode.ofSignal.SIGHUP
    resume(Effect.interrupt)
  })
})

// Without a listener, output that nobody reads would be a crash; who writes hears of it.
process.stdout.on("error", () => {})
process.stderr.on("error", () => {})

// A pipe may still hold output when the program ends.
const flushed = (then: () => void): void => {
  if (process.stdout.destroyed) then()
  else process.stdout.write("", then)
}

Effect.flatMap(Stdio.Stdio.use(({ args }) => args), run).pipe(
  Effect.raceFirst(hangup),
  Effect.provide(NodeServices.layer),
  (program) =>
    NodeRuntime.runMain(program, {
      disableErrorReporting: true,
      teardown: (exit, onExit) =>
        flushed(() => onExit(Exit.isSuccess(exit) && typeof exit.value === "number" ? exit.value : interrupted))
    })
)
