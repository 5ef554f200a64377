/**
 * Texts from Datadog as people see them: on one line, with nothing that acts in place of being seen.
 *
 * @since 0.1.0
 */

/**
 * A text on one line, as it can be shown.
 *
 * White space is one space each. Other control characters are pictures of themselves, and what is no character is
 * U+FFFD. Marks that turn the direction of what is around them are left out: letters have their own. What a CI system
 * would take for a command is taken apart.
 *
 * @internal
 */
export const oneLine = (text: string): string => visible(text).replaceAll(/\s+/g, " ").trim()

/**
 * The same on as many lines as it has.
 *
 * @internal
 */
export const lines = (text: string): string => visible(text.replaceAll(/\r\n?/g, "\n")).trim()

/**
 * The name of an SLO on one line; its id where it has none.
 *
 * @internal
 */
export const nameOf = ({ id, name }: { readonly id: string; readonly name: string }): string =>
  [name, id].map(oneLine).find((text) => text !== "") ?? "(no name)"

/**
 * A text among others on a line, whose order it doesn't change where it is written from right to left.
 *
 * @internal
 */
export const isolated = (text: string): string => rightToLeft.test(text) ? `\u{2068}${text}\u{2069}` : text

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const visible = (text: string): string =>
  text.replaceAll(/\p{Bidi_Control}/gu, "").replaceAll(/[\p{Cc}\p{Cs}]/gu, picture).replaceAll(command, "# ")

const picture = (character: string): string => {
  const code = character.charCodeAt(0)
  // Tab to carriage return, and the next line of C1, are white space.
  if ((code >= 0x09 && code <= 0x0d)) return character
  if (code === 0x85) return "\n"
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? "\u{2421}" : "\u{fffd}"
}

// A command to GitHub's runner (`##[`), Azure's (`##vso[`) or TeamCity's, wherever it is on a line of a log.
const command = /#(?=#\w*\[)/g

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
