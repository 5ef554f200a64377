/** The tables that are read: the days of a year of many SLOs, and its months of more. */
import { ReportCsv } from "@effect-datadog/slo-report-testing"
import { Effect, Stream } from "effect"

const year = { from: 1_672_531_200, to: 1_704_067_200, timezone: "UTC" } as const

export interface Shape {
  readonly rows: number
  /** About 5 MB. */
  readonly coldRows: number
  readonly period: ReportCsv.Period
}

export const shapes: Readonly<Record<string, Shape>> = {
  "100,000 × 365": { rows: 100_000, coldRows: 2000, period: { ...year, interval: "daily" } },
  "365,000 × 12": { rows: 365_000, coldRows: 50_000, period: { ...year, interval: "monthly" } }
}

// As many rows are made; a table is the same ones again and again, so that making it takes no time.
const madeRows = 1000

// What a socket gives at once.
const partLength = 65_536

/** A table of so many rows, a multiple of 1,000, in parts. */
export type Table = (rows: number) => Iterable<Buffer>

export const table = async ({ period }: Shape): Promise<Table> => {
  const bytes = ReportCsv.toBytes({ rows: madeRows, period })
  const made = Buffer.from(bytes instanceof Uint8Array ? bytes : await Effect.runPromise(Stream.mkUint8Array(bytes)))
  const header = made.subarray(0, made.indexOf(0x0a) + 1)
  const block = made.subarray(header.length)
  return function*(rows) {
    yield header
    for (let row = 0; row < rows; row += madeRows) {
      for (let at = 0; at < block.length; at += partLength) yield block.subarray(at, at + partLength)
    }
  }
}
