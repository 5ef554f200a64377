/** Reads a small report's rows, then a large one's, and tells how much the process grew by the second. */
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { ConfigProvider, Effect, Layer, Stream } from "effect"

interface WithRows {
  readonly reportRows: (id: string) => Stream.Stream<unknown, unknown>
}

const hasRows = (client: object): client is WithRows => "reportRows" in client

const [, , url = ""] = process.argv
const environment = ConfigProvider.fromUnknown({
  DD_HOST: url,
  DD_API_KEY: "fake-api-key",
  DD_APP_KEY: "fake-application-key"
})

const resident = (): number => process.memoryUsage.rss()

const program = Effect.gen(function*() {
  const client = yield* SloReportClient.SloReportClient
  if (!hasRows(client)) return undefined
  const count = (id: string, each: (rows: number) => void) => {
    let rows = 0
    return Stream.runForEach(client.reportRows(id), () => Effect.sync(() => each(++rows)))
  }
  yield* count("small", () => {})
  globalThis.gc?.()
  const before = resident()
  let peak = before
  let rows = 0
  const start = performance.now()
  yield* count("large", (number) => {
    rows = number
    if (number % 200 === 0) peak = Math.max(peak, resident())
  })
  return { rows, growth: peak - before, seconds: (performance.now() - start) / 1000 }
})

const layer = Layer.provide(NodeSloReportClient.layerNode(), ConfigProvider.layer(environment))
console.log(JSON.stringify(await Effect.runPromise(Effect.provide(program, layer)) ?? null))
