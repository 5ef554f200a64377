/**
 * The numbers of many intervals, as the page's script reads them: each once, and nothing of it is a text of Datadog's.
 *
 * @since 0.1.0
 */
import * as Percent from "../percent.ts"
import { type Markup, script } from "./markup.ts"
import type { Slo } from "./slo.ts"

/**
 * A block of data that no browser runs.
 *
 * **Details**
 *
 * `kinds` are the classes and words that cells have, `rows` the SLOs in the order of the page: the kind of each cell,
 * and its status, cut to three digits.
 *
 * @internal
 */
export const cells = (slos: ReadonlyArray<Slo>, starts: ReadonlyArray<string>, printed: number): Markup => {
  const kinds = new Map<string, number>()
  const rows = slos.map(({ cells, judgements }) => {
    const kind = judgements.map(({ band, note }) => numberOf(kinds, JSON.stringify([band, note])))
    const status = cells.map((cell) => cell?.status === undefined ? "null" : Percent.status(cell.status).slice(0, -1))
    return `{"kind":[${kind.join(",")}],"status":[${status.join(",")}]}`
  })
  const json = `{"starts":${JSON.stringify(starts)},"printed":${printed},"kinds":[${
    [...kinds.keys()].join(",")
  }],"rows":[\n${rows.join(",\n")}\n]}`
  return script(` type="application/json" id="cells"`, json.replaceAll("<", "\\u003c"))
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const numberOf = (kinds: Map<string, number>, kind: string): number => {
  const found = kinds.get(kind) ?? kinds.size
  kinds.set(kind, found)
  return found
}
