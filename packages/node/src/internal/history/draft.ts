/**
 * The row of an SLO while its cells come in.
 *
 * @since 0.1.0
 */
import type { Interval } from "@effect-datadog/slo-report/ReportIntervals"
import type { Slo } from "@effect-datadog/slo-report/Slo"
import * as SloReportRow from "@effect-datadog/slo-report/SloReportRow"
import * as Result from "effect/Result"
import type { Cell } from "./cell.ts"

/** @internal */
export class Draft {
  readonly slo: Slo
  private slis: Array<number | undefined> = []
  private exportError: string | undefined

  constructor(slo: Slo) {
    this.slo = slo
  }

  get hasFailed(): boolean {
    return this.exportError !== undefined
  }

  /** Sets all cells. */
  fill(slis: ReadonlyArray<number | undefined>): void {
    this.slis = [...slis]
  }

  set(index: number, cell: Cell): void {
    if (Result.isSuccess(cell)) this.slis[index] = cell.success
    else this.exportError ??= cell.failure
  }

  /** An SLO that can't be exported has an error in place of data, as in a report. */
  toRow(intervals: ReadonlyArray<Interval>): SloReportRow.SloReportRow {
    return SloReportRow.fromSlis(this.slo, intervals, this.hasFailed ? [] : this.slis, this.exportError)
  }
}
