/**
 * XML 1.0.
 *
 * @since 0.1.0
 */

/**
 * A text for an element's content or an attribute's value. What XML has no character for is U+FFFD.
 *
 * @internal
 */
export const escape = (text: string): string =>
  text.replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\u{fffd}")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    // As characters a parser would make spaces of white space in an attribute.
    .replaceAll(/["'\t\n\r]/g, (found) => `&#${found.charCodeAt(0)};`)

/** @internal */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string = ""
): string => {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(`${value}`)}"`).join("")
  return content === "" ? `<${name}${pairs}/>` : `<${name}${pairs}>${content}</${name}>`
}
