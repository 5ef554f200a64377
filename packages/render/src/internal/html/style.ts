/**
 * How the page of a report looks.
 *
 * @since 0.1.0
 */

/** @internal */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfaf7; --card: #fff; --text: #1d2126; --muted: #5a626c; --line: #dcd9d2; --accent: #1757b8;
  --full: #bfe4dc; --on-full: #0a3a33;
  --most: #e0efd6; --on-most: #24401a;
  --some: #f8edc2; --on-some: #4a3a05;
  --low: #f9cb8f; --on-low: #4c2a00;
  --over: #c63f2b; --on-over: #fff;
  --far: #6f0f24; --on-far: #fff;
  --none: #efede8; --on-none: #5c6068;
  --stripe: rgb(255 255 255 / .38);
  --first: 18rem;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #131519; --card: #1c1f25; --text: #eceef1; --muted: #a3abb6; --line: #353a43; --accent: #8ab8ff;
    --full: #12493f; --on-full: #c9f3e8;
    --most: #2f4a2a; --on-most: #d9f0cf;
    --some: #5c4c12; --on-some: #fbeeb9;
    --low: #8a4f0a; --on-low: #fff0db;
    --over: #bf3a27; --on-over: #fff;
    --far: #ffa597; --on-far: #3d0009;
    --none: #23272e; --on-none: #a3abb6;
    --stripe: rgb(0 0 0 / .38);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: clamp(1rem, 3vw, 2.5rem); background: var(--page); color: var(--text);
  font: 1rem/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1, h2, p, dl, dd, ul { margin: 0; padding: 0; }
