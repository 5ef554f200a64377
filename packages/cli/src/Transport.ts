/**
 * The ways to Datadog, each loaded when a command takes it.
 *
 * @since 0.1.0
 */
import type { UndiciUnavailable } from "@effect-datadog/slo-report-node/NodeSloReportClient"
import type { ConfigError } from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Datadog } from "./Datadog.ts"

/**
 * How a client is made, with the configuration in the context; tests have another one.
 *
 * @internal
 */
export const Transport: Context.Reference<Layer.Layer<Datadog, ConfigError | UndiciUnavailable>> = Context.Reference(
  "@effect-datadog/slo-report-cli/Transport",
  { defaultValue: () => Layer.unwrap(Effect.map(Effect.promise(() => import("./Network.ts")), ({ layer }) => layer)) }
)

/**
 * The fake of `--demo` in its place.
 *
 * @internal
 */
export const demo: Layer.Layer<Datadog> = Layer.unwrap(
  Effect.map(Effect.promise(() => import("./Demo.ts")), ({ layer }) => layer)
)
