/**
 * The client over undici, the transport of Node.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ClientOptions } from "./ClientOptions.ts"
import * as DatadogConfig from "./DatadogConfig.ts"
import * as SloReportClient from "./SloReportClient.ts"

// Loaded when the layer is built: undici costs about 65 ms, and what leads to it 20.
const loadTransport = Effect.promise(() => import("./internal/http/undici.ts"))

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
export const layerNode = (options?: ClientOptions): Layer.Layer<SloReportClient.SloReportClient, ConfigError> =>
  Layer.unwrap(
    Effect.zipWith(
      DatadogConfig.config,
      loadTransport,
      (config, transport) => Layer.provide(SloReportClient.layer({ ...config, ...options }), transport.layer(config))
    )
  )
