/**
 * Whether files are being read or written: the one kind of real work that tests in virtual time wait for.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Process from "node:process"

/** Waits in real time until no file is being read or written, nor what follows from it is still under way. @internal */
export const untilFilesAreQuiet: Effect.Effect<void> = Effect.suspend(() => isReadingOrWriting() ? quiet : Effect.void)

const isReadingOrWriting = (): boolean => Process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"))

// The next request of a file often follows from the last by way of several turns of the event loop.
const quiet: Effect.Effect<void> = Effect.suspend(() => {
  let turns = 0
  const turn: Effect.Effect<void> = Effect.suspend(() => {
    turns = isReadingOrWriting() ? 0 : turns + 1
    return turns > quietTurns ? Effect.void : Effect.andThen(Effect.sleep(1), turn)
  })
  return TestClock.withLive(turn)
})

const quietTurns = 5
