/**
 * The delays of a schedule, asked for one at a time.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"

/**
 * Steps the schedule with an input: the next delay in milliseconds, or `undefined` where the schedule has ended.
 *
 * @internal
 */
export type Delays<Input> = (input: Input) => Effect.Effect<number | undefined>

/** @internal */
export const make = <Input>(schedule: Schedule.Schedule<unknown, Input>): Effect.Effect<Delays<Input>> =>
  Effect.map(
    Schedule.toStep(schedule),
    (step) => (input) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Pull.matchEffect(step(now, input), {
          onSuccess: ([, delay]) => Effect.succeed(Duration.toMillis(delay)),
          onFailure: Effect.failCause,
          onDone: () => Effect.undefined
        }))
  )