h1 { font-size: clamp(1.6rem, 4vw, 2.2rem); line-height: 1.15; letter-spacing: -.02em; }
h2 { font-size: 1.2rem; margin-top: 2.2rem; }
header > p, .note, section > p { color: var(--muted); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.summary { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.4rem 0 .6rem; }
.summary div {
  display: flex; flex-direction: column-reverse; justify-content: flex-end; flex: 1 1 8.5rem; max-width: 15rem;
  padding: .7rem 1rem .8rem; background: var(--card); border: 1px solid var(--line); border-radius: .7rem;
  border-top: .3rem solid var(--none);
}
.summary .missed { border-top-color: var(--over); }
.summary .met { border-top-color: var(--full); }
.summary dd { font-size: 2rem; line-height: 1.2; font-weight: 650; }
.summary dt { color: var(--muted); font-size: .9rem; }
.note { font-size: .9rem; }
.empty { margin-top: 2rem; padding: 2rem; border: 2px dashed var(--line); border-radius: .7rem; color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; margin: .7rem 0; list-style: none; font-size: .85rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.swatch { width: 1.4rem; height: 1rem; border-radius: .25rem; box-shadow: inset 0 0 0 1px rgb(128 128 128 / .35); }

.full { background-color: var(--full); color: var(--on-full); }
.most { background-color: var(--most); color: var(--on-most); }
.some { background-color: var(--some); color: var(--on-some); }
.low { background-color: var(--low); color: var(--on-low); }
.over { background-color: var(--over); color: var(--on-over); }
.far { background-color: var(--far); color: var(--on-far); }
.none { background-color: var(--none); color: var(--on-none); }
/* Missed targets have stripes where they have no words. */
.swatch.over, .dense .over {
  background-image: repeating-linear-gradient(135deg, transparent 0 3px, var(--stripe) 3px 5px);
}
.swatch.far, .dense .far {
  background-image: repeating-linear-gradient(45deg, transparent 0 2px, var(--stripe) 2px 4px);
}

.scroll {
  overflow: auto; max-height: 92vh; border: 1px solid var(--line); border-radius: .7rem; background: var(--card);
  padding: 0 .5rem .5rem; scroll-padding: 5rem 1rem 1rem 20rem;
}
.map { border-collapse: separate; border-spacing: 2px; min-width: 100%; }
.map caption { padding: .8rem .4rem .5rem; text-align: left; color: var(--muted); font-size: .9rem; }
.map caption span { position: sticky; left: .4rem; display: inline-block; max-width: min(calc(100vw - 5rem), 75ch); }
.map th { background: var(--card); box-shadow: 0 0 0 2px var(--card); font-weight: 600; text-align: left; }
.map thead th { position: sticky; top: 0; z-index: 2; height: 1.7rem; padding: 0 .3rem; font-size: .85rem; }
.map thead tr + tr th { top: calc(1.7rem + 2px); color: var(--muted); font-weight: 500; text-align: center; }
.map thead th[scope=colgroup] { border-bottom: 1px solid var(--line); white-space: nowrap; }
.map thead th[scope=colgroup] span { position: sticky; left: calc(var(--first) + .2rem); display: inline-block; }
.map th.corner { left: -.5rem; z-index: 3; vertical-align: bottom; padding: 0 .5rem .2rem; }
.map th[scope=row] {
  position: sticky; left: -.5rem; z-index: 1; width: var(--first); min-width: var(--first); max-width: var(--first); padding: .35rem .5rem;
  line-height: 1.25; vertical-align: middle;
}
.map th small { display: block; color: var(--muted); font-weight: 400; font-size: .8em; margin-top: .1rem; }
.name { font-weight: 600; }
th .name { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.map td { padding: 0; border-radius: .3rem; text-align: center; }
.read { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.wide td { min-width: 4.6rem; }
.wide td span { display: block; max-width: 9rem; margin: auto; padding: .35rem .3rem; line-height: 1.2; font-weight: 550;
  overflow-wrap: break-word;
}
.wide td small { display: block; font-weight: 400; font-size: .78rem; white-space: nowrap; }
.wide td:is(.over, .far) span { font-weight: 700; }

/* Rows are grids of their own, so that those out of sight cost nothing: a year of days is 365 columns. */
.dense, .dense thead, .dense tbody { display: block; }
.dense { width: max(100%, calc(var(--first) + var(--intervals) * 15px)); }
.dense caption { display: block; }
.dense tr {
  display: grid; grid-template-columns: var(--first) repeat(var(--intervals), minmax(14px, 1fr)); gap: 1px;
  margin-bottom: 1px;
}
.dense tbody tr { content-visibility: auto; contain-intrinsic-block-size: auto 3.2rem; }
.dense thead { position: sticky; top: 0; z-index: 2; background: var(--card); }
.dense thead th { position: static; padding: 0; }
.dense th.corner { position: sticky; z-index: 3; height: 3.4rem; margin-bottom: -1.7rem; padding: 1.85rem .5rem 0; }
.dense thead tr + tr th:first-child { grid-column: 2; }
.dense thead th[scope=colgroup] { overflow: clip; padding-left: .15rem; border-left: 1px solid var(--line); }
.dense thead tr + tr th { font-size: .68rem; white-space: nowrap; text-align: left; }
.dense td { border-radius: 2px; }
.dense td span {
  display: block; height: 100%; overflow: hidden; white-space: nowrap; color: transparent; font-size: .8rem;
}
@media screen {
  .dense tbody tr:is(:hover, :focus-within) { content-visibility: visible; }
  .dense td:is(:hover, :focus) { position: relative; z-index: 4; outline: 2px solid var(--text); outline-offset: 0; }
  .dense td:is(:hover, :focus) span {
    position: absolute; right: -2px; bottom: calc(100% + 3px); height: auto; padding: .3rem .6rem; border-radius: .4rem;
    background: var(--text); color: var(--page); line-height: 1.3; text-align: right; font-weight: 650;
  }
  .dense td:is(:hover, :focus) span::before { content: attr(data-start); display: block; font-weight: 400; }
}

.errors { list-style: none; margin-top: .7rem; display: grid; gap: .6rem; }
.errors li {
  padding: .7rem 1rem; background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--over);
  border-radius: .5rem;
}
.errors code { color: var(--muted); font-size: .8rem; }
.errors .error { display: block; margin-top: .15rem; }

@media (max-width: 40rem) {
  :root { --first: 8.5rem; }
  .map th[scope=row] { font-size: .85rem; }
  .scroll { scroll-padding-left: 10rem; }
  .summary div { flex-basis: 7rem; }
}

@media print {
  @page { size: A4 landscape; margin: 10mm; }
  :root { color-scheme: light; --page: #fff; font-size: 11px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; }
  .scroll { overflow: visible; max-height: none; border: 0; padding: 0; }
  .map thead th, .map th[scope=row] { position: static; }
  .map tr, .errors li, .summary { break-inside: avoid; }
  h2 { break-after: avoid; }
  .wide { width: 100%; table-layout: fixed; font-size: min(8pt, calc(160pt / var(--intervals))); }
  .wide th.corner { width: 45mm; }
  .wide th[scope=row] { width: auto; min-width: 0; max-width: none; font-size: 8pt; }
  .wide thead th { font-size: inherit; }
  .wide td { min-width: 0; }
  .wide td span { padding: .3em 0; }
  .wide td small { font-size: .85em; white-space: normal; }
  /* Narrow columns become a paragraph of dated cells for each SLO. */
  .dense { width: auto; }
  .dense thead { display: none; }
  .dense tbody tr {
    display: flex; flex-wrap: wrap; margin-bottom: 4mm; break-inside: auto; content-visibility: visible;
  }
  .dense th[scope=row] { flex: 0 0 100%; width: auto; max-width: none; break-after: avoid; }
  .dense td { flex: 0 0 15mm; padding: .5mm 0; background-image: none !important; break-inside: avoid; }
  .dense td span { color: inherit; font-size: 6pt; line-height: 1.25; white-space: pre-line; overflow: visible; }
  .dense td span::before { content: attr(data-start); display: block; }
}
`
