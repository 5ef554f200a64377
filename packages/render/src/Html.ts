/**
 * A report as a web page: a heat map of SLOs × intervals, and the SLOs that Datadog could not export.
 *
 * It is one file that asks nothing of anywhere: its policy allows only the style and the script that are in it.
 *
 * @since 0.1.0
 */
import type { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { ReportInterval } from "@effect-datadog/slo-report/SloReportRequest"
import type * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"
import * as Calendar from "./internal/html/calendar.ts"
import { cells } from "./internal/html/cells.ts"
import { errors } from "./internal/html/errors.ts"
import { header, periodOf } from "./internal/html/header.ts"
import { html, Markup, script as scriptElement } from "./internal/html/markup.ts"
import { policy } from "./internal/html/policy.ts"
import { script } from "./internal/html/script.ts"
import * as Slo from "./internal/html/slo.ts"
import { style } from "./internal/html/style.ts"
import { heatMap } from "./internal/html/table.ts"

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
 * **Details**
 *
 * It opens on the last interval that any of the rows has, and judges that one: an SLO that is silent there has no
 * data, whatever it had before. It works without its script up to 24 intervals; the cells of more are drawn from
 * numbers that are in it once, as they come into view. In print are the last of them, as many as make 12,000 cells.
 *
 * **Example** (With links to Datadog)
 *
 * ```ts
 * import { DatadogSite, IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Html } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * const page = Html.fromRows([row], { query: "team:pay", site: DatadogSite.DatadogSite.make("datadoghq.eu") })
 * page.includes("https://app.datadoghq.eu/slo") // => true
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow>, options: Options = {}): string => {
  const starts = [...new Set(rows.flatMap(({ cells }) => cells.map(({ start }) => start)))].sort(Order.String)
  const interval = options.interval ?? Calendar.intervalOf(starts)
  const slos = Slo.fromRows(rows, starts)
  const isDense = starts.length > maxWideColumns
  const printed = isDense
    ? Math.min(starts.length, Math.max(7, Math.floor(maxPrintedCells / slos.length)))
    : starts.length
  const period = periodOf(starts)
  const { site, timezone } = options
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>SLO report${period === "" ? "" : `, ${period}`}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
${header({ ...options, interval }, slos, starts)}
<main>
${
    rows.length === 0
      ? html`<p class="empty">There are no SLOs in this report.</p>`
      : heatMap({ slos, starts, interval, timezone, site, isDense, printed })
  }
${errors(rows)}
</main>
${isDense ? html`${cells(slos, starts, printed)}\n` : ""}${
    rows.length === 0 ? "" : html`${scriptElement("", script)}\n`
  }</body>
</html>
`.source
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// More columns than these are narrow, and their numbers are shown on hover, on focus and in print.
const maxWideColumns = 24

// Some 60 pages.
const maxPrintedCells = 12_000
