/**
 * The flags that every command has.
 *
 * @since 0.1.0
 */
import * as CliOutput from "effect/cli/CliOutput"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"

const toggle = (name: string, letter: string | undefined, description: string) => {
  const flag = Flag.Boolean(name).pipe(Flag.withDefault(false), Flag.withoutNegation, Flag.withDescription(description))
  return letter === undefined ? flag : Flag.withAlias(flag, letter)
}

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

/** @internal */
export const Quiet = GlobalFlag.Setting("quiet")({ flag: toggle("quiet", "q", "no progress on standard error") })

/** @internal */
export const Verbose = GlobalFlag.Setting("verbose")({
  flag: toggle("verbose", "v", "the client's log on standard error")
})

/** @internal */
export const Site = GlobalFlag.Setting("site")({
  flag: text("site", "site", "Datadog's site, such as datadoghq.eu [env: DD_SITE]")
})

/** @internal */
export const ConfigPath = GlobalFlag.Setting("config")({
  flag: text("config", "file", "settings as JSON (default: ./.datadog-slo.json)")
})

/** @internal */
export const Demo = GlobalFlag.Setting("demo")({
  flag: toggle("demo", undefined, "a fake in place of Datadog: no keys, no network")
})

/** @internal */
export const flags = [Quiet, Verbose, Site, ConfigPath, Demo] as const

/** @internal */
export const Version = GlobalFlag.Action({
  flag: toggle("version", "V", "the version"),
  run: (_, { command, version }) =>
    Effect.flatMap(
      CliOutput.Presenter,
      (presenter) => presenter.present({ _tag: "Version", name: command.name, version })
    )
})
