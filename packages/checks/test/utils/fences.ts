/** Code in documentation: `ts` fences. */
export interface Fence {
  readonly path: string
  /** Where the code begins, from 1. */
  readonly line: number
  readonly end: number
  readonly code: string
}

/** The `ts` fences of Markdown, or of the doc comments of a source. */
export function fencesOf(path: string, text: string): ReadonlyArray<Fence> {
  return [...text.matchAll(/^([ *]*)```ts\n([^]*?)\n\1```$/gm)].map(({ 1: indent = "", 2: code = "", index }) => {
    const lines = code.split("\n")
    const line = text.slice(0, index).split("\n").length + 1
    return { path, line, end: line + lines.length - 1, code: lines.map((each) => each.slice(indent.length)).join("\n") }
  })
}
