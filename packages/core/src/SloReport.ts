/**
 * An SLO report as Datadog's status endpoint tells of it.
 *
 * A report is a job on Datadog's side. Its status is an open set: a status that Datadog adds later
 * decodes to `"unknown"` and keeps its text.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { WireId } from "./internal/wireId.ts"
import { PathSegment } from "./internal/pathSegment.ts"

/**
 * The id of a report: one safe segment of a URL's path.
 *
 * **Details**
 *
 * 1 to 255 characters; no `/`, `\`, `?`, `#`, `%`, white space, control characters or lone surrogates;
 * not `.` or `..`. Datadog's ids are UUIDs (version 1) so far, which is not required here.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReportId = PathSegment.pipe(Schema.brand("ReportId"))

/**
 * The type of a report's id.
 *
 * @category models
 * @since 0.1.0
 */
export type ReportId = typeof ReportId.Type

/**
 * The four documented statuses of a report, and `"unknown"` for any other.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReportStatus = Schema.Literals(["in_progress", "completed", "completed_with_errors", "failed", "unknown"])

/**
 * The type of a report's status.
 *
 * @category models
 * @since 0.1.0
 */
export type ReportStatus = typeof ReportStatus.Type

const isReportStatus = Schema.is(ReportStatus)

// The longest documented status has 21 characters; logs, spans and messages repeat what comes here.
const maxStatusLength = 100

const statusOf = (rawStatus: string): ReportStatus => isReportStatus(rawStatus) ? rawStatus : "unknown"

/**
 * A report and its status at the moment Datadog was asked.
 *
 * **Details**
 *
 * `status` is one of {@link ReportStatus}; `rawStatus` is the text that Datadog sent, its first 100
 * characters. The two agree: `status` is `"unknown"` exactly when `rawStatus` is none of the documented four.
 *
 * @category models
 * @since 0.1.0
 */
export class SloReport extends Schema.Class<SloReport>("@effect-datadog/slo-report/SloReport")(
  Schema.Struct({
    id: ReportId,
    status: ReportStatus,
    rawStatus: Schema.String.check(Schema.isMaxLength(maxStatusLength))
  }).check(
    Schema.makeFilter(({ status, rawStatus }) =>
      status === statusOf(rawStatus) ? undefined : `Expected the status that "rawStatus" names`
    )
  )
) {}

/**
 * Makes a report from its id and the status text that Datadog sent.
 *
 * **Example** (A status that nobody documented)
 *
 * ```ts
 * import { SloReport } from "@effect-datadog/slo-report"
 *
 * const report = SloReport.fromStatus(SloReport.ReportId.make("my-report"), "queued")
 * const both = [report.status, report.rawStatus]
 * // => ["unknown", "queued"]
 * ```
 *
 * @param id the report's id
 * @param rawStatus any text, of which the first 100 characters are kept; one that is not documented gives
 *   the status `"unknown"`
 * @category constructors
 * @since 0.1.0
 */
export const fromStatus = (id: ReportId, rawStatus: string): SloReport => new SloReport({ id, ...bounded(rawStatus) })

const bounded = (rawStatus: string) => ({
  status: statusOf(rawStatus),
  rawStatus: rawStatus.slice(0, maxStatusLength)
})

/**
 * Whether a report has ended: completed, completed with errors, or failed.
 *
 * **Details**
 *
 * `"in_progress"` and `"unknown"` are not terminal.
 *
 * **Example** (Whether to ask again)
 *
 * ```ts
 * import { SloReport } from "@effect-datadog/slo-report"
 *
 * const id = SloReport.ReportId.make("my-report")
 * SloReport.isTerminal(SloReport.fromStatus(id, "in_progress")) // => false
 * SloReport.isTerminal(SloReport.fromStatus(id, "failed")) // => true
 * ```
 *
 * @category predicates
 * @since 0.1.0
 */
export const isTerminal = (report: SloReport): boolean =>
  report.status === "completed" || report.status === "completed_with_errors" || report.status === "failed"

/**
 * The body of a successful status response, decoded to a {@link SloReport}.
 *
 * **Details**
 *
 * Datadog's specification makes every field optional. A status endpoint without a status has nothing to
 * say, and without an id nobody knows which report it tells of, so `id` and `status` are required here.
 * An id may be a whole number. `type` and members that are not listed are ignored, whatever they are.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SloReportStatusResponse = Schema.Struct({
  data: Schema.Struct({
    id: WireId,
    type: Schema.optionalKey(Schema.Unknown),
    attributes: Schema.Struct({ status: Schema.String })
  })
}).pipe(
  Schema.decodeTo(
    SloReport,
    SchemaTransformation.transform({
      decode: ({ data }) => ({ id: String(data.id), ...bounded(data.attributes.status) }),
      encode: ({ id, rawStatus }) => ({ data: { id, type: "report_id", attributes: { status: rawStatus } } })
    })
  )
)
