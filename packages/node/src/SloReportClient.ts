/**
 * The client: SLO reports as rows or to a file, from the report endpoints or without them.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { ClientOptions, LayerOptions } from "./ClientOptions.ts"
import * as DatadogHttpClient from "./DatadogHttpClient.ts"
import * as DatadogSettings from "./DatadogSettings.ts"
import type { ExportOptions } from "./ExportOptions.ts"
import { resolve } from "./internal/http/settings.ts"
import { make as makeService } from "./internal/service.ts"
import type { Service } from "./SloReportService.ts"
import type { TableOptions } from "./TableOptions.ts"
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
   * How to export a table.
   *
   * @category models
   * @since 0.1.0
   */
  ExportOptions,
  /**
   * How a client that a layer configures behaves, and what it is configured by.
   *
   * @category models
   * @since 0.1.0
   */
  LayerOptions,
  /**
   * The operations of the client.
   *
   * @category models
   * @since 0.1.0
   */
  Service,
  /**
   * How to make a table.
   *
   * @category models
   * @since 0.1.0
   */
  TableOptions,
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
export interface Options extends DatadogSettings.DatadogSettings, ClientOptions {}

/**
 * The client of Datadog's SLO reports.
 *
 * **Example** (Waiting for a report)
 *
 * ```ts
 * import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Effect } from "effect"
 *
 * const report = SloReportClient.SloReportClient.use((client) => client.awaitReport("dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"))
 *
 * Effect.runPromise(Effect.provide(report, NodeSloReportClient.layerNode()))
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
 * A site, URL or credentials that can't be Datadog's, and options out of range, are a defect: a `RangeError` that names
 * the one that is wrong, and shows no secret. Where they may be wrong, check them by `DatadogSettings.toConfig` before.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<Service, never, HttpClient | Scope.Scope> {
  const { apiUrl, credentials, site } = yield* DatadogSettings.toConfig(options).pipe(
    Effect.mapError(({ message }) => new RangeError(message)),
    Effect.orDie
  )
  const checked = { ...options, apiUrl, credentials, site }
  const client = yield* DatadogHttpClient.make(checked)
  const requestInit = Context.getOrUndefined(yield* Effect.context(), FetchHttpClient.RequestInit)
  const privately = DatadogHttpClient.withPrivacy({ tracePropagation: options.tracePropagation, requestInit })
  return yield* makeService(checked, (options.transformClient ?? identity)(client), privately)
})

/**
 * The client over the `HttpClient` in the context, with explicit options.
 *
 * **Example** (Over `fetch`, with a token)
 *
 * ```ts
 * import { SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Layer, Redacted } from "effect"
 * import { FetchHttpClient } from "effect/http"
 *
 * const live = SloReportClient.layer({
 *   site: "datadoghq.eu",
 *   credentials: { accessToken: Redacted.make("ddpat_0123456789") }
 * }).pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<SloReportClient, never, HttpClient> =>
  Layer.effect(SloReportClient, make(options))

/**
 * The client over the `HttpClient` in the context, configured by `config`, or else the environment.
 *
 * **Example** (Keys under names of your own)
 *
 * ```ts
 * import { SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Config, Layer } from "effect"
 * import { FetchHttpClient } from "effect/http"
 *
 * const config = Config.all({
 *   site: Config.String("PAY_SITE"),
 *   credentials: Config.all({ apiKey: Config.Redacted("PAY_API_KEY"), appKey: Config.Redacted("PAY_APP_KEY") })
 * })
 * const live = SloReportClient.layerConfig({ config }).pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (options?: LayerOptions): Layer.Layer<SloReportClient, ConfigError, HttpClient> =>
  Layer.effect(
    SloReportClient,
    Effect.flatMap(resolve(options?.config), (config) => make({ ...options, ...config }))
  )
