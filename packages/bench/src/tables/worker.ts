/** Computes the rows of a year and tells how much the process grew. */
import { SloReportRequest } from "@effect-datadog/slo-report"
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { ConfigProvider, Effect, Layer, Stream } from "effect"

const [, , url = "", slos = "", timezone = ""] = process.argv
const environment = ConfigProvider.fromUnknown({
  DD_HOST: url,
  DD_API_KEY: "fake-api-key",
  DD_APP_KEY: "fake-application-key"
})

const resident = (): number => process.memoryUsage.rss()

// What is in use, and not yet to be collected; resident memory is measured where nobody collects by hand.
const held = (): number => {
  if (globalThis.gc === undefined) return 0
  globalThis.gc()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

const program = Effect.gen(function*() {
  const client = yield* SloReportClient.SloReportClient
  const count = Effect.fn(function*(query: string, year: number, each: (rows: number) => void) {
    const request = yield* SloReportRequest.make({
      query,
      from: `${year}-01-01`,
      to: `${year + 1}-01-01`,
      interval: "daily",
      timezone
    })
    let rows = 0
    yield* Stream.runForEach(client.rows(request, { source: "history" }), () => Effect.sync(() => each(++rows)))
  })
  yield* count("size:small", 2022, () => {})
  const heldBefore = held()
  const before = resident()
  let peak = before
  let heldPeak = heldBefore
  let rows = 0
  let first = 0
  const start = performance.now()
  const cpu = process.cpuUsage()
  const timer = setInterval(() => void (peak = Math.max(peak, resident())), 20)
  yield* count(slos === "20" ? "size:small" : "size:large", 2023, (number) => {
    rows = number
    if (number === 1) first = (performance.now() - start) / 1000
    if (number % Math.ceil(Number(slos) / 20) === 0) heldPeak = Math.max(heldPeak, held())
  })
  clearInterval(timer)
  const { system, user } = process.cpuUsage(cpu)
  return {
    rows,
    held: heldPeak - heldBefore,
    resident: peak - before,
    seconds: (performance.now() - start) / 1000,
    cpu: (user + system) / 1e6,
    first
  }
})

const layer = Layer.provide(NodeSloReportClient.layerNode(), ConfigProvider.layer(environment))
console.log(JSON.stringify(await Effect.runPromise(Effect.provide(program, layer))))
