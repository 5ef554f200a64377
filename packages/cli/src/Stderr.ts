/**
 * Standard error: lines for people, and on a terminal one line that is drawn again and again.
 *
 * What can't be written is dropped: nobody reads it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "./Terminal.ts"

/** @internal */
export class Stderr extends Context.Service<Stderr, {
  /** One that can redraw a line. */
  readonly isTerminal: boolean
  /** Writes a line, above the one that is drawn. */
  readonly line: (text: string) => Effect.Effect<void>
  /** Draws the line at the bottom, on a terminal alone. */
  readonly draw: (text: string) => Effect.Effect<void>
}>()("@effect-datadog/slo-report-cli/Stderr") {}

/** @internal */
export const layer: Layer.Layer<Stderr, never, Stdio.Stdio> = Layer.effect(
  Stderr,
  Effect.gen(function*() {
    const stdio = yield* Stdio.Stdio
    const isTerminal = (yield* stdio.stderrIsTerminal) && !(yield* Terminal.isDumb)
    let drawn = ""
    const write = (text: string) => Effect.ignore(Stream.run(Stream.make(text), stdio.stderr({ endOnDone: false })))
    yield* Effect.addFinalizer(() => drawn === "" ? Effect.void : write("\n"))
    return Stderr.of({
      isTerminal,
      line: (text) => Effect.suspend(() => write(drawn === "" ? `${text}\n` : `${erase}${text}\n${drawn}`)),
      draw: (text) =>
        Effect.suspend(() => {
          if (!isTerminal) return Effect.void
          // The last column would break the line on some terminals.
          drawn = text.slice(0, (process.stderr.columns || 80) - 1)
          return write(`${erase}${drawn}`)
        })
    })
  })
)

// To the beginning of the line, and the line away.
const erase = "\r\u001b[2K"
