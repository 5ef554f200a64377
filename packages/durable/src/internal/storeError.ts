/**
 * What a database says, as the store's own error.
 *
 * @since 0.1.0
 */
import { MalformedMessage, PersistenceError } from "effect/cluster/ClusterError"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SqlError from "effect/sql/SqlError"
import { StoreFailed } from "../ExportError.ts"

/** @internal */
export const isPersistenceError = Schema.is(PersistenceError)

/** @internal */
export const fromUnknown = (error: unknown): StoreFailed => {
  const issue = describe(error)
  return new StoreFailed({ reason: reasonOf(issue), issue })
}

const reasonOf = (issue: string): StoreFailed["reason"] =>
  /database or disk is full|no space left|disk full/i.test(issue)
    ? "full"
    : /read-?only/i.test(issue)
    ? "read-only"
    : /not a database|malformed/i.test(issue)
    ? "foreign"
    : "unavailable"

// The innermost error is the database's.
const describe = (error: unknown): string => {
  if (isPersistenceError(error)) return describe(error.cause)
  if (SqlError.isSqlError(error)) return describe(error.reason.cause)
  return Predicate.hasProperty(error, "message") ? String(error.message) : String(error)
}

/** Makes of a store that is away an error of its own, also where the engine says so by dying. @internal */
export const typed = <A, E, R>(
  self: Effect.Effect<A, E, R>
): Effect.Effect<A, Exclude<E, Engine> | StoreFailed, R> =>
  Effect.catchDefect(
    Effect.catch(self, (error): Effect.Effect<never, Exclude<E, Engine> | StoreFailed> =>
      isOther(error) ? Effect.fail(error) : Effect.fail(fromUnknown(error))),
    (defect) =>
      isOther(defect) ? Effect.die(defect) : Effect.fail(fromUnknown(defect))
  )

/** Goes on when the store is back, where the engine dies of it. @internal */
export const patiently = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.catchDefect(self, (defect) => isOther(defect) ? Effect.die(defect) : Effect.delay(patiently(self), "1 second"))

/** What the engine fails with, and not an export. @internal */
export type Engine = PersistenceError | SqlError.SqlError | MalformedMessage

const isOther = <E>(error: E): error is Exclude<E, Engine> =>
  !isPersistenceError(error) && !SqlError.isSqlError(error) && !isMalformed(error)

const isMalformed = Schema.is(MalformedMessage)
