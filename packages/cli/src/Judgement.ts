/**
 * How a table is judged, and what exit code its verdict has.
 *
 * @since 0.1.0
 */
import { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { Verdict } from "@effect-datadog/slo-report/Verdict"
import { VerdictRule } from "@effect-datadog/slo-report/VerdictRule"
import * as Effect from "effect/Effect"
import { UsageError } from "./CommandError.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Given } from "./Flag.ts"
import * as Rule from "./Rule.ts"
import * as Settings from "./Settings.ts"

/** @internal */
export interface Judgement {
  readonly rule: VerdictRule
  /** In place of the SLOs' own. */
  readonly target: number | undefined
  readonly isEmptyAllowed: boolean
  readonly isAdvisory: boolean
}

/** @internal */
export const read = Effect.fnUntraced(function*(
  given: Given
): Effect.fn.Return<Judgement, UsageError, Settings.Settings> {
  const minBudget = yield* Settings.valueOf(given, Rule.minBudget)
  const minStatus = yield* Settings.valueOf(given, Rule.minStatus)
  const warnBudget = yield* Settings.valueOf(given, Rule.warnBudget)
  const over = yield* Settings.valueOf(given, Rule.over)
  const missing = yield* Settings.valueOf(given, Rule.missing)
  const exportErrors = yield* Settings.valueOf(given, Rule.onExportError)
  if (minBudget !== undefined && minStatus !== undefined) {
    return yield* Effect.fail(new UsageError({ message: "Give either --min-budget or --min-status." }))
  }
  return {
    rule: new VerdictRule({
      ...(minBudget === undefined ? {} : { minBudget }),
      ...(minStatus === undefined ? {} : { minStatus }),
      ...(warnBudget === undefined ? {} : { warnBudget }),
      ...(over === undefined ? {} : { over }),
      ...(missing === undefined ? {} : { missing }),
      ...(exportErrors === undefined ? {} : { exportErrors })
    }),
    target: yield* Settings.valueOf(given, Rule.target),
    isEmptyAllowed: (yield* Settings.valueOf(given, Rule.allowEmpty)) ?? false,
    isAdvisory: (yield* Settings.valueOf(given, Rule.advisory)) ?? false
  }
})

/**
 * The rows as they are judged: with the one target, where there is one for all.
 *
 * @internal
 */
export const rows = (
  { target }: Pick<Judgement, "target">,
  rows: ReadonlyArray<SloReportRow>
): ReadonlyArray<SloReportRow> => target === undefined ? rows : rows.map((row) => withTarget(row, target))

/**
 * The exit code of a verdict.
 *
 * **Details**
 *
 * A report whose SLOs fail for want of data alone breaks no budget: nobody can tell, which is 3.
 *
 * @internal
 */
export const codeOf = (
  { isAdvisory, isEmptyAllowed }: Pick<Judgement, "isAdvisory" | "isEmptyAllowed">,
  { reason, slos, verdict }: Verdict
): number => {
  if (isAdvisory || verdict === "pass") return ExitCode.done
  if (verdict === "fail") {
    const isBroken = slos.some(({ reason, verdict }) => verdict === "fail" && reason !== "no_data")
    return isBroken ? ExitCode.failed : ExitCode.noVerdict
  }
  return isEmptyAllowed && reason !== "not_exported" ? ExitCode.done : ExitCode.noVerdict
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const withTarget = (
  { cells, exportError, id, name, other, sloType }: SloReportRow,
  target: number
): SloReportRow =>
  new SloReportRow({ id, sloType, name, target, ...(exportError === undefined ? {} : { exportError }), cells, other })
