/**
 * The bounds of what an application sets.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/**
 * A duration in milliseconds; nothing of one that is no number or negative, which Duration makes 0 of.
 *
 * @internal
 */
export const millis = (input: Duration.Input): Option.Option<number> => {
  const isNoNumber = typeof input === "object" ? Object.values(input).some(Number.isNaN) : Number.isNaN(input)
  return isNoNumber
    ? Option.none()
    : Option.filter(Option.map(Duration.fromInput(input), Duration.toMillis), (millis) => millis >= 0)
}
