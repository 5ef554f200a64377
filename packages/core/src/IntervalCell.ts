/**
 * One cell of a report: how an SLO did in one interval.
 *
 * @since 0.1.0
 */
import { dual } from "effect/Function"
import * as Schema from "effect/Schema"
import * as ErrorBudget from "./ErrorBudget.ts"
import { toNumber } from "./internal/cellText.ts"
import { date } from "./internal/dateText.ts"
import { instance } from "./internal/instance.ts"

/**
 * The date on which an interval starts, in the report's time zone: `YYYY-MM-DD`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntervalStart = Schema.String.check(
  Schema.isPattern(date, { message: "Expected a date, YYYY-MM-DD" })
)

/**
 * How an SLO did in one interval.
 *
 * **Details**
 *
 * - `start`: the date on which the interval starts, in the report's time zone
 * - `status`: good events or good minutes, in percent of all; absent where the cell has no number
 * - `raw`: the cell's text as Datadog wrote it
 *
 * @category models
 * @since 0.1.0
 */
export class IntervalCell extends Schema.Class<IntervalCell>("@effect-datadog/slo-report/IntervalCell")({
  start: IntervalStart,
  status: Schema.optionalKey(Schema.Finite),
  raw: Schema.String
}) {}

/**
 * Makes a cell from its column's name and its text.
 *
 * **Details**
 *
 * `status` is the number that the text is: a decimal, with or without an exponent or a percent sign,
 * white space around it ignored. Any other text leaves it absent: an empty one, which is normal (monitor
 * SLOs have no history), `null`, `NaN`, `N/A`, `-`, `99,9`.
 *
 * **Example** (A number, and none)
 *
 * ```ts
 * import { IntervalCell } from "@effect-datadog/slo-report"
 *
 * IntervalCell.fromText("2026-10-01", " 99.95% ").status // => 99.95
 * IntervalCell.fromText("2026-10-01", "N/A").status // => undefined
 * ```
 *
 * @param start the column's name, `YYYY-MM-DD`; the constructor throws on another
 * @param raw any text
 * @category constructors
 * @since 0.1.0
 */
export const fromText = (start: string, raw: string): IntervalCell => {
  const status = toNumber(raw)
  if (!date.test(start)) return new IntervalCell({ start, raw })
  const cell = instance(IntervalCell.prototype)
  cell.start = start
  if (status !== undefined) cell.status = status
  cell.raw = raw
  return cell
}

/**
 * Whether the target was met: the status is at least the target.
 *
 * **Details**
 *
 * The two are compared as the numbers they are, without rounding: 99.9 meets 99.9, 99.8999999 does not.
 *
 * **Example** (Against a target)
 *
 * ```ts
 * import { IntervalCell } from "@effect-datadog/slo-report"
 *
 * const cell = IntervalCell.fromText("2026-10-01", "99.9")
 * IntervalCell.met(cell, 99.9) // => true
 * IntervalCell.met(cell, 99.95) // => false
 * ```
 *
 * @param target percent; a row's may be absent
 * @returns `undefined` without data or without a target
 * @category getters
 * @since 0.1.0
 */
export const met: {
  (target: number | undefined): (self: IntervalCell) => boolean | undefined
  (self: IntervalCell, target: number | undefined): boolean | undefined
} = dual(
  2,
  ({ status }: IntervalCell, target: number | undefined): boolean | undefined =>
    status === undefined || target === undefined ? undefined : status >= target
)

/**
 * The error budget that is left, in percent of the whole.
 *
 * **Details**
 *
 * 100 is all of it, 0 none; below 0 it is overspent, which is exactly when the target is missed. It is
 * {@link ErrorBudget.left} of the cell's status.
 *
 * **Example** (Overspent)
 *
 * ```ts
 * import { IntervalCell } from "@effect-datadog/slo-report"
 *
 * const cell = IntervalCell.fromText("2026-10-01", "99.85")
 * IntervalCell.errorBudgetLeft(cell, 99.9) // => -50
 * ```
 *
 * @param target percent; a row's may be absent
 * @returns `undefined` without data, without a target, and at a target of 100, which leaves no budget
 * @category getters
 * @since 0.1.0
 */
export const errorBudgetLeft: {
  (target: number | undefined): (self: IntervalCell) => number | undefined
  (self: IntervalCell, target: number | undefined): number | undefined
} = dual(
  2,
  ({ status }: IntervalCell, target: number | undefined): number | undefined => ErrorBudget.left(status, target)
)
