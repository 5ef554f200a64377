/**
 * How the endpoints behave that search SLOs and tell their histories.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"

/**
 * What may be other than usual; a number for a duration is in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** How long the index of searches and reports takes to learn of an SLO, and of its end. @default 0 */
  readonly indexLag?: Duration.Input | undefined
  /** The length of a bucket of a metric's history. @default 2 hours, as in every recording since 2021 */
  readonly bucket?: Duration.Input | undefined
  /** What the beginning of a metric's history is rounded down to. @default 5 minutes, as since 2023; once it was 2 hours */
  readonly resolution?: Duration.Input | undefined
  /** How histories say that there is no data. @default 2; a text was seen in 2024 */
  readonly noDataState?: 2 | "NO_DATA" | undefined
  /** Whether histories list the corrections that they apply; never recorded. @default true */
  readonly correctionsListed?: boolean | undefined
  /** Whether corrections are taken out of a history's buckets too; never recorded. @default false */
  readonly correctionsInBuckets?: boolean | undefined
  /** How far back there is data: older periods answer 400, and have no value in a report. @default "Infinity" */
  readonly retention?: Duration.Input | undefined
  /** Whether reports that are created are of the SLOs; if not, their rows are made up. @default true */
  readonly inReports?: boolean | undefined
  /** Whether a report has values of monitors; Datadog documents that it hasn't. @default false */
  readonly monitorsInReports?: boolean | undefined
}
