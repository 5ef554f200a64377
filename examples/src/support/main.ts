/**
 * Runs an example: its number is the exit code, its error is printed as one message with exit code 2.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Exit, Runtime } from "effect"

// Who reads the output may leave, as `| head -1` does: a program goes on to its end, and its exit code tells it.
// What writes its result there hears of it by the write itself.
for (const output of [process.stdout, process.stderr]) output.on("error", () => {})

export const main = <E extends { readonly message: string }>(program: Effect.Effect<number, E>): void =>
  NodeRuntime.runMain(
    Effect.catch(program, (error) => Effect.as(Console.error(messageOf(error)), 2)),
    {
      teardown: (exit, onExit) =>
        Exit.isSuccess(exit) && typeof exit.value === "number"
          ? onExit(exit.value)
          : Runtime.defaultTeardown(exit, onExit)
    }
  )

// What is wrong with a variable of the environment, without the name of the class that says it; and why a server that
// has no message of its own can't listen.
const messageOf = (error: { readonly message: string; readonly cause?: unknown }): string => {
  if (error instanceof Config.ConfigError) return error.cause.message
  return error.message === "" && error.cause instanceof Error ? error.cause.message : error.message
}
