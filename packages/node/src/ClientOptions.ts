/**
 * How a client behaves.
 *
 * @since 0.1.0
 */
import type { Config } from "effect/Config"
import type * as Duration from "effect/Duration"
import type { HttpClient } from "effect/http/HttpClient"
import type { DatadogSettings } from "./DatadogSettings.ts"
import type { RetryPolicy } from "./RetryPolicy.ts"

/**
 * How a client behaves.
 *
 * **Details**
 *
 * - `retry`: when a failed call is sent again, and when a report is polled again after a poll that failed.
 *   `@default` `RetryPolicy.default`
 * - `attemptTimeout`: time limit of one attempt, headers and body; of a download, of its first bytes and of
 *   each gap in it; finite, 1 millisecond or more, a number being milliseconds. `@default` 30 seconds
 * - `tracePropagation`: send trace headers to Datadog, and make a client span for each attempt. `@default` false
 * - `pacing`: how the polls of all waits share the rate limit. `reserve`, from 0 to 1, is the part of the limit
 *   that polls leave to other calls until it resets, though one poll a window may always go; `false`: no wait is
 *   held up by the limit, and none shares the polls of another. `@default` a reserve of 0.1
 * - `transformClient`: changes the `HttpClient` that requests go through. `@default` identity
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientOptions {
  readonly retry?: RetryPolicy | undefined
  readonly attemptTimeout?: Duration.Input | undefined
  readonly tracePropagation?: boolean | undefined
  readonly pacing?: { readonly reserve?: number | undefined } | false | undefined
  readonly transformClient?: ((client: HttpClient) => HttpClient) | undefined
}

/**
 * How a client behaves, and which Datadog it is for.
 *
 * **Details**
 *
 * - `config`: settings, or a `Config` of them: of variables with other names, or with a prefix, as
 *   `Config.nested(DatadogConfig.config, "EU")`. Settings that can't be right are a `ConfigError`.
 *   `@default` `DatadogConfig.config`, the environment
 *
 * @category models
 * @since 0.1.0
 */
export interface LayerOptions extends ClientOptions {
  readonly config?: DatadogSettings | Config<DatadogSettings> | undefined
}
