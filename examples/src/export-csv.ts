/**
 * Writes the CSV of a report to a file: one that Datadog makes, or, where it makes none, one computed from histories; the
 * exit code is 0 for a file, 1 for a failed report, 2 for an error, 128 and its number for a signal.
 *
 *     DD_SITE=datadoghq.com DD_API_KEY=… DD_APP_KEY=… node src/export-csv.ts --query service:checkout \
 *       --from 2024-01-01 --to 2024-07-01 --interval monthly --timezone Europe/Berlin --source history report.csv
 *
 * Without --from and --to the period is the six months until now. Without keys `node src/export-csv.ts` alone asks a
 * fake for the query `service:checkout`.
 */
import { SloReportRequest } from "@effect-datadog/slo-report"
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { NodeServices } from "@effect/platform-node"
import { Config, Console, DateTime, Effect, Layer, Option, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { environment } from "./support/environment.ts"
import { main } from "./support/main.ts"
import * as Progress from "./support/progress.ts"

const flags = {
  query: Flag.String("query").pipe(
    Flag.withDescription("Which SLOs, in the words of Datadog's SLO search; otherwise REPORT_QUERY"),
    Flag.withFallbackConfig(Config.String("REPORT_QUERY"))
  ),
  from: Flag.String("from").pipe(Flag.withDescription("Such as 2024-01-31; six months ago by default"), Flag.optional),
  to: Flag.String("to").pipe(Flag.withDescription("Such as 2024-01-31T08:00; now by default"), Flag.optional),
  interval: Flag.Literals("interval", SloReportRequest.ReportInterval.literals).pipe(Flag.withDefault("monthly")),
  timezone: Flag.String("timezone").pipe(Flag.withDescription("Such as Europe/Berlin"), Flag.optional),
  source: Flag.Literals("source", ["auto", "report", "history"]).pipe(
    Flag.withDescription("Where the numbers come from; auto: a report, or histories where Datadog takes no reports"),
    Flag.withDefault("auto")
  ),
  output: Argument.String("output").pipe(Argument.withDefault("slo-report.csv"))
}

const command = Command.make(
  "export-csv",
  flags,
  ({ interval, output, query, source, ...options }) =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const now = yield* DateTime.now
      const request = yield* SloReportRequest.make({
        query,
        from: Option.getOrElse(options.from, () => DateTime.subtract(now, { months: 6 })),
        to: Option.getOrElse(options.to, () => now),
        interval,
        timezone: Option.getOrUndefined(options.timezone)
      })
      const [from, to] = [request.from, request.to].map((time) => DateTime.formatIso(time))
      yield* Console.log(`Exporting ${query} from ${from} to ${to}`)
      const exporting = Effect.flatMap(Progress.make(process.stdout, "creating"), (progress) =>
        client.exportReportTo(output, request, { source, onSleep: progress.onSleep }).pipe(
          Stream.tap(progress.showExport),
          Stream.runLast
        ))
      const last = Option.getOrThrow(yield* Effect.scoped(exporting))
      const hasErrors = last._tag === "Done" &&
        (last.report?.status === "completed_with_errors" || (last.exportErrors ?? 0) > 0)
      yield* Console.log(`Wrote ${output}${hasErrors ? ", completed_with_errors: see its export_error" : ""}.`)
    })
)

Command.run(command, { version: "0.0.0", renderErrors: false }).pipe(
  Effect.as(0),
  Effect.catchTags({
    ReportFailed: (error) => Effect.as(Console.error(error.message), 1),
    ShowHelp: ({ errors }) => Effect.as(Console.error(errors.map(({ message }) => message).join("\n")), 2)
  }),
  Effect.provide([NodeServices.layer, Layer.provideMerge(NodeSloReportClient.layerNode(), environment)]),
  main
)
