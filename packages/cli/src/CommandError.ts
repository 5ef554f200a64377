/**
 * What ends a command before it has done what it was asked for.
 *
 * @since 0.1.0
 */
import type { ColumnsChanged } from "@effect-datadog/slo-report-render/Csv"
import type {
  ExportError,
  InvalidExport,
  StoreFailed,
  StoreInUse,
  UnknownExport
} from "@effect-datadog/slo-report-durable/ExportError"
import type { UndiciUnavailable } from "@effect-datadog/slo-report-node/NodeSloReportClient"
import type {
  InvalidReportId,
  InvalidReportTable,
  InvalidSloId,
  InvalidSloPeriod,
  SloTableError
} from "@effect-datadog/slo-report-node/SloReportError"
import type { ConfigError } from "effect/Config"
import * as Data from "effect/Data"
import * as Predicate from "effect/Predicate"
import type { PlatformError } from "effect/PlatformError"
import type { SchemaError } from "effect/Schema"

/**
 * The command line, the environment or the configuration file is wrong; nothing was sent.
 *
 * @internal
 */
export class UsageError extends Data.TaggedError("UsageError")<{
  readonly message: string
  /** What would be right. */
  readonly hint?: string | undefined
}> {}

/**
 * A file, or standard input, is not the CSV of a report.
 *
 * @internal
 */
export class NotAReport extends Data.TaggedError("NotAReport")<{
  readonly name: string
  readonly line: number
  readonly issue: string
}> {
  override get message(): string {
    return `${this.name} is not the CSV of an SLO report, line ${this.line}: ${this.issue}.`
  }
}

/** @internal */
export type CommandError =
  | SloTableError
  | InvalidReportId
  | InvalidReportTable
  | InvalidSloId
  | InvalidSloPeriod
  | ColumnsChanged
  | ExportError
  | InvalidExport
  | UnknownExport
  | StoreFailed
  | StoreInUse
  | ConfigError
  | UndiciUnavailable
  | SchemaError
  | PlatformError
  | UsageError
  | NotAReport

/**
 * What is wrong, on one line, as far as it has one.
 *
 * @internal
 */
export const messageOf = (error: CommandError): string => {
  switch (error._tag) {
    case "ConfigError":
      return oneLine(error.cause.message.replace(noValue, "$1 is not set").replace(/\n {2}at \["\w+"\]$/, ""))
    case "SchemaError":
      return oneLine(error.message)
    case "PlatformError":
      return describe(error)
    case "SloTableTooLarge":
      return error.message.replace("maxSlos", "--max-slos")
    default:
      return error.message
  }
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// `Config.String` has no words of its own for it.
const noValue = /^Expected string\n {2}at \["(\w+)"\]$/

// Where the reason has words of its own, they name the file as it was given.
const describe = ({ message, reason }: PlatformError): string => {
  const path = "pathOrDescriptor" in reason && Predicate.isString(reason.pathOrDescriptor)
    ? reason.pathOrDescriptor
    : reason.module === "Stdio"
    ? streams.get(reason.method) ?? ""
    : ""
  if (path === "") return "cause" in reason && reason.cause instanceof Error ? oneLine(reason.cause.message) : message
  if (reason.description !== undefined) return `${path}: ${oneLine(reason.description)}`
  if ("cause" in reason && Predicate.hasProperty(reason.cause, "code") && reason.cause.code === "EISDIR") {
    return `${path}: it is a directory`
  }
  if ("cause" in reason && reason.cause instanceof Error && reason._tag !== "NotFound") {
    return `${path}: ${oneLine(reason.cause.message)}`
  }
  return reason._tag === "NotFound" ? `${path}: there is no such file` : `${path}: ${reason._tag}`
}

const streams: ReadonlyMap<string, string> = new Map([
  ["stdin", "standard input"],
  ["stdout", "standard output"],
  ["stderr", "standard error"]
])

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ")
