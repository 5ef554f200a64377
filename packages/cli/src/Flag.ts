/**
 * A flag of the command line. This module and those it is used by load nothing of Effect: help is there at once.
 *
 * @since 0.1.0
 */

/** @internal */
export interface Flag {
  readonly name: string
  /** What stands for it with one minus. */
  readonly letter?: string | undefined
  /** What stands for its value in the help; absent of a switch. */
  readonly metavar?: string | undefined
  readonly description: string
  /** The words that it takes, where it takes no others. */
  readonly words?: ReadonlyArray<string> | undefined
  readonly isRepeated?: boolean | undefined
  /** Whether the environment and the configuration file can say it too. */
  readonly isSetting?: boolean | undefined
}

/**
 * What a command line gives: the texts of its flags by their names, and what is no flag.
 *
 * @internal
 */
export interface Given {
  readonly texts: ReadonlyMap<string, ReadonlyArray<string>>
  readonly argument: string | undefined
}

/** @internal */
export const textOf = ({ texts }: Given, { name }: Flag): string | undefined => texts.get(name)?.at(-1)

/** @internal */
export const textsOf = ({ texts }: Given, { name }: Flag): ReadonlyArray<string> => texts.get(name) ?? []

/** @internal */
export const isOn = (given: Given, flag: Flag): boolean => textOf(given, flag) === "true"

// -----------------------------------------------------------------------------
// those of every command
// -----------------------------------------------------------------------------

/** @internal */
export const help: Flag = { name: "help", letter: "h", description: "this" }

/** @internal */
export const version: Flag = { name: "version", letter: "V", description: "the version" }

/** @internal */
export const quiet: Flag = { name: "quiet", letter: "q", description: "no progress on standard error" }

/** @internal */
export const verbose: Flag = { name: "verbose", letter: "v", description: "the client's log on standard error" }

/** @internal */
export const site: Flag = {
  name: "site",
  metavar: "site",
  description: "Datadog's site, such as datadoghq.eu [env: DD_SITE]"
}

/** @internal */
export const config: Flag = {
  name: "config",
  metavar: "file",
  description: "settings as JSON (default: ./.datadog-slo.json) [env: DD_SLO_CONFIG]"
}

/** @internal */
export const demo: Flag = { name: "demo", description: "a fake in place of Datadog: no keys, no network" }

/** @internal */
export const everywhere: ReadonlyArray<Flag> = [help, version, quiet, verbose, site, config, demo]
