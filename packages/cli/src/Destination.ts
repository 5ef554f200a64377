/**
 * The flags that say what is written where.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { UsageError } from "./CommandError.ts"
import type { Destination } from "./Output.ts"
import { oneOf, readWord } from "./Setting.ts"

const format = (words: ReadonlyArray<string>, usual: string) =>
  Flag.String("format").pipe(
    Flag.withAlias("f"),
    Flag.withMetavar("format"),
    Flag.withDescription(`${words.join(", ")} (default: ${usual})`),
    Flag.optional
  )

const output = Flag.String("output").pipe(
  Flag.withAlias("o"),
  Flag.withMetavar("file"),
  Flag.withDescription("where it goes, - is standard output (default: -)"),
  Flag.optional
)

const write = Flag.String("write").pipe(
  Flag.withMetavar("format=file"),
  Flag.withDescription("another format to another file; may be repeated"),
  Flag.atLeast(0)
)

/** @internal */
export const flags = (words: ReadonlyArray<string>, usual: string) => ({ format: format(words, usual), output, write })

/** @internal */
export interface Given {
  readonly format: Option.Option<string>
  readonly output: Option.Option<string>
  readonly write: ReadonlyArray<string>
}

/**
 * What is written where: first what `--format` and `--output` say, then each `--write`.
 *
 * @param formats those that `--format` takes
 * @param others those that `--write` takes beside them
 * @param usual the format that is taken where none is said, given where it goes
 * @internal
 */
export const read = Effect.fnUntraced(function*<
  const Formats extends ReadonlyArray<string>,
  const Others extends ReadonlyArray<string> = readonly []
>(
  given: Given,
  formats: Formats,
  usual: (path: string) => Formats[number] | undefined,
  others?: Others
): Effect.fn.Return<ReadonlyArray<Destination<Formats[number] | Others[number]>>, UsageError> {
  const path = Option.getOrElse(given.output, () => "-")
  const known: ReadonlyArray<Formats[number] | Others[number]> = [...formats, ...others ?? []]
  const first = Option.isSome(given.format)
    ? yield* readWord(oneOf(formats), { name: "--format", text: given.format.value })
    : usual(path)
  if (first === undefined) {
    return yield* Effect.fail(
      new UsageError({
        message: "It isn't said in which format.",
        hint: `Give --format, such as -f ${formats.at(-1) ?? ""}: ${formats.join(", ")}.`
      })
    )
  }
  const rest = yield* Effect.forEach(given.write, (text) => {
    const at = text.indexOf("=")
    return at < 1 || at === text.length - 1
      ? Effect.fail(new UsageError({ message: `--write: expected format=file, got ${JSON.stringify(text)}.` }))
      : Effect.map(
        readWord(oneOf(known), { name: "--write", text: text.slice(0, at) }),
        (format) => ({ format, path: text.slice(at + 1) })
      )
  })
  return [{ format: first, path }, ...rest]
})
