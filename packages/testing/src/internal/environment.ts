/**
 * The environment that points a client at the fake.
 *
 * @since 0.1.0
 */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Credentials from "../Credentials.ts"

/** The variables of a client that isn't told where the fake is. @internal */
export const variablesOf = ({ apiKey, applicationKey }: Credentials.Credentials): Readonly<Record<string, string>> => ({
  DD_SITE: "datadoghq.com",
  DD_API_KEY: apiKey,
  DD_APP_KEY: applicationKey
})

/** These variables in place of all of Datadog's that there are; others are found as before. @internal */
export const layer = <R>(
  variables: Effect.Effect<Readonly<Record<string, string>>, never, R>
): Layer.Layer<never, never, R> =>
  ConfigProvider.layer(
    Effect.gen(function*() {
      const found = yield* variables
      const others = yield* ConfigProvider.ConfigProvider
      return ConfigProvider.make((path) => {
        const name = path.join("_")
        const value = found[name]
        if (value !== undefined) return Effect.succeed(ConfigProvider.makeValue(value))
        return /^(DD|DATADOG)_/.test(name) ? Effect.undefined : others.load(path)
      })
    })
  )
