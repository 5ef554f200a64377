/**
 * A verdict as workflow commands, which GitHub Actions shows as annotations of a run.
 *
 * @since 0.1.0
 */
import type { SloVerdict } from "@effect-datadog/slo-report/SloVerdict"
import * as Verdict from "@effect-datadog/slo-report/Verdict"
import * as Sentence from "./internal/sentence.ts"
import { isolated, nameOf } from "./internal/text.ts"

/**
 * The lines of a verdict.
 *
 * **Details**
 *
 * What fails is an `error`; what could not be exported or has a warning, a `warning`, each kind at most ten times,
 * the worst first: GitHub shows ten of a kind and step. The last line is a `notice` that sums up, or a `warning`
 * where nobody can tell; where there are more than ten, it is among the ten and counts the others.
 *
 * **Example** (In a step of a workflow)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, Verdict } from "@effect-datadog/slo-report"
 * import { GitHubAnnotations } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * console.log(GitHubAnnotations.fromVerdict(Verdict.fromRows([row])).trimEnd())
 * // => ::error title=SLO Checkout::-50%25 of the error budget left in 2026-10-01 (99.85%25, target 99.9%25)
 * // => ::notice title=SLO gate::fail: 1 judged, 1 failed
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromVerdict = (verdict: Verdict.Verdict): string => {
  const slos = Verdict.worstFirst(verdict)
  const errors = slos.filter((slo) => slo.verdict === "fail")
  const warnings = slos.filter((slo) => slo.verdict !== "fail" && (slo.warning || slo.reason === "not_exported"))
  const isUnknown = verdict.verdict === "inconclusive"
  return [
    ...errors.slice(0, limit).map((slo) => ofSlo("error", slo)),
    ...warnings.slice(0, limit - (isUnknown ? 1 : 0)).map((slo) => ofSlo("warning", slo)),
    command(isUnknown ? "warning" : "notice", "SLO gate", Sentence.summary(verdict))
  ].join("")
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const limit = 10

type Kind = "error" | "warning" | "notice"

const ofSlo = (kind: Kind, slo: SloVerdict): string =>
  command(kind, `SLO ${isolated(nameOf(slo))}`, isolated(Sentence.ofSlo(slo)))

const command = (kind: Kind, title: string, message: string): string =>
  `::${kind} title=${escapeProperty(title)}::${escapeData(message)}\n`

// As GitHub's toolkit escapes them, and its runner reads them.
const escapeData = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")

const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C")
