/**
 * Makes a web page of a report: a heat map of error budgets, and what Datadog could not export.
 *
 *     node src/report-to-html.ts report.csv > report.html
 *     node src/report-to-html.ts report.csv report.html
 *     curl … | node src/report-to-html.ts - > report.html
 *     DD_SITE=datadoghq.com DD_API_KEY=… DD_APP_KEY=… REPORT_DATA_ID=… node src/report-to-html.ts > report.html
 *
 * The last one waits for the report and reads it from Datadog, or from a fake where no keys are set.
 */
import { SloReportClient } from "@effect-datadog/slo-report-node"
import { NodeServices } from "@effect/platform-node"
import { Config, Console, Effect, FileSystem, Layer, Stdio, Stream } from "effect"
import { environment } from "./support/environment.ts"
import { page } from "./support/html.ts"
import { main } from "./support/main.ts"
import * as ReportCsv from "./support/reportCsv.ts"

const usage = "Usage: node src/report-to-html.ts [report.csv, or - for standard input] [report.html]"

const fromDatadog = Effect.gen(function*() {
  const client = yield* SloReportClient.SloReportClient
  const { id, status } = yield* client.awaitReport(yield* Config.String("REPORT_DATA_ID"))
  yield* Console.error(`Report ${id} is ${status}.`)
  return yield* Stream.runCollect(client.reportRows(id))
}).pipe(Effect.provide(Layer.provideMerge(SloReportClient.layerNode(), environment)))

const program = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const stdio = yield* Stdio.Stdio
  const [source, target, ...more] = yield* stdio.args
  if (more.length > 0) return yield* Effect.as(Console.error(usage), 2)
  const rows = yield* source === undefined
    ? fromDatadog
    : ReportCsv.rows(source === "-" ? stdio.stdin : files.stream(source))
  const html = page(rows)
  yield* target === undefined
    ? Stream.run(Stream.make(html), stdio.stdout({ endOnDone: false }))
    : files.writeFileString(target, html)
  return 0
})

program.pipe(Effect.provide(NodeServices.layer), main)
