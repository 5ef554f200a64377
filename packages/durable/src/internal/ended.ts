/**
 * The end of a run, as an export's.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { ExportBroken, type ExportError } from "../ExportError.ts"
import { type Done, type ExportState, Failed } from "../ReportExport.ts"

/** @internal */
export type End = Exit.Exit<Done, ExportError>

/** @internal */
export const state = (end: End): ExportState =>
  Exit.isSuccess(end) ? end.value : new Failed({ error: errorOf(end.cause) })

const errorOf = (cause: Cause.Cause<ExportError>): ExportError =>
  Option.getOrElse(Cause.findErrorOption(cause), () => broken(Cause.squash(cause)))

/** What nobody foresaw. @internal */
export const broken = (defect: unknown): ExportBroken =>
  new ExportBroken({ issue: defect instanceof Error ? defect.message : String(defect) })

/** Whether the next try needs another report. @internal */
export const isReportLost = (end: Exit.Failure<Done, ExportError>): boolean => {
  const { _tag } = errorOf(end.cause)
  return _tag === "ReportFailed" || _tag === "DatadogNotFound"
}
