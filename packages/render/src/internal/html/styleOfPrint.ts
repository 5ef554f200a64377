/**
 * How the page looks on paper: every number of it, in the light; names whole, with their ids.
 *
 * @since 0.1.0
 */

/** @internal */
export const styleOfPrint = `
@media print {
  @page { size: A4 landscape; margin: 10mm; }
  :root { color-scheme: light; --page: #fff; font-size: 11px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; max-width: none; }
  a { color: inherit; text-decoration: none; }
  .tools, .anchor { display: none !important; }
  .printed { display: block; }
  .lead { font-size: 1.5rem; }
  .scroll { overflow: visible; max-height: none; border: 0; border-radius: 0; }
  .map tr > :nth-child(-n + 2), .map thead, .groups span { position: static; }
  .slos tr, .errors li, .tiles { break-inside: avoid; }
  .slos tr { content-visibility: visible; }
  h2 { break-after: avoid; }
  .slos .name { display: inline; overflow: visible; -webkit-line-clamp: none; }
  .slos .id { display: block; flex: 0 0 100%; color: var(--muted); font-weight: 400; font-size: 6.5pt; overflow-wrap: anywhere; }
  .slos th { font-size: 8pt; padding: 1mm 1mm 1mm 0; }
  .glance { padding: 0 1mm !important; font-size: 6pt; gap: 1.5mm; }
  .spark { width: 12mm; height: 5mm; margin-right: 1.5mm; }

  /* A table's head is on each of its pages. */
  .map.wide { display: table; width: 100%; table-layout: fixed; border-collapse: separate; border-spacing: 1px; }
  .wide thead { display: table-header-group; }
  .wide tbody { display: table-row-group; }
  .wide tr { display: table-row; }
  .wide th, .wide td, .wide .slos td:nth-child(n + 3), .wide .slos th, .wide .glance { display: table-cell; vertical-align: middle; }
  .wide tr > :first-child { width: 50mm; padding-left: 0; }
  .wide tr > :nth-child(2) { width: 38mm; }
  .wide .spark, .wide .facts { display: inline-block; vertical-align: middle; }
  .wide .slos td:nth-child(n + 3) {
    height: 8mm; text-align: center; font-size: min(8pt, calc(185mm / var(--n) / 5.2)); border-top: 0;
  }
  .wide td small { display: block; font-size: .8em; }
  .wide .slos th small { display: block; }
  .wide thead { font-size: min(8pt, calc(185mm / var(--n) / 3)); }
  .wide .groups th, .wide .starts th { padding-inline: .5mm; }

  /* Narrow columns become a paragraph of dated cells for each SLO. */
  .map.dense { width: auto; }
  .dense thead { display: none; }
  .dense .slos tr { display: flex; flex-wrap: wrap; gap: 1px; margin-bottom: 3mm; break-inside: auto; }
  .dense .slos th { flex: 0 0 60%; break-after: avoid; }
  .dense .slos .glance { flex: 0 0 38%; border: 0; break-after: avoid; }
  .dense .facts > span { display: inline !important; margin-right: 1em; }
  .dense .slos td[aria-colindex] { flex: 0 0 15mm; min-height: 0; padding: .5mm 0; text-align: center; break-inside: avoid; }
  .dense .bare::after { display: none; }
  .dense .slos td[aria-colindex] > span { color: inherit; font-size: 6pt; line-height: 1.25; white-space: pre-line; overflow: visible; }
  .dense .slos td[aria-colindex] > span::before { content: attr(data-start); display: block; }
}
`
