/**
 * Makes a web page of a report: what missed its target, a heat map of error budgets, and what Datadog could not export.
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
import { DatadogSite, SloReportRequest, type SloReportRow } from "@effect-datadog/slo-report"
import { AtomicFile, NodeSloReportClient, SloReportClient, type TableOptions } from "@effect-datadog/slo-report-node"
import { Html } from "@effect-datadog/slo-report-render"
import { NodeServices } from "@effect/platform-node"
import { Config, Console, DateTime, Effect, FileSystem, Layer, Logger, Option, Schema, Stdio, Stream } from "effect"
import { environment } from "./support/environment.ts"
import { main } from "./support/main.ts"
import * as ReportCsv from "./support/reportCsv.ts"

const usage = "Usage: node src/report-to-html.ts [report.csv, or - for standard input] [report.html]\n" +
  "       node src/report-to-html.ts --source auto|report|history [report.html]"

const isSource = Schema.is(Schema.Literals(["auto", "report", "history"]))

interface Report {
  readonly rows: ReadonlyArray<SloReportRow.SloReportRow>
  readonly about: Html.Options
}

const ofReport = Effect.fn(function*(given: string) {
  const client = yield* SloReportClient.SloReportClient
  const { id, status } = yield* client.awaitReport(given)
  yield* Console.error(`Report ${id} is ${status}.`)
  return {
    rows: yield* Stream.runCollect(client.reportRows(id)),
    about: { source: "report", report: id }
  } satisfies Report
})

const ofQuery = Effect.fn(function*(source: TableOptions.Source) {
  const client = yield* SloReportClient.SloReportClient
  const now = yield* DateTime.now
  const about = { query: yield* Config.String("REPORT_QUERY"), interval: "monthly", timezone: "UTC" } as const
  const request = yield* SloReportRequest.make({ ...about, from: DateTime.subtract(now, { months: 6 }), to: now })
  const rows = yield* Stream.runCollect(client.rows(request, { source }))
  return { rows, about: source === "auto" ? about : { ...about, source } } satisfies Report
})

const fromDatadog = (source: TableOptions.Source | undefined) =>
  Effect.gen(function*() {
    const id = yield* Config.option(Config.String("REPORT_DATA_ID"))
    return yield* source === undefined && Option.isSome(id) ? ofReport(id.value) : ofQuery(source ?? "auto")
  }).pipe(Effect.provide(Layer.provideMerge(NodeSloReportClient.layerNode(), environment)))

const program = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const stdio = yield* Stdio.Stdio
  const [first, second, ...more] = yield* stdio.args
  const source = first === "--source" && isSource(second) ? second : undefined
  const target = source === undefined ? second : more.shift()
  if (more.length > 0 || (first === "--source" && source === undefined)) {
    return yield* Effect.as(Console.error(usage), 2)
  }
  // What can't be written is known before a report is waited for.
  const file = target === undefined ? undefined : yield* AtomicFile.make(target)
  const { about, rows }: Report = yield* first === undefined || source !== undefined
    ? fromDatadog(source)
    : Effect.map(ReportCsv.rows(first === "-" ? stdio.stdin : files.stream(first)), (rows) => ({ rows, about: {} }))
  const site = Option.getOrUndefined(yield* Config.option(Config.schema(DatadogSite.DatadogSite, "DD_SITE")))
  const html = Html.fromRows(rows, { ...about, site, madeAt: yield* DateTime.now })
  yield* file === undefined
    ? Stream.run(Stream.make(html), stdio.stdout({ endOnDone: false }))
    : Effect.andThen(file.write(new TextEncoder().encode(html)), file.commit)
  return 0
})

// Standard output may be the page.
const logger = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])

program.pipe(Effect.scoped, Effect.provide([NodeServices.layer, logger]), main)
