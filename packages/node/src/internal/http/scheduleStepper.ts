/**
 * Steps a schedule by hand: one input in, one delay out.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as Monotonic from "./monotonic.ts"

/**
 * Gives the next delay in milliseconds, or `undefined` where the schedule has ended.
 *
 * @internal
 */
export type ScheduleStepper<Input> = (input: Input) => Effect.Effect<number | undefined>

/**
 * @param atLeast the least delay that it gives, in milliseconds
 * @internal
 */
export const make = <Input>(
  schedule: Schedule.Schedule<unknown, Input>,
  atLeast = 0
): Effect.Effect<ScheduleStepper<Input>> =>
  Effect.map(
    Schedule.toStep(schedule),
    (step) => (input) =>
      Effect.flatMap(Monotonic.millis, (now) =>
        Pull.matchEffect(step(now, input), {
          onSuccess: ([, delay]) => Effect.succeed(notLess(Duration.toMillis(delay), atLeast)),
          onFailure: Effect.failCause,
          onDone: () => Effect.undefined
        }))
  )

const notLess = (delay: number, atLeast: number): number => delay >= atLeast ? delay : atLeast
