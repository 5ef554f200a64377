/**
 * How far an export has come.
 *
 * Progress values are small and plain: they can be logged, collected and sent elsewhere. They hold none of
 * the file's bytes.
 *
 * @since 0.1.0
 */
import { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Schema from "effect/Schema"

/**
 * Where the numbers come from: a report that Datadog makes, or the histories of its SLOs.
 *
 * **Details**
 *
 * - `reason`: why it is this source: it was `asked` for, or the report endpoints are `open`, or `closed`
 * - `refusal`: how the request to create a report was answered, where they are `closed`
 *
 * @category models
 * @since 0.1.0
 */
export class SourceChosen extends Schema.TaggedClass<SourceChosen>()("SourceChosen", {
  source: Schema.Literals(["report", "history"]),
  reason: Schema.Literals(["asked", "open", "closed"]),
  refusal: Schema.optionalKey(DatadogError)
}) {}

/**
 * Datadog announces the end of an endpoint, or says that it is gone (`status` 410).
 *
 * **Details**
 *
 * - `endpoint`: such as `POST /api/v2/slo/report`
 * - `deprecation`, `sunset`: the headers `Deprecation` and `Sunset` as they were sent, their first 100
 *   characters; absent where they weren't
 *
 * @category models
 * @since 0.1.0
 */
export class EndAnnounced extends Schema.TaggedClass<EndAnnounced>()("EndAnnounced", {
  endpoint: Schema.String,
  status: Schema.Natural,
  deprecation: Schema.optionalKey(Schema.String),
  sunset: Schema.optionalKey(Schema.String)
}) {}

/**
 * The SLOs were found, whose histories are asked for now.
 *
 * **Details**
 *
 * `slos` is how many rows the table will have, `intervals` how many columns beside the five that every
 * report has.
 *
 * @category models
 * @since 0.1.0
 */
export class SlosFound extends Schema.TaggedClass<SlosFound>()("SlosFound", {
  slos: Schema.Natural,
  intervals: Schema.Natural
}) {}

/**
 * A row was computed and handed on.
 *
 * **Details**
 *
 * `rows` is how many have been so far, of `total`; `bytes` is how large the file is by now.
 *
 * @category models
 * @since 0.1.0
 */
export class RowDone extends Schema.TaggedClass<RowDone>()("RowDone", {
  rows: Schema.Natural,
  total: Schema.Natural,
  bytes: Schema.Natural
}) {}

/**
 * Datadog has created the report.
 *
 * **Details**
 *
 * From here on the export can be resumed without a second report: wait for this `id` and download it.
 *
 * @category models
 * @since 0.1.0
 */
export class Created extends Schema.TaggedClass<Created>()("Created", {
  id: ReportId
}) {}

/**
 * Datadog has told the report's status.
 *
 * @category models
 * @since 0.1.0
 */
export class Polled extends Schema.TaggedClass<Polled>()("Polled", {
  report: SloReport
}) {}

/**
 * A part of the file has arrived and was handed on.
 *
 * **Details**
 *
 * `bytes` is how many have been so far; `total` is how many there will be, absent where Datadog doesn't
 * tell it or sends the file compressed.
 *
 * @category models
 * @since 0.1.0
 */
export class Downloading extends Schema.TaggedClass<Downloading>()("Downloading", {
  bytes: Schema.Natural,
  total: Schema.optionalKey(Schema.Natural)
}) {}

/**
 * The whole file was handed on; the last value of an export.
 *
 * **Details**
 *
 * - `bytes`: the file's size
 * - `report`: of a report. Its status is `completed`, or `completed_with_errors`: then some rows have an
 *   export error in place of data
 * - `exportErrors`: of histories. How many rows have an export error in place of data
 *
 * @category models
 * @since 0.1.0
 */
export class Done extends Schema.TaggedClass<Done>()("Done", {
  bytes: Schema.Natural,
  report: Schema.optionalKey(SloReport),
  exportErrors: Schema.optionalKey(Schema.Natural)
}) {}

/**
 * How far an export has come: `SourceChosen` first, `Done` last.
 *
 * **Details**
 *
 * In between there are, of a report, `Created` once, `Polled` for every poll and `Downloading` for every part
 * of the file; of histories, `SlosFound` once and `RowDone` for every row. `EndAnnounced` comes at most once,
 * before whatever follows the answer that has it.
 *
 * **Example** (Exporting a report to a file)
 *
 * ```ts
 * import { SloReportRequest } from "@effect-datadog/slo-report"
 * import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
 * import { NodeFileSystem } from "@effect/platform-node"
 * import { Console, Effect, Layer, Stream } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const client = yield* SloReportClient.SloReportClient
 *   const period = { from: "2024-01-01", to: "2024-07-01", interval: "monthly" } as const
 *   const request = yield* SloReportRequest.make({ query: "service:checkout", ...period })
 *   yield* Stream.runForEach(client.exportReportTo("report.csv", request), (progress) =>
 *     Console.log(progress._tag === "Downloading" ? `${progress.bytes} bytes` : progress._tag))
 * })
 *
 * Effect.runPromise(Effect.provide(program, Layer.merge(NodeSloReportClient.layerNode(), NodeFileSystem.layer)))
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExportProgress = Schema.Union([
  SourceChosen,
  EndAnnounced,
  Created,
  Polled,
  Downloading,
  SlosFound,
  RowDone,
  Done
])

/**
 * The type of an export's progress.
 *
 * @category models
 * @since 0.1.0
 */
export type ExportProgress = typeof ExportProgress.Type
