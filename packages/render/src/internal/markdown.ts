/**
 * Markdown, as GitHub and GitLab read it.
 *
 * @since 0.1.0
 */
import { oneLine } from "./text.ts"

/**
 * A text in a table's cell, which means nothing but itself: no markup, no link, no mention, no emoji.
 *
 * A pipe is an entity, since not every parser lets a backslash keep it in its cell. An empty comment stops what is
 * looked for in the text when it is no longer Markdown.
 *
 * @internal
 */
export const escape = (text: string): string =>
  oneLine(text).replaceAll(special, (found) => {
    if (markup.test(found)) return `\\${found}`
    return entities[found] ?? `${found}<!-- -->`
  })

/** @internal */
export const table = (
  head: ReadonlyArray<string>,
  align: ReadonlyArray<"left" | "right">,
  rows: ReadonlyArray<ReadonlyArray<string>>
): string => {
  const rule = align.map((side) => side === "left" ? "---" : "--:")
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("")
}

const markup = /[\\`*_[\]~!$]/

const special = /[\\`*_[\]~!$&<>|@]|#(?=\d)|:(?=\/\/|[\w+-]+:)|www(?=\.)/gi

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;" }
