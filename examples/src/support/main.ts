/**
 * Runs an example: its number is the exit code, its error is printed as one message with exit code 2.
 *
 * A signal interrupts it, so that nothing is left behind. Output that nobody reads any more is dropped: the example goes
 * on, since what it is for may be a file. Output that fails otherwise, such as on a full disk, is an error.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Exit, PlatformError, Predicate, Runtime } from "effect"

export const main = <E extends { readonly message: string }>(program: Effect.Effect<number, E>): void => {
  let interrupted = exitCodes.SIGINT
  process.once("SIGTERM", () => interrupted = exitCodes.SIGTERM)
  process.once("SIGHUP", () => interrupted = exitCodes.SIGHUP)
  NodeRuntime.runMain(
    Effect.raceFirst(program, Effect.raceFirst(hangup, outputFailure)).pipe(
      Effect.catch((error) =>
        isOutputUnread(error) ? Effect.succeed(exitCodes.SIGPIPE) : Effect.as(Console.error(messageOf(error)), 2)
      )
    ),
    {
      teardown: (exit, onExit) =>
        Exit.isSuccess(exit) && typeof exit.value === "number"
          ? onExit(exit.value)
          : Runtime.defaultTeardown(exit, (code) => onExit(code === exitCodes.SIGINT ? interrupted : code))
    }
  )
}

// What a shell says of a program that a signal has ended: 128 and the signal's number.
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 }

// `NodeRuntime` knows SIGINT and SIGTERM.
const hangup = Effect.callback<never>((resume) => void process.once("SIGHUP", () => resume(Effect.interrupt)))

const outputFailure = Effect.callback<never, Error>((resume) => {
  process.stdout.on("error", (error) => isUnread(error) || resume(Effect.fail(error)))
  process.stderr.on("error", () => {})
})

// The reader of a pipe has left, or the terminal.
const isUnread = (error: unknown): boolean =>
  Predicate.hasProperty(error, "code") && (error.code === "EPIPE" || error.code === "EIO")

const isOutputUnread = (error: unknown): boolean =>
  error instanceof PlatformError.PlatformError && error.reason.module === "Stdio" && isUnread(error.reason.cause)

// `Config.String` has no words of its own for it.
const missing = /^Expected string\n {2}at \["(\w+)"\]$/

// What is wrong with a variable of the environment, without the name of the class that says it; and why a server that
// has no message of its own can't listen.
export const messageOf = (error: { readonly message: string; readonly cause?: unknown }): string => {
  if (error instanceof Config.ConfigError) return error.cause.message.replace(missing, "$1 is not set")
  return error.message === "" && error.cause instanceof Error ? error.cause.message : error.message
}
