/**
 * A report as CSV, as Datadog writes it, or as a spreadsheet opens it best.
 *
 * Every text is there to the letter, line feeds too: it is for a file, not for the log of a CI system.
 *
 * @since 0.1.0
 */
import { IntervalCell } from "@effect-datadog/slo-report/IntervalCell"
import * as SloReportCsv from "@effect-datadog/slo-report/SloReportCsv"
import { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import * as SloReportTable from "@effect-datadog/slo-report/SloReportTable"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/**
 * How the CSV is written.
 *
 * **Details**
 *
 * - `spreadsheet`: with a byte order mark, without which Excel takes UTF-8 for another encoding, and with an
 *   apostrophe before each text that a spreadsheet would run as a formula @default false
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly spreadsheet?: boolean | undefined
}

/**
 * A row of a stream that has columns which the first row had not: the header, written before, has none for them.
 *
 * **Details**
 *
 * - `id`: the SLO
 * - `columns`: their names
 *
 * @category errors
 * @since 0.1.0
 */
export class ColumnsChanged extends Schema.TaggedError<ColumnsChanged>()("ColumnsChanged", {
  id: Schema.String,
  columns: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const names = this.columns.map((name) => JSON.stringify(name)).join(", ")
    return `the row of SLO ${JSON.stringify(this.id)} has columns that the rows before it have not: ${names}`
  }
  override toJSON(): object {
    return Object.assign({}, this, { message: this.message })
  }
}

/**
 * The CSV of some rows.
 *
 * **Details**
 *
 * Its columns are all that the rows have, in the order of `SloReportCsv.fromRows`.
 *
 * **Example** (A name that a spreadsheet would run)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Csv } from "@effect-datadog/slo-report-render"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "=1+1", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * Csv.fromRows([row], { spreadsheet: true }).split("\n")[1] // => "5f0a,metric,'=1+1,99.9,,99.85"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<SloReportRow>, { spreadsheet = false }: Options = {}): string =>
  spreadsheet ? `\u{feff}${SloReportCsv.fromRows(rows.map(harmless))}` : SloReportCsv.fromRows(rows)

/**
 * The same as a stream, which holds one row at a time.
 *
 * **Details**
 *
 * Its columns are those of the first row, as all the rows of one report have the same; a row with others fails the
 * stream with {@link ColumnsChanged}. Without any row it is the header without intervals.
 *
 * **Example** (Line by line)
 *
 * ```ts
 * import { IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
 * import { Csv } from "@effect-datadog/slo-report-render"
 * import { Effect, Stream } from "effect"
 *
 * const row = new SloReportRow.SloReportRow({
 *   ...{ id: "5f0a", sloType: "metric", name: "Checkout", target: 99.9, other: {} },
 *   cells: [IntervalCell.fromText("2026-10-01", "99.85")]
 * })
 * const lines = Effect.runSync(Stream.runCollect(Csv.stream(Stream.make(row))))
 * lines.join("").split("\n")[0] // => "id,slo_type,name,target,export_error,2026-10-01"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const stream = <E, R>(
  rows: Stream.Stream<SloReportRow, E, R>,
  { spreadsheet = false }: Options = {}
): Stream.Stream<string, E | ColumnsChanged, R> => {
  const mark = spreadsheet ? "\u{feff}" : ""
  return rows.pipe(
    Stream.map((row) => spreadsheet ? harmless(row) : row),
    Stream.mapAccumEffect(
      (): SloReportTable.SloReportTable | undefined => undefined,
      (table, row) => {
        if (table === undefined) {
          const first = tableOf(row)
          return Effect.succeed(
            [first, [mark + SloReportCsv.header(first) + SloReportCsv.record(first, row)]] as const
          )
        }
        const columns = lostColumns(table, row)
        return columns.length > 0
          ? Effect.fail(new ColumnsChanged({ id: row.id, columns }))
          : Effect.succeed([table, [SloReportCsv.record(table, row)]] as const)
      },
      { onHalt: (table) => table === undefined ? [mark + SloReportCsv.fromRows([])] : [] }
    )
  )
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const tableOf = ({ cells, other }: SloReportRow): SloReportTable.SloReportTable =>
  SloReportTable.fromIntervals(cells.map(({ start }) => start), Object.keys(other))

const lostColumns = (table: SloReportTable.SloReportTable, row: SloReportRow): ReadonlyArray<string> => {
  const names = new Set([...table.intervals, ...table.others].map(({ name }) => name))
  return [...row.cells.map(({ start }) => start), ...Object.keys(row.other)].filter((name) => !names.has(name))
}

// A spreadsheet takes these for a formula at the beginning of a cell; where its separator is a semicolon, after one.
const formula = /(?<=^|[;\t\r\n])(?=[=+\-@\t\r＝＋－＠])/g

const plain = (text: string): string => text.replaceAll(formula, "'")

const harmless = (row: SloReportRow): SloReportRow =>
  new SloReportRow({
    id: plain(row.id),
    sloType: plain(row.sloType),
    name: plain(row.name),
    ...(row.target === undefined ? {} : { target: row.target }),
    ...(row.exportError === undefined ? {} : { exportError: plain(row.exportError) }),
    cells: row.cells.map((cell) =>
      cell.status === undefined ? new IntervalCell({ start: cell.start, raw: plain(cell.raw) }) : cell
    ),
    other: Object.fromEntries(Object.entries(row.other).map(([name, text]) => [plain(name), plain(text)]))
  })
