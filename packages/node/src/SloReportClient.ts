/**
 * The client: a report is created, waited for and downloaded, as bytes, as rows or to a file.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { ConfigError } from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import { identity } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { PlatformError } from "effect/PlatformError"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { ClientOptions } from "./ClientOptions.ts"
import * as DatadogConfig from "./DatadogConfig.ts"
import * as DatadogHttpClient from "./DatadogHttpClient.ts"
import type { ExportOptions } from "./ExportOptions.ts"
import type { ExportProgress } from "./ExportProgress.ts"
import { make as makeService } from "./internal/service.ts"
import * as Undici from "./internal/http/undici.ts"
import type {
  CreateOutcomeUnknown,
  InvalidReportId,
  InvalidReportTable,
  ReportFailed,
  WaitTimedOut
} from "./SloReportError.ts"
import type { WaitEvent } from "./WaitEvent.ts"
import type { WaitOptions } from "./WaitOptions.ts"

export type {
  /**
   * How a client behaves.
   *
   * @category models
   * @since 0.1.0
   */
  ClientOptions,
  /**
   * How to export a report.
   *
   * @category models
   * @since 0.1.0
   */
  ExportOptions,
  /**
   * How to wait for one report.
   *
   * @category models
   * @since 0.1.0
   */
  WaitOptions
}

/**
 * What {@link make} takes: which Datadog, as whom, and how the client behaves.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends DatadogConfig.DatadogConfig, ClientOptions {}

/**
 * The operations of the client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /**
   * Asks for a report's status, once, with retries.
   */
  readonly getReportStatus: (id: string) => Effect.Effect<SloReport, DatadogError | InvalidReportId>
  /**
   * Waits for a report: emits what every poll saw, the terminal report last, then ends.
   *
   * Polls belong to the client: waits for one report share them. A report that `failed` is a value here. A poll
   * that fails in the middle of a wait ends it only where that can't pass: 400, 401, 403, 404, 501 and 505, a
   * transport error that is not `isTransient`, or a hint beyond the deadline. Until Datadog has told its status once,
   * or this client has created it, so do an answer that isn't Datadog's, and a connection that fails after its
   * retries. `WaitTimedOut` tells what was last known, and what held the wait up.
   */
  readonly waitForReport: (
    id: string,
    options?: WaitOptions
  ) => Stream.Stream<SloReport, DatadogError | InvalidReportId | WaitTimedOut>
  /**
   * Waits for many reports at once: what every poll of each saw, as it comes, and the error of a wait as a value.
   *
   * It ends when all waits have ended. An id that is given twice is waited for once.
   */
  readonly waitForReports: (ids: Iterable<string>, options?: WaitOptions) => Stream.Stream<WaitEvent>
  /**
   * Waits for a report and gives it when it is `completed` or `completed_with_errors`.
   */
  readonly awaitReport: (
    id: string,
    options?: WaitOptions
  ) => Effect.Effect<SloReport, DatadogError | InvalidReportId | WaitTimedOut | ReportFailed>
  /**
   * Creates a report and gives its id, to wait for.
   *
   * It is sent again only where it can't have been processed: after a 429, or without a connection.
   * `CreateOutcomeUnknown` tells that an answer was lost. A plain object of the same shape is checked as
   * `SloReportRequest.make` does; what is wrong with it is a `DatadogTransportError` whose `reason` is `invalid`,
   * before anything is sent. In the first 15 seconds of a report that this client has created, a 404 is no answer:
   * waits poll on, other calls ask again every second. The last 10,000 reports are remembered for it.
   */
  readonly createReport: (
    request: SloReportRequest
  ) => Effect.Effect<ReportId, DatadogError | CreateOutcomeUnknown>
  /**
   * Downloads the CSV file of a report that is done, as fast as its bytes are taken.
   *
   * The first line must be a report's header, and a body that is cut short is an error, never a shorter file: where
   * neither a length nor chunks tell the body's end, its last line must end in a line break. Calls are retried
   * until the first byte is out. `attemptTimeout` is the limit for the first bytes, then for each gap between parts,
   * not for the whole file.
   */
  readonly downloadReport: (id: string) => Stream.Stream<Uint8Array, DatadogError | InvalidReportId>
  /**
   * Downloads the rows of a report that is done, in groups, as the parts of its file arrive.
   *
   * The rows before one that is wrong come before the error.
   */
  readonly reportRows: (
    id: string
  ) => Stream.Stream<SloReportRow, DatadogError | InvalidReportId | InvalidReportTable>
  /**
   * Creates a report, waits for it and downloads it, and emits how far it has come, `Done` last.
   */
  readonly exportReport: <E = never, R = never>(
    request: SloReportRequest,
    options?: ExportOptions<E, R>
  ) => Stream.Stream<ExportProgress, DatadogError | CreateOutcomeUnknown | WaitTimedOut | ReportFailed | E, R>
  /**
   * Exports a report to a file, which appears, or is replaced, all at once and before `Done`.
   *
   * An export that fails or is interrupted leaves nothing behind, and an existing file as it was. Links are followed
   * when it begins. A device, a FIFO, a socket, a missing folder, missing permission or a file in use is a
   * `PlatformError` before the report is created. A target that can't be renamed onto is overwritten; where that
   * fails too, the error names the file that is kept beside it.
   */
  readonly exportReportTo: (
    path: string,
    request: SloReportRequest,
    options?: WaitOptions
  ) => Stream.Stream<
    ExportProgress,
    DatadogError | CreateOutcomeUnknown | WaitTimedOut | ReportFailed | PlatformError,
    FileSystem
  >
}

