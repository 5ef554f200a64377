/**
 * An error as it is printed, by `console.error`, by loggers and as JSON.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"

/**
 * The tag, the message, which is no member of its own, and the members.
 *
 * @internal
 */
export const printed = (error: Error & { readonly _tag: string }): object => {
  const { _tag, cause, message } = error
  return Object.assign({ _tag, message }, error, cause === undefined ? {} : { cause: causeOf(cause, maxDepth) })
}

// A cause can be its own.
const maxDepth = 4

// JSON knows nothing of an error.
const causeOf = (cause: unknown, depth: number): unknown => {
  if (!Predicate.isError(cause) || "toJSON" in cause) return cause
  const { cause: inner, message, name } = cause
  return depth > 0 && inner !== undefined ? { name, message, cause: causeOf(inner, depth - 1) } : { name, message }
}
