/**
 * A setting: a flag, which the environment or the configuration file can give in its place.
 *
 * `--min-budget` is `DD_SLO_MIN_BUDGET` and `min_budget`; the flag goes before the environment, and that before the
 * file.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Flag from "effect/cli/Flag"
import { UsageError } from "./CommandError.ts"

/**
 * A setting, and how its text is read: what it is, or what was expected.
 *
 * @internal
 */
export interface Setting<A> {
  readonly name: string
  readonly read: (text: string) => Result.Result<A, string>
  readonly flag: Flag.Flag<Option.Option<string>>
  /** Whether its flag alone is a yes. */
  readonly isSwitch: boolean
}

/**
 * Where a text comes from, the first going before the second.
 *
 * @internal
 */
export type Origin = "flag" | "environment" | "file"

/** @internal */
export interface Text {
  readonly text: string
  readonly origin: Origin
  /** As it is called there, such as `DD_SLO_LAST`. */
  readonly name: string
}

/**
 * What the environment and the configuration file say, by the setting's name.
 *
 * @internal
 */
export class Settings extends Context.Service<Settings, {
  readonly text: (name: string) => Effect.Effect<Text | undefined>
}>()("@effect-datadog/slo-report-cli/Settings") {}

/** @internal */
export interface Options {
  readonly description: string
  /** What stands for its value in the help. */
  readonly metavar: string
  readonly alias?: string
}

/** @internal */
export const make = <A>(
  name: string,
  read: (text: string) => Result.Result<A, string>,
  { alias, description, metavar }: Options
): Setting<A> => {
  const flag = Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)
  return { name, read, isSwitch: false, flag: alias === undefined ? flag : Flag.withAlias(flag, alias) }
}

/**
 * One of some words.
 *
 * @internal
 */
export const choice = <const Words extends ReadonlyArray<string>>(
  name: string,
  words: Words,
  options: Omit<Options, "metavar">
): Setting<Words[number]> => make(name, oneOf(words), { ...options, metavar: words.join("|") })

/**
 * One of some words, or what was expected.
 *
 * @internal
 */
export const oneOf =
  <const Words extends ReadonlyArray<string>>(words: Words) => (text: string): Result.Result<Words[number], string> => {
    const word: Words[number] | undefined = words.find((word) => word === text)
    return word === undefined ? Result.fail(`expected one of ${words.join(", ")}`) : Result.succeed(word)
  }

/**
 * A percentage; below 0 where that means something.
 *
 * @internal
 */
export const percent = (name: string, options: Options): Setting<number> =>
  make(name, (text) => {
    const number = Number(text)
    return text.trim() === "" || !(number <= 100 && number > -Infinity)
      ? Result.fail("expected a number such as 99.5, 100 at most")
      : Result.succeed(number)
  }, options)

/**
 * Yes or no; the flag alone is yes.
 *
 * @internal
 */
export const toggle = (name: string, description: string): Setting<boolean> => ({
  name,
  isSwitch: true,
  read: (text) =>
    text === "true" || text === "false" ? Result.succeed(text === "true") : Result.fail("expected true or false"),
  flag: Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.map(String), Flag.optional)
})

/**
 * The name of the variable that stands for the flag.
 *
 * @internal
 */
export const variableOf = (name: string): string => `DD_SLO_${keyOf(name).toUpperCase()}`

/**
 * The key of the configuration file that stands for the flag.
 *
 * @internal
 */
export const keyOf = (name: string): string => name.replaceAll("-", "_")

/**
 * The text of a setting from the first that has one.
 *
 * @internal
 */
export const textOf = <A>(
  { name }: Setting<A>,
  flag: Option.Option<string>
): Effect.Effect<Text | undefined, never, Settings> =>
  Option.match(flag, {
    onNone: () => Settings.use(({ text }) => text(name)),
    onSome: (text) => Effect.succeed({ text, origin: "flag", name: `--${name}` })
  })

/**
 * The value of a setting; `undefined` where nobody has set it.
 *
 * @internal
 */
export const valueOf = <A>(
  setting: Setting<A>,
  flag: Option.Option<string>
): Effect.Effect<A | undefined, UsageError, Settings> =>
  Effect.flatMap(textOf(setting, flag), (text) => text === undefined ? Effect.undefined : read(setting, text))

/** @internal */
export const read = <A>(setting: Setting<A>, text: Text): Effect.Effect<A, UsageError> => readWord(setting.read, text)

/**
 * The value of a text that has a name.
 *
 * @internal
 */
export const readWord = <A>(
  read: (text: string) => Result.Result<A, string>,
  { name, text }: Pick<Text, "name" | "text">
): Effect.Effect<A, UsageError> =>
  Effect.mapError(
    Effect.fromResult(read(text)),
    (expected) => new UsageError({ message: `${name}: ${expected}, got ${JSON.stringify(text)}.` })
  )
