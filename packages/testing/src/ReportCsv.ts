/**
 * The CSV of a report: given as it is, or generated row by row as it is downloaded.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Calendar from "./internal/report/calendar.ts"
import * as Lines from "./internal/report/lines.ts"
import type { ReportRow } from "./ReportRow.ts"
import type * as Slo from "./Slo.ts"

/**
 * A file: its exact text or bytes, or a table to generate.
 *
 * @category models
 * @since 0.1.0
 */
export type ReportCsv = string | Uint8Array | Table

/**
 * A table to generate.
 *
 * **Details**
 *
 * The same options give the same bytes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Table {
  /** SLOs whose values are those of their models, instead of made up rows. */
  readonly slos?: SloRows | undefined
  /** How many made up rows. @default 12 */
  readonly rows?: number | undefined
  /** How many rows, the last ones, carry an export error and no data. @default 3 if `completed_with_errors`, else 0 */
  readonly exportErrors?: number | undefined
  /** The SLOs' names, used in turn. @default names of services */
  readonly names?: ReadonlyArray<string> | undefined
  /** Which intervals are columns. @default the period of the recorded report: 6 months */
  readonly period?: Period | undefined
  /** @default "\n" */
  readonly newline?: "\n" | "\r\n" | undefined
  /** Whether the file starts with a byte order mark. @default false */
  readonly byteOrderMark?: boolean | undefined
}

/**
 * SLOs that are the rows of a report.
 *
 * **Details**
 *
 * A value is written as JavaScript writes the number; where there is none the cell is empty.
 *
 * @category models
 * @since 0.1.0
 */
export interface SloRows {
  readonly list: ReadonlyArray<Slo.Slo>
  /** Whether monitors have values; Datadog documents that they haven't. @default false */
  readonly monitors?: boolean | undefined
  /** Intervals that end before this time, in epoch seconds, have no values. @default -Infinity */
  readonly notBefore?: number | undefined
}

/**
 * The period of a report, in epoch seconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Period {
  readonly from: number
  readonly to: number
  readonly interval: Interval
  /** An IANA name. */
  readonly timezone: string
}

/**
 * The length of an interval.
 *
 * @category models
 * @since 0.1.0
 */
export type Interval = typeof intervals[number]

/**
 * The lengths of an interval that Datadog knows.
 *
 * @category models
 * @since 0.1.0
 */
export const intervals = ["daily", "weekly", "monthly"] as const

/**
 * Names that a CSV reader must get right: commas, quotes, line breaks, markup, a formula, other scripts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const awkwardNames: ReadonlyArray<string> = [
  "Checkout, p99 < 300 ms",
  "The \"golden\" path",
  "Two\nlines",
  "Two\r\nWindows lines",
  "<img src=x onerror=alert(1)>",
  "=HYPERLINK(\"https://example.com\")",
  "Überprüfung — 検索 🚀",
  " spaces around ",
  "",
  "\"",
  ","
]

/**
 * An interval of a period: its start date (`YYYY-MM-DD`) in the period's time zone, and its epoch seconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Column {
  readonly start: string
  readonly from: number
  /** This second is not part of it. */
  readonly to: number
}

/**
 * The intervals of a period.
 *
 * **Details**
 *
 * The first interval is the one that `from` lies in, from its beginning on; one that is unfinished at `to` is left out.
 * Weeks start on Sunday. A day begins with its first second, which is not 0:00 where clocks skip that, and a day that a
 * zone skips is none.
 *
 * @category getters
 * @since 0.1.0
 */
export const columns = ({ from, interval, timezone, to }: Period): ReadonlyArray<Column> => {
  const dayAt = Calendar.dayIn(Option.isSome(DateTime.zoneMakeNamed(timezone)) ? timezone : "UTC")
  const found: Array<Column> = []
  let day = Calendar.startOf[interval](dayAt(from))
  let start = Calendar.firstSecond(dayAt, day)
  for (;;) {
    const nextDay = Calendar.next[interval](day)
    const end = Calendar.firstSecond(dayAt, nextDay)
    if (!(end <= to)) return found
    if (end > start) found.push({ start: Calendar.format(day), from: start, to: end })
    day = nextDay
    start = end
  }
}

/**
 * The start dates (`YYYY-MM-DD`) of the intervals of a period; see {@link columns}.
 *
 * @category getters
 * @since 0.1.0
 */
export const startDates = (period: Period): ReadonlyArray<string> => columns(period).map(({ start }) => start)

/**
 * Whether a file is a table to generate.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isTable = (csv: ReportCsv): csv is Table => typeof csv !== "string" && !(csv instanceof Uint8Array)

/**
 * A table with this period as its columns; an exact file as it is.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withPeriod = (csv: ReportCsv, period: Period): ReportCsv => isTable(csv) ? { ...csv, period } : csv

/**
 * The file that has these rows, in their order.
 *
 * **Details**
 *
 * Its columns are the intervals of all rows, the earliest first; a cell that a row lacks is empty.
 *
 * **Example** (A row)
 *
 * ```ts
 * import { ReportCsv } from "@effect-datadog/slo-report-testing"
 *
 * export const file = ReportCsv.fromRows([
 *   { id: "a", name: "Checkout, p99", target: 99.9, cells: [{ start: "2026-01-01", status: 99.95 }] }
 * ])
 * file.split("\n")[1] // => "a,metric,\"Checkout, p99\",99.9,,99.95"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromRows = (rows: ReadonlyArray<ReportRow>): string => {
  const starts = [...new Set(rows.flatMap(({ cells = [] }) => cells.map(({ start }) => start)))].sort()
  return [Lines.header(starts), ...rows.map((row, index) => Lines.ofRow(row, index, starts)), ""].join("\n")
}

/**
 * The bytes of a file.
 *
 * **Details**
 *
 * A table is generated only as fast as it is read, in pieces of about 64 KiB.
 *
 * @category getters
 * @since 0.1.0
 */
export const toBytes = (csv: ReportCsv): Uint8Array | Stream.Stream<Uint8Array> =>
  isTable(csv)
    ? Stream.suspend(() => Stream.fromIterable(pieces(csv), { chunkSize: 1 }))
    : typeof csv === "string"
    ? encoder.encode(csv)
    : csv

/**
 * The standard period: that of the recorded report.
 *
 * @category constructors
 * @since 0.1.0
 */
export const standardPeriod: Period = {
  from: 1_690_901_870,
  to: 1_706_803_070,
  interval: "monthly",
  timezone: "America/New_York"
}

const encoder = new TextEncoder()

function* pieces(table: Table): Generator<Uint8Array> {
  const intervals = columns(table.period ?? standardPeriod)
  const exportErrors = table.exportErrors ?? 0
  const rows = table.slos === undefined
    ? Lines.madeUp(table.rows ?? 12, exportErrors, intervals.length, table.names)
    : Lines.fromSlos(table.slos, exportErrors, intervals)
  const header = Lines.header(intervals.map(({ start }) => start))
  yield* Lines.encode(header, rows, table.newline ?? "\n", table.byteOrderMark === true)
}
