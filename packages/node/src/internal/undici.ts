/**
 * The transport of Node applications: undici, through the proxies that the environment names.
 *
 * @since 0.1.0
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"

// undici is loaded when the layer is built, as NodeHttpClient does; it costs about 65 ms.
const loadUndici = Effect.promise(() => import("@effect/platform-node/Undici"))

const layerDispatcher = Layer.effect(
  NodeHttpClient.Dispatcher,
  Effect.acquireRelease(
    Effect.map(loadUndici, (undici) => new undici.EnvHttpProxyAgent()),
    (dispatcher) => Effect.promise(() => dispatcher.destroy())
  )
)

/** @internal */
export const layerUndici: Layer.Layer<HttpClient> = Layer.provide(
  NodeHttpClient.layerUndiciNoDispatcher,
  layerDispatcher
)
