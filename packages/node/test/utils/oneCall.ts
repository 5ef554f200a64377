import { type Effect, Stream } from "effect"
import type { SloReportClient } from "../../src/index.ts"
import { request } from "./flow.ts"

// The operations that are one call.
export const calls = ["getReportStatus", "createReport", "downloadReport", "reportRows"] as const

export type Call = typeof calls[number]

export const oneCall = (client: SloReportClient.Service, call: Call, id: string): Effect.Effect<unknown, unknown> => {
  switch (call) {
    case "getReportStatus":
      return client.getReportStatus(id)
    case "createReport":
      return client.createReport(request)
    case "downloadReport":
      return Stream.runDrain(client.downloadReport(id))
    case "reportRows":
      return Stream.runCollect(client.reportRows(id))
  }
}
