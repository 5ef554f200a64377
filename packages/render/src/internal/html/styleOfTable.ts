/**
 * How the heat map looks. Its rows are grids of their own, so that those out of sight cost nothing.
 *
 * @since 0.1.0
 */
import { bands } from "./bands.ts"

/** @internal */
export const styleOfTable = `
${bands.map(({ name }) => `.${name} { background-color: var(--${name}); color: var(--on-${name}); }`).join("\n")}
.full { box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--on-full) 16%, transparent); }
:is(.none, .bare):is(td, .swatch) { box-shadow: inset 0 0 0 1px var(--hole); }
.swatch.bare::after, .dense .bare::after {
  content: ""; position: absolute; inset: calc(50% - 2px); border-radius: 50%; background: var(--muted);
}

.scroll {
  overflow: auto; max-height: 92vh; border: 1px solid var(--line); border-radius: .7rem; background: var(--card);
  scroll-snap-type: x mandatory; scroll-padding: 7rem 2px 1rem calc(var(--name) + var(--glance) + 4px);
}
.map, .map thead, .map tbody { display: block; }
.map { width: max(100%, calc(var(--name) + var(--glance) + var(--n) * (var(--cell) + 2px) + 4px)); }
.map caption {
  display: block; position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.map tr {
  display: grid; gap: 0 var(--gap); padding-right: 2px;
  grid-template-columns: var(--name) var(--glance) repeat(var(--n), minmax(var(--cell), 1fr));
}
.map th { font-weight: 600; text-align: left; }
.map :is(th, td) { padding: 0; min-width: 0; }
.map tr > :nth-child(-n + 2) { position: sticky; left: 0; z-index: 1; background: var(--card); box-shadow: 2px 0 var(--card); }
.map tr > :nth-child(2) { left: calc(var(--name) + var(--gap)); }
.map thead { position: sticky; top: 0; z-index: 3; background: var(--card); border-bottom: 1px solid var(--line); }
.map thead { font-size: .8rem; }
.map .groups { padding-top: .5rem; }
.groups th { height: 1.4rem; padding-left: .35rem; border-left: 1px solid var(--line); white-space: nowrap; }
.groups span { position: sticky; left: calc(var(--name) + var(--glance) + .35rem); }
.starts th { padding: 0 .3rem; color: var(--muted); font-weight: 500; }
.starts th:nth-child(n + 3) { scroll-snap-align: start; }
.wide :is(.starts th:nth-child(n + 3), .totals td) { text-align: center; }
.starts th:nth-child(-n + 2), .totals th { padding-left: .9rem; }
.starts th:nth-child(2) { padding-left: .3rem; }
.totals { padding-block: .3rem; color: var(--muted); }
.totals th { font-weight: 500; }
.wide .totals td { font-weight: 600; color: var(--text); }

.slos tr { border-top: 1px solid var(--line); padding-block: 3px; content-visibility: auto; contain-intrinsic-block-size: auto 3.6rem; }
.slos tr:first-child { border-top: 0; }
.slos tr:target > :nth-child(-n + 2) { background: color-mix(in srgb, var(--accent) 14%, var(--card)); }
.slos th {
  display: flex; flex-wrap: wrap; align-content: center; align-items: baseline; padding: .2rem 1.3rem .2rem .9rem;
  line-height: 1.25; font-size: .9rem;
}
.slos th > a:not(.anchor) { color: inherit; text-decoration-color: var(--hole); text-underline-offset: .2em; min-width: 0; }
.slos th > a:not(.anchor):hover { color: var(--accent); text-decoration-color: currentColor; }
.name { overflow-wrap: anywhere; }
.slos .name { display: -webkit-inline-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; vertical-align: bottom; }
.slos th small { flex: 0 0 100%; color: var(--muted); font-weight: 400; font-size: .78rem; }
.slos .id { display: none; }
.anchor { position: absolute; top: .3rem; right: .25rem; padding: 0 .3rem; text-decoration: none; font-weight: 400; opacity: 0; }
.slos tr:hover .anchor, .anchor:focus-visible { opacity: 1; }
.glance { display: flex; align-items: center; gap: .6rem; padding: .2rem .4rem .2rem .3rem !important; font-size: .75rem; line-height: 1.3; }
.map tr > .glance { border-right: 1px solid var(--line); }
.spark { flex: 0 0 auto; width: 4.2rem; height: 1.4rem; overflow: visible; }
.spark path { fill: none; stroke: var(--muted); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.spark .aim { stroke: var(--hole); stroke-width: 1; stroke-dasharray: 2 3; }
.spark circle { fill: var(--muted); }
.spark .missed { fill: var(--bad); }
.spark .met { fill: var(--good); }
.facts { color: var(--muted); min-width: 0; white-space: nowrap; }
.facts > span:not(.read) { display: block; }
.change { color: var(--text); }
.down { color: var(--bad); }
.down > span:first-child, .up > span:first-child { font-size: .8em; margin-right: .25em; }

.map td { border-radius: .25rem; }
.map tr > .glance, .map thead td:nth-child(2) { border-radius: 0; }
.wide .slos td:nth-child(n + 3) {
  display: flex; flex-direction: column; justify-content: center; align-items: center; min-height: 2.7rem;
  font-size: .75rem; line-height: 1.25; font-weight: 550; white-space: nowrap;
}
.wide td small { font-weight: 400; font-size: .68rem; }
.wide td:is(.over, .far) { font-weight: 600; }

.dense { --cell: 14px; }
.scroll:has(.dense) { scroll-padding-left: calc(var(--name) + var(--glance) + 2px); }
.dense.weeks { --cell: 21px; }
.dense { --gap: 1px; }
.map.dense tr > :nth-child(-n + 2) { box-shadow: 1px 0 var(--card); }
.map.dense { width: max(100%, calc(var(--name) + var(--glance) + var(--n) * (var(--cell) + 1px) + 3px)); }
.dense:not(.drawn) :is(.groups, .starts, .totals) > :nth-child(n + 3) { display: none; }
.dense .groups th { padding-left: .15rem; }
.dense .starts th:nth-child(n + 3) { padding: 0; font-size: .68rem; white-space: nowrap; }
.dense .totals { align-items: stretch; padding-bottom: 0; }
.dense .bar { align-self: end; height: calc(1px + var(--h, 0) * .14rem); border-radius: 2px 2px 0 0; background: var(--bad); }
${Array.from({ length: 10 }, (_, tenth) => `.h${tenth + 1} { --h: ${tenth + 1}; }`).join(" ")}
.dense .bar.h0 { background: var(--line); }
.dense .slos td[aria-colindex] { position: relative; grid-column-start: var(--c); grid-row: 1; min-height: 2.4rem; border-radius: 2px; }
.dense .slos td[aria-colindex] > span {
  display: block; height: 100%; overflow: hidden; white-space: nowrap; color: transparent; font-size: .8rem;
}
@media screen {
  .dense .slos tr:is(:hover, :focus-within) { content-visibility: visible; }
  .dense .slos td[aria-colindex]:is(:hover, :focus) { z-index: 4; outline: 2px solid var(--text); outline-offset: 0; }
  .dense .slos td[aria-colindex]:is(:hover, :focus) > span {
    position: absolute; right: -2px; bottom: calc(100% + 4px); height: auto; padding: .35rem .65rem; border-radius: .4rem;
    background: var(--text); color: var(--page); line-height: 1.3; text-align: right; font-weight: 650; white-space: pre;
    overflow: visible;
  }
  .dense .slos td[aria-colindex]:is(:hover, :focus) > span::before { content: attr(data-start) "\\A"; font-weight: 400; }
  .dense .slos tr:first-child td[aria-colindex]:is(:hover, :focus) > span { top: calc(100% + 4px); bottom: auto; }
}
`
