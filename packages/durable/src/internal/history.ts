/**
 * A table of histories, in steps: the SLOs are found, then their rows are computed, some at a time.
 *
 * @since 0.1.0
 */
import * as ReportIntervals from "@effect-datadog/slo-report/ReportIntervals"
import * as Slo from "@effect-datadog/slo-report/Slo"
import * as SloReportCsv from "@effect-datadog/slo-report/SloReportCsv"
import { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import * as SloReportTable from "@effect-datadog/slo-report/SloReportTable"
import type { Service } from "@effect-datadog/slo-report-node/SloReportClient"
import { SloTableTooLarge } from "@effect-datadog/slo-report-node/SloReportError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { WorkflowEngine, WorkflowInstance } from "effect/workflow/WorkflowEngine"
import { ExportBroken, type ExportError } from "../ExportError.ts"
import * as Steps from "./steps.ts"

// What a row takes of an SLO.
const FoundSlo = Schema.Struct({
  id: Slo.SloId,
  name: Schema.String,
  type: Schema.String,
  target: Schema.optionalKey(Schema.Finite)
})

/** @internal */
export const Found = Schema.Struct({ at: Schema.Finite, slos: Schema.Array(FoundSlo) })

/** @internal */
export const Rows = Schema.Struct({ text: Schema.String, exportErrors: Schema.Finite })

// A kill costs the requests for so many rows at most; each batch costs one stored step.
const batchSize = 20

// What a report stops at, by Datadog's documentation.
const defaultMaxSlos = 1000

/** @internal */
export const foundName = (n: number): string => `slos/${n}`

/** @internal */
export const rowsName = (batch: number, n: number): string => `rows/${batch}/${n}`

/** @internal */
export const batches = (slos: number): number => Math.ceil(slos / batchSize)

/** @internal */
export const rowsOf = (batches: number, slos: number): number => Math.min(batches * batchSize, slos)

/** The parts of the file, and how many rows have an error. @internal */
export interface Table {
  readonly parts: ReadonlyArray<string>
  readonly exportErrors: number
}

/** @internal */
export const table = Effect.fnUntraced(function*(
  client: Service,
  request: SloReportRequest,
  bounds: Steps.Bounds,
  maxSlos: number = defaultMaxSlos
): Effect.fn.Return<Table, ExportError, WorkflowEngine | WorkflowInstance> {
  const { at, slos } = yield* Steps.untilDone(
    bounds,
    "slos",
    (n) => Steps.once(foundName(n), Found, find(client, request, maxSlos)),
    Steps.mayPass
  )
  // The intervals that had ended when the SLOs were found, however long it takes.
  const known = endingBy(request, at)
  const csv = yield* columns(request, at)
  const parts = [SloReportCsv.header(csv)]
  let exportErrors = 0
  for (let batch = 0; batch < batches(slos.length); batch++) {
    const some = slos.slice(batch * batchSize, (batch + 1) * batchSize).map(toSlo)
    const rows = yield* Steps.untilDone(
      bounds,
      `rows/${batch}`,
      (n) => Steps.once(rowsName(batch, n), Rows, compute(client, known, csv, some)),
      Steps.mayPass
    )
    parts.push(rows.text)
    exportErrors += rows.exportErrors
  }
  return { parts, exportErrors }
})

/** The columns of a table whose SLOs were found at a time. @internal */
export const columns = (
  request: SloReportRequest,
  at: number
): Effect.Effect<SloReportTable.SloReportTable, ReportIntervals.InvalidReportPeriod> =>
  Effect.map(
    Effect.fromResult(ReportIntervals.make(request, DateTime.makeUnsafe(at))),
    (intervals) => SloReportTable.fromIntervals(intervals.map(({ start }) => start))
  )

const find = Effect.fnUntraced(function*(client: Service, request: SloReportRequest, maxSlos: number) {
  const now = yield* DateTime.now
  yield* Effect.fromResult(ReportIntervals.make(request, now))
  const slos: Array<typeof FoundSlo.Type> = []
  yield* Stream.runForEach(client.searchSlos(request.query), ({ id, name, rawType, target }) => {
    slos.push({ id, name, type: rawType, ...(target === undefined ? {} : { target }) })
    return slos.length > maxSlos ? new SloTableTooLarge({ found: slos.length, limit: maxSlos }) : Effect.void
  })
  return { at: DateTime.toEpochMillis(now), slos }
})

const compute = Effect.fnUntraced(function*(
  client: Service,
  request: SloReportRequest,
  csv: SloReportTable.SloReportTable,
  slos: ReadonlyArray<Slo.Slo>
) {
  const rows = yield* Stream.runCollect(client.rows(request, { source: "history", slos })).pipe(
    Effect.catchTag("InvalidReportTable", ({ message }) => new ExportBroken({ issue: message }))
  )
  return {
    text: rows.map((row) => SloReportCsv.record(csv, row)).join(""),
    exportErrors: rows.filter(({ exportError }) => exportError !== undefined).length
  }
})

const toSlo = ({ id, name, target, type }: typeof FoundSlo.Type): Slo.Slo =>
  Slo.fromAttributes(id, { name, slo_type: type, target_threshold: target, all_tags: [], thresholds: [] })

const endingBy = (request: SloReportRequest, at: number): SloReportRequest => {
  const end = DateTime.makeUnsafe(Math.floor(at / 1000) * 1000)
  if (!DateTime.isLessThan(end, request.to)) return request
  const { from, interval, query, timezone } = request
  return new SloReportRequest({
    query,
    from,
    to: end,
    ...(interval === undefined ? {} : { interval }),
    ...(timezone === undefined ? {} : { timezone })
  })
}
