import { assert } from "@effect/vitest"

/** The rows of a Markdown text's table under a head that begins with these cells. */
export const tableOf = (text: string, ...head: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const lines = text.split("\n").map((line) =>
    line.startsWith("|") ? line.slice(1).split("|").map((cell) => cell.trim()) : []
  )
  const start = lines.findIndex((cells) => head.every((cell, index) => cells[index] === cell))
  assert.isAtLeast(start, 0, `a table of ${head.join(", ")}`)
  const end = lines.findIndex((cells, index) => index > start && cells.length === 0)
  return lines.slice(start + 2, end).map((cells) => cells.slice(0, -1))
}
