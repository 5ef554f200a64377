/**
 * How a call can end without a complete answer.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/** @internal */
export const Reason = Schema.Literals([
  "refused",
  "unreachable",
  "dns",
  "tls",
  "proxy",
  "reset",
  "timeout",
  "closed",
  "invalid",
  "other"
])
