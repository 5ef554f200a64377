/**
 * How one SLO did over a period: Datadog's own number, and what it was made from.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { SloId } from "./Slo.ts"

/**
 * Why Datadog has no number, in its own words.
 *
 * **Details**
 *
 * `type` is empty where Datadog names none; two are known to mean that there are no data,
 * `ZERO_VALUED_DENOMINATOR` and `NO_RESULTS`.
 *
 * @category models
 * @since 0.1.0
 */
export class SloHistoryIssue extends Schema.Class<SloHistoryIssue>("@effect-datadog/slo-report/SloHistoryIssue")({
  type: Schema.String,
  message: Schema.String
}) {}

/**
 * A change of the state of an SLO that is made of time.
 *
 * **Details**
 *
 * `at` is in epoch seconds; the state holds until the next change.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Transition = Schema.Struct({
  at: Schema.Finite,
  state: Schema.Literals(["up", "down", "no_data", "unknown"])
})

/**
 * The type of a change of state.
 *
 * @category models
 * @since 0.1.0
 */
export type Transition = typeof Transition.Type

/**
 * The events of an SLO that is made of events, from one time to the next.
 *
 * **Details**
 *
 * `start` is in epoch seconds; `good` and `total` are numbers of events, which may be fractions.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Bucket = Schema.Struct({
  start: Schema.Finite,
  good: Schema.Finite,
  total: Schema.Finite
})

/**
 * The type of a bucket.
 *
 * @category models
 * @since 0.1.0
 */
export type Bucket = typeof Bucket.Type

/**
 * A correction that Datadog applied: its members that are numbers, texts, booleans or null.
 *
 * **Details**
 *
 * Which those are is not documented, and was never seen.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Correction = Schema.Record(
  Schema.String,
  Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])
)

/**
 * The type of a correction.
 *
 * @category models
 * @since 0.1.0
 */
export type Correction = typeof Correction.Type

/**
 * The history of an SLO over a period.
 *
 * **Details**
 *
 * - `id`: the SLO's
 * - `from`, `to`: the period, in epoch seconds
 * - `sli`: good events or good time, in percent of all; absent where Datadog gives no number
 * - `issues`: what Datadog says is wrong; see {@link outcome}
 * - `corrections`: those that Datadog applied to it
 * - `isProvisional`: whether Datadog is still computing the past, so that `sli` may change
 * - `transitions`: of monitor and time-slice SLOs; the first, at `from` or before it, tells the state at `from`
 * - `buckets`: of metric SLOs; the first may be shorter
 *
 * The last two are absent where the answer has none, or none that makes sense.
 *
 * @category models
 * @since 0.1.0
 */
export class SloHistory extends Schema.Class<SloHistory>("@effect-datadog/slo-report/SloHistory")({
  id: SloId,
  from: Schema.Int,
  to: Schema.Int,
  sli: Schema.optionalKey(Schema.Finite),
  issues: Schema.Array(SloHistoryIssue),
  corrections: Schema.Array(Correction),
  isProvisional: Schema.Boolean,
  transitions: Schema.optionalKey(Schema.Array(Transition)),
  buckets: Schema.optionalKey(Schema.Array(Bucket))
}) {}

/**
 * What a history says of its period: a number, that there are no data, or why there is no number.
 *
 * **Details**
 *
 * - `Sli`: in percent
 * - `NoData`: `reason` is Datadog's; `"unsaid"` where it has neither a number nor an issue
 * - `Failure`: `message` is Datadog's
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome =
  | { readonly _tag: "Sli"; readonly sli: number }
  | { readonly _tag: "NoData"; readonly reason: "ZERO_VALUED_DENOMINATOR" | "NO_RESULTS" | "unsaid" }
  | { readonly _tag: "Failure"; readonly message: string }

/**
 * What a history says of its period.
 *
 * **Details**
 *
 * A number counts, whatever else Datadog says. Without one, an issue of an unknown type is a failure.
 *
 * **Example** (No events, so no data)
 *
 * ```ts
 * import { Slo, SloHistory } from "@effect-datadog/slo-report"
 *
 * const outcome = SloHistory.outcome(
 *   new SloHistory.SloHistory({
 *     id: Slo.SloId.make("5f0a"),
 *     from: 1_704_067_200,
 *     to: 1_706_745_600,
 *     issues: [{ type: "ZERO_VALUED_DENOMINATOR", message: "no events" }],
 *     corrections: [],
 *     isProvisional: false
 *   })
 * )
 * // => { _tag: "NoData", reason: "ZERO_VALUED_DENOMINATOR" }
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const outcome = ({ issues, sli }: SloHistory): Outcome => {
  if (sli !== undefined) return { _tag: "Sli", sli }
  const failures = issues.filter(({ type }) => !isNoData(type))
  if (failures.length > 0) return { _tag: "Failure", message: failures.map(sentence).join("; ") }
  return { _tag: "NoData", reason: issues.map(({ type }) => type).find(isNoData) ?? "unsaid" }
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const isNoData = Schema.is(Schema.Literals(["ZERO_VALUED_DENOMINATOR", "NO_RESULTS"]))

const sentence = ({ message, type }: SloHistoryIssue): string =>
  [type, message].filter((word) => word !== "").join(": ")
