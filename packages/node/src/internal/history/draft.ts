/**
 * The row of an SLO while its cells come in.
 *
 * @since 0.1.0
 */
import type { Interval } from "@effect-datadog/slo-report/ReportIntervals"
import type { Slo } from "@effect-datadog/slo-report/Slo"
import * as SloReportRow from "@effect-datadog/slo-report/SloReportRow"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import type { Cell } from "./cell.ts"

/** @internal */
export class Draft {
  readonly slo: Slo
  private slis: Array<number | undefined> = []
  private exportError: string | undefined
  private readonly failed = Latch.makeUnsafe()

  constructor(slo: Slo) {
    this.slo = slo
  }

  /** Asks for a cell, or gives it up where another one has failed. */
  ask<E>(index: number, cell: Effect.Effect<Cell, E>): Effect.Effect<void, E> {
    return Effect.suspend(() =>
      this.exportError === undefined
        ? Effect.raceFirst(Effect.map(cell, (answered) => this.set(index, answered)), this.failed.await)
        : Effect.void
    )
  }

  /** Sets all cells. */
  fill(slis: ReadonlyArray<number | undefined>): void {
    this.slis = [...slis]
  }

  set(index: number, cell: Cell): void {
    if (Result.isSuccess(cell)) this.slis[index] = cell.success
    else {
      this.exportError ??= cell.failure
      this.failed.openUnsafe()
    }
  }

  /** An SLO that can't be exported has an error in place of data, as in a report. */
  toRow(intervals: ReadonlyArray<Interval>): SloReportRow.SloReportRow {
    return SloReportRow.fromSlis(this.slo, intervals, this.exportError !== undefined ? [] : this.slis, this.exportError)
  }
}
