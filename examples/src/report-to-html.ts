/**
 * Makes a web page of a report: a heat map of error budgets, and what Datadog could not export.
 *
 *     node src/report-to-html.ts report.csv > report.html
 *     node src/report-to-html.ts report.csv report.html
 *     curl … | node src/report-to-html.ts - > report.html
 *     DD_SITE=datadoghq.com DD_API_KEY=… DD_APP_KEY=… REPORT_DATA_ID=… node src/report-to-html.ts > report.html
 *     DD_SITE=datadoghq.com DD_API_KEY=… DD_APP_KEY=… REPORT_QUERY=… node src/report-to-html.ts --source auto report.html
 *
 * The fourth waits for the report and reads it from Datadog. The last shows six months of the SLOs that the query finds,
 * from a report or, where Datadog takes none, from histories; so it is without --source too where there is no
 * REPORT_DATA_ID. Both ask a fake where no keys are set.
 */
import { SloReportRequest } from "@effect-datadog/slo-report"
import { SloReportClient, type TableOptions } from "@effect-datadog/slo-report-node"
import { Html } from "@effect-datadog/slo-report-render"
import { NodeServices } from "@effect/platform-node"
import { Config, Console, DateTime, Effect, FileSystem, Layer, Logger, Option, Schema, Stdio, Stream } from "effect"
import { environment } from "./support/environment.ts"
import { main } from "./support/main.ts"
import * as ReportCsv from "./support/reportCsv.ts"

const usage = "Usage: node src/report-to-html.ts [report.csv, or - for standard input] [report.html]\n" +
  "       node src/report-to-html.ts --source auto|report|history [report.html]"

const isSource = Schema.is(Schema.Literals(["auto", "report", "history"]))

const ofReport = Effect.fn(function*(given: string) {
  const client = yield* SloReportClient.SloReportClient
  const { id, status } = yield* client.awaitReport(given)
  yield* Console.error(`Report ${id} is ${status}.`)
  return yield* Stream.runCollect(client.reportRows(id))
})

const ofQuery = Effect.fn(function*(source: TableOptions.Source) {
  const client = yield* SloReportClient.SloReportClient
  const now = yield* DateTime.now
  const request = yield* SloReportRequest.make({
    query: yield* Config.String("REPORT_QUERY"),
    from: DateTime.subtract(now, { months: 6 }),
    to: now,
    interval: "monthly"
  })
  return yield* Stream.runCollect(client.rows(request, { source }))
})

const fromDatadog = (source: TableOptions.Source | undefined) =>
  Effect.gen(function*() {
    const id = yield* Config.option(Config.String("REPORT_DATA_ID"))
    return yield* source === undefined && Option.isSome(id) ? ofReport(id.value) : ofQuery(source ?? "auto")
  }).pipe(Effect.provide(Layer.provideMerge(SloReportClient.layerNode(), environment)))

const program = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const stdio = yield* Stdio.Stdio
  const [first, second, ...more] = yield* stdio.args
  const source = first === "--source" && isSource(second) ? second : undefined
  const target = source === undefined ? second : more.shift()
  if (more.length > 0 || (first === "--source" && source === undefined)) {
    return yield* Effect.as(Console.error(usage), 2)
  }
  const rows = yield* first === undefined || source !== undefined
    ? fromDatadog(source)
    : ReportCsv.rows(first === "-" ? stdio.stdin : files.stream(first))
  const html = Html.fromRows(rows)
  yield* target === undefined
    ? Stream.run(Stream.make(html), stdio.stdout({ endOnDone: false }))
    : files.writeFileString(target, html)
  return 0
})

// Standard output may be the page.
const logger = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])

program.pipe(Effect.provide([NodeServices.layer, logger]), main)
