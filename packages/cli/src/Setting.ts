/**
 * A setting: a flag, which the environment or the configuration file can give in its place.
 *
 * `--min-budget` is `DD_SLO_MIN_BUDGET` and `min_budget`; the flag goes before the environment, and that before the
 * file.
 *
 * @since 0.1.0
 */
import type { Flag } from "./Flag.ts"

/**
 * What a text means, or what was expected in its place.
 *
 * @internal
 */
export type Reading<A> = { readonly value: A } | { readonly expected: string }

/** @internal */
export type Read<A> = (text: string) => Reading<A>

/** @internal */
export interface Setting<A> extends Flag {
  readonly read: Read<A>
}

/** @internal */
export const make = <A>(name: string, read: Read<A>, options: Omit<Flag, "name" | "isSetting">): Setting<A> => ({
  ...options,
  name,
  read,
  isSetting: true
})

/**
 * One of some words.
 *
 * @internal
 */
export const choice = <const Words extends ReadonlyArray<string>>(
  name: string,
  words: Words,
  description: string
): Setting<Words[number]> => make(name, oneOf(words), { description, metavar: words.join("|"), words })

/** @internal */
export const oneOf =
  <const Words extends ReadonlyArray<string>>(words: Words) => (text: string): Reading<Words[number]> => {
    const value: Words[number] | undefined = words.find((word) => word === text)
    return value === undefined ? { expected: `expected one of ${words.join(", ")}` } : { value }
  }

/**
 * A percentage, 100 at most.
 *
 * @internal
 */
export const percent = (name: string, description: string): Setting<number> =>
  make(name, (text) => {
    const value = Number(text)
    return text.trim() !== "" && value <= 100 && value > -Infinity
      ? { value }
      : { expected: "expected a number such as 99.5, 100 at most" }
  }, { metavar: "percent", description })

/**
 * Yes or no; the flag alone is yes.
 *
 * @internal
 */
export const toggle = (name: string, description: string): Setting<boolean> =>
  make(
    name,
    (text) => text === "true" || text === "false" ? { value: text === "true" } : { expected: "expected true or false" },
    { description }
  )

/**
 * The variable that stands for the flag.
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
