import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { environment, runProgram } from "./utils/sockets.ts"

// In a fresh process, which has the client alone and has computed one small table. Over time V8 gives new objects up to
// 128 MiB, whatever work a process does: here it has 48.
const youngGeneration = "--max-semi-space-size=16"

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
  yield* rows("size:small")
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
  it.live(
    "stream: a fresh process grows by less than 64 MiB, where V8's young generation has its size already",
    () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const { url } = yield* FakeDatadogServer.FakeDatadogServer
        for (let index = 0; index < 1000; index++) {
          yield* fake.addSlo({ name: `SLO ${index}`, tags: ["size:large", ...(index < 20 ? ["size:small"] : [])] })
        }
        const { code, stderr, stdout } = yield* runProgram(program, {
          ...environment(url),
          NODE_OPTIONS: youngGeneration
        })
        assert.strictEqual(code, 0, stderr)
        const { count, growth }: { readonly count: number; readonly growth: number } = JSON.parse(stdout)
        assert.strictEqual(count, 1000)
        assert.isBelow(growth / 2 ** 20, 64)
      }).pipe(Effect.provide(FakeDatadogServer.layerTest({ rateLimit: false }))),
    300_000
  )
})
