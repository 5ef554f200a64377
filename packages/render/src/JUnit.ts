/**
 * A verdict as a JUnit file, which CI systems show as tests: an SLO is a test case.
 *
 * @since 0.1.0
 */
import type { SloVerdict } from "@effect-datadog/slo-report/SloVerdict"
import type { Verdict } from "@effect-datadog/slo-report/Verdict"
import type { VerdictRule } from "@effect-datadog/slo-report/VerdictRule"
import * as Sentence from "./internal/sentence.ts"
import { lines, nameOf, oneLine } from "./internal/text.ts"
import { element, escape } from "./internal/xml.ts"

/**
 * The file of a verdict.
 *
 * **Details**
 *
 * What fails has a `failure`; what stands in the way of a verdict, an `error`; what has no data or no target is
 * `skipped`. Where nothing was judged, a test case of that name has an error: a file without any would look like
 * success.
 *
 * A test case has the SLO's type for a class and its name for a name, with its id where others have that name too.
 *
 * **Example** (A gate that failed)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, Verdict } from "@effect-datadog/slo-report"
 * import { JUnit } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * const file = JUnit.fromVerdict(Verdict.fromRows([row]))
 * const [, head] = file.split("\n")
 * console.log(head)
 * // => <testsuites name="SLO gate" tests="1" failures="1" errors="0" skipped="0">
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromVerdict = (verdict: Verdict): string => {
  const isUnique = uniqueNames(verdict.slos)
  const cases = verdict.slos.map((slo) => caseOf(slo, isUnique(slo), verdict.rule))
  if (verdict.reason === "empty" || verdict.reason === "nothing_judged") {
    cases.push(nothingJudged(verdict, verdict.reason))
  }
  const count = (result: Result): number => cases.filter((one) => one.result === result).length
  const counts = {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped")
  }
  const content = cases.map(({ xml }) => `    ${xml}\n`).join("")
  const suite = element("testsuite", { name: suiteName, ...counts }, `\n${content}  `)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${
    element("testsuites", { name: suiteName, ...counts }, `\n  ${suite}\n`)
  }\n`
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const suiteName = "SLO gate"

type Result = "success" | "failure" | "error" | "skipped"

interface Case {
  readonly result: Result
  readonly xml: string
}

const uniqueNames = (slos: ReadonlyArray<SloVerdict>): (slo: SloVerdict) => boolean => {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const name of slos.map(nameOf)) (seen.has(name) ? twice : seen).add(name)
  return (slo) => !twice.has(nameOf(slo))
}

const resultOf = ({ reason, verdict }: SloVerdict, { exportErrors = "inconclusive" }: VerdictRule): Result => {
  if (verdict === "pass") return "success"
  if (verdict === "fail") return "failure"
  return reason === "not_exported" && exportErrors !== "ignore" ? "error" : "skipped"
}

const caseOf = (slo: SloVerdict, isUnique: boolean, rule: VerdictRule): Case => {
  const result = resultOf(slo, rule)
  const name = isUnique ? nameOf(slo) : `${nameOf(slo)} (${oneLine(slo.id)})`
  const message = Sentence.ofSlo(slo)
  return { result, xml: element("testcase", { classname: `slo.${oneLine(slo.sloType)}`, name }, content()) }

  function content(): string {
    if (result === "success") return slo.warning ? element("system-out", {}, escape(`warning: ${message}`)) : ""
    if (result === "skipped") return element("skipped", { message })
    return element(result, { message, type: slo.reason ?? "" }, escape(lines(slo.exportError ?? "")))
  }
}

const nothingJudged = (verdict: Verdict, type: string): Case => ({
  result: "error",
  xml: element(
    "testcase",
    { classname: "slo", name: "an SLO was judged" },
    element("error", { message: Sentence.summary(verdict), type })
  )
})
