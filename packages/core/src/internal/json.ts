/**
 * Readers of JSON that promises nothing: what is missing, null or of another type is undefined.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"

/** @internal */
export const member = (value: unknown, name: string): unknown => Predicate.isObject(value) ? value[name] : undefined

/** @internal */
export const text = (value: unknown): string | undefined => Predicate.isString(value) ? value : undefined

/**
 * A number that JSON can hold; 1e999 is none.
 *
 * @internal
 */
export const number = (value: unknown): number | undefined =>
  Predicate.isNumber(value) && Number.isFinite(value) ? value + 0 : undefined

/** @internal */
export const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []
