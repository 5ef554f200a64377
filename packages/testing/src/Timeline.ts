/**
 * The life of a report as a script: which status it has at which age.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * From this age on the report has this status, documented or not.
 *
 * **Details**
 *
 * `after` counts from the report's creation, not from the step before; a number is in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Step {
  readonly after: Duration.Input
  readonly status: string
}

/**
 * A report's statuses in order.
 *
 * **Details**
 *
 * Before the first step the report is `in_progress`.
 *
 * @category models
 * @since 0.1.0
 */
export type Timeline = ReadonlyArray<Step>

/**
 * `in_progress` until this age, then the given status; a number is in milliseconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const after = (age: Duration.Input, status: string): Timeline => [{ after: age, status }]

/**
 * The same status at every age.
 *
 * @category constructors
 * @since 0.1.0
 */
export const always = (status: string): Timeline => [{ after: 0, status }]

/**
 * The timeline of a report that was given none: `completed` after 10 seconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const standard: Timeline = after("10 seconds", "completed")

/**
 * The status at an age in milliseconds: that of the last step whose age has come.
 *
 * @category getters
 * @since 0.1.0
 */
export const statusAt = (timeline: Timeline, age: number): string =>
  timeline.reduce(
    (status, step) => Duration.toMillis(Duration.fromInputUnsafe(step.after)) <= age ? step.status : status,
    "in_progress"
  )
