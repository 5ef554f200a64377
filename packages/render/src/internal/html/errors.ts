/**
 * The SLOs that Datadog could not export, and why.
 *
 * @since 0.1.0
 */
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import { lines, nameOf, oneLine } from "../text.ts"
import { count } from "./header.ts"
import { html, type Markup } from "./markup.ts"

/** @internal */
export const errors = (all: ReadonlyArray<SloReportRow>): Markup => {
  const rows = all.flatMap(({ exportError, id, name }) => exportError === undefined ? [] : [{ exportError, id, name }])
  return rows.length === 0 ? html`` : html`<section aria-labelledby="errors">
<h2 id="errors">Not exported</h2>
<p class="note">Datadog could not export ${rows.length === 1 ? "this SLO" : `these ${count(rows.length, "SLO")}`}.</p>
<ul class="errors">
${
    rows.map((row) =>
      html`<li><bdi class="name">${nameOf(row)}</bdi> <code><bdi>${oneLine(row.id)}</bdi></code> <bdi class="error">${
        lines(row.exportError)
      }</bdi></li>
`
    )
  }</ul>
</section>`
}
