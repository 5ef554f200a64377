import { DatadogError, SloReportRequest } from "@effect-datadog/slo-report"
import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"

import { DatadogConfig, RetryPolicy, SloReportClient } from "../src/index.ts"
import { inject, reportId } from "./utils/client.ts"
import { credentials, inMemory, site } from "./utils/wait.ts"

const request = Effect.runSync(
  SloReportRequest.make({ query: "service:checkout", from: "1970-01-01", to: "1970-01-02", interval: "daily" })
)

const operations: Readonly<Record<string, (client: SloReportClient.Service) => Effect.Effect<unknown, unknown>>> = {
  getReportStatus: (client) => client.getReportStatus(reportId),
  createReport: (client) => client.createReport(request),
  downloadReport: (client) => Stream.runDrain(client.downloadReport(reportId)),
  searchSlos: (client) => Stream.runDrain(client.searchSlos("service:checkout")),
  getSloHistory: (client) => client.getSloHistory("an-slo", { from: 0, to: 86_400 }),
  rows: (client) => Stream.runDrain(client.rows(request)),
  "rows of histories": (client) => Stream.runDrain(client.rows(request, { source: "history" })),
  waitForReport: (client) => Stream.runDrain(client.waitForReport(reportId))
}

const faults = {
  "a 403": Fault.status(403),
  "a redirect": Fault.redirect("https://login.example/"),
  "an HTML page": Fault.html(200),
  "no connection": Fault.refused
}

const hosts = [
  ["https://api.datadoghq.com", "api.datadoghq.com"],
  ["https://proxy.internal/datadog", "proxy.internal"],
  ["http://127.0.0.1:8126", "127.0.0.1:8126"]
] as const

const isDatadogError = Schema.is(DatadogError.DatadogError)

describe("every error of a call knows the host that was asked", () => {
  for (const [url, host] of hosts) {
    const layer = Layer.provideMerge(
      SloReportClient.layer({ site, credentials, apiUrl: DatadogConfig.ApiUrl.make(url), retry: RetryPolicy.none }),
      FakeDatadog.layerMemory({ rateLimit: false })
    )
    for (const [operation, run] of Object.entries(operations)) {
      for (const [what, fault] of Object.entries(faults)) {
        it.effect(`${host}, ${operation}, ${what}`, () =>
          Effect.gen(function*() {
            yield* TestClock.setTime(2 * 86_400_000)
            yield* inject(fault, 100)
            const failure = yield* Effect.flip(SloReportClient.SloReportClient.use(run))
            const error = failure instanceof Error && "error" in failure ? failure.error : failure
            assert.isTrue(isDatadogError(error), String(error))
            if (isDatadogError(error)) assert.strictEqual(error.host, host)
          }).pipe(Effect.provide(layer)))
      }
    }
  }

  it.effect("also of a request that is never sent", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(2 * 86_400_000)
      const client = yield* SloReportClient.SloReportClient
      const wrong: SloReportRequest.SloReportRequest = { ...request, query: "" }
      for (
        const operation of [client.createReport(wrong), Stream.runDrain(client.rows(wrong, { source: "history" }))]
      ) {
        const error = yield* Effect.flip(operation)
        assert.include(error, { reason: "invalid", host: "api.datadoghq.com" })
      }
    }).pipe(
      Effect.provide(inMemory())
    ))
})
