/**
 * The settings of a layer: given, or the environment's.
 *
 * @since 0.1.0
 */
import { apiUrl } from "@effect-datadog/slo-report/DatadogSite"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { config, type DatadogConfig } from "../../DatadogConfig.ts"
import { type DatadogSettings, toConfig } from "../../DatadogSettings.ts"

/** @internal */
export const resolve = (
  given: DatadogSettings | Config.Config<DatadogSettings> = config
): Effect.Effect<DatadogConfig, Config.ConfigError> =>
  Effect.flatMap(
    Config.isConfig(given) ? given : Effect.succeed(given),
    (settings) => Effect.mapError(toConfig(settings), (error) => new Config.ConfigError(error))
  )

/**
 * The URL that a client's requests go to.
 *
 * @internal
 */
export const apiUrlOf = (config: Pick<DatadogConfig, "site" | "apiUrl">): string => config.apiUrl ?? apiUrl(config.site)
