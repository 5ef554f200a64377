/**
 * The exit codes of every command: they tell "the budget is burnt" from "nobody could tell".
 *
 * @since 0.1.0
 */
import type { CommandError } from "./CommandError.ts"

/** @internal */
export const done = 0

/** @internal */
export const failed = 1

/** @internal */
export const usage = 2

/** @internal */
export const noVerdict = 3

/** @internal */
export const refused = 4

/** @internal */
export const unavailable = 5

/** @internal */
export const timedOut = 6

/**
 * A bug: `EX_SOFTWARE` of sysexits.h.
 *
 * @internal
 */
export const defect = 70

/**
 * What a shell says of a program that a signal has ended: 128 and the signal's number.
 *
 * @internal
 */
export const ofSignal = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/**
 * The codes and what they mean, as `--help` shows them.
 *
 * @internal
 */
export const meanings: ReadonlyArray<readonly [code: string, meaning: string]> = [
  ["0", "done; the verdict is pass"],
  ["1", "the verdict is fail; the report has failed"],
  ["2", "usage or configuration: nothing was sent"],
  ["3", "no verdict: nothing judged, not exported, or no report's CSV"],
  ["4", "refused: keys, scope or site"],
  ["5", "Datadog, the network or the state: a retry may help"],
  ["6", "the time is over: go on with the report's id"],
  ["130", "interrupted by ^C (143 by SIGTERM, 129 by SIGHUP)"]
]

/**
 * The code of what ended a command.
 *
 * **Details**
 *
 * A 404 is 5, as every answer that may be another one later: a mistyped id and a report that is no longer kept look
 * alike. What was never sent is 2, also where the client only finds out when it makes the request.
 *
 * @internal
 */
export const ofError = (error: CommandError): number => {
  switch (error._tag) {
    case "ReportFailed":
      return failed
    case "UsageError":
    case "ConfigError":
    case "UndiciUnavailable":
    case "SchemaError":
    case "PlatformError":
    case "InvalidReportId":
    case "InvalidReportPeriod":
    case "InvalidSloId":
    case "InvalidSloPeriod":
    case "SloTableTooLarge":
    case "DatadogBadRequest":
    case "InvalidExport":
    case "UnknownExport":
    case "SinkFailed":
      return usage
    case "NotAReport":
    case "InvalidReportTable":
    case "ColumnsChanged":
      return noVerdict
    case "DatadogUnauthorized":
    case "DatadogForbidden":
      return refused
    case "DatadogTransportError":
      return error.reason === "invalid" ? usage : unavailable
    case "DatadogNotFound":
    case "DatadogTooManyRequests":
    case "DatadogServerError":
    case "DatadogUnexpectedStatus":
    case "DatadogProtocolError":
    case "CreateOutcomeUnknown":
    case "CreateInterrupted":
    case "ExportCancelled":
    case "StoreInUse":
      return unavailable
    // What is full or of another version needs somebody; what is away may be back.
    case "StoreFailed":
      return error.reason === "unavailable" ? unavailable : usage
    case "ExportBroken":
      return defect
    case "WaitTimedOut":
      return timedOut
  }
}
