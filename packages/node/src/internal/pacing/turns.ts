/**
 * Turns for the requests of a table: as many as the limit of histories has room for, in the order of asking.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Meter, Permit } from "../http/attempt.ts"
import * as Limiter from "./limiter.ts"
import * as Pacer from "./pacer.ts"
import * as Turn from "./turn.ts"

/** @internal */
export interface Turns {
  /** For requests that take turns: each waits until it is granted one. */
  readonly paced: Meter
  /** For requests that go ahead, and are counted. */
  readonly ahead: Meter
}

/**
 * How many requests with a turn may be under way: half of the connections that the transport has, so that other
 * calls always find one. At the recorded limit, 15 requests a second, it is met where an answer takes 8 seconds.
 *
 * @internal
 */
export const mostInFlight = 128

/**
 * The part of the limit that is left to other calls: 3 requests of the recorded 150 in 10 seconds.
 *
 * @internal
 */
export const reserve = 0.02

/** Its fiber lives in the scope, and is asleep while nobody waits. @internal */
export const make: Effect.Effect<Turns, never, Scope.Scope> = Effect.gen(function*() {
  const limiter = Limiter.make(reserve, "history")
  let inFlight = 0
  let asked = 0

  const pacer = yield* Pacer.make({
    ...limiter,
    // There is work for the whole window: an even use of it is no slower than the limit.
    nextAt: (now) => inFlight < mostInFlight ? limiter.nextAt(now, false) : Infinity,
    acquire: (now, operation, isTurn) => {
      if (isTurn) inFlight += 1
      return limiter.acquire(now, operation, isTurn)
    },
    complete: (permit, now, observation) => {
      leave(permit)
      limiter.complete(permit, now, observation)
    },
    release: (permit) => {
      leave(permit)
      limiter.release(permit)
    }
  })

  const leave = ({ isOpen, isPoll }: Permit): void => {
    if (isOpen && isPoll) inFlight -= 1
  }

  return {
    // A request begins where it can't be interrupted; to wait for its turn it can.
    paced: { ...pacer.meter, acquire: (operation) => Effect.interruptible(Turn.take(pacer, operation, asked++)) },
    ahead: pacer.meter
  }
})
