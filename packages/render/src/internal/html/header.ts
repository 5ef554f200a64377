/**
 * The head of the page: what was asked for, a sentence that sums up, and the numbers at a glance.
 *
 * @since 0.1.0
 */
import type { ReportInterval } from "@effect-datadog/slo-report/SloReportRequest"
import type * as DateTime from "effect/DateTime"
import * as Calendar from "./calendar.ts"
import { html, type Markup } from "./markup.ts"
import { judgedIn, missedIn, type Outcome, type Slo } from "./slo.ts"

/** @internal */
export interface About {
  readonly query?: string | undefined
  readonly interval: ReportInterval | undefined
  readonly timezone?: string | undefined
  readonly source?: "report" | "history" | undefined
  readonly report?: string | undefined
  readonly site?: string | undefined
  readonly madeAt?: DateTime.DateTime | undefined
}

/** @internal */
export const header = (about: About, slos: ReadonlyArray<Slo>, starts: ReadonlyArray<string>): Markup =>
  html`<header>
<h1>SLO report</h1>
<dl class="about">${facts(about, starts)}</dl>
${
    slos.length === 0 ? "" : html`<p class="lead">${sentence(slos, starts, about.interval)}</p>
${tiles(slos)}`
  }
</header>`

/**
 * A number of things.
 *
 * @internal
 */
export const count = (number: number, noun: string): string =>
  `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`

/** @internal */
export const periodOf = (starts: ReadonlyArray<string>): string =>
  [...new Set([...starts.slice(0, 1), ...starts.slice(-1)])].join(" to ")

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const units = { daily: "day", weekly: "week", monthly: "month" } as const

const facts = (about: About, starts: ReadonlyArray<string>): ReadonlyArray<Markup> => {
  const { interval, madeAt, query, site, timezone } = about
  const unit = interval === undefined ? "interval" : units[interval]
  const source = sourceOf(about)
  return [
    ...(query === undefined ? [] : [fact("Query", html`<code><bdi>${query}</bdi></code>`)]),
    ...(starts.length === 0 ? [] : [fact("Period", html`${count(starts.length, unit)}, ${periodOf(starts)}`)]),
    ...(timezone === undefined ? [] : [fact("Time zone", html`<bdi>${timezone}</bdi>`)]),
    ...(source === undefined ? [] : [fact("Source", source)]),
    ...(site === undefined ? [] : [fact("Site", html`${site}`)]),
    ...(madeAt === undefined
      ? []
      : [fact("Made", html`<time datetime="${Calendar.isoOf(madeAt)}">${Calendar.timeOf(madeAt)}</time>`)])
  ]
}

const fact = (term: string, value: Markup): Markup => html`<div><dt>${term}</dt><dd>${value}</dd></div>`

const sourceOf = ({ report, source }: About): Markup | undefined => {
  if (source === "history") return html`SLO histories`
  if (report !== undefined) return html`Datadog’s report <code><bdi>${report}</bdi></code>`
  return source === undefined ? undefined : html`Datadog’s report`
}

const sentence = (slos: ReadonlyArray<Slo>, starts: ReadonlyArray<string>, interval: ReportInterval | undefined) => {
  const last = starts.at(-1)
  if (last === undefined) return `There are ${count(slos.length, "SLO")} and no intervals.`
  const when = Calendar.nameOf(last, interval)
  const begin = `${when.slice(0, 1).toUpperCase()}${when.slice(1)},`
  const judged = judgedIn(slos, starts.length - 1)
  const missed = missedIn(slos, starts.length - 1)
  if (judged === 0) {
    const never = slos.every(({ cells }) => cells.every((cell) => cell?.status === undefined))
    return `${begin} no SLO can be judged: ${unjudged(slos)}.${
      never ? " That is normal for monitor SLOs, which have no history." : ""
    }`
  }
  const change = starts.length === 1 || judgedIn(slos, starts.length - 2) === 0
    ? ""
    : `, ${changeOf(missed - missedIn(slos, starts.length - 2))} the interval before`
  return `${begin} ${missed === 0 ? "none" : missed.toLocaleString("en")} of ${
    count(slos.length, "SLO")
  } missed their target${change}.`
}

const changeOf = (change: number): string =>
  change === 0 ? "as many as in" : `${Math.abs(change).toLocaleString("en")} ${change > 0 ? "more" : "fewer"} than in`

const unjudged = (slos: ReadonlyArray<Slo>): string => {
  const counts = countsOf(slos)
  const parts = [
    [counts.no_data, counts.no_data === 1 ? "has no data" : "have no data"],
    [counts.no_target, counts.no_target === 1 ? "has no target" : "have no target"],
    [counts.not_exported, "could not be exported"]
  ] as const
  return parts.filter(([number]) => number > 0).map(([number, text]) => `${number.toLocaleString("en")} ${text}`)
    .join(", ")
}

const countsOf = (slos: ReadonlyArray<Slo>): Readonly<Record<Outcome, number>> => {
  const counts = { missed: 0, met: 0, no_data: 0, no_target: 0, not_exported: 0 }
  for (const { outcome } of slos) counts[outcome]++
  return counts
}

const tiles = (slos: ReadonlyArray<Slo>): Markup => {
  const counts = countsOf(slos)
  const optional: ReadonlyArray<readonly [Outcome, string | Markup]> = [
    ["no_target", "No target"],
    ["not_exported", html`<a href="#errors">Not exported</a>`]
  ]
  return html`<dl class="tiles">
${tile("all", "SLOs", slos.length)}
${tile("missed", "Missed", counts.missed)}
${tile("met", "Met", counts.met)}
${tile("no_data", "No data", counts.no_data)}
${
    optional.filter(([outcome]) => counts[outcome] > 0).map(([outcome, label]) => tile(outcome, label, counts[outcome]))
  }</dl>`
}

const tile = (name: string, label: string | Markup, number: number): Markup =>
  html`<div class="tile ${name}"><dt>${label}</dt><dd>${number.toLocaleString("en")}</dd></div>`