/**
 * The client of Datadog's SLO reports.
 *
 * **Example** (Waiting for a report)
 *
 * ```ts
 * import { SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Effect } from "effect"
 *
 * const report = SloReportClient.SloReportClient.use((client) => client.awaitReport("dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"))
 *
 * Effect.runPromise(Effect.provide(report, SloReportClient.layerNode()))
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class SloReportClient extends Context.Service<SloReportClient, Service>()(
  "@effect-datadog/slo-report-node/SloReportClient"
) {}

/**
 * Makes the client over the `HttpClient` in the context; its polls end, and its waits are interrupted, with the scope.
 *
 * **Details**
 *
 * At most 256 calls are on their way at once; further ones wait for one to end, which is no part of their time limit.
 * Credentials that can't be Datadog's, and options out of range, are a defect: a `RangeError` that names the one that
 * is wrong, and shows no secret.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<Service, never, HttpClient | Scope.Scope> {
  const client = yield* DatadogHttpClient.make(options)
  const requestInit = Context.getOrUndefined(yield* Effect.context(), FetchHttpClient.RequestInit)
  const privately = DatadogHttpClient.withPrivacy({ tracePropagation: options.tracePropagation, requestInit })
  return yield* makeService(options, (options.transformClient ?? identity)(client), privately)
})

/**
 * The client over the `HttpClient` in the context, with explicit options.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<SloReportClient, never, HttpClient> =>
  Layer.effect(SloReportClient, make(options))

/**
 * The client over the `HttpClient` in the context, configured by the environment (`DatadogConfig.config`).
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (options?: ClientOptions): Layer.Layer<SloReportClient, ConfigError, HttpClient> =>
  Layer.effect(SloReportClient, Effect.flatMap(DatadogConfig.config, (config) => make({ ...config, ...options })))

/**
 * The client over undici, configured by the environment.
 *
 * **Details**
 *
 * It speaks HTTP/1.1 over at most 256 connections, and as many for create calls, each of which has one of its own.
 * A download keeps its connection to its end; a call that finds none left waits for one within its time limit.
 *
 * `https_proxy`, `all_proxy`, `http_proxy` and `no_proxy`, in lower or upper case, are read as curl reads them; the
 * proxy must be an HTTP proxy. Another one is a `ConfigError` that names the variable and doesn't repeat it. Loopback
 * is never asked of a proxy.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNode = (options?: ClientOptions): Layer.Layer<SloReportClient, ConfigError> =>
  Layer.unwrap(
    Effect.map(DatadogConfig.config, (config) => Layer.provide(layer({ ...config, ...options }), Undici.layer(config)))
  )
