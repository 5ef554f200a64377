/**
 * JSON whose texts can't act where they are shown: a terminal, or a page of logs.
 *
 * @since 0.1.0
 */

/**
 * The text of a value. Control characters of both kinds, marks that turn the direction and what CI systems take for a
 * command (`##[`, `##vso[`) are escaped, which no reader of JSON can tell from themselves.
 *
 * @internal
 */
export const stringify = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replaceAll(
    /[\u{7f}-\u{9f}\u{2028}\u{2029}]|\p{Bidi_Control}|#(?=#\w*\[)/gu,
    escape
  )

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
