/**
 * The variables of the environment, by name, without what it takes to decode them.
 *
 * @since 0.1.0
 */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"

/**
 * Its text; `undefined` where it isn't set, or is empty.
 *
 * @internal
 */
export const textOf = (name: string): Effect.Effect<string | undefined> =>
  Effect.flatMap(
    ConfigProvider.ConfigProvider,
    (provider) =>
      Effect.map(Effect.orDie(provider.load([name])), (node) => {
        const text = node?.value
        return text === "" ? undefined : text
      })
  )
