// A process that exports: what is asked for in its argument, and whatever is open in its store.
import { SloReportRequest } from "@effect-datadog/slo-report"
import { NodeSloReportClient } from "@effect-datadog/slo-report-node"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { ReportExports, ReportSink } from "../../src/index.ts"

/** What a worker is told, as JSON. */
export interface Job {
  readonly filename?: string
  readonly url?: string
  readonly folder: string
  readonly queries: ReadonlyArray<string>
  readonly onLostCreate?: "fail" | "again"
  readonly source?: "report" | "history"
}

const job: Job = JSON.parse(process.argv[2]!)

const exportOne = Effect.fnUntraced(function*(query: string) {
  const exports = yield* ReportExports.ReportExports
  const period = { from: "2023-08-01", to: "2024-02-01", interval: "monthly" } as const
  const request = yield* SloReportRequest.make({ query, ...period })
  const { onLostCreate, source } = job
  yield* exports.exportReport(request, { name: `${query.replace(":", "-")}.csv`, onLostCreate, source }).pipe(
    Effect.matchEffect({
      onSuccess: ({ bytes }) => Console.log(JSON.stringify({ query, end: "Done", bytes })),
      onFailure: ({ _tag, message }) => Console.log(JSON.stringify({ query, end: _tag, message }))
    })
  )
})

// Tells Datadog which process asks.
const named = HttpClient.mapRequest(HttpClientRequest.setHeader("x-worker", String(process.pid)))

const store = job.url === undefined
  ? ReportExports.layerSqlite({ filename: job.filename! })
  : ReportExports.layerPostgres({ url: job.url })

const work = job.queries.length === 0
  ? Effect.never
  : Effect.forEach(job.queries, exportOne, { concurrency: "unbounded", discard: true })

const program = Effect.andThen(Console.log("ready"), work)

program.pipe(
  Effect.provide(
    store.pipe(
      Layer.provide([NodeSloReportClient.layerNode({ transformClient: named }), ReportSink.layerFolder(job.folder)]),
      Layer.provide(NodeServices.layer)
    )
  ),
  Effect.tapError(({ message }) => Console.error(message)),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
