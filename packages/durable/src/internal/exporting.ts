/**
 * The body of an export. It runs again from its beginning whenever it wakes: what was done is read, not repeated.
 *
 * @since 0.1.0
 */
import { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import { ReportId } from "@effect-datadog/slo-report/SloReport"
import type { Service } from "@effect-datadog/slo-report-node/SloReportClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { WorkflowEngine, WorkflowInstance } from "effect/workflow/WorkflowEngine"
import { ExportBroken, type ExportError } from "../ExportError.ts"
import { Done } from "../ReportExport.ts"
import type * as ReportSink from "../ReportSink.ts"
import type { Calls } from "./calls.ts"
import { create } from "./create.ts"
import { deliver, download, texts } from "./deliver.ts"
import { table } from "./history.ts"
import * as Marks from "./marks.ts"
import * as StoreError from "./storeError.ts"
import { wait } from "./wait.ts"
import type { Subscriptions } from "./watcher.ts"
import { type CreatedReport, type Payload, toRequest } from "./wire.ts"

/** What exports are made with. @internal */
export interface Tools {
  readonly client: Service
  readonly calls: Calls
  readonly sink: ReportSink.Service
  readonly watcher: Subscriptions
}

type Step<A> = Effect.Effect<A, ExportError, WorkflowEngine | WorkflowInstance>

/** @internal */
export const body = (tools: Tools) => (payload: Payload, id: string): Step<Done> =>
  StoreError.patiently(steps(tools, payload, id))

const steps = ({ calls, client, sink, watcher }: Tools, payload: Payload, id: string): Step<Done> =>
  Effect.gen(function*() {
    const request = yield* Effect.mapError(toRequest(payload), ({ message }) => new ExportBroken({ issue: message }))
    const { deadline, startedAt } = payload
    const bounds = { deadline, marks: Marks.make(payload) }
    const name = payload.name ?? `${id}.csv`

    const ofReport = Effect.fnUntraced(function*(created: CreatedReport): Effect.fn.Return<
      Done,
      ExportError,
      WorkflowEngine | WorkflowInstance
    > {
      const report = yield* wait(client, watcher, id, created, startedAt, bounds)
      const stored = yield* deliver(sink, name, bounds, download(client, ReportId.make(created.id)))
      return new Done({ source: "report", report, ...stored })
    })

    const ofHistory: Step<Done> = Effect.gen(function*() {
      const { exportErrors, parts } = yield* table(client, request, bounds, payload.maxSlos)
      const stored = yield* deliver(sink, name, bounds, texts(parts))
      return new Done({ source: "history", exportErrors, ...stored })
    })

    if (payload.source === "history") return yield* ofHistory
    if (payload.report !== undefined) return yield* ofReport(payload.report)
    const created = create(client, calls, request, bounds, payload.onLostCreate)
    if (payload.source === "report") return yield* Effect.flatMap(created, ofReport)
    return yield* Effect.matchEffect(created, {
      onSuccess: ofReport,
      onFailure: (refusal) =>
        isClosed(refusal)
          ? Effect.mapError(ofHistory, (error) => isRefusal(error) ? refusal : error)
          : Effect.fail(refusal)
    })
  })

// There is no such thing here: not for these keys, not any more, or not at all.
const closed = [403, 404, 405, 410, 501]

const isDatadogError = Schema.is(DatadogError)

const isClosed = (error: ExportError): boolean =>
  isDatadogError(error) && "status" in error && closed.includes(error.status)

// Nobody is let in here either.
const isRefusal = (error: ExportError): boolean => isClosed(error) || error._tag === "DatadogUnauthorized"
