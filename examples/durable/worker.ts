/**
 * A worker: it goes on with all exports of its store, starts those that it is asked for, and prunes once a day.
 *
 *     DD_API_KEY=… DD_APP_KEY=… DATABASE_URL=postgres://… node durable/worker.ts 'service:checkout' 'team:pay'
 *
 * With queries it exports last month's table of each, once, and ends when all are there; without, it serves until it is
 * asked to end. Any number of processes may do either over one Postgres. Without DATABASE_URL the store is a file,
 * exports.db, which one process has to itself. The tables are put into the folder REPORTS, which all processes share.
 */
import { SloReportRequest } from "@effect-datadog/slo-report"
import { ReportExports, ReportSink } from "@effect-datadog/slo-report-durable"
import { NodeSloReportClient } from "@effect-datadog/slo-report-node"
import { NodeServices } from "@effect/platform-node"
import { Config, Console, DateTime, Effect, Layer, Option, Schedule } from "effect"
import { main } from "../src/support/main.ts"

const Exports = ReportExports.ReportExports

/** Last month's table of a query: the same export, however often and wherever it is asked for. */
const exportLastMonth = Effect.fn(function*(query: string) {
  const exports = yield* Exports
  const to = DateTime.startOf(yield* DateTime.now, "month")
  const from = DateTime.subtract(to, { months: 1 })
  const request = yield* SloReportRequest.make({ query, from, to, interval: "monthly" })
  const name = `${DateTime.formatIso(from).slice(0, 7)}-${query.replaceAll(/[^\w.-]+/g, "-")}.csv`
  const id = yield* again(yield* exports.start(request, { name }))
  const { location } = yield* exports.await(id)
  yield* Console.log(`${query}: ${location}`)
})

/** What has failed is tried again with the report that there is, unless there may be one whose id is lost. */
const again = Effect.fn(function*(id: string) {
  const exports = yield* Exports
  const state = Option.getOrUndefined(yield* exports.state(id))
  if (state?._tag !== "Failed") return id
  const isLost = state.error._tag === "CreateInterrupted" || state.error._tag === "CreateOutcomeUnknown"
  return isLost ? id : yield* exports.retry(id)
})

/** Whether it went well; what went wrong is told. */
const attempt = (query: string) =>
  exportLastMonth(query).pipe(
    Effect.as(true),
    Effect.catch(({ message }) => Effect.as(Console.error(`${query}: ${message}`), false))
  )

const prune = Exports.use((exports) => exports.prune("90 days")).pipe(
  Effect.catch(({ message }) => Console.error(message)),
  Effect.repeat(Schedule.spaced("1 day"))
)

const program = Effect.gen(function*() {
  yield* Effect.forkScoped(prune)
  yield* Console.log("ready")
  const queries = process.argv.slice(2)
  if (queries.length === 0) return yield* Effect.never
  const ends = yield* Effect.forEach(queries, attempt, { concurrency: "unbounded" })
  return ends.every(Boolean) ? 0 : 1
})

const exportsLayer = Layer.unwrap(Effect.gen(function*() {
  const url = yield* Config.option(Config.Redacted("DATABASE_URL"))
  const filename = yield* Config.String("EXPORTS_FILE").pipe(Config.withDefault("exports.db"))
  return Option.match(url, {
    onNone: () => ReportExports.layerSqlite({ filename }),
    onSome: (url) => ReportExports.layerPostgres({ url })
  })
}))

const sink = Layer.unwrap(Effect.map(
  Config.String("REPORTS").pipe(Config.withDefault("reports")),
  (folder) => ReportSink.layerFolder(folder)
))

program.pipe(
  Effect.scoped,
  Effect.provide(
    exportsLayer.pipe(
      Layer.provide([NodeSloReportClient.layerNode(), sink]),
      Layer.provide(NodeServices.layer)
    )
  ),
  main
)
