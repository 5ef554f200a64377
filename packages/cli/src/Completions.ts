/**
 * The script by which a shell completes commands, flags and what they take.
 *
 * @since 0.1.0
 */
import * as Commands from "./Commands.ts"
import type { Flag } from "./Flag.ts"

/** @internal */
export const script = (shell: Commands.Shell): string => shell === "zsh" ? `${ofBash}${bash()}` : bash()

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const groups = Object.keys(Commands.groups)

const ofBash = "autoload -U +X bashcompinit && bashcompinit\n"

// Which command it is, then: is a flag before the word, and what does it take? else: the command's flags, or a file.
const bash = (): string =>
  `_datadog_slo() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words="" files=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${[...new Set(Commands.commands.map(({ name }) => first(name))), "help"].join(" ")}"
  elif [ "$COMP_CWORD" -eq 2 ] && { ${groups.map((group) => `[ "$before" = ${group} ]`).join(" || ")}; }; then
    case "$before" in
${groups.map((group) => `      ${group}) words="${stepsOf(group).join(" ")}" ;;`).join("\n")}
    esac
  else
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${Commands.commands.map(ofCommand).join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ -z "$files" ] || COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _datadog_slo datadog-slo
`

const first = (name: string): string => name.split(" ")[0] ?? name

const stepsOf = (group: string): ReadonlyArray<string> =>
  Commands.commands.flatMap(({ name }) => name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : [])

const ofCommand = (command: Commands.Command): string => {
  const { argument, name } = command
  const flags = Commands.flagsOf(command)
  const pattern = name.includes(" ") ? `"${name}"` : `"${name} "*`
  const values = flags.filter(({ metavar }) => metavar !== undefined).map((flag) =>
    `          ${namesOf(flag).join("|")}) ${valueOf(flag)} ;;`
  )
  const names = flags.flatMap(namesOf).join(" ")
  const rest = argument?.name === "file" ? "files=1" : argument?.name === "shell" ? `words="${shells}"` : ":"
  return `      ${pattern})
        case "$before" in
${values.join("\n")}
          *) case "$word" in -*) words="${names}" ;; *) ${rest} ;; esac ;;
        esac ;;`
}

const shells = Commands.shells.join(" ")

const namesOf = ({ letter, name }: Flag): ReadonlyArray<string> => [
  `--${name}`,
  ...(letter === undefined ? [] : [`-${letter}`])
]

const valueOf = ({ metavar, words }: Flag): string =>
  words !== undefined ? `words="${words.join(" ")}"` : metavar?.startsWith("file") === true ? "files=1" : ":"
