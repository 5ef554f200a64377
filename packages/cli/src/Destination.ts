/**
 * What is written where, as the command line says it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { UsageError } from "./CommandError.ts"
import * as Flag from "./Flag.ts"
import * as OutputFlags from "./OutputFlags.ts"
import { oneOf } from "./Setting.ts"
import * as Settings from "./Settings.ts"

/**
 * A format, and where it goes: `-` is standard output.
 *
 * @internal
 */
export interface Destination<Format> {
  readonly format: Format
  readonly path: string
}

/**
 * First what `--format` and `--output` say, then each `--write`.
 *
 * @param formats those that `--format` takes
 * @param usual the format that is taken where none is said, given where it goes
 * @param others those that `--write` takes beside them
 * @internal
 */
export const read = Effect.fnUntraced(function*<Format extends string, Other extends string = never>(
  given: Flag.Given,
  formats: ReadonlyArray<Format>,
  usual: (path: string) => Format | undefined,
  others: ReadonlyArray<Other> = []
): Effect.fn.Return<ReadonlyArray<Destination<Format | Other>>, UsageError> {
  const path = Flag.textOf(given, OutputFlags.output) ?? "-"
  const format = (yield* formatOf(given, formats)) ?? usual(path)
  if (format === undefined) {
    return yield* Effect.fail(
      new UsageError({ message: "It isn't said in which format.", hint: `Give --format: ${formats.join(", ")}.` })
    )
  }
  const known: ReadonlyArray<Format | Other> = [...formats, ...others]
  const rest = yield* Effect.forEach(Flag.textsOf(given, OutputFlags.write), (text) => {
    const at = text.indexOf("=")
    return at < 1 || at === text.length - 1
      ? Effect.fail(new UsageError({ message: `--write: expected format=file, got ${JSON.stringify(text)}.` }))
      : Effect.map(
        Settings.read(oneOf(known), { name: "--write", text: text.slice(0, at) }),
        (format) => ({ format, path: text.slice(at + 1) })
      )
  })
  return [{ format, path }, ...rest]
})

/**
 * The format that is said, if one is.
 *
 * @internal
 */
export const formatOf = <Format extends string>(
  given: Flag.Given,
  formats: ReadonlyArray<Format>
): Effect.Effect<Format | undefined, UsageError> => {
  const text = given.texts.get("format")?.at(-1)
  return text === undefined ? Effect.undefined : Settings.read(oneOf(formats), { name: "--format", text })
}
