/**
 * A row of a report's file whose cells are given.
 *
 * @since 0.1.0
 */

/**
 * A row whose cells are given, as those of core's `SloReportRow` are.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReportRow {
  /** @default 32 hexadecimal digits that no other row has */
  readonly id?: string | undefined
  /** @default "metric" */
  readonly sloType?: string | undefined
  /** @default "Checkout availability" */
  readonly name?: string | undefined
  /** In percent. @default an empty cell */
  readonly target?: number | undefined
  /** @default an empty cell */
  readonly exportError?: string | undefined
  /** @default none */
  readonly cells?: ReadonlyArray<Cell> | undefined
}

/**
 * A cell of a row that is given.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cell {
  /** The name of its column: the date on which the interval starts, `YYYY-MM-DD`. */
  readonly start: string
  /** In percent, written as JavaScript writes the number. @default an empty cell */
  readonly status?: number | undefined
  /** The cell's exact text, in place of the number. */
  readonly raw?: string | undefined
}
