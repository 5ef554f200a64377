/**
 * Markup as a type of its own: a text that is put into it is escaped, only markup is not.
 *
 * @since 0.1.0
 */

/** @internal */
export class Markup {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

/**
 * A text for an element's content, or for an attribute's value in quotes.
 *
 * @internal
 */
export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")
    .replaceAll("'", "&#39;")
    // As characters a parser would read a line feed, and an error.
    .replaceAll("\r", "&#13;").replaceAll("\0", "\u{fffd}")

const source = (value: Value): string =>
  value instanceof Markup ? value.source : typeof value === "object" ? value.map(source).join("") : escape(`${value}`)

/** @internal */
export type Value = string | number | Markup | ReadonlyArray<Markup>

/**
 * Markup with values in it: `` html`<p title="${text}">${text}</p>` ``.
 *
 * @internal
 */
export const html = (parts: TemplateStringsArray, ...values: ReadonlyArray<Value>): Markup =>
  new Markup(String.raw({ raw: parts }, ...values.map(source)))

/**
 * A script element, or data for one. Its end has no place in a tagged template: a bundler takes such a template apart,
 * by a helper of another package.
 *
 * @param attributes as they are, with a space before each
 * @internal
 */
export const script = (attributes: string, content: string): Markup =>
  new Markup(`<script${attributes}>${content}</script>`)
