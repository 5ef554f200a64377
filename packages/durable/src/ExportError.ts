/**
 * What can go wrong with an export that is kept, beyond a call and a wait.
 *
 * @since 0.1.0
 */
import { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import { InvalidReportPeriod } from "@effect-datadog/slo-report/ReportIntervals"
import {
  CreateOutcomeUnknown,
  ReportFailed,
  SloTableTooLarge,
  WaitTimedOut
} from "@effect-datadog/slo-report-node/SloReportError"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

/**
 * The process ended while the report was being created: it may exist, though its id is lost.
 *
 * **Details**
 *
 * `begunAt` is when the request was about to be sent. Nothing was sent twice. Datadog has no list of reports, so nobody
 * can tell whether it came to one.
 *
 * @category errors
 * @since 0.1.0
 */
export class CreateInterrupted extends Schema.TaggedError<CreateInterrupted>()("CreateInterrupted", {
  begunAt: Schema.DateTimeUtcFromMillis
}) {
  override get message(): string {
    return `The process ended while the report was being created, at ${DateTime.formatIso(this.begunAt)}. ` +
      "Whether there is a report is not known: it may exist, though its id is lost. Nothing was sent twice. " +
      `Retry the export if a second report does no harm, or start such exports with onLostCreate: "again".`
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * The export was cancelled.
 *
 * @category errors
 * @since 0.1.0
 */
export class ExportCancelled extends Schema.TaggedError<ExportCancelled>()("ExportCancelled", {}) {
  override get message(): string {
    return "The export was cancelled. A report that was created goes on at Datadog's side. Retry the export to go on."
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * The sink didn't take the file.
 *
 * **Details**
 *
 * `issue` is what it said.
 *
 * @category errors
 * @since 0.1.0
 */
export class SinkFailed extends Schema.TaggedError<SinkFailed>()("SinkFailed", {
  issue: Schema.String
}) {
  override get message(): string {
    return `The file could not be put where it should go: ${this.issue}. ` +
      "Nothing is lost: make room for it, then retry the export."
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * What is stored of the export can't be gone on with, or a bug of this library ended it.
 *
 * @category errors
 * @since 0.1.0
 */
export class ExportBroken extends Schema.TaggedError<ExportBroken>()("ExportBroken", {
  issue: Schema.String
}) {
  override get message(): string {
    return `The export ended in a way that it should not: ${this.issue}. Retry it.`
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * What an export can end with.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExportError = Schema.Union([
  DatadogError,
  CreateOutcomeUnknown,
  CreateInterrupted,
  WaitTimedOut,
  ReportFailed,
  InvalidReportPeriod,
  SloTableTooLarge,
  SinkFailed,
  ExportCancelled,
  ExportBroken
])

/**
 * The type of what an export can end with.
 *
 * @category models
 * @since 0.1.0
 */
export type ExportError = typeof ExportError.Type

/**
 * The store has no export with this id; it may have been forgotten.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownExport extends Schema.TaggedError<UnknownExport>()("UnknownExport", {
  id: Schema.String
}) {
  override get message(): string {
    return `There is no export ${JSON.stringify(this.id)} in this store: it never was, or it was forgotten.`
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * What was asked for can't be exported; nothing was stored or sent.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidExport extends Schema.TaggedError<InvalidExport>()("InvalidExport", {
  issue: Schema.String
}) {
  override get message(): string {
    return `This can't be exported; nothing was stored or sent. ${this.issue}`
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * Another process has the store's file.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreInUse extends Schema.TaggedError<StoreInUse>()("StoreInUse", {
  filename: Schema.String
}) {
  override get message(): string {
    return `${this.filename} is in use by another process: one process at a time has a store of SQLite. ` +
      "End the other one, or use a store of Postgres."
  }
  override toJSON(): object {
    return printed(this)
  }
}

/**
 * The store can't be used now.
 *
 * **Details**
 *
 * - `reason`: `full`, `read-only`; `newer`, that a later version of this library wrote it; `foreign`, that it is no
 *   store of exports; `unavailable`, anything else
 * - `issue`: what the database said
 *
 * What was stored stays as it is.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  reason: Schema.Literals(["full", "read-only", "newer", "foreign", "unavailable"]),
  issue: Schema.String
}) {
  override get message(): string {
    return `The store can't be used: ${this.issue}. ${nextStep[this.reason]} What was stored stays as it is.`
  }
  override toJSON(): object {
    return printed(this)
  }
}

const nextStep: Readonly<Record<StoreFailed["reason"], string>> = {
  full: "Make room on its disk: exports go on by themselves.",
  "read-only": "Make its file and folder writable.",
  newer: "Use the version of this library that wrote it, or a later one.",
  foreign: "Name a file or a database that is nothing else.",
  unavailable: "See that the database can be reached."
}

// JSON leaves out what is no member of the error itself.
const printed = (error: Error & { readonly _tag: string }): object => {
  const { _tag, message } = error
  return Object.assign({ _tag, message }, error)
}
