/**
 * JSON from outside, read strictly: unknown members are errors, and an error is one line that says where.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** A value, or what is wrong with the text. @internal */
export const decode = <A, I>(schema: Schema.Codec<A, I>, text: string): Result.Result<A, string> =>
  Result.mapError(
    Schema.decodeUnknownResult(Schema.fromJsonString(schema), { onExcessProperty: "error" })(text),
    ({ message }) => toLine(message)
  )

/** A duration as Effect writes it: `"10 seconds"`. @internal */
export const Span = Schema.DurationFromString.check(
  Schema.makeFilter(
    (duration) => Duration.isFinite(duration) && !Duration.isNegative(duration),
    { expected: "a duration that is not negative and has an end, such as \"10 seconds\"" }
  )
)

// Each problem is a line, and often another that says where. Where nothing of several kinds fits, the first is told.
const toLine = (message: string): string => {
  const [first = ""] = message.split(/\n(?! {2}at )/)
  const [problem = "", at = ""] = first.split("\n  at ")
  const path = at.replaceAll(/\["([^"]*)"\]/g, ".$1").replace(/^\./, "")
  const words = problem.replaceAll(/\s+/g, " ")
    .replace("Expected no excess property", "unknown member")
    .replace("Expected a valid Duration string", "Expected a duration such as \"10 minutes\"")
  return path === "" ? words : `${path}: ${words}`
}
