/**
 * The help, in lines of at most 80 columns.
 *
 * @since 0.1.0
 */
import * as Commands from "./Commands.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import { variableOf } from "./Setting.ts"

/** @internal */
export const ofCommand = ({ argument, description, examples, flags, name }: Commands.Command): string => {
  const place = argument === undefined ? "" : argument.isRequired ? ` <${argument.name}>` : ` [${argument.name}]`
  return [
    ...wrap(description, 0),
    "",
    `Usage: datadog-slo ${name}${place} [flags]`,
    ...section("Examples", examples.map((example) => `  ${example}`)),
    ...(argument === undefined ? [] : section("Argument", entry(argument.name, argument.description, left))),
    ...flags.flatMap(([title, flags]) => section(title, flags.flatMap(flagEntry))),
    ...section("Everywhere", Flag.everywhere.flatMap(flagEntry))
  ].join("\n")
}

/**
 * Of all commands, or of the steps of a group.
 *
 * @internal
 */
export const ofGroup = (group: Commands.Group): string =>
  (group === "" ? root() : [
    ...wrap(Commands.groups[group], 0),
    "",
    `Usage: datadog-slo ${group} <step>`,
    ...section("Steps", list(Commands.commands.filter(({ name }) => name.startsWith(`${group} `)), `${group} `)),
    ...section("Everywhere", Flag.everywhere.flatMap(flagEntry))
  ]).join("\n")

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const width = 80

const left = 26

const root = (): ReadonlyArray<string> => [
  ...wrap("Datadog's SLO reports in a shell: export them, convert them, and gate on error budgets.", 0),
  "",
  "Usage: datadog-slo <command> [flags]",
  ...section("Examples", [
    "  datadog-slo gate -Q service:checkout --last 1mo",
    "  datadog-slo export -Q team:pay --last 12mo -o report.csv",
    "  datadog-slo export --demo -f markdown"
  ]),
  ...section("Commands", list(Commands.commands, "")),
  ...section("Everywhere", Flag.everywhere.flatMap(flagEntry)),
  ...section("Exit codes", ExitCode.meanings.flatMap(([code, meaning]) => entry(code, meaning, 8))),
  ...section(
    "Settings",
    wrap(
      "A flag goes before the environment (DD_SLO_LAST for --last), and that before a file of settings (last in " +
        ".datadog-slo.json). DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN, come from the environment, or from " +
        "files that DD_API_KEY_FILE and so on name; DATADOG_API_KEY and so on will do. No flag takes a key.",
      2
    )
  )
]

const list = (commands: ReadonlyArray<Commands.Command>, group: string): ReadonlyArray<string> =>
  commands.flatMap(({ name, summary }) => entry(name.slice(group.length), summary, 19))

const flagEntry = ({ description, isSetting, letter, metavar, name }: Flag.Flag): ReadonlyArray<string> =>
  entry(
    `${letter === undefined ? "    " : `-${letter}, `}--${name}${metavar === undefined ? "" : ` ${metavar}`}`,
    `${description}${isSetting ? ` [env: ${variableOf(name)}]` : ""}`,
    left
  )

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => ["", `${title}:`, ...lines]

// The words beside the name, or below where it is long.
const entry = (name: string, words: string, left: number): ReadonlyArray<string> => {
  const [first = "", ...rest] = wrap(words, left)
  return name.length + 4 > left
    ? [`  ${name}`, first, ...rest]
    : [`  ${name.padEnd(left - 2)}${first.trimStart()}`, ...rest]
}

function wrap(text: string, indent: number): ReadonlyArray<string> {
  const lines: Array<string> = []
  for (const word of text.match(/\[env: \w+\]|\[\{.*?\}\]|\S+/g) ?? []) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(`${" ".repeat(indent)}${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
