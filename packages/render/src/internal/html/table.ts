/**
 * The heat map: a table of SLOs × intervals, the numbers of many intervals apart from it.
 *
 * @since 0.1.0
 */
import type { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import type { ReportInterval } from "@effect-datadog/slo-report/SloReportRequest"
import * as Arr from "effect/Array"
import * as Percent from "../percent.ts"
import { nameOf, oneLine } from "../text.ts"
import { bands, type Judgement } from "./bands.ts"
import * as Calendar from "./calendar.ts"
import { glance } from "./glance.ts"
import { html, type Markup } from "./markup.ts"
import { missedIn, type Slo } from "./slo.ts"

/** @internal */
export interface Table {
  readonly slos: ReadonlyArray<Slo>
  readonly starts: ReadonlyArray<string>
  readonly interval: ReportInterval | undefined
  readonly timezone: string | undefined
  readonly site: DatadogSite | undefined
  /** Whether columns are narrow, and their cells drawn by the script. */
  readonly isDense: boolean
  /** How many intervals are in print, from the last back. */
  readonly printed: number
}

/** @internal */
export const heatMap = (table: Table): Markup => {
  const { isDense, printed, slos, starts } = table
  const last = starts.at(-1)
  const minutes = last === undefined ? undefined : Calendar.minutesOf(last, table.interval, table.timezone)
  return html`<section>
<h2 id="map">Error budgets</h2>
${tools}
<ul class="legend" aria-label="Legend">${bands.map(({ label, name }) => entry(name, label))}${
    entry("none", "no data")
  }${entry("bare", "no target")}</ul>
${
    isDense
      ? html`<noscript><p class="note">The intervals are drawn by a script, and scripts are off.</p></noscript>`
      : ""
  }
${
    printed < starts.length
      ? html`<p class="note printed">Of ${starts.length} intervals, the last ${printed} are printed.</p>`
      : ""
  }
<div class="scroll" role="region" aria-labelledby="map" tabindex="0">
<table class="map ${isDense ? "dense" : "wide"} n${isDense ? 0 : starts.length}${isWeekly(table) ? " weeks" : ""}">
<caption>Status of each SLO in each interval, in percent, and how much of its error budget was left. First come those that
need attention in the last interval.</caption>
${head(table)}
<tbody class="slos">
${
    Arr.zipWith(slos, anchorsOf(slos), (slo, anchor) => ({ slo, anchor }))
      .map(({ anchor, slo }, rank) => rowOf(slo, rank, anchor, minutes, table))
  }</tbody>
</table>
</div>
</section>`
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const tools = html`<form class="tools" role="search" hidden>
<label class="search">Search <input type="search" id="search" autocomplete="off" spellcheck="false"></label>
<label><input type="checkbox" id="missed"> Missed only</label>
<label>Sort by <select id="sort">
<option value="rank">attention</option>
<option value="name">name</option>
<option value="often">missed most often</option>
<option value="change">got worse most</option>
<option value="index">order of the report</option>
</select></label>
<output id="shown"></output>
</form>`

const entry = (band: string, label: string): Markup => html`<li><span class="swatch ${band}"></span>${label}</li>`

// How many letters of a label there is room for in a column.
const roomOf = (table: Table): number => {
  if (table.isDense) return isWeekly(table) ? 2.1 : 1.55
  return Math.max(7, 20 / table.starts.length)
}

const isWeekly = ({ interval }: Table): boolean => interval === "weekly"

const head = (table: Table): Markup => {
  const { interval, starts } = table
  const isMonthly = interval === "monthly"
  const groups = Calendar.groupsOf(starts, isMonthly, roomOf(table))
  // Days of a long report are too narrow to be all labelled.
  const step = starts.length > 100 ? 7 : 1
  return html`<thead>
<tr class="groups"><td></td><td></td>${
    groups.map(({ label, starts }) =>
      html`<th scope="colgroup" colspan="${starts.length}" class="span${starts.length}"><span>${label}</span></th>`
    )
  }</tr>
<tr class="starts"><th scope="col">SLO</th><th scope="col">Trend</th>${
    groups.flatMap(({ starts }) =>
      starts.map((start, index) => {
        const label = isMonthly ? Calendar.monthOf(start) : index % step === 0 ? `${Calendar.dayOf(start)}` : ""
        return html`<th scope="col"><span class="read">${start}</span><span aria-hidden="true">${label}</span></th>`
      })
    )
  }</tr>
<tr class="totals"><th scope="row">Missed in each interval</th><td></td>${totals(table)}</tr>
</thead>`
}

const totals = ({ isDense, slos, starts }: Table): ReadonlyArray<Markup> => {
  const counts = starts.map((_, index) => missedIn(slos, index))
  if (!isDense) return counts.map((missed) => html`<td>${missed}</td>`)
  const most = Math.max(1, ...counts)
  return Arr.zipWith(starts, counts, (start, missed) => {
    const height = Math.ceil(missed / most * 10)
    return html`<td class="bar h${height}" title="${start}: ${missed} missed"><span class="read">${missed}</span></td>`
  })
}

const rowOf = (slo: Slo, rank: number, anchor: string, minutes: number | undefined, table: Table): Markup => {
  const { change, index, judgements, missed, outcome } = slo
  const numbers = html`data-rank="${rank}" data-index="${index}" data-often="${missed}" data-change="${change ?? 0}"`
  return html`<tr id="${anchor}" ${numbers}${outcome === "missed" ? html` data-missed` : ""}><th scope="row">${
    nameCell(slo, anchor, table.site)
  }</th><td class="glance">${glance(slo, minutes)}</td>${
    table.isDense ? "" : judgements.map((judgement, index) => cellOf(judgement, slo.cells[index]?.status))
  }</tr>
`
}

const nameCell = ({ outcome, row }: Slo, anchor: string, site: DatadogSite | undefined): Markup => {
  const name = nameOf(row)
  const shown = html`<bdi class="name" title="${name}\n${oneLine(row.id)}">${name}</bdi>`
  const target = row.target === undefined ? "no target" : `target ${row.target}%`
  return html`${
    site === undefined
      ? shown
      : html`<a href="https://${hostOf(site)}/slo?slo_id=${encode(row.id)}" rel="noreferrer">${shown}</a>`
  }<a class="anchor" href="#${anchor}" aria-label="Link to this SLO">#</a><small><bdi>${
    oneLine(row.sloType)
  }</bdi> · ${target}${
    outcome === "not_exported" ? html` · <a href="#errors">not exported</a>` : ""
  }</small><code class="id"><bdi>${oneLine(row.id)}</bdi></code>`
}

const cellOf = ({ band, note }: Judgement, status: number | undefined): Markup =>
  status === undefined
    ? html`<td class="${band}"><span class="read">${note}</span></td>`
    : html`<td class="${band}">${Percent.status(status)}<small>${note}</small></td>`

// The sites of one domain are its subdomains; the first has none, and its pages are at app.
const hostOf = (site: DatadogSite): string => site.split(".").length > 2 ? site : `app.${site}`

const encode = (text: string): string => encodeURIComponent(text.replaceAll(/\p{Cs}/gu, "\u{fffd}"))

/** The anchors of SLOs, made of their ids, so that a link leads to the same SLO on the next page too. */
const anchorsOf = (slos: ReadonlyArray<Slo>): ReadonlyArray<string> => {
  const seen = new Map<string, number>()
  return slos.map(({ row }) => {
    const anchor = `slo-${row.id.replaceAll(/[^\w-]/g, "_")}`
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}.${times + 1}`
  })
}
