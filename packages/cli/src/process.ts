/**
 * A command as a process: its signals, its output and its exit code.
 *
 * @since 0.1.0
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { run } from "./Cli.ts"
import type { Runnable } from "./Commands.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Given } from "./Flag.ts"

/**
 * Runs it, and ends the process.
 *
 * @internal
 */
export const start = (name: Runnable, given: Given): void => {
  let interrupted: number = ExitCode.ofSignal.SIGINT
  process.once("SIGTERM", () => {
    interrupted = ExitCode.ofSignal.SIGTERM
  })

  // What takes long to end doesn't hold up who is in a hurry; and a third ^C is the system's, where Node can't end.
  process.once("SIGINT", () => {
    process.once("SIGINT", () => {
      process.removeAllListeners("SIGINT")
      process.exit(ExitCode.ofSignal.SIGINT)
    })
  })

  // `NodeRuntime` knows SIGINT and SIGTERM.
  const hangup = Effect.callback<never>((resume) => {
    process.once("SIGHUP", () => {
      interrupted = ExitCode.ofSignal.SIGHUP
      resume(Effect.interrupt)
    })
  })

  // What is experimental in Node is no news for who runs a command: SQLite is in Node 22.
  const warn = process.listeners("warning")
  process.removeAllListeners("warning")
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") { for (const listener of warn) listener(warning) }
  })

  // Without a listener, output that nobody reads would be a crash; who writes hears of it.
  process.stdout.on("error", () => {})
  process.stderr.on("error", () => {})

  NodeRuntime.runMain(
    run(name, given).pipe(
      Effect.raceFirst(hangup),
      Effect.provide(Layer.merge(NodeFileSystem.layer, NodeStdio.layer))
    ),
    {
      disableErrorReporting: true,
      teardown: (exit, onExit) => {
        const code = Exit.isSuccess(exit) && typeof exit.value === "number" ? exit.value : interrupted
        // A pipe may still hold output when the program ends.
        if (process.stdout.destroyed) onExit(code)
        else process.stdout.write("", () => onExit(code))
      }
    }
  )
}
