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
 * **Example** (A report and its intervals)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Json } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * const { slos } = JSON.parse(Json.fromRows([row], { report: "my-report", interval: "monthly" }))
 * slos[0].intervals // => [{ start: "2026-10-01", status: 99.85, budget_left: -50, met: false }]
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow>, options: Options = {}): string =>
  `${start(options)}${rows.map(element).join(middle)}${end}`

/**
 * The same as a stream, which holds one row at a time.
 *
 * **Example** (As the body of a response)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Json } from "@effect-datadog/slo-report-render"
 * import { Effect, Stream } from "effect"
 * import { HttpRouter, HttpServerResponse } from "effect/http"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * export const route = HttpRouter.add("GET", "/slos.json", () =>
 *   Effect.succeed(HttpServerResponse.stream(Stream.encodeText(Json.stream(Stream.make(row))), {
 *     contentType: "application/json"
 *   })))
 * ```
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
 * **Example** (For a program that decides)
 *
 * ```ts
 * import { IntervalCell, SloReportRow, Verdict } from "@effect-datadog/slo-report"
 * import { Json } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * JSON.parse(Json.fromVerdict(Verdict.fromRows([row]))).verdict // => "fail"
 * ```
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
