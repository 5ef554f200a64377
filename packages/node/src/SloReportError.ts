/**
 * What can go wrong with a report, from creating it to reading its table, beyond a failed call.
 *
 * @since 0.1.0
 */
import { DatadogError, outcome } from "@effect-datadog/slo-report/DatadogError"
import type { InvalidReportPeriod } from "@effect-datadog/slo-report/ReportIntervals"
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
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * The wait's deadline passed before the report was done.
 *
 * **Details**
 *
 * - `last`: what the last poll that was answered told, absent where none was
 * - `polls`: how many polls there were, failed ones too; `elapsed`: the time waited
 * - `heldUp`: how long the wait was held up, by the rate limit and by calls that failed
 * - `lastError`: the error of the last poll, absent where it had none
 *
 * The report goes on at Datadog's side.
 *
 * @category errors
 * @since 0.1.0
 */
export class WaitTimedOut extends Schema.TaggedError<WaitTimedOut>()("WaitTimedOut", {
  id: ReportId,
  last: Schema.optionalKey(SloReport),
  polls: Schema.Natural,
  elapsed: Schema.DurationFromMillis,
  heldUp: Schema.Struct({ rateLimit: Schema.DurationFromMillis, backoff: Schema.DurationFromMillis }),
  lastError: Schema.optionalKey(DatadogError)
}) {
  override get message(): string {
    const { backoff, rateLimit } = this.heldUp
    const polls = this.polls === 1 ? "1 poll" : `${this.polls} polls`
    return [
      `Report ${this.id} ${this.last === undefined ? "has not answered" : `is ${this.last.rawStatus}`}`,
      ` after ${Duration.format(this.elapsed)} and ${polls}.`,
      Duration.isZero(rateLimit) ? "" : ` The rate limit held the wait up for ${Duration.format(rateLimit)}.`,
      Duration.isZero(backoff) ? "" : ` Calls that failed held it up for ${Duration.format(backoff)}.`,
      this.lastError === undefined ? "" : ` The last poll failed: ${outcome(this.lastError)}`,
      " The report goes on at Datadog's side: wait for it again, or raise the deadline."
    ].join("")
  }
  override toJSON(): object {
    return printed(this)
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
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * The answer to a request to create a report was lost after the request may have been processed.
 *
 * **Details**
 *
 * `error` is what came in the answer's place: a 303, a 408 or a 5xx but 501 and 505, a connection that broke,
 * an attempt that took too long, or a 2xx answer that can't be read. The request was not sent again after it.
 *
 * @category errors
 * @since 0.1.0
 */
export class CreateOutcomeUnknown extends Schema.TaggedError<CreateOutcomeUnknown>()("CreateOutcomeUnknown", {
  error: DatadogError
}) {
  override get message(): string {
    return `${outcome(this.error)} Whether the report was created is not known: it may exist, though its id is lost. ` +
      "Nothing was sent twice. Create the report again if a second one does no harm; " +
      "the first is then of no use to anybody."
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * A downloaded file is not a report's table.
 *
 * **Details**
 *
 * `line` counts from 1, the header's, and is where the record begins that is wrong; `issue` tells what is
 * wrong with it.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidReportTable extends Schema.TaggedError<InvalidReportTable>()("InvalidReportTable", {
  id: ReportId,
  line: Schema.Int.check(Schema.isGreaterThan(0)),
  issue: Schema.String
}) {
  override get message(): string {
    return `The file of report ${this.id} is not the table that it should be, line ${this.line}: ${this.issue}. ` +
      "Download the file to see what it holds."
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * The id given can't be an SLO's; nothing was sent.
 *
 * **Details**
 *
 * `id` is what was given, its first 100 characters; `issue` tells what is wrong with it.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidSloId extends Schema.TaggedError<InvalidSloId>()("InvalidSloId", {
  id: Schema.String,
  issue: Schema.String
}) {
  override get message(): string {
    return `${JSON.stringify(this.id)} is not the id of an SLO; nothing was sent. ${this.issue}.`
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * The period given can't be one of a history; nothing was sent.
 *
 * **Details**
 *
 * `member` is the end of the period that is wrong; `issue` tells what is wrong with it.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidSloPeriod extends Schema.TaggedError<InvalidSloPeriod>()("InvalidSloPeriod", {
  member: Schema.Literals(["from", "to"]),
  issue: Schema.String
}) {
  override get message(): string {
    return `The period is none; nothing was sent. ${JSON.stringify(this.member)}: ${this.issue}.`
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * More SLOs were found than a table may have; no history was asked for.
 *
 * **Details**
 *
 * `found` is how many there are, or how many had been found when there were too many; `limit` is `maxSlos`.
 *
 * @category errors
 * @since 0.1.0
 */
export class SloTableTooLarge extends Schema.TaggedError<SloTableTooLarge>()("SloTableTooLarge", {
  found: Schema.Natural,
  limit: Schema.Natural
}) {
  override get message(): string {
    return `The query finds ${this.found} SLOs, and a table may have ${this.limit}. No history was asked for. ` +
      "Narrow the query, or raise maxSlos."
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * What can go wrong with a table, from either source.
 *
 * **Details**
 *
 * `InvalidReportPeriod`, of `ReportIntervals`, and `SloTableTooLarge` are met by histories alone,
 * `CreateOutcomeUnknown`, `WaitTimedOut` and `ReportFailed` by a report alone.
 *
 * @category errors
 * @since 0.1.0
 */
export type SloTableError =
  | DatadogError
  | CreateOutcomeUnknown
  | WaitTimedOut
  | ReportFailed
  | InvalidReportPeriod
  | SloTableTooLarge

// JSON leaves out what is no member of the error itself.
const printed = (error: Error & { readonly _tag: string }): object => {
  const { _tag, message } = error
  return Object.assign({ _tag, message }, error)
}
