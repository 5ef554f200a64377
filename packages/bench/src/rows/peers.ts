/** Who reads a report's rows with their numbers: this client, papaparse and csv-parse. */
import { DatadogSite } from "@effect-datadog/slo-report"
import { SloReportClient } from "@effect-datadog/slo-report-node"
import { parse } from "csv-parse"
import { Effect, Layer, Redacted, Stream } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { Readable } from "node:stream"
import Papa from "papaparse"

/** What was read: each reader must come to the same. */
export interface Total {
  rows: number
  cells: number
  /** The sum of all numbers in the cells of intervals. */
  sum: number
}

/** Reads a table to its end. */
export type Peer = (parts: Iterable<Buffer>) => Promise<Total>

const fixedColumns = 5

const add = (total: Total, record: ReadonlyArray<unknown>): void => {
  // The header has no numbers.
  if (record[0] === "id" || record.length === 1) return
  total.rows += 1
  total.cells += record.length - fixedColumns
  for (let index = fixedColumns; index < record.length; index++) {
    const cell = record[index]
    if (typeof cell === "number") total.sum += cell
  }
}

const read: Peer = (parts) => {
  const http = HttpClient.make((request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(webStream(parts))))
  )
  const client = SloReportClient.layer({
    site: DatadogSite.DatadogSite.make("datadoghq.com"),
    credentials: { accessToken: Redacted.make("fake-access-token") }
  })
  const total: Total = { rows: 0, cells: 0, sum: 0 }
  return Stream.unwrap(SloReportClient.SloReportClient.useSync(({ reportRows }) => reportRows("large"))).pipe(
    Stream.runForEachArray((rows) =>
      Effect.sync(() => {
        for (const { cells } of rows) {
          total.rows += 1
          total.cells += cells.length
          for (const { status } of cells) total.sum += status ?? 0
        }
      })
    ),
    Effect.as(total),
    Effect.provide(Layer.provide(client, Layer.succeed(HttpClient.HttpClient, http))),
    Effect.runPromise
  )
}

const webStream = (parts: Iterable<Buffer>): ReadableStream<Buffer> => {
  const iterator = parts[Symbol.iterator]()
  return new ReadableStream({
    pull: (controller) => {
      const { done, value } = iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    }
  })
}

const papaparse: Peer = (parts) =>
  new Promise((resolve, reject) => {
    const total: Total = { rows: 0, cells: 0, sum: 0 }
    Papa.parse<ReadonlyArray<unknown>>(Readable.from(parts), {
      dynamicTyping: true,
      chunk: ({ data }) => {
        for (const record of data) add(total, record)
      },
      complete: () => resolve(total),
      error: reject
    })
  })

const csvParse: Peer = async (parts) => {
  const total: Total = { rows: 0, cells: 0, sum: 0 }
  for await (const record of Readable.from(parts).pipe(parse({ cast: true }))) add(total, record)
  return total
}

export const peers: Readonly<Record<string, Peer>> = {
  "this client": read,
  "papaparse with numbers": papaparse,
  "csv-parse with numbers": csvParse
}
