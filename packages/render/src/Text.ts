/**
 * A verdict as lines of text, for a terminal or a log.
 *
 * @since 0.1.0
 */
import type { SloVerdict } from "@effect-datadog/slo-report/SloVerdict"
import * as Verdict from "@effect-datadog/slo-report/Verdict"
import * as Sentence from "./internal/sentence.ts"
import { isolated, nameOf, oneLine } from "./internal/text.ts"

/**
 * How a verdict is shown.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** `@default` false */
  readonly colors?: boolean | undefined
}

/**
 * The lines of a verdict: an SLO each, failures first, then one that sums up.
 *
 * **Details**
 *
 * A line has the verdict (`FAIL`, `pass`, `warn`, `?` where it could not be exported, `-` where there is nothing to
 * judge), the name, the interval, the status of which target, and what is left of the budget, or why not.
 * There are no colours in it, unless `colors` asks for them: the verdicts have them then, as a terminal takes them.
 *
 * **Example** (In a terminal)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, Verdict } from "@effect-datadog/slo-report"
 * import { Text } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * console.log(Text.fromVerdict(Verdict.fromRows([row])).trimEnd())
 * // => FAIL  Checkout  2026-10-01  99.85% of 99.9  -50% left
 * // => fail: 1 judged, 1 failed
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromVerdict = (verdict: Verdict.Verdict, { colors = false }: Options = {}): string => {
  const color = (text: string): string => colors ? colored(text) : text
  const lines = Verdict.worstFirst(verdict).map(columnsOf)
  const widest = (column: keyof Columns): number =>
    lines.reduce((widest, columns) => Math.max(widest, Math.min(maxWidth, width(columns[column]))), 0)
  const [name, start, status] = [widest("name"), widest("start"), widest("status")]
  const table = lines.map((columns) =>
    [
      color(columns.mark) + " ".repeat(markWidth - columns.mark.length),
      pad(columns.name, name),
      pad(columns.start, start),
      pad(columns.status, status),
      columns.note
    ].join("  ").trimEnd()
  )
  return [...table, color(verdict.verdict) + Sentence.summary(verdict).slice(verdict.verdict.length)].map((line) =>
    `${line}\n`
  ).join("")
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const markWidth = 4

const colored = (text: string): string => `\u001b[${codes.get(text) ?? yellow}m${text}\u001b[0m`

const yellow = "33"

// Bold red, green, and faint where there is nothing to judge.
const codes: ReadonlyMap<string, string> = new Map([
  ["FAIL", "1;31"],
  ["fail", "1;31"],
  ["pass", "32"],
  ["-", "2"]
])

// A longer name moves only its own line.
const maxWidth = 40

interface Columns {
  readonly mark: string
  readonly name: string
  readonly start: string
  readonly status: string
  readonly note: string
}

const width = (text: string): number => isAscii.test(text) ? text.length : charactersOf(text).length

const isAscii = /^[\x20-\x7e]*$/

// The first use of `Intl` in a process takes 10 ms.
const charactersOf = (text: string): ReadonlyArray<unknown> => {
  characters ??= new Intl.Segmenter("en")
  return Array.from(characters.segment(text.replaceAll(/[\u2068\u2069]/g, "")))
}

let characters: Intl.Segmenter | undefined

const pad = (text: string, to: number): string => text + " ".repeat(Math.max(0, to - width(text)))

const columnsOf = (slo: SloVerdict): Columns => {
  const target = slo.target === undefined ? "" : `of ${slo.target}`
  return {
    mark: markOf(slo),
    name: isolated(nameOf(slo)),
    start: slo.start ?? "",
    status: [Sentence.percent(slo.status), target].filter((text) => text !== "").join(" "),
    note: isolated(noteOf(slo))
  }
}

const markOf = ({ reason, verdict, warning }: SloVerdict): string => {
  if (verdict === "fail") return "FAIL"
  if (verdict === "pass") return warning ? "warn" : "pass"
  return reason === "not_exported" ? "?" : "-"
}

const noteOf = (slo: SloVerdict): string => {
  if (slo.reason === "not_exported") return oneLine(slo.exportError ?? "")
  if (slo.reason === "no_data" || slo.reason === "no_target") return slo.reason.replace("_", " ")
  return slo.budgetLeft === undefined ? "" : `${Sentence.budgetLeft(slo.budgetLeft)} left`
}
