/**
 * A text that is one safe segment of a URL's path.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/** @internal */
export const PathSegment = Schema.String.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(255),
  Schema.isPattern(/^(?!\.{1,2}$)[^/\\?#%\s\p{C}]+$/u, {
    message: "Expected one path segment, not . or ..: no spaces or control characters, none of / \\ ? # %"
  })
)
