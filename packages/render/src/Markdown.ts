/**
 * A report or a verdict as Markdown, for a pull request, a job's summary or a wiki.
 *
 * @since 0.1.0
 */
import * as IntervalCell from "@effect-datadog/slo-report/IntervalCell"
import * as SloReportRow from "@effect-datadog/slo-report/SloReportRow"
import type { SloVerdict } from "@effect-datadog/slo-report/SloVerdict"
import * as Verdict from "@effect-datadog/slo-report/Verdict"
import * as Order from "effect/Order"
import { escape, table } from "./internal/markdown.ts"
import * as Percent from "./internal/percent.ts"
import * as Sentence from "./internal/sentence.ts"
import { nameOf } from "./internal/text.ts"

/**
 * The table of some rows: an SLO a line, the worst first, and a column an interval.
 *
 * **Details**
 *
 * The worst are those of `SloReportRow.worst`, by their latest interval with data. Each cell is a status in percent, cut to three digits; one that misses the target is bold. Those that Datadog
 * could not export have a table of their own below.
 *
 * **Example** (A table for a pull request)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Markdown } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * console.log(Markdown.fromRows([row]).split("\n\n")[1]?.trimEnd())
 * // => | SLO | Type | Target | 2026-10-01 |
 * // => | --- | --- | --: | --: |
 * // => | Checkout | metric | 99.9% | **99.85%** |
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow.SloReportRow>): string => {
  if (rows.length === 0) return `### SLO report\n\nThere are no SLOs in this report.\n`
  const starts = [...new Set(rows.flatMap(({ cells }) => cells.map(({ start }) => start)))].sort(Order.String)
  const head = ["SLO", "Type", "Target", ...starts]
  const lines = SloReportRow.worst(rows).map((
    row
  ) => [nameCell(row), escape(row.sloType), targetCell(row), ...statuses(row)])
  return [
    `### SLO report\n`,
    table(head, ["left", "left", ...starts.map(right), "right"], lines),
    ...errorTable(rows)
  ].join("\n")

  function statuses(row: SloReportRow.SloReportRow): ReadonlyArray<string> {
    const cells = new Map(row.cells.map((cell) => [cell.start, cell]))
    return starts.map((start) => statusCell(cells.get(start), row.target))
  }
}

/**
 * A verdict: a heading, what was asked, what came of it, and a table of the SLOs, failures first.
 *
 * **Example** (Its heading)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, Verdict } from "@effect-datadog/slo-report"
 * import { Markdown } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * Markdown.fromVerdict(Verdict.fromRows([row])).split("\n")[0] // => "### ❌ SLO gate: fail"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromVerdict = (verdict: Verdict.Verdict): string =>
  [
    `### ${icons[verdict.verdict]} SLO gate: ${verdict.verdict}\n`,
    `${Sentence.ofRule(verdict)} Result: ${Sentence.ofCounts(verdict)}.\n`,
    ...(verdict.slos.length === 0 ? [] : [verdictTable(Verdict.worstFirst(verdict))])
  ].join("\n")

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const icons = { pass: "✅", fail: "❌", inconclusive: "❔" } as const

const right = (): "right" => "right"

const nameCell = (slo: { readonly id: string; readonly name: string }): string => escape(nameOf(slo))

const targetCell = ({ target }: { readonly target?: number }): string => target === undefined ? "–" : `${target}%`

const statusCell = (cell: IntervalCell.IntervalCell | undefined, target: number | undefined): string => {
  if (cell?.status === undefined) return "–"
  const text = Percent.status(cell.status)
  return IntervalCell.met(cell, target) === false ? `**${text}**` : text
}

const errorTable = (rows: ReadonlyArray<SloReportRow.SloReportRow>): ReadonlyArray<string> => {
  const errors = rows.flatMap((row) => row.exportError === undefined ? [] : [[nameCell(row), escape(row.exportError)]])
  return errors.length === 0 ? [] : [table(["Not exported", "Why"], ["left", "left"], errors)]
}

const verdictTable = (slos: ReadonlyArray<SloVerdict>): string =>
  table(
    ["", "SLO", "Target", "Status", "Budget left", "Why"],
    ["left", "left", "right", "right", "right", "left"],
    slos.map((slo) => [
      slo.verdict === "pass" && slo.warning ? "⚠️" : icons[slo.verdict],
      nameCell(slo),
      targetCell(slo),
      Sentence.percent(slo.status) || "–",
      escape(Sentence.budgetLeft(slo.budgetLeft)) || "–",
      escape(Sentence.ofSlo(slo))
    ])
  )
