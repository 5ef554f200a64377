/**
 * Asks for a report's status once and prints the decoded report as JSON.
 *
 *     DD_SITE=datadoghq.com DD_API_KEY=… DD_APP_KEY=… REPORT_DATA_ID=… node src/get-report-status.ts
 */
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Config, Console, Effect, Layer } from "effect"
import { environment } from "./support/environment.ts"
import { main } from "./support/main.ts"

const program = Effect.gen(function*() {
  const client = yield* SloReportClient.SloReportClient
  const id = yield* Config.String("REPORT_DATA_ID")
  const report = yield* client.getReportStatus(id)
  yield* Console.log(JSON.stringify(report, null, 2))
  return 0
})

program.pipe(
  Effect.provide(Layer.provideMerge(NodeSloReportClient.layerNode(), environment)),
  main
)
