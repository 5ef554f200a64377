/**
 * The transport of Node applications: undici, through the proxies that the environment names.
 *
 * @since 0.1.0
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as DatadogConfig from "../../DatadogConfig.ts"
import * as FreshPost from "./freshPost.ts"

// undici is loaded when the layer is built, as NodeHttpClient does; it costs about 65 ms.
const loadUndici = Effect.promise(() => import("@effect/platform-node/Undici"))

/** @internal */
export const layer = ({ apiUrl }: DatadogConfig.DatadogConfig): Layer.Layer<HttpClient> =>
  Layer.provide(
    NodeHttpClient.layerUndiciNoDispatcher,
    Layer.effect(
      NodeHttpClient.Dispatcher,
      Effect.flatMap(loadUndici, ({ Agent, EnvHttpProxyAgent }) =>
        // Keys for a service on this machine are no proxy's business.
        FreshPost.make(() =>
          apiUrl !== undefined && DatadogConfig.isLoopback(apiUrl) ? new Agent() : new EnvHttpProxyAgent()
        ))
    )
  )
