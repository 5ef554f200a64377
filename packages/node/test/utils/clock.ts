import { Clock, Effect } from "effect"
import { HttpClient } from "effect/http"

export interface SteppedClock {
  readonly clock: Clock.Clock
  // Sets the wall clock forward or back by so many milliseconds.
  readonly step: (millis: number) => void
  // Milliseconds of the clock that is never set.
  readonly now: () => number
  // Runs requests, the server's side of them, by the clock that is never set.
  readonly transformClient: (client: HttpClient.HttpClient) => HttpClient.HttpClient
}

// The current clock with a wall time that can be set, as a computer's is; its sleeps and its monotonic time go on.
export const makeStepped: Effect.Effect<SteppedClock> = Clock.clockWith((base) =>
  Effect.sync(() => {
    let offset = 0
    const millis = () => base.currentTimeMillisUnsafe() + offset
    const nanos = () => base.currentTimeNanosUnsafe() + BigInt(offset) * 1_000_000n
    const clock: Clock.Clock = Object.assign(Object.create(base), {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos)
    })
    return {
      clock,
      step: (by) => void (offset += by),
      now: () => base.currentTimeMillisUnsafe(),
      transformClient: HttpClient.transform(Effect.provideService(Clock.Clock, base))
    }
  })
)
