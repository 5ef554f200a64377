/**
 * The help of a command, in lines of at most 80 columns.
 *
 * @since 0.1.0
 */
import type * as CliError from "effect/cli/CliError"
import type { FlagDoc, HelpDoc } from "effect/cli/HelpDoc"
import * as Option from "effect/Option"
import * as ExitCode from "./ExitCode.ts"
import * as Rule from "./Rule.ts"
import * as Selection from "./Selection.ts"
import { variableOf } from "./Setting.ts"
import * as TableOutput from "./TableOutput.ts"
import * as Waiting from "./Waiting.ts"

/** @internal */
export const ofCommand = (doc: HelpDoc): string => {
  const isRoot = doc.commandPath?.length === 1
  const commands = (doc.subcommands ?? []).flatMap(({ commands }) => commands)
  return [
    ...wrap(doc.description, 0),
    "",
    `Usage: ${doc.usage}`,
    ...section("Examples", (doc.examples ?? []).map(({ command }) => `  ${command}`)),
    ...section("Commands", commands.flatMap((one) => entry(one.name, one.shortDescription ?? one.description, 12))),
    ...section(
      "Arguments",
      (doc.args ?? []).flatMap(({ description, name }) => entry(name, Option.getOrElse(description, () => ""), left))
    ),
    ...flagSections(doc.flags),
    ...section("Everywhere", (doc.globalFlags ?? []).flatMap(flagEntry)),
    ...(isRoot ? section("Exit codes", ExitCode.meanings.flatMap(([code, meaning]) => entry(code, meaning, 8))) : []),
    ...(isRoot ? section("Settings", settings) : [])
  ].join("\n")
}

/**
 * What is wrong with a command line: one line, and a hint.
 *
 * @internal
 */
export const ofMisuse = (errors: ReadonlyArray<CliError.CliError>, path: ReadonlyArray<string>): string => {
  const [first] = errors
  const [message = "", ...suggestions] = (first?.message ?? "").split(/\s*\n\s*/)
  const [, ...names] = suggestions
  const hint = names.length === 0 ? "" : ` Did you mean ${names.join(" or ")}?`
  return `error: ${message}${/[.?]$/.test(message) ? "" : "."}${hint} Try: ${path.join(" ")} --help`
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const width = 80

const left = 26

const named = (settings: ReadonlyArray<{ readonly name: string }>): ReadonlySet<string> =>
  new Set(settings.map(({ name }) => name))

const ofEnvironment = new Set([
  ...named(Selection.settings),
  ...named(Waiting.settings),
  ...named(Rule.settings),
  ...named(TableOutput.settings)
])

const groups: ReadonlyArray<readonly [title: string, has: (name: string) => boolean]> = [
  ["Selection", (name) => named(Selection.settings).has(name) || name === "report"],
  ["Waiting", (name) => named(Waiting.settings).has(name)],
  ["Rule", (name) => named(Rule.settings).has(name)],
  ["Output", () => true]
]

const settings = wrap(
  "A flag goes before the environment (DD_SLO_LAST for --last), and that before a file of settings (last in " +
    ".datadog-slo.json). DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN, are read from the environment, or from the " +
    "files that DD_API_KEY_FILE and so on name; DATADOG_API_KEY and so on will do. No flag takes a key.",
  2
)

const flagSections = (flags: ReadonlyArray<FlagDoc>): ReadonlyArray<string> => {
  const rest = new Set(flags)
  return groups.flatMap(([title, has]) => {
    const some = [...rest].filter(({ name }) => has(name))
    for (const flag of some) rest.delete(flag)
    return section(title, some.flatMap(flagEntry))
  })
}

const flagEntry = ({ aliases, description, name, type }: FlagDoc): ReadonlyArray<string> => {
  const letter = aliases.find((alias) => /^-.$/.test(alias))
  const value = type === "boolean" ? "" : ` ${type}`
  if (name === "completions") {
    return entry("    --completions shell", "a script for bash, zsh, fish or powershell", left)
  }
  if (name === "help") return entry("-h, --help", "this", left)
  const variable = ofEnvironment.has(name) ? ` [env:\u00a0${variableOf(name)}]` : ""
  return entry(
    `${letter === undefined ? "    " : `${letter}, `}--${name}${value}`,
    `${Option.getOrElse(description, () => "")}${variable}`,
    left
  )
}

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", `${title}:`, ...lines]

// The words beside the name, or below where it is long.
const entry = (name: string, words: string, left: number): ReadonlyArray<string> => {
  const [first = "", ...rest] = wrap(words, left)
  return name.length + 4 > left
    ? [`  ${name}`, first, ...rest]
    : [`  ${name.padEnd(left - 2)}${first.trimStart()}`, ...rest]
}

function wrap(text: string, indent: number): ReadonlyArray<string> {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(`${" ".repeat(indent)}${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => line.replaceAll("\u00a0", " "))
}
