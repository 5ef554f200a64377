/**
 * How the page looks.
 *
 * @since 0.1.0
 */
import { bands } from "./bands.ts"
import { styleOfPrint } from "./styleOfPrint.ts"
import { styleOfTable } from "./styleOfTable.ts"

const colours = (scheme: "light" | "dark"): string =>
  bands.map(({ name, ...of }) => `--${name}: ${of[scheme][0]}; --on-${name}: ${of[scheme][1]};`).join("\n  ")

const counts = Array.from({ length: 24 }, (_, index) => `.n${index + 1} { --n: ${index + 1}; }`)
const spans = Array.from({ length: 31 }, (_, index) => `.span${index + 1} { grid-column-end: span ${index + 1}; }`)

/** @internal */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #16191f; --muted: #565e6b; --line: #dfe2e8; --accent: #1457bd;
  --hole: #b3b9c4; --bad: #a82f25; --good: #2a7a4b; --zone: #fdf0ee;
  ${colours("light")}
  --name: 14rem; --glance: 12.9rem; --cell: 3.9rem; --gap: 2px; --n: 1;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f1115; --card: #171a20; --text: #e9ecf1; --muted: #a2abb9; --line: #2c313b; --accent: #8ab8ff;
    --hole: #454d5b; --bad: #fda18a; --good: #7fd09f; --zone: #2a1b1a;
    ${colours("dark")}
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; max-width: 120rem; padding: clamp(1rem, 2.6vw, 2.25rem);
  background: var(--page); color: var(--text);
  font: 1rem/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, p, dl, dd, ul { margin: 0; padding: 0; }
h1 { font-size: 1.05rem; font-weight: 600; color: var(--muted); letter-spacing: .01em; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .92em; }
.note { color: var(--muted); font-size: .9rem; margin-top: .3rem; }
.printed { display: none; }
.read { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.empty {
  margin-top: 2rem; padding: 2rem; border: 2px dashed var(--line); border-radius: .7rem; color: var(--muted);
}

header { display: flex; flex-direction: column; }
.lead {
  order: 1; margin-top: .4rem; max-width: 62rem; font-size: clamp(1.25rem, 2.4vw, 1.75rem); line-height: 1.25;
  font-weight: 650; letter-spacing: -.015em; text-wrap: pretty;
}
.about { order: 2; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin-top: .7rem; font-size: .875rem; }
.about div { display: flex; gap: .45rem; min-width: 0; }
.about dt { color: var(--muted); flex: none; }
.about dd { overflow-wrap: anywhere; }
.tiles { order: 3; display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1.2rem; }
.tile {
  display: flex; flex-direction: column-reverse; justify-content: flex-end; flex: 1 1 8.5rem; max-width: 14rem;
  padding: .6rem .9rem .7rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
}
.tile dd { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; }
.tile dt { color: var(--muted); font-size: .85rem; }
.tile dt::before {
  content: ""; display: inline-block; width: .6rem; height: .6rem; margin-right: .4rem; border-radius: .15rem;
  background: var(--mark, transparent); box-shadow: inset 0 0 0 1px var(--edge, var(--mark, transparent));
}
.tile.all dt::before { display: none; }
.tile.missed { --mark: var(--over); }
.tile.met { --mark: var(--most); }
.tile:is(.no_data, .no_target, .not_exported) { --edge: var(--hole); }

.tools { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.1rem; margin-top: .7rem; font-size: .9rem; }
.tools label { display: flex; align-items: center; gap: .45rem; }
.tools :is(input[type=search], select) {
  min-height: 2.1rem; padding: .25rem .55rem; border: 1px solid var(--hole); border-radius: .45rem;
  background: var(--card); color: inherit; font: inherit;
}
.tools .search { flex: 0 1 20rem; }
.tools select { max-width: 10rem; }
.tools input[type=search] { flex: 1; min-width: 8rem; }
.tools input[type=checkbox] { width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
.tools output { color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin: .8rem 0 .7rem; list-style: none; font-size: .8rem; color: var(--muted); }
.legend li { display: flex; align-items: center; gap: .4rem; white-space: nowrap; }
.swatch { position: relative; width: 1.3rem; height: .95rem; border-radius: .2rem; }

.errors { list-style: none; margin-top: .7rem; display: grid; gap: .5rem; }
.errors li {
  padding: .6rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  overflow-wrap: anywhere;
}
.errors .name { font-weight: 600; }
.errors code { color: var(--muted); }
.errors .error { display: block; margin-top: .15rem; white-space: pre-wrap; }
${styleOfTable}
${counts.join("\n")}
${spans.join("\n")}

@media screen and (max-width: 48rem) {
  :root { --name: 9.2rem; --glance: 0px; --cell: 3.9rem; }
  .map .groups td + td, .starts th + th:nth-child(2), .totals th + td { display: none; }
  .map tr > :first-child { grid-column: 1 / 3; }
  .slos tr { grid-template-rows: auto 1fr; }
  .map .slos .glance { grid-area: 2 / 1 / 3 / 3; left: 0; border-right: 0; flex-wrap: wrap; align-content: start; padding: 0 .3rem .4rem .9rem !important; gap: .1rem .4rem; align-items: start; }
  .slos th { padding-bottom: .15rem; justify-content: start; }
  .map.map .slos tr td + td { grid-row: 1 / 3; }
  .map th { font-size: .85rem; }
  .tile { flex-basis: 6.5rem; padding: .45rem .7rem .55rem; }
  .tile dd { font-size: 1.4rem; }
  .tools .search { flex-basis: 100%; }
}
${styleOfPrint}`
