/**
 * How far the export of a report has come.
 *
 * Progress values are small and plain: they can be logged, collected and sent elsewhere. They hold none of
 * the file's bytes.
 *
 * @since 0.1.0
 */
import { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Schema from "effect/Schema"

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
 * The whole file has arrived and was handed on; the last value of an export.
 *
 * **Details**
 *
 * The status of `report` is `completed`, or `completed_with_errors`: then some rows have an export error
 * in place of data. `bytes` is the file's size.
 *
 * @category models
 * @since 0.1.0
 */
export class Done extends Schema.TaggedClass<Done>()("Done", {
  report: SloReport,
  bytes: Schema.Natural
}) {}

/**
 * How far an export has come: `Created` once, `Polled` for every poll, `Downloading` for every part of the
 * file, `Done` once.
 *
 * **Example** (Exporting a report to a file)
 *
 * ```ts
 * import { SloReportRequest } from "@effect-datadog/slo-report"
 * import { SloReportClient } from "@effect-datadog/slo-report-node"
 * import { NodeFileSystem } from "@effect/platform-node"
 * import { Console, Effect, Layer, Stream } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const client = yield* SloReportClient.SloReportClient
 *   const request = yield* SloReportRequest.make({ query: "service:checkout", from: "2024-01-01", to: "2024-02-01" })
 *   yield* Stream.runForEach(client.exportReportTo("report.csv", request), (progress) =>
 *     Console.log(progress._tag === "Downloading" ? `${progress.bytes} bytes` : progress._tag))
 * })
 *
 * Effect.runPromise(Effect.provide(program, Layer.merge(SloReportClient.layerNode(), NodeFileSystem.layer)))
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExportProgress = Schema.Union([Created, Polled, Downloading, Done])

/**
 * The type of an export's progress.
 *
 * @category models
 * @since 0.1.0
 */
export type ExportProgress = typeof ExportProgress.Type
