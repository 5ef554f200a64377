/**
 * The CSV of a report: given as it is, or generated row by row as it is downloaded.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

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
  /** How many SLOs. @default 12 */
  readonly rows?: number | undefined
  /** How many of them, the last ones, carry an export error and no data. @default 3 if `completed_with_errors`, else 0 */
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
 * The start dates (`YYYY-MM-DD`) of the intervals of a period, in its time zone.
 *
 * **Details**
 *
 * The first interval is the one that `from` lies in; one that is unfinished at `to` is left out. Weeks
 * start on Sunday.
 *
 * @category getters
 * @since 0.1.0
 */
export const startDates = (period: Period): ReadonlyArray<string> => {
  const zone = Option.getOrElse(DateTime.zoneMakeNamed(period.timezone), () => utc)
  const unit = units[period.interval]
  const end = period.to * 1000
  const dates: Array<string> = []
  let start: DateTime.DateTime = DateTime.startOf(
    DateTime.setZone(DateTime.makeUnsafe(period.from * 1000), zone),
    unit,
    { weekStartsOn: 0 }
  )
  for (;;) {
    const next: DateTime.DateTime = DateTime.add(start, { [`${unit}s`]: 1 })
    if (DateTime.toEpochMillis(next) > end) return dates
    dates.push(DateTime.formatIsoDate(start))
    start = next
  }
}

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

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const utc = DateTime.zoneMakeNamedUnsafe("UTC")
const units = { daily: "day", weekly: "week", monthly: "month" } as const
const encoder = new TextEncoder()
const pieceLength = 65_536

const standardNames = [
  "Checkout availability",
  "Checkout latency",
  "Login availability",
  "Search latency",
  "Payments accepted",
  "Mail delivered in 5 minutes",
  "Image uploads",
  "Invoices on time",
  "Catalogue freshness",
  "API errors",
  "Mobile crashes",
  "Batch jobs done by 6:00"
]
const types = ["metric", "time_slice", "metric", "monitor"]
const targets = [99.9, 99, 99.95, 95, 99.5]
const errors = ["SLO history could not be calculated", "Query timed out, please try again"]

function* pieces(table: Table): Generator<Uint8Array> {
  const newline = table.newline ?? "\n"
  const dates = startDates(table.period ?? standardPeriod)
  const rows = table.rows ?? 12
  const firstError = rows - (table.exportErrors ?? 0)
  const names = (table.names ?? standardNames).map(quote)
  let piece = table.byteOrderMark === true ? "\ufeff" : ""
  piece += ["id", "slo_type", "name", "target", "export_error", ...dates].join(",") + newline
  for (let row = 0; row < rows; row++) {
    if (piece.length >= pieceLength) {
      yield encoder.encode(piece)
      piece = ""
    }
    const error = row >= firstError ? quote(errors[row % errors.length] ?? "") : ""
    const type = types[row % types.length]
    piece += `${rowId(row)},${type},${names[row % names.length] ?? ""},${targets[row % targets.length]},${error}`
    const isEmpty = error !== "" || type === "monitor"
    const values = isEmpty ? undefined : cells[row % targets.length]
    for (let column = 0; column < dates.length; column++) {
      piece += values?.[(row * 31 + column * 17) % values.length] ?? ","
    }
    piece += newline
  }
  yield encoder.encode(piece)
}

const quote = (text: string): string => /[",\r\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text

const rowId = (row: number): string => `5f0ab71d${row.toString(16).padStart(24, "0")}`

// For each target, commas with percentages: from the whole error budget left to half of it overspent.
const cells: ReadonlyArray<ReadonlyArray<string>> = targets.map((target) =>
  Array.from({ length: 499 }, (_, index) => {
    const spent = 1.5 * ((index * 211) % 499 / 498) ** 2
    return `,${Number((100 - (100 - target) * spent).toFixed(6))}`
  })
)
