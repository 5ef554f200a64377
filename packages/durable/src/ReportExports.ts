/**
 * Exports that outlive their process.
 *
 * @since 0.1.0
 */
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { SloReportClient } from "@effect-datadog/slo-report-node/SloReportClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { ExportError, InvalidExport, StoreFailed, StoreInUse, UnknownExport } from "./ExportError.ts"
import type * as ExportStore from "./ExportStore.ts"
import { make } from "./internal/service.ts"
import * as MemoryStore from "./MemoryStore.ts"
import * as PostgresStore from "./PostgresStore.ts"
import type { Details, Done, ExportId, ExportState, Options } from "./ReportExport.ts"
import type { ReportSink } from "./ReportSink.ts"
import * as SqliteStore from "./SqliteStore.ts"

/**
 * The operations.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /**
   * Starts an export, which is stored when this returns, and gives its id; of one that was started before, the id of
   * its last try.
   */
  readonly start: (
    request: SloReportRequest,
    options?: Options
  ) => Effect.Effect<ExportId, InvalidExport | StoreFailed>
  /**
   * Waits for an export's end, in any process. It bears a store that is away for a while.
   */
  readonly await: (id: string) => Effect.Effect<Done, ExportError | UnknownExport>
  /**
   * Starts an export and waits for its end.
   */
  readonly exportReport: (
    request: SloReportRequest,
    options?: Options
  ) => Effect.Effect<Done, ExportError | InvalidExport | StoreFailed>
  /**
   * How far an export has come; nothing of one that isn't there.
   */
  readonly state: (id: string) => Effect.Effect<Option.Option<ExportState>, StoreFailed>
  /**
   * What an export was started with; nothing of one that isn't there.
   */
  readonly details: (id: string) => Effect.Effect<Option.Option<Details>, StoreFailed>
  /**
   * The file of an export once more, as soon as it is done: a report's from Datadog, a table of histories from the
   * store.
   */
  readonly file: (id: string) => Stream.Stream<Uint8Array, ExportError | UnknownExport | StoreFailed>
  /**
   * The exports that have not ended, the oldest first.
   */
  readonly open: Stream.Stream<ExportId, StoreFailed>
  /**
   * All exports of the store, the oldest first.
   */
  readonly all: Stream.Stream<ExportId, StoreFailed>
  /**
   * Starts the next try of an export that has failed, with a deadline as long as the first unless another is given, and
   * gives its id; of one that hasn't, the id of its last try.
   *
   * A report that was created is used, unless it has failed or is gone.
   */
  readonly retry: (
    id: string,
    options?: Pick<Options, "deadline">
  ) => Effect.Effect<ExportId, InvalidExport | UnknownExport | StoreFailed>
  /**
   * Ends an export with `ExportCancelled`, as soon as the step that it is at is over. One that has ended stays as it is.
   */
  readonly cancel: (id: string) => Effect.Effect<void, UnknownExport | StoreFailed>
  /**
   * Removes all tries of an export from the store, cancelling one that goes on. Its report and its file stay.
   */
  readonly forget: (id: string) => Effect.Effect<void, UnknownExport | StoreFailed>
  /**
   * Removes the exports that ended so long ago, all their tries, and gives how many exports that were. A number is
   * milliseconds; what is no duration of 0 or more is a defect, a `RangeError`, and removes nothing.
   */
  readonly prune: (olderThan: Duration.Input) => Effect.Effect<number, StoreFailed>
}

/**
 * Exports that outlive their process.
 *
 * @category services
 * @since 0.1.0
 */
export class ReportExports extends Context.Service<ReportExports, Service>()(
  "@effect-datadog/slo-report-durable/ReportExports"
) {}

/**
 * Exports over a store: this process goes on with all that are open there.
 *
 * **Example** (A store, a folder and a client)
 *
 * ```ts
 * import { ReportExports, ReportSink, SqliteStore } from "@effect-datadog/slo-report-durable"
 * import { NodeSloReportClient } from "@effect-datadog/slo-report-node"
 * import { NodeServices } from "@effect/platform-node"
 * import { Layer } from "effect"
 *
 * const live = ReportExports.layer.pipe(
 *   Layer.provide([SqliteStore.layer({ filename: "exports.sqlite" }), NodeSloReportClient.layerNode()]),
 *   Layer.provide(ReportSink.layerFolder("reports")),
 *   Layer.provide(NodeServices.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<ReportExports, never, SloReportClient | ReportSink | ExportStore.Services> = Layer
  .effect(ReportExports, make)

/**
 * Exports in a file of SQLite, which this process has to itself.
 *
 * **Example** (An export that bears a restart)
 *
 * ```ts
 * import type { SloReportRequest } from "@effect-datadog/slo-report"
 * import { ReportExports, ReportSink } from "@effect-datadog/slo-report-durable"
 * import { NodeSloReportClient } from "@effect-datadog/slo-report-node"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, Layer } from "effect"
 *
 * const live = ReportExports.layerSqlite({ filename: "exports.sqlite" }).pipe(
 *   Layer.provide([NodeSloReportClient.layerNode(), ReportSink.layerFolder("reports")]),
 *   Layer.provide(NodeServices.layer)
 * )
 * const nightly = (request: SloReportRequest.SloReportRequest, day: string) =>
 *   ReportExports.ReportExports.use((exports) => exports.exportReport(request, { key: day, name: `${day}.csv` })).pipe(
 *     Effect.provide(live)
 *   )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSqlite = (
  options: SqliteStore.Options
): Layer.Layer<ReportExports, StoreInUse | StoreFailed, SloReportClient | ReportSink> =>
  Layer.provide(layer, SqliteStore.layer(options))

/**
 * Exports in Postgres, for any number of processes and hosts, by the package `@effect/sql-pg`.
 *
 * **Example** (Workers on many hosts)
 *
 * ```ts
 * import { ReportExports } from "@effect-datadog/slo-report-durable"
 * import { Layer } from "effect"
 *
 * // Each goes on with what another one has begun, until it is asked to end.
 * const worker = Layer.launch(ReportExports.layerPostgres({ url: "postgres://slo@db.internal:5432/slo" }))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerPostgres = (
  options: PostgresStore.Options
): Layer.Layer<ReportExports, StoreFailed, SloReportClient | ReportSink> =>
  Layer.provide(layer, PostgresStore.layer(options))

/**
 * Exports in memory, for tests.
 *
 * **Example** (An export over the fake)
 *
 * ```ts
 * import { ReportExports, ReportSink } from "@effect-datadog/slo-report-durable"
 * import { SloReportClient } from "@effect-datadog/slo-report-node"
 * import { FakeDatadog } from "@effect-datadog/slo-report-testing"
 * import { NodeServices } from "@effect/platform-node"
 * import { Layer } from "effect"
 *
 * const live = ReportExports.layerMemory.pipe(
 *   Layer.provide([SloReportClient.layerConfig(), ReportSink.layerFolder("reports")]),
 *   Layer.provide([FakeDatadog.layerEnvironment, NodeServices.layer]),
 *   Layer.provideMerge(FakeDatadog.layerMemory())
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<ReportExports, never, SloReportClient | ReportSink> = Layer.provide(
  layer,
  MemoryStore.layer
)
