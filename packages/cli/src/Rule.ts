/**
 * The flags that say by which rule a report is judged.
 *
 * @since 0.1.0
 */
import type { Over } from "@effect-datadog/slo-report/VerdictRule"
import * as Setting from "./Setting.ts"

/** @internal */
export const minBudget = Setting.percent(
  "min-budget",
  "the least error budget that must be left, below 0 if so much may be overspent (default: 0)"
)

/** @internal */
export const minStatus = Setting.percent("min-status", "the least status, in place of the budget")

/** @internal */
export const warnBudget = Setting.percent("warn-budget", "warn where less than this is left")

/** @internal */
export const target = Setting.percent("target", "the target of all SLOs, in place of their own")

/** @internal */
export const over = Setting.make("over", (text): Setting.Reading<Over> => {
  const last = Number(/^last=([1-9]\d{0,4})$/.exec(text)?.[1])
  if (last > 0) return { value: { last } }
  if (text === "latest" || text === "each") return { value: text }
  return {
    expected: "expected latest, each or last=3" + (text === "period"
      ? " (the mean of intervals is not the status of their period: intervals weigh by their events)"
      : "")
  }
}, {
  metavar: "latest|each|last=n",
  description: "which intervals are judged, one by one (default: latest)"
})

/** @internal */
export const missing = Setting.choice(
  "missing",
  ["ignore", "warn", "fail"],
  "what an interval without data means (default: warn)"
)

/** @internal */
export const onExportError = Setting.choice(
  "on-export-error",
  ["ignore", "inconclusive", "fail"],
  "what an SLO means that Datadog could not export (default: inconclusive)"
)

/** @internal */
export const policy = Setting.make("policy", (text) => ({ value: text }), {
  metavar: "file",
  description: "rules of some SLOs by their names or ids, as JSON: " +
    "[{ \"match\": \"checkout*\", \"min_budget\": 20 }]"
})

/** @internal */
export const allowEmpty = Setting.toggle("allow-empty", "0 in place of 3 where there is nothing to judge")

/** @internal */
export const advisory = Setting.toggle("advisory", "0 in place of 1 and 3: for a beginning")

/** @internal */
export const all = [
  minBudget,
  minStatus,
  warnBudget,
  target,
  over,
  missing,
  onExportError,
  policy,
  allowEmpty,
  advisory
] as const
