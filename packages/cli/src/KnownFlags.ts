/**
 * All flags of all commands: which take a value, and which letters stand for them.
 *
 * @since 0.1.0
 */
import type { Known } from "./ArgumentList.ts"
import * as Rule from "./Rule.ts"
import * as Selection from "./Selection.ts"
import * as TableOutput from "./TableOutput.ts"
import * as Waiting from "./Waiting.ts"

const settings = [...Selection.settings, ...Waiting.settings, ...Rule.settings, ...TableOutput.settings]

const names = (isSwitch: boolean): ReadonlyArray<string> =>
  settings.filter((setting) => setting.isSwitch === isSwitch).map(({ name }) => name)

/** @internal */
export const knownFlags: Known = {
  values: [...names(false), "report", "format", "output", "write", "site", "config", "completions"],
  switches: [
    ...names(true).flatMap((name) => [name, `no-${name}`]),
    "quiet",
    "verbose",
    "demo",
    "help",
    "version"
  ],
  letters: { Q: "query", f: "format", o: "output", q: "quiet", v: "verbose", h: "help", V: "version" }
}
