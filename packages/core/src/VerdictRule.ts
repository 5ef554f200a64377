/**
 * The rule by which a report is judged: what is enough, in which intervals, and what missing data means.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/**
 * Which intervals are judged, one by one: the last column, each, or the last so many.
 *
 * **Details**
 *
 * The mean of intervals is not among them: intervals weigh by their events, so a mean of percentages is not
 * the status of the whole period.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Over = Schema.Union([
  Schema.Literals(["latest", "each"]),
  Schema.Struct({ last: Schema.Int.check(Schema.isGreaterThan(0)) })
])

/**
 * The type of the intervals that are judged.
 *
 * @category models
 * @since 0.1.0
 */
export type Over = typeof Over.Type

const Percent = Schema.Finite.check(Schema.isLessThanOrEqualTo(100))

/**
 * A rule.
 *
 * **Details**
 *
 * - `minBudget`: the least error budget that must be left, in percent of the whole; below 0, so much may be
 *   overspent; at a target of 100 the target must be met @default 0
 * - `minStatus`: the least status, in percent, in place of the budget; the SLO needs no target of its own
 * - `warnBudget`: where less than this is left, a pass has a warning @default none
 * - `over`: which intervals are judged; one that fails, fails the SLO @default "latest"
 * - `missing`: what it means that an SLO has no data in an interval that is judged: nothing, a warning, or that
 *   it fails @default "warn"
 * - `exportErrors`: what it means that Datadog could not export an SLO: nothing, that nobody can tell whether
 *   all pass, or that the SLO fails @default "inconclusive"
 *
 * Either `minBudget` or `minStatus` can be there. The constructor throws where that is broken; {@link make}
 * fails with a message instead.
 *
 * @category models
 * @since 0.1.0
 */
export class VerdictRule extends Schema.Class<VerdictRule>("@effect-datadog/slo-report/VerdictRule")(
  Schema.Struct({
    minBudget: Schema.optionalKey(Percent),
    minStatus: Schema.optionalKey(Percent),
    warnBudget: Schema.optionalKey(Percent),
    over: Schema.optionalKey(Over),
    missing: Schema.optionalKey(Schema.Literals(["ignore", "warn", "fail"])),
    exportErrors: Schema.optionalKey(Schema.Literals(["ignore", "inconclusive", "fail"]))
  }).check(
    Schema.makeFilter(({ minBudget, minStatus }) =>
      minBudget === undefined || minStatus === undefined
        ? undefined
        : { path: ["minStatus"], issue: `Expected either "minBudget" or "minStatus"` }
    )
  )
) {}

/**
 * The members of a rule, each of which may be absent.
 *
 * @category models
 * @since 0.1.0
 */
export type Options = typeof VerdictRule.Encoded

const decode = Schema.decodeUnknownEffect(VerdictRule, { onExcessProperty: "error" })

/**
 * Makes a rule, or fails with what is wrong and the name of the member it is wrong in.
 *
 * **Details**
 *
 * A member of another name is wrong too: a rule that is misspelt would judge by another.
 *
 * **Example** (A rule from a file that somebody wrote)
 *
 * ```ts
 * import { VerdictRule } from "@effect-datadog/slo-report"
 * import { Effect } from "effect"
 *
 * const rule = Effect.runSync(VerdictRule.make({ minBudget: 10, over: { last: 3 } }))
 * rule.minBudget // => 10
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<VerdictRule, Schema.SchemaError> => decode(options)

/**
 * The intervals that a rule judges.
 *
 * **Example** (The last two months)
 *
 * ```ts
 * import { VerdictRule } from "@effect-datadog/slo-report"
 *
 * const rule = new VerdictRule.VerdictRule({ over: { last: 2 } })
 * VerdictRule.select(rule, ["2026-08-01", "2026-09-01", "2026-10-01"]) // => ["2026-09-01", "2026-10-01"]
 * ```
 *
 * @param starts the dates on which a report's intervals start, in the order of time
 * @category getters
 * @since 0.1.0
 */
export const select = ({ over = "latest" }: VerdictRule, starts: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (over === "each") return starts
  return starts.slice(-(Predicate.isString(over) ? 1 : over.last))
}
