/**
 * The lines of a report's CSV, one an SLO.
 *
 * @since 0.1.0
 */
import type { ReportRow } from "../../ReportRow.ts"
import * as Slo from "../../Slo.ts"

const pieceLength = 65_536

/** @internal */
export const header = (dates: ReadonlyArray<string>): string =>
  ["id", "slo_type", "name", "target", "export_error", ...dates].join(",")

/**
 * The bytes of a file.
 *
 * @yields pieces of about 64 KiB
 * @internal
 */
export function* encode(
  header: string,
  rows: Iterable<string>,
  newline: string,
  byteOrderMark: boolean
): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  let piece = `${byteOrderMark ? "\ufeff" : ""}${header}${newline}`
  for (const row of rows) {
    if (piece.length >= pieceLength) {
      yield encoder.encode(piece)
      piece = ""
    }
    piece += `${row}${newline}`
  }
  yield encoder.encode(piece)
}

/**
 * Rows of SLOs with the values of their models; the last ones carry an export error instead.
 *
 * @yields a line without its end
 * @internal
 */
export function* fromSlos(
  { list, monitors = false, notBefore = -Infinity }: {
    readonly list: ReadonlyArray<Slo.Slo>
    readonly monitors?: boolean | undefined
    readonly notBefore?: number | undefined
  },
  exportErrors: number,
  intervals: ReadonlyArray<{ readonly from: number; readonly to: number }>
): Generator<string> {
  for (const [index, slo] of list.entries()) {
    const error = slo.exportError ?? (index >= list.length - exportErrors ? errorOf(index) : "")
    const hasValues = error === "" && (monitors || slo.model.type !== "monitor")
    const values = intervals.map(({ from, to }) => hasValues && to >= notBefore ? Slo.sli(slo, from, to) ?? "" : "")
    yield [slo.id, slo.model.type, quote(slo.name), slo.primary.target, quote(error), ...values].join(",")
  }
}

/** The line of a row whose cells are given, without its end. @internal */
export const ofRow = (
  { cells = [], exportError = "", id, name = "Checkout availability", sloType = "metric", target }: ReportRow,
  row: number,
  starts: ReadonlyArray<string>
): string => {
  const texts = new Map(cells.map(({ raw, start, status = "" }) => [start, raw ?? String(status)]))
  const values = starts.map((start) => quote(texts.get(start) ?? ""))
  return [quote(id ?? rowId(row)), quote(sloType), quote(name), target ?? "", quote(exportError), ...values].join(",")
}

/**
 * Rows that look like those of real SLOs.
 *
 * @yields a line without its end
 * @internal
 */
export function* madeUp(
  rows: number,
  exportErrors: number,
  intervals: number,
  names: ReadonlyArray<string> = standardNames
): Generator<string> {
  const quotedNames = names.map(quote)
  for (let row = 0; row < rows; row++) {
    const error = row >= rows - exportErrors ? quote(errorOf(row)) : ""
    const type = types[row % types.length]
    let line = `${rowId(row)},${type},${quotedNames[row % names.length] ?? ""},${
      targets[row % targets.length]
    },${error}`
    const isEmpty = error !== "" || type === "monitor"
    const values = isEmpty ? undefined : cells[row % targets.length]
    for (let column = 0; column < intervals; column++) {
      line += values?.[(row * 31 + column * 17) % values.length] ?? ","
    }
    yield line
  }
}

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

const errorOf = (row: number): string => errors[row % errors.length] ?? ""

const quote = (text: string): string => /[",\r\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text

const rowId = (row: number): string => `5f0ab71d${row.toString(16).padStart(24, "0")}`

// For each target, commas with percentages: from the whole error budget left to half of it overspent.
const cells: ReadonlyArray<ReadonlyArray<string>> = targets.map((target) =>
  Array.from({ length: 499 }, (_, index) => {
    const spent = 1.5 * ((index * 211) % 499 / 498) ** 2
    return `,${Number((100 - (100 - target) * spent).toFixed(6))}`
  })
)
