/**
 * An export that is kept in a store: its id, how far it has come, and how it ends.
 *
 * @since 0.1.0
 */
import { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { Source } from "@effect-datadog/slo-report-node/TableOptions"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { ExportError } from "./ExportError.ts"

/**
 * The id of an export: what it exports, as 32 hexadecimal digits, and which try it is, from 1.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExportId = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{32}-[1-9]\d{0,8}$/, { message: "Expected the id of an export" })
).pipe(Schema.brand("ExportId"))

/**
 * The type of an export's id.
 *
 * @category models
 * @since 0.1.0
 */
export type ExportId = typeof ExportId.Type

/**
 * How to export.
 *
 * **Details**
 *
 * - `key`: tells exports of one and the same table apart, such as `nightly 2026-11-27`. `@default` empty
 * - `source`: where the numbers come from, as in `TableOptions`. `@default` `"auto"`
 * - `maxSlos`: how many SLOs a table of histories may have, 1 or more. `@default` 1,000
 * - `name`: the file's, for the sink: one segment of a path, of 255 bytes at most, that begins with no dot. `@default`
 *   the export's id and `.csv`
 * - `deadline`: how long it may take from its start until the report is done, and how long what may pass is tried
 *   again; finite, 0 or more, a number is milliseconds. `@default` 24 hours
 * - `onLostCreate`: what happens where it is not known whether a report was created: the export fails, or creates it
 *   again, so that there may be two. `@default` `"fail"`
 *
 * An export is the same as another if the account, the request, `source` and `key` are.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly key?: string | undefined
  readonly source?: Source | undefined
  readonly maxSlos?: number | undefined
  readonly name?: string | undefined
  readonly deadline?: Duration.Input | undefined
  readonly onLostCreate?: "fail" | "again" | undefined
}

/**
 * What an export was started with.
 *
 * **Details**
 *
 * `startedAt` and `deadline` are those of this try.
 *
 * @category models
 * @since 0.1.0
 */
export interface Details extends Pick<Options, "key" | "source" | "name"> {
  readonly id: ExportId
  readonly request: SloReportRequest
  readonly startedAt: DateTime.Utc
  readonly deadline: DateTime.Utc
}

/**
 * The file was taken by the sink.
 *
 * **Details**
 *
 * - `location`: where it is, in the sink's words; `bytes`: its size
 * - `source`: where its numbers come from
 * - `report`: of a report. Its status is `completed`, or `completed_with_errors`
 * - `exportErrors`: of histories. How many rows have an export error in place of data
 *
 * @category models
 * @since 0.1.0
 */
export class Done extends Schema.TaggedClass<Done>()("Done", {
  source: Schema.Literals(["report", "history"]),
  location: Schema.String,
  bytes: Schema.Natural,
  report: Schema.optionalKey(SloReport),
  exportErrors: Schema.optionalKey(Schema.Natural)
}) {}

/**
 * The report is being created, or the SLOs of a table of histories are searched.
 *
 * @category models
 * @since 0.1.0
 */
export class Creating extends Schema.TaggedClass<Creating>()("Creating", {}) {}

/**
 * The report was created, and is waited for or downloaded.
 *
 * @category models
 * @since 0.1.0
 */
export class Waiting extends Schema.TaggedClass<Waiting>()("Waiting", { report: ReportId }) {}

/**
 * The report is done, and its file is on its way to the sink.
 *
 * @category models
 * @since 0.1.0
 */
export class Delivering extends Schema.TaggedClass<Delivering>()("Delivering", { report: ReportId }) {}

/**
 * The rows of a table of histories are being computed.
 *
 * **Details**
 *
 * `rows` is how many are stored, of `total`.
 *
 * @category models
 * @since 0.1.0
 */
export class Computing extends Schema.TaggedClass<Computing>()("Computing", {
  rows: Schema.Natural,
  total: Schema.Natural
}) {}

/**
 * The export has failed, which is final until it is retried.
 *
 * @category models
 * @since 0.1.0
 */
export class Failed extends Schema.TaggedClass<Failed>()("Failed", { error: ExportError }) {}

/**
 * How far an export has come.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExportState = Schema.Union([Creating, Waiting, Delivering, Computing, Done, Failed])

/**
 * The type of how far an export has come.
 *
 * @category models
 * @since 0.1.0
 */
export type ExportState = typeof ExportState.Type
