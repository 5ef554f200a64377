/**
 * Turns for the calls that ask for one, among the polls.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as CallPacing from "../../CallPacing.ts"
import type { Meter, Operation } from "../http/attempt.ts"
import type { Limiter } from "./limiter.ts"
import type { Pacer } from "./pacer.ts"
import * as Turn from "./turn.ts"

/** @internal */
export const meter = (pacer: Pacer, limiter: Limiter): Meter => {
  // Before all polls, which are ranked by when they were sent: each call is needed once.
  let rank = Number.MIN_SAFE_INTEGER

  const turn = (operation: Operation) =>
    Effect.flatMap(CallPacing.Current, (pacing) =>
      pacing === "paced" && limiter.mayShare(operation)
        // A request begins where it can't be interrupted; to wait for its turn it can.
        ? Effect.interruptible(Turn.take(pacer, operation, rank++))
        : pacer.meter.acquire(operation))

  return {
    ...pacer.meter,
    acquire: (operation) =>
      Effect.tap(turn(operation), (permit) =>
        Effect.flatMap(CallPacing.BeforeSend, Effect.interruptible).pipe(
          Effect.onError(() => Effect.sync(() => pacer.meter.release(permit)))
        ))
  }
}
