/**
 * One meter of two limits: each counts every request, and learns from every answer.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Meter, Permit } from "../http/attempt.ts"

/**
 * Permits are those of the first meter, which may let a request wait; each has one of the second beside it.
 *
 * @internal
 */
export const both = (first: Meter, second: Meter): Meter => {
  const others = new WeakMap<Permit, Permit>()
  // A poll has only the first meter's, and is counted by the second when it is answered.
  const otherOf = (permit: Permit): Effect.Effect<Permit> =>
    Effect.suspend(() => {
      const other = others.get(permit)
      return other === undefined ? second.acquire(permit.operation) : Effect.succeed(other)
    })
  return {
    acquire: (operation) =>
      Effect.flatMap(first.acquire(operation), (permit) =>
        Effect.map(second.acquire(operation), (other) => {
          others.set(permit, other)
          return permit
        })),
    complete: (permit, observation) =>
      Effect.andThen(
        first.complete(permit, observation),
        Effect.flatMap(otherOf(permit), (other) => second.complete(other, observation))
      ),
    release: (permit) => {
      first.release(permit)
      const other = others.get(permit)
      if (other !== undefined) second.release(other)
    }
  }
}
