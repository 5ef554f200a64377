/**
 * The values of settings, from the first that has one: the command line, the environment, the configuration file.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { UsageError } from "./CommandError.ts"
import * as Flag from "./Flag.ts"
import type { Read, Setting } from "./Setting.ts"

/**
 * Where a text comes from, the first going before the second.
 *
 * @internal
 */
export type Origin = "flag" | "environment" | "file"

/** @internal */
export interface Text {
  readonly text: string
  readonly origin: Origin
  /** As it is called there, such as `DD_SLO_LAST`. */
  readonly name: string
}

/**
 * What the environment and the configuration file say, by the setting's name.
 *
 * @internal
 */
export class Settings extends Context.Service<Settings, {
  readonly text: (name: string) => Effect.Effect<Text | undefined>
}>()("@effect-datadog/slo-report-cli/Settings") {}

/** @internal */
export const textOf = (given: Flag.Given, flag: Flag.Flag): Effect.Effect<Text | undefined, never, Settings> => {
  const text = Flag.textOf(given, flag)
  return text === undefined
    ? Settings.use((settings) => settings.text(flag.name))
    : Effect.succeed({ text, origin: "flag", name: `--${flag.name}` })
}

/**
 * The value of a setting; `undefined` where nobody has set it.
 *
 * @internal
 */
export const valueOf = <A>(
  given: Flag.Given,
  setting: Setting<A>
): Effect.Effect<A | undefined, UsageError, Settings> =>
  Effect.flatMap(textOf(given, setting), (text) => text === undefined ? Effect.undefined : read(setting.read, text))

/**
 * What a text means that has a name.
 *
 * @internal
 */
export const read = <A>(
  read: Read<A>,
  { name, text }: Pick<Text, "name" | "text">
): Effect.Effect<A, UsageError> => {
  const reading = read(text)
  return "value" in reading
    ? Effect.succeed(reading.value)
    : Effect.fail(new UsageError({ message: `${name}: ${reading.expected}, got ${JSON.stringify(text)}.` }))
}
