/**
 * By which rule a report is judged.
 *
 * @since 0.1.0
 */
import { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import * as VerdictRule from "@effect-datadog/slo-report/VerdictRule"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import { UsageError } from "./CommandError.ts"
import * as Setting from "./Setting.ts"

const minBudget = Setting.percent("min-budget", {
  metavar: "percent",
  description: "the least error budget that must be left, below 0 if so much may be overspent (default: 0)"
})

const minStatus = Setting.percent("min-status", {
  metavar: "percent",
  description: "the least status, in place of the budget"
})

const warnBudget = Setting.percent("warn-budget", {
  metavar: "percent",
  description: "warn where less than this is left"
})

const target = Setting.percent("target", {
  metavar: "percent",
  description: "the target of all SLOs, in place of their own"
})

const over = Setting.make("over", (text): Result.Result<VerdictRule.Over, string> => {
  const count = Number(/^last=([1-9]\d{0,4})$/.exec(text)?.[1])
  if (count > 0) return Result.succeed({ last: count })
  if (text === "period") {
    return Result.fail(
      "expected latest, each or last=3; the mean of intervals is not the status of their period, since intervals " +
        "weigh by their events"
    )
  }
  return text === "latest" || text === "each" ? Result.succeed(text) : Result.fail("expected latest, each or last=3")
}, {
  metavar: "latest|each|last=n",
  description: "which intervals are judged, one by one (default: latest)"
})

const missing = Setting.choice("missing", ["ignore", "warn", "fail"], {
  description: "what an interval without data means (default: warn)"
})

const exportErrors = Setting.choice("on-export-error", ["ignore", "inconclusive", "fail"], {
  description: "what an SLO means that Datadog could not export (default: inconclusive)"
})

const allowEmpty = Setting.toggle("allow-empty", "0 in place of 3 where there is nothing to judge")

const advisory = Setting.toggle("advisory", "0 in place of 1 and 3: for a beginning")

/** @internal */
export const settings = [
  minBudget,
  minStatus,
  warnBudget,
  target,
  over,
  missing,
  exportErrors,
  allowEmpty,
  advisory
] as const

/** @internal */
export const flags = {
  minBudget: minBudget.flag,
  minStatus: minStatus.flag,
  warnBudget: warnBudget.flag,
  target: target.flag,
  over: over.flag,
  missing: missing.flag,
  onExportError: exportErrors.flag,
  allowEmpty: allowEmpty.flag,
  advisory: advisory.flag
}

/** @internal */
export interface Rule {
  readonly rule: VerdictRule.VerdictRule
  readonly target: number | undefined
  readonly allowEmpty: boolean
  readonly advisory: boolean
}

/** @internal */
export const make = Effect.fnUntraced(function*(
  given: { readonly [Name in keyof typeof flags]: Option.Option<string> }
): Effect.fn.Return<Rule, UsageError, Setting.Settings> {
  const members = {
    minBudget: yield* Setting.valueOf(minBudget, given.minBudget),
    minStatus: yield* Setting.valueOf(minStatus, given.minStatus),
    warnBudget: yield* Setting.valueOf(warnBudget, given.warnBudget),
    over: yield* Setting.valueOf(over, given.over),
    missing: yield* Setting.valueOf(missing, given.missing),
    exportErrors: yield* Setting.valueOf(exportErrors, given.onExportError)
  }
  if (members.minBudget !== undefined && members.minStatus !== undefined) {
    return yield* Effect.fail(new UsageError({ message: "Give either --min-budget or --min-status." }))
  }
  return {
    rule: yield* Effect.orDie(VerdictRule.make(defined(members))),
    target: yield* Setting.valueOf(target, given.target),
    allowEmpty: (yield* Setting.valueOf(allowEmpty, given.allowEmpty)) ?? false,
    advisory: (yield* Setting.valueOf(advisory, given.advisory)) ?? false
  }
})

/**
 * A row with another target.
 *
 * @internal
 */
export const withTarget = (
  { cells, exportError, id, name, other, sloType }: SloReportRow,
  target: number
): SloReportRow =>
  new SloReportRow({ id, sloType, name, target, ...(exportError === undefined ? {} : { exportError }), cells, other })

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const defined = <T extends object>(members: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } => {
  const result: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  for (const key in members) {
    const value = members[key]
    if (isDefined(value)) result[key] = value
  }
  return result
}

const isDefined = <A>(value: A): value is Exclude<A, undefined> => value !== undefined
