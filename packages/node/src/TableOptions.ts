/**
 * Where the numbers of a table come from.
 *
 * @since 0.1.0
 */
import type { Slo } from "@effect-datadog/slo-report/Slo"
import type { WaitOptions } from "./WaitOptions.ts"

/**
 * The source of a table: a `"report"` that Datadog makes, the `"history"` of each SLO, or whichever there is.
 *
 * @category models
 * @since 0.1.0
 */
export type Source = "report" | "history" | "auto"

/**
 * How to make a table.
 *
 * **Details**
 *
 * - `source`: `"auto"` asks for a report, and takes histories where the request to create it is answered 403,
 *   404, 405, 410 or 501; where the histories are refused too, the first error stands. `@default` `"auto"`
 * - `maxSlos`: how many SLOs a table of histories may have, 1 or more. `@default` 1,000, which a report stops at (Datadog's
 *   documentation)
 * - `slos`: those of a table of histories, where they are known already: nothing is searched. `@default` a search
 * - `poll`, `deadline`, `onSleep`: how to wait for the report; the deadline ends with the wait
 *
 * What can't be one of these is a defect of the call, a `RangeError`, before anything is sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface TableOptions extends WaitOptions {
  readonly source?: Source | undefined
  readonly maxSlos?: number | undefined
  readonly slos?: ReadonlyArray<Slo> | undefined
}
