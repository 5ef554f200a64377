/**
 * A time to wait: at least a millisecond, in whole milliseconds, on the wire a number of milliseconds.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

const isWholeMillis = (delay: Duration.Duration): boolean => {
  const millis = Duration.toMillis(delay)
  return Number.isSafeInteger(millis) && millis > 0 && Duration.equals(delay, Duration.millis(millis))
}

/** @internal */
export const Delay = Schema.DurationFromMillis.check(
  Schema.makeFilter((delay) => isWholeMillis(delay) ? undefined : "Expected a positive number of whole milliseconds")
)
