/**
 * The names under which an export is stored.
 *
 * @since 0.1.0
 */
import * as ClusterSchema from "effect/cluster/ClusterSchema"
import * as Entity from "effect/cluster/Entity"
import * as Rpc from "effect/rpc/Rpc"
import * as Schema from "effect/Schema"
import * as Workflow from "effect/workflow/Workflow"
import { SloReport } from "@effect-datadog/slo-report/SloReport"
import { ExportError } from "../ExportError.ts"
import { Done } from "../ReportExport.ts"
import { Payload } from "./wire.ts"

const tag = "SloReport/Export/1"

/** @internal */
export const entityType = `Workflow/${tag}`

/** @internal */
export const clockType = "Workflow/-/DurableClock"

/** An export of an account, whose processes alone take it. @internal */
export const make = (account: string) =>
  Workflow.make(tag, {
    payload: Payload,
    success: Done,
    error: ExportError,
    // The id is given with each run.
    idempotencyKey: () => ""
  }).annotate(ClusterSchema.ShardGroup, () => account)

/** @internal */
export type ExportWorkflow = ReturnType<typeof make>

/** How a wait ended. @internal */
export const Outcome = Schema.Union([
  Schema.TaggedStruct("Terminal", { report: SloReport }),
  Schema.TaggedStruct("Ended", { error: ExportError }),
  Schema.TaggedStruct("Overdue", {}),
  Schema.TaggedStruct("Cancelled", {})
])

/** @internal */
export type Outcome = typeof Outcome.Type

/** A wait for an export. @internal */
export const Watch = Schema.Struct({
  exportId: Schema.String,
  startedAt: Schema.Finite,
  report: Schema.String,
  createdAt: Schema.Finite,
  deadline: Schema.Finite
})

/** @internal */
export const watcherType = "SloReport/Watcher/1"

/** The one watcher of an account. @internal */
export const watcherId = "watcher"

/** @internal */
export const makeWatcher = (account: string) =>
  Entity.make(watcherType, [
    Rpc.make("watch", { payload: Watch.fields, primaryKey: ({ exportId }) => exportId })
      .annotate(ClusterSchema.Persisted, true)
      .annotate(ClusterSchema.InterruptOnTermination, true),
    Rpc.make("unwatch", { payload: { exportId: Schema.String }, primaryKey: ({ exportId }) => exportId })
      .annotate(ClusterSchema.Persisted, true)
  ]).annotate(ClusterSchema.ShardGroup, () => account)

/** @internal */
export type Watcher = ReturnType<typeof makeWatcher>
