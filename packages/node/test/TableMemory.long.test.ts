import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { environment, runProgram } from "./utils/sockets.ts"

// In a process of its own, which has the client alone: it computes as many rows in small tables first, so that what
// any work leaves behind is there already.
const program = `
import { SloReportRequest } from "@effect-datadog/slo-report"
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Effect, Stream } from "effect"
const rows = (query) =>
  Effect.gen(function*() {
    const client = yield* SloReportClient.SloReportClient
    const request = yield* SloReportRequest.make({
      query, from: "2023-01-01", to: "2024-01-01", interval: "daily", timezone: "UTC"
    })
    return yield* Stream.runCount(client.rows(request, { source: "history" }))
  })
const measured = Effect.gen(function*() {
  for (let tables = 0; tables < 50; tables++) yield* rows("size:small")
  const before = process.memoryUsage.rss()
  let most = before
  const timer = setInterval(() => { most = Math.max(most, process.memoryUsage.rss()) }, 20)
  const count = yield* rows("size:large")
  clearInterval(timer)
  return { count, growth: most - before }
})
const result = await Effect.runPromise(Effect.provide(measured, NodeSloReportClient.layerNode()))
console.log(JSON.stringify(result))
`

describe("the rows of 1,000 SLOs and 365 days, computed from histories", () => {
  it.live("stream: the process grows by less than 64 MiB", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      for (let index = 0; index < 1000; index++) {
        yield* fake.addSlo({ name: `SLO ${index}`, tags: ["size:large", ...(index < 20 ? ["size:small"] : [])] })
      }
      const { code, stderr, stdout } = yield* runProgram(program, environment(url))
      assert.strictEqual(code, 0, stderr)
      const { count, growth }: { readonly count: number; readonly growth: number } = JSON.parse(stdout)
      assert.strictEqual(count, 1000)
      assert.isBelow(growth / 2 ** 20, 64)
    }).pipe(Effect.provide(FakeDatadogServer.layerTest({ rateLimit: false }))), 300_000)
})
