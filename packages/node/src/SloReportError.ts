/**
 * What can go wrong in asking for a report or waiting for it, beyond a failed call.
 *
 * @since 0.1.0
 */
import { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/**
 * The id given can't be a report's; nothing was sent.
 *
 * **Details**
 *
 * `id` is what was given, its first 100 characters; `issue` tells what is wrong with it.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidReportId extends Schema.TaggedError<InvalidReportId>()("InvalidReportId", {
  id: Schema.String,
  issue: Schema.String
}) {
  override get message(): string {
    return `${JSON.stringify(this.id)} is not a report id; nothing was sent. ${this.issue}.`
  }
}

/**
 * The wait's deadline passed before the report was done.
 *
 * **Details**
 *
 * `last` is what the last poll that was answered told, absent where none was; `polls` counts the polls;
 * `elapsed` is the time waited. The report goes on at Datadog's side.
 *
 * @category errors
 * @since 0.1.0
 */
export class WaitTimedOut extends Schema.TaggedError<WaitTimedOut>()("WaitTimedOut", {
  id: ReportId,
  last: Schema.optionalKey(SloReport),
  polls: Schema.Natural,
  elapsed: Schema.DurationFromMillis
}) {
  override get message(): string {
    const state = this.last === undefined ? "has not answered" : `is ${this.last.rawStatus}`
    return `Report ${this.id} ${state} after ${Duration.format(this.elapsed)} and ${this.polls} polls. ` +
      "It goes on at Datadog's side: wait for it again, or raise the deadline."
  }
}

/**
 * The report ended as failed.
 *
 * @category errors
 * @since 0.1.0
 */
export class ReportFailed extends Schema.TaggedError<ReportFailed>()("ReportFailed", {
  report: SloReport
}) {
  override get message(): string {
    return `Report ${this.report.id} failed at Datadog's side, which does not say why. Check its query, then create it again.`
  }
}
