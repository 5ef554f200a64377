/**
 * The bounds of what an application sets: who gives a number outside of them is told at once.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/**
 * A duration option in milliseconds; throws a `RangeError` that names the option, its bounds and what was given.
 *
 * @param bounds `atLeast`: in milliseconds; `isFinite`: whether `"Infinity"` is refused
 * @internal
 */
export const millis = (
  option: string,
  input: Duration.Input,
  bounds: { readonly atLeast: number; readonly isFinite: boolean }
): number => {
  const value = hasNaN(input) ? Number.NaN : Option.match(Duration.fromInput(input), {
    onNone: () => Number.NaN,
    onSome: Duration.toMillis
  })
  if (value >= bounds.atLeast && (value < Infinity || !bounds.isFinite)) return value
  const expected = `a ${bounds.isFinite ? "finite " : ""}duration of at least ${bounds.atLeast} ms`
  throw new RangeError(`${option} must be ${expected}, got ${show(input)}`)
}

/**
 * A number option; throws a `RangeError` that names the option, what is expected and what was given.
 *
 * @internal
 */
export const number = (
  option: string,
  value: number,
  expected: string,
  isValid: (value: number) => boolean
): number => {
  if (isValid(value)) return value
  throw new RangeError(`${option} must be ${expected}, got ${value}`)
}

/**
 * An option that is one of some words; throws a `RangeError` that names the option, the words and what was given.
 *
 * @internal
 */
export const oneOf = <A extends string>(option: string, value: A, words: ReadonlyArray<A>): A => {
  if (words.includes(value)) return value
  throw new RangeError(`${option} must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}, got ${value}`)
}

// Duration makes 0 of them.
const hasNaN = (input: Duration.Input): boolean =>
  typeof input === "object" ? Object.values(input).some(Number.isNaN) : Number.isNaN(input)

const show = (input: Duration.Input): string => {
  if (Duration.isDuration(input)) return Duration.format(input)
  if (typeof input === "number") return `${input} ms`
  return typeof input === "object" ? JSON.stringify(input) : String(input)
}
