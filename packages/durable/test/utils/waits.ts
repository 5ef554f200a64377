// A process with so many exports that wait, and what each of them keeps in memory, in bytes.
import { SloReportRequest } from "@effect-datadog/slo-report"
import { NodeSloReportClient } from "@effect-datadog/slo-report-node"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Option } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { ReportExports, ReportSink } from "../../src/index.ts"
import type { Job } from "./worker.ts"

const { filename, folder, queries }: Job = JSON.parse(process.argv[2]!)

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

const heapNow = Effect.gen(function*() {
  collect()
  yield* Effect.sleep("100 millis")
  collect()
  return process.memoryUsage().heapUsed
})

// A run that sleeps is put away after ten seconds, and later on a machine that has much to do.
const heap = Effect.gen(function*() {
  yield* Effect.sleep("13 seconds")
  const readings = [yield* heapNow]
  while (readings.length < 4) {
    yield* Effect.sleep("4 seconds")
    readings.push(yield* heapNow)
  }
  return Math.min(...readings)
})

const program = Effect.gen(function*() {
  const exports = yield* ReportExports.ReportExports
  const period = { from: "2023-08-01", to: "2024-02-01", interval: "monthly" } as const
  const wait = (queries: ReadonlyArray<string>) =>
    Effect.forEach(queries, (query) =>
      Effect.gen(function*() {
        const id = yield* exports.start(yield* SloReportRequest.make({ query, ...period }), { source: "report" })
        const isWaiting = Effect.map(exports.state(id), Option.exists(({ _tag }) => _tag === "Waiting"))
        while (!(yield* isWaiting)) yield* Effect.sleep("100 millis")
      }), { concurrency: 20, discard: true })
  yield* wait(queries.slice(0, 20))
  const before = yield* heap
  yield* wait(queries.slice(20))
  yield* Console.log(JSON.stringify({ query: "", end: "Measured", bytes: (yield* heap) - before }))
})

program.pipe(
  Effect.provide(
    ReportExports.layerSqlite({ filename: filename!, synchronous: "NORMAL" }).pipe(
      Layer.provide([NodeSloReportClient.layerNode(), ReportSink.layerFolder(folder)]),
      Layer.provide(NodeServices.layer)
    )
  ),
  NodeRuntime.runMain
)
