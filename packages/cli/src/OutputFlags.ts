/**
 * The flags that say in which format, and where it goes; and which formats there are.
 *
 * @since 0.1.0
 */
import type { Flag } from "./Flag.ts"
import * as Setting from "./Setting.ts"

/**
 * The formats of a table.
 *
 * @internal
 */
export const ofTable = ["csv", "jsonl", "json", "markdown", "html", "slack"] as const

/**
 * The formats of a verdict.
 *
 * @internal
 */
export const ofVerdict = ["text", "json", "jsonl", "markdown", "junit", "github", "slack"] as const

/**
 * The formats of what is neither: an id, a status, a diagnosis.
 *
 * @internal
 */
export const ofText = ["text", "json"] as const

/** @internal */
export type TableFormat = typeof ofTable[number]

/** @internal */
export type VerdictFormat = typeof ofVerdict[number]

/**
 * The format that a file's name asks for.
 *
 * @internal
 */
export const ofName = (path: string): TableFormat | undefined => extensions.get(/\.([a-z]+)$/i.exec(path)?.[1] ?? "")

const extensions: ReadonlyMap<string, TableFormat> = new Map([
  ["csv", "csv"],
  ["json", "json"],
  ["jsonl", "jsonl"],
  ["ndjson", "jsonl"],
  ["md", "markdown"],
  ["html", "html"]
])

/** @internal */
export const format = (words: ReadonlyArray<string>, usual: string): Flag => ({
  name: "format",
  letter: "f",
  metavar: "format",
  words,
  description: `${words.join(", ")} (default: ${usual})`
})

/** @internal */
export const output: Flag = {
  name: "output",
  letter: "o",
  metavar: "file",
  description: "where it goes, - is standard output (default: -)"
}

/** @internal */
export const write: Flag = {
  name: "write",
  metavar: "format=file",
  description: "another format to another file; may be repeated",
  isRepeated: true
}

/** @internal */
export const spreadsheet = Setting.toggle(
  "spreadsheet",
  "a CSV for Excel: with a byte order mark, and formulas made harmless"
)

/** @internal */
export const color = Setting.choice(
  "color",
  ["auto", "always", "never"],
  "whether verdicts as text have colours (default: auto, on a terminal, without NO_COLOR)"
)

/** @internal */
export const tableFlags = (usual: string): ReadonlyArray<Flag> => [format(ofTable, usual), output, write, spreadsheet]

/** @internal */
export const verdictFlags: ReadonlyArray<Flag> = [format(ofVerdict, "text"), output, write, color]

/** @internal */
export const textFlags: ReadonlyArray<Flag> = [format(ofText, "text")]
