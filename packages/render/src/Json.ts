/**
 * A report or a verdict as one JSON text, for programs: every key is always there, `null` for nothing.
 *
 * Keys are in the words of the report's columns. Numbers are as they are, not rounded.
 *
 * @since 0.1.0
 */
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { Verdict } from "@effect-datadog/slo-report/Verdict"
import * as Stream from "effect/Stream"
import { stringify } from "./internal/json.ts"
import * as Record from "./internal/record.ts"

/**
 * What is known of the report, and not in its rows.
 *
 * **Details**
 *
 * - `report`: its id
 * - `interval`: the length of an interval: `daily`, `weekly`, `monthly`
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly report?: string | undefined
  readonly interval?: string | undefined
}

/**
 * The text of some rows: an array `slos`, each with its `intervals`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow>, options: Options = {}): string =>
  `${start(options)}${rows.map(element).join(middle)}${end}`

/**
 * The same as a stream, which holds one row at a time.
 *
 * @category conversions
 * @since 0.1.0
 */
export const stream = <E, R>(
  rows: Stream.Stream<SloReportRow, E, R>,
  options: Options = {}
): Stream.Stream<string, E, R> =>
  rows.pipe(Stream.map(element), Stream.intersperseAffixes({ start: start(options), middle, end }))

/**
 * The text of a verdict.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromVerdict = (verdict: Verdict): string => `${stringify(Record.ofVerdict(verdict), 2)}\n`

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const start = ({ interval, report }: Options): string =>
  `{"report":${stringify(report ?? null)},"interval":${stringify(interval ?? null)},"slos":[\n`

const element = (row: SloReportRow): string => stringify(Record.ofRow(row))

const middle = ",\n"

const end = "\n]}\n"
