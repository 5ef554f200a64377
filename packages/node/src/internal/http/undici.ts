/**
 * The transport of Node applications: undici over HTTP/1.1, through the proxy that the environment names.
 *
 * @since 0.1.0
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type Undici from "@effect/platform-node/Undici"
import type { ConfigError } from "effect/Config"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as DatadogConfig from "../../DatadogConfig.ts"
import { maxAttempts } from "./attempt.ts"
import { apiUrlOf } from "./settings.ts"
import * as Proxy from "./proxy.ts"
import { forgetHeaders } from "./forgetHeaders.ts"
import * as FreshPost from "./freshPost.ts"

/**
 * How many connections are open at most; further requests wait for one.
 *
 * 10,000 calls at once, each answered after 750 ms, are done within an attempt's 30 seconds, and a process is allowed
 * 1,024 files where nobody has raised that. 10,000 calls take 2 s of CPU over 256 connections and 3.3 s over as many
 * as there are calls. Requests that create something have as many of their own.
 *
 * @internal
 */
export const maxConnections = maxAttempts

// Over HTTP/2 undici takes a body whose stream is reset without an error for a whole one.
const options = { allowH2: false, connections: maxConnections }

/** @internal */
export const layer = (
  config: DatadogConfig.DatadogConfig,
  undici: typeof Undici
): Layer.Layer<HttpClient, ConfigError> =>
  Layer.provide(
    NodeHttpClient.layerUndiciNoDispatcher,
    Layer.effect(NodeHttpClient.Dispatcher, makeDispatcher(config, undici))
  )

const makeDispatcher = Effect.fnUntraced(function*(
  config: DatadogConfig.DatadogConfig,
  { Agent, ProxyAgent }: typeof Undici
) {
  const { apiUrl } = config
  // Keys for a service on this machine are no proxy's business.
  const proxy = apiUrl !== undefined && DatadogConfig.isLoopback(apiUrl)
    ? undefined
    : yield* Proxy.of(apiUrlOf(config))
  const dispatcher = () =>
    proxy === undefined
      ? new Agent(options)
      : new ProxyAgent({ ...options, ...proxy, proxyTls: { allowH2: false } })
  return yield* FreshPost.make(dispatcher, forgetHeaders)
})
