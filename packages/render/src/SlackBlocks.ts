/**
 * A report or a verdict as a message of Slack's Block Kit: the JSON that an incoming webhook takes.
 *
 * Texts are of the type `plain_text`, in which Slack reads no markup, no mention and no emoji.
 *
 * @since 0.1.0
 */
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { SloVerdict } from "@effect-datadog/slo-report/SloVerdict"
import * as Verdict from "@effect-datadog/slo-report/Verdict"
import { stringify } from "./internal/json.ts"
import * as Sentence from "./internal/sentence.ts"
import { isolated, nameOf } from "./internal/text.ts"

/**
 * The message of some rows: how many missed their target in the last interval, and the ten that did worst there.
 *
 * **Example** (To an incoming webhook)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { SlackBlocks } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * export const post = (webhook: string) =>
 *   fetch(webhook, { method: "POST", body: SlackBlocks.fromRows([row]), headers: { "content-type": "application/json" } })
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow>): string => {
  const verdict = Verdict.fromRows(rows)
  const { counts, starts } = verdict
  const facts = [
    `${counts.slos} ${counts.slos === 1 ? "SLO" : "SLOs"}`,
    `${counts.failed} missed the target`,
    `${counts.noData} without data`,
    `${counts.noTarget} without a target`,
    `${counts.notExported} not exported`
  ]
  return message(["SLO report", ...starts].join(", "), facts.join(", "), troubled(verdict))
}

/**
 * The message of a verdict: what came of it, and the ten SLOs that did worst.
 *
 * **Example** (What a notification says)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, Verdict } from "@effect-datadog/slo-report"
 * import { SlackBlocks } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * JSON.parse(SlackBlocks.fromVerdict(Verdict.fromRows([row]))).blocks[0].text.text // => "❌ SLO gate: fail"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromVerdict = (verdict: Verdict.Verdict): string =>
  message(
    `${icons[verdict.verdict]} SLO gate: ${verdict.verdict}`,
    `${Sentence.ofRule(verdict)} Result: ${Sentence.ofCounts(verdict)}.`,
    troubled(verdict)
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const icons = { pass: "✅", fail: "❌", inconclusive: "❔" } as const

// Slack takes 50 blocks, and 3000 characters in a section's text.
const maxSlos = 10
const maxLength = 500

const troubled = (verdict: Verdict.Verdict): ReadonlyArray<SloVerdict> =>
  Verdict.worstFirst(verdict).filter(({ reason, verdict }) => verdict === "fail" || reason === "not_exported")

const message = (title: string, summary: string, slos: ReadonlyArray<SloVerdict>): string => {
  const more = slos.length - maxSlos
  const blocks = [
    { type: "header", text: plain(title) },
    section(summary),
    ...slos.slice(0, maxSlos).map((slo) => section(lineOf(slo))),
    ...(more > 0 ? [section(`… and ${more} more`)] : [])
  ]
  // What a notification shows, which Slack reads as markup: no text of an SLO is in it.
  return `${stringify({ text: `${title}: ${summary}`, blocks })}\n`
}

const section = (text: string) => ({ type: "section", text: plain(text) })

const plain = (text: string) => ({ type: "plain_text", text, emoji: false })

const lineOf = (slo: SloVerdict): string => `${isolated(cut(nameOf(slo)))}: ${isolated(cut(Sentence.ofSlo(slo)))}`

const cut = (text: string): string =>
  text.length > maxLength ? `${text.slice(0, maxLength - 1).replace(/\p{Cs}$/u, "")}…` : text
