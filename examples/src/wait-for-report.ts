/**
 * Waits for a report and shows how it goes; the exit code is 0 for a report, 1 for a failed one, 2 for an error.
 *
 *     DD_SITE=datadoghq.com DD_API_KEY=… DD_APP_KEY=… REPORT_DATA_ID=… node src/wait-for-report.ts
 */
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Config, Console, Effect, Layer, Option, Stream } from "effect"
import { environment } from "./support/environment.ts"
import { main } from "./support/main.ts"
import * as Progress from "./support/progress.ts"

const wait = Effect.gen(function*() {
  const client = yield* SloReportClient.SloReportClient
  const id = yield* Config.String("REPORT_DATA_ID")
  const progress = yield* Progress.make(process.stdout)
  return yield* client.waitForReport(id, { deadline: "30 minutes", onSleep: progress.onSleep }).pipe(
    Stream.tap(progress.show),
    Stream.runLast
  )
})

const program = Effect.gen(function*() {
  const { id, status } = Option.getOrThrow(yield* Effect.scoped(wait))
  yield* Console.log(status === "failed" ? `Report ${id} failed.` : `Report ${id} is ${status}.`)
  return status === "failed" ? 1 : 0
})

program.pipe(
  Effect.provide(Layer.provideMerge(NodeSloReportClient.layerNode(), environment)),
  main
)
