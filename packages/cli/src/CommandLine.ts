/**
 * A command line: which command it runs with what, or what there is to say of it.
 *
 * Values may be attached (`-fjson`) and may begin with a minus (`-Q -env:dev`).
 *
 * @since 0.1.0
 */
import * as Commands from "./Commands.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Help from "./Help.ts"
import { nearest } from "./nearest.ts"
import { version } from "./version.ts"

/** @internal */
export type CommandLine =
  | { readonly _tag: "Run"; readonly name: Commands.Runnable; readonly given: Flag.Given }
  | { readonly _tag: "Complete"; readonly shell: Commands.Shell }
  | { readonly _tag: "Say"; readonly stdout: string; readonly stderr: string; readonly code: number }

/** @internal */
export const parse = (args: ReadonlyArray<string>): CommandLine => {
  const isHelp = args[0] === "help"
  // An import would make every member of the module.
  const { tokens } = process.getBuiltinModule("node:util").parseArgs({
    args: isHelp ? args.slice(1) : [...args],
    options,
    // Strictly it would throw, and take no value that begins with a minus.
    strict: false,
    allowNegative: true,
    tokens: true
  })
  const words = tokens.flatMap((token) => token.kind === "positional" ? [token.value] : [])
  const group = Commands.groupOf(words[0])
  const depth = group === "" ? 1 : 2
  const path = words.slice(0, depth).join(" ")
  const command = Commands.commands.find(({ name }) => name === path)
  const given = tokens.filter((token) => token.kind === "option")
  const has = ({ letter, name }: Flag.Flag) =>
    given.some((one) => one.rawName === `--${name}` || one.rawName === `-${letter}`)

  if (isHelp || has(Flag.help)) {
    return say(command === undefined ? Help.ofGroup(group) : Help.ofCommand(command))
  }
  if (has(Flag.version)) return say(`datadog-slo ${version}`)
  if (command === undefined) return noCommand(words, given[0]?.rawName)
  const texts = new Map<string, ReadonlyArray<string>>()
  for (const one of given) {
    const problem = take(one, command, texts)
    if (problem !== undefined) return misuse(problem, command.name)
  }
  const rest = words.slice(depth)
  const { argument } = command
  const extra = rest[argument === undefined ? 0 : 1]
  if (extra !== undefined) return misuse(`There is no place for ${JSON.stringify(extra)}.`, command.name)
  if (argument?.isRequired && rest.length === 0) {
    return misuse(`It lacks <${argument.name}>, ${argument.description}.`, command.name)
  }
  if (command.name === "completions") {
    const shell = Commands.shells.find((shell) => shell === rest[0])
    return shell === undefined
      ? misuse(`There are no completions for ${JSON.stringify(rest[0])}, but for bash and zsh.`, command.name)
      : { _tag: "Complete", shell }
  }
  return { _tag: "Run", name: command.name, given: { texts, argument: rest[0] } }
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const flags: ReadonlyMap<string, Flag.Flag> = new Map(
  Commands.commands.flatMap(Commands.flagsOf).map((flag) => [flag.name, flag])
)

const options = Object.fromEntries(
  [...flags.values()].map(({ letter, metavar, name }) => [
    name,
    {
      type: metavar === undefined ? "boolean" as const : "string" as const,
      multiple: true,
      ...(letter === undefined ? {} : { short: letter })
    }
  ])
)

interface Option {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

// Notes what a flag says, or tells what is wrong with it.
const take = (
  { inlineValue, name, rawName, value }: Option,
  command: Commands.Command,
  texts: Map<string, ReadonlyArray<string>>
): string | undefined => {
  const own = Commands.flagsOf(command)
  const flag = own.find((flag) => flag.name === name)
  if (flag === undefined) {
    if (flags.has(name)) return `${rawName} is no flag of datadog-slo ${command.name}.`
    return noFlag(rawName, own)
  }
  const text = textOf()
  if (text === undefined) return `${rawName} lacks its value, ${flag.metavar}.`
  const before = texts.get(name)
  if (before !== undefined && !flag.isRepeated) return `${rawName} is there twice.`
  texts.set(name, [...before ?? [], text])
  return undefined

  function textOf(): string | undefined {
    if (flag?.metavar === undefined) return value ?? String(!rawName.startsWith("--no-"))
    // A value is not the name of another flag, unless it is attached.
    if (value === undefined || (!inlineValue && isName(value))) return undefined
    return inlineValue && !rawName.startsWith("--") ? value.replace(/^=/, "") : value
  }
}

const noFlag = (rawName: string, own: ReadonlyArray<Flag.Flag>): string => {
  const suggestion = nearest(rawName.replace(/^-+/, ""), own.map(({ name }) => name))
  return `There is no flag ${rawName}.${suggestion === undefined ? "" : ` Did you mean --${suggestion}?`}`
}

const letters = new Set([...flags.values()].map(({ letter }) => letter))

const isName = (text: string): boolean => {
  const name = /^--([^=]+)/.exec(text)?.[1]
  return name === undefined ? text.length === 2 && text.startsWith("-") && letters.has(text[1]) : flags.has(name)
}

const say = (text: string): CommandLine => ({ _tag: "Say", stdout: `${text}\n`, stderr: "", code: ExitCode.done })

const noCommand = ([first, second]: ReadonlyArray<string>, flag: string | undefined): CommandLine => {
  const group = Commands.groupOf(first)
  const wrong = group === "" ? first : second
  if (wrong === undefined && flag === undefined) {
    // Help that nobody has asked for is no output.
    return { _tag: "Say", stdout: "", stderr: `${Help.ofGroup(group)}\n`, code: ExitCode.usage }
  }
  if (wrong === undefined) {
    return misuse(flag !== undefined && !isName(flag) ? noFlag(flag, Flag.everywhere) : "There is no command.", group)
  }
  const names = Commands.commands.flatMap(({ name }) => {
    const [one = "", step] = name.split(" ")
    return group === "" ? [one] : one === group && step !== undefined ? [step] : []
  })
  const suggestion = nearest(wrong, names)
  return misuse(
    `There is no command ${JSON.stringify(wrong)}.${suggestion === undefined ? "" : ` Did you mean ${suggestion}?`}`,
    group
  )
}

const misuse = (problem: string, path: string): CommandLine => ({
  _tag: "Say",
  stdout: "",
  stderr: `error: ${problem} Try: ${["datadog-slo", path, "--help"].filter((word) => word !== "").join(" ")}\n`,
  code: ExitCode.usage
})
