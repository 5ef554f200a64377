/**
 * A report's id as an answer carries it: a text, or a whole number that JavaScript keeps exactly.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/** @internal */
export const WireId = Schema.Union([Schema.String, Schema.Natural])
