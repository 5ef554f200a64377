/**
 * The client over undici, the transport of Node.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { LayerOptions } from "./ClientOptions.ts"
import { resolve } from "./internal/http/settings.ts"
import * as SloReportClient from "./SloReportClient.ts"

/**
 * The runtime has no undici that can be used, or the bundle that runs can't load it.
 *
 * **Details**
 *
 * Bun has an undici of its own, without what the client needs. `issue` tells what was found.
 *
 * @category errors
 * @since 0.1.0
 */
export class UndiciUnavailable extends Schema.TaggedError<UndiciUnavailable>()("UndiciUnavailable", {
  issue: Schema.String
}) {
  override get message(): string {
    return `layerNode can't use undici here: ${this.issue}. ` +
      "Provide SloReportClient.layerConfig() with FetchHttpClient.layer of effect/http instead, which needs none."
  }
  override toJSON(): object {
    return Object.assign({}, this, { message: this.message })
  }
}

/**
 * The client over undici, configured by `config`, or else the environment.
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
 * Where undici can't be used, as on Bun, it fails with {@link UndiciUnavailable} before anything is sent.
 *
 * **Example** (A client that gives up soon)
 *
 * ```ts
 * import { NodeSloReportClient, RetryPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Effect } from "effect"
 *
 * const live = NodeSloReportClient.layerNode({ attemptTimeout: "5 seconds", retry: RetryPolicy.make({ times: 1 }) })
 *
 * SloReportClient.SloReportClient.use((client) => client.getReportStatus("my-report")).pipe(
 *   Effect.provide(live),
 *   Effect.runPromise
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNode = (
  options?: LayerOptions
): Layer.Layer<SloReportClient.SloReportClient, ConfigError | UndiciUnavailable> =>
  Layer.unwrap(
    Effect.zipWith(resolve(options?.config), load, (config, [{ layer }, undici]) =>
      Layer.provide(SloReportClient.layer({ ...options, ...config }), layer(config, undici)))
  )

// Loaded when the layer is built: undici costs about 65 ms, and what leads to it 20.
const load = Effect.tryPromise({
  try: () =>
    Promise.all([
      import("./internal/http/undici.ts"),
      // A bundle that is split has the names of a CommonJS module in its default export alone.
      import("@effect/platform-node/Undici").then((undici) => undici.default)
    ]),
  catch: (cause) => new UndiciUnavailable({ issue: Predicate.isError(cause) ? cause.message : "it can't be loaded" })
}).pipe(
  Effect.filterOrFail(
    ([, { Agent }]) => Predicate.hasProperty(Agent.prototype, "compose"),
    () => new UndiciUnavailable({ issue: "this runtime replaces it by its own, which has no dispatchers" })
  )
)
