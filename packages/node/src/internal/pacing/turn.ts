/**
 * A request's turn among those that a pacer gives.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Operation, Permit } from "../http/attempt.ts"
import * as Monotonic from "../http/monotonic.ts"
import type { Pacer, ScheduledPoll } from "./pacer.ts"

/**
 * Waits until the request is granted, and counted.
 *
 * @param rank of those that wait the lowest is granted first
 * @internal
 */
export const take = (pacer: Pacer, operation: Operation, rank: number): Effect.Effect<Permit> =>
  Effect.flatMap(Monotonic.millis, (now) =>
    Effect.callback<Permit>((resume) => {
      let granted: Permit | undefined
      const place: ScheduledPoll = {
        operation,
        polledAt: rank,
        onTime: () => "due",
        isDue: () => true,
        onGranted: (permit) => {
          granted = permit
          resume(Effect.succeed(permit))
        },
        onHeldUp: () => {}
      }
      pacer.schedule(place, now)
      return Effect.sync(() => granted === undefined ? pacer.cancel(place) : pacer.meter.release(granted))
    }))
