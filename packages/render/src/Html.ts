/**
 * A report as a web page: a heat map of SLOs × intervals, and the SLOs that Datadog could not export.
 *
 * It is one file that asks nothing of anywhere: its policy allows only the style and the script that are in it.
 *
 * @since 0.1.0
 */
import type { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import * as IntervalCell from "@effect-datadog/slo-report/IntervalCell"
import * as SloReportRow from "@effect-datadog/slo-report/SloReportRow"
import type { ReportInterval } from "@effect-datadog/slo-report/SloReportRequest"
import * as Arr from "effect/Array"
import type * as DateTime from "effect/DateTime"
import { html, Markup } from "./internal/html/markup.ts"
import { policy } from "./internal/html/policy.ts"
import { script } from "./internal/html/script.ts"
import { style } from "./internal/html/style.ts"

/**
 * What is known of the report, and not in its rows; the page says what it is told.
 *
 * **Details**
 *
 * - `query`: which SLOs were asked for
 * - `interval`: the length of an interval; where it is absent, it is read from the columns
 * - `timezone`: the zone whose days these are, an IANA name @default UTC
 * - `source`: whether Datadog made the report, or it was computed from the SLOs' histories
 * - `report`: the report's id
 * - `site`: where the SLOs are; with it, each has a link to Datadog
 * - `madeAt`: when the page is made
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly query?: string | undefined
  readonly interval?: ReportInterval | undefined
  readonly timezone?: string | undefined
  readonly source?: "report" | "history" | undefined
  readonly report?: string | undefined
  readonly site?: DatadogSite | undefined
  readonly madeAt?: DateTime.DateTime | undefined
}

/**
 * The page of some rows.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow.SloReportRow>, _options: Options = {}): string => {
  const starts = rows[0]?.cells.map(({ start }) => start) ?? []
  const isDense = starts.length > maxWideColumns
  const period = [...new Set([...starts.slice(0, 1), ...starts.slice(-1)])].join(" to ")
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>SLO report${period === "" ? "" : `, ${period}`}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<h1>SLO report</h1>
<p>${count(rows.length, "SLO")}${starts.length === 0 ? "" : ` · ${count(starts.length, "interval")}, ${period}`}</p>
${rows.length === 0 ? "" : summary(rows)}
</header>
<main>
${rows.length === 0 ? html`<p class="empty">There are no SLOs in this report.</p>` : heatMap(rows, starts, isDense)}
${exportErrors(SloReportRow.withExportError(rows))}
</main>
${isDense ? html`<script>${new Markup(script)}</script>\n` : ""}</body>
</html>
`.source
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

/** More intervals than these are narrow columns, whose numbers are shown on hover, on focus and in print. */
const maxWideColumns = 24

type Row = SloReportRow.SloReportRow

const count = (number: number, noun: string): string =>
  `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`

// -----------------------------------------------------------------------------
// the numbers at a glance
// -----------------------------------------------------------------------------

const summary = (rows: ReadonlyArray<Row>): Markup => {
  const latest = rows.map((row) => ({ cell: SloReportRow.latest(row), target: row.target }))
  const met = latest.map(({ cell, target }) => cell && IntervalCell.met(cell, target))
  const errors = SloReportRow.withExportError(rows).length
  const withoutData = latest.filter(({ cell }) => cell === undefined).length
  return html`<dl class="summary">
${tile("Missed their target", met.filter((met) => met === false).length, "missed")}
${tile("Met their target", met.filter((met) => met === true).length, "met")}
${tile("Without data", withoutData, "without")}
${errors === 0 ? "" : tile(html`<a href="#errors">Export errors</a>`, errors, "missed")}
</dl>
<p class="note">${
    withoutData === rows.length
      ? "No interval of any SLO has data. That is normal for monitor SLOs, which have no history."
      : "Met or missed: in each SLO’s latest interval with data."
  }</p>`
}

const tile = (label: string | Markup, number: number, name: string): Markup =>
  html`<div class="${number === 0 ? "zero" : name}"><dt>${label}</dt><dd>${number.toLocaleString("en")}</dd></div>`

// -----------------------------------------------------------------------------
// the heat map
// -----------------------------------------------------------------------------

const heatMap = (rows: ReadonlyArray<Row>, starts: ReadonlyArray<string>, isDense: boolean): Markup =>
  html`<section aria-labelledby="map">
<h2 id="map">Error budgets</h2>
<ul class="legend" aria-label="Legend">${
    legend.map(([band, label]) => html`<li><span class="swatch ${band}"></span>${label}</li>`)
  }</ul>
<div class="scroll" role="region" aria-labelledby="map" tabindex="0">
<table class="map ${isDense ? "dense" : "wide"}">
<caption><span>Status of each SLO in each interval, in percent, and how much of its error budget was left.
The worst come first, by their latest interval with data.</span></caption>
${columnHeaders(starts)}
<tbody>
${SloReportRow.worst(rows).map((row) => rowOf(row, isDense))}</tbody>
</table>
</div>
</section>`

const legend = [
  ["full", "75–100% left"],
  ["most", "50–75%"],
  ["some", "25–50%"],
  ["low", "0–25%"],
  ["over", "overspent: target missed"],
  ["far", "overspent by 100% or more"],
  ["none", "no data, or no target"]
] as const

const columnHeaders = (starts: ReadonlyArray<string>): Markup => {
  const isMonthly = areMonths(starts)
  const groups = groupsOf(starts)
  // Days of a long report are too narrow to be all labelled.
  const step = starts.length > 100 ? 7 : 1
  return html`<colgroup></colgroup>
${groups.map(([, { length }]) => html`<colgroup span="${length}"></colgroup>`)}
<thead>
<tr><th scope="col" rowspan="2" class="corner">SLO</th>${
    groups.map(([group, { length }], index) => {
      const isYear = isMonthly || index === 0 || group.endsWith("-01")
      const label = [...(isMonthly ? [] : [monthOf(group)]), ...(isYear ? [group.slice(0, 4)] : [])].join(" ")
      return html`<th scope="colgroup" colspan="${length}" class="span${length}"><span>${label}</span></th>`
    })
  }</tr>
<tr>${
    groups.flatMap(([, starts]) =>
      starts.map((start, index) => {
        const label = isMonthly ? monthOf(start) : index % step === 0 ? `${Number(start.slice(8))}` : ""
        return html`<th scope="col"><span class="read">${start}</span><span aria-hidden="true">${label}</span></th>`
      })
    )
  }</tr>
</thead>`
}

const areMonths = (starts: ReadonlyArray<string>): boolean => starts.every((start) => start.endsWith("-01"))

/** The months of a year, or the days and weeks that start in a month. */
const groupsOf = (starts: ReadonlyArray<string>) => {
  const length = areMonths(starts) ? 4 : 7
  return Object.entries(Arr.groupBy(starts, (start) => start.slice(0, length)))
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

const monthOf = (start: string): string => months[Number(start.slice(5, 7)) - 1] ?? start

const rowOf = (row: Row, isDense: boolean): Markup => {
  const latest = SloReportRow.latest(row)
  const facts = [
    row.sloType,
    row.target === undefined ? "no target" : `target ${row.target}%`,
    ...(latest === undefined ? [] : [`latest ${judge(latest, row.target).note}`]),
    ...(row.exportError === undefined ? [] : ["export error"])
  ]
  return html`<tr><th scope="row"><bdi class="name">${nameOf(row)}</bdi> <small>${facts.join(" · ")}</small></th>${
    row.cells.map((cell) => cellOf(cell, row.target, isDense))
  }</tr>
`
}

const nameOf = ({ id, name }: Row): string => [name, id].find((text) => text.trim() !== "") ?? "(no name)"

const cellOf = (cell: IntervalCell.IntervalCell, target: number | undefined, isDense: boolean): Markup => {
  const { band, note } = judge(cell, target)
  const text = cell.status === undefined ? cell.raw.trim() || "–" : `${percent.format(cell.status)}%`
  // A narrow column's number is seen apart from the header.
  return isDense
    ? html`<td class="${band}"><span data-start="${cell.start}">${text}\n${note}</span></td>`
    : html`<td class="${band}"><span>${text} <small>${note}</small></span></td>`
}

type Band = typeof legend[number][0]

/** How much of the budget is left, as a colour and in words, neither of which makes it better than it is. */
const judge = (
  cell: IntervalCell.IntervalCell,
  target: number | undefined
): { readonly band: Band; readonly note: string } => {
  if (cell.status === undefined) return { band: "none", note: "no data" }
  const budget = IntervalCell.errorBudgetLeft(cell, target)
  if (budget === undefined) {
    const met = IntervalCell.met(cell, target)
    return met === undefined
      ? { band: "none", note: "no target" }
      : { band: met ? "full" : "over", note: met ? "met" : "missed" }
  }
  // Half of a budget may be 49.99999999999 by the arithmetic of floating point.
  const whole = Math.floor(budget + 1e-6)
  if (budget < 0) {
    const over = Math.max(1, -whole)
    return { band: over >= 100 ? "far" : "over", note: `${compact.format(over)}% over` }
  }
  const band = whole >= 75 ? "full" : whole >= 50 ? "most" : whole >= 25 ? "some" : "low"
  return { band, note: budget > 0 && whole === 0 ? "<1% left" : `${compact.format(whole)}% left` }
}

const percent = new Intl.NumberFormat("en", { maximumFractionDigits: 3, roundingMode: "floor" })

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 0 })

// -----------------------------------------------------------------------------
// the export errors
// -----------------------------------------------------------------------------

const exportErrors = (rows: ReadonlyArray<Row>): Markup =>
  rows.length === 0 ? html`` : html`<section aria-labelledby="errors">
<h2 id="errors">Export errors</h2>
<p>Datadog could not export ${rows.length === 1 ? "this SLO" : `these ${count(rows.length, "SLO")}`}.</p>
<ul class="errors">
${
    rows.map((row) =>
      html`<li><bdi class="name">${nameOf(row)}</bdi> <code>${row.id}</code> <bdi class="error">${
        row.exportError ?? ""
      }</bdi></li>
`
    )
  }</ul>
</section>`
