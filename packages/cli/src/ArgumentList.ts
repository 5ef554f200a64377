/**
 * The arguments as people write them, in the form that the parser reads.
 *
 * Values may be attached (`-fjson`) and may begin with a minus (`-Q -env:dev`), and `help gate` is `gate --help`.
 *
 * @since 0.1.0
 */

/**
 * The flags that take a value, by their letters and by their names.
 *
 * @internal
 */
export interface Known {
  readonly values: ReadonlyArray<string>
  readonly switches: ReadonlyArray<string>
  /** Of either. */
  readonly letters: Readonly<Record<string, string>>
}

/** @internal */
export const normalize = (args: ReadonlyArray<string>, known: Known): ReadonlyArray<string> => {
  if (args[0] === "help") return [...args.slice(1), "--help"]
  const result: Array<string> = []
  let index = 0
  while (index < args.length) {
    const arg = args[index]!
    if (arg === "--") return [...result, ...args.slice(index)]
    const { flags, wants } = split(arg, known)
    const next = args[index + 1]
    result.push(...flags)
    index += 1
    if (wants === undefined) continue
    if (next === undefined || next === "--" || isFlag(next, known)) {
      result.push(`--${wants}`)
    } else {
      result.push(`--${wants}=${next}`)
      index += 1
    }
  }
  return result
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

interface Split {
  readonly flags: ReadonlyArray<string>
  /** The flag whose value is the next argument. */
  readonly wants?: string
}

const split = (arg: string, known: Known): Split => {
  if (arg.startsWith("--")) {
    const name = arg.slice(2)
    return known.values.includes(name) ? { flags: [], wants: name } : { flags: [arg] }
  }
  return arg.length > 1 && arg.startsWith("-") ? splitLetters(arg, known) : { flags: [arg] }
}

// Of `-qfjson` each letter up to the first that takes a value is a switch; what follows that one is its value.
const splitLetters = (arg: string, { letters, values }: Known): Split => {
  const flags: Array<string> = []
  for (let at = 1; at < arg.length; at++) {
    const name = letters[arg[at]!]
    if (name === undefined) return { flags: [arg] }
    if (values.includes(name)) {
      const value = arg.slice(at + 1).replace(/^=/, "")
      return at + 1 === arg.length ? { flags, wants: name } : { flags: [...flags, `--${name}=${value}`] }
    }
    flags.push(`--${name}`)
  }
  return { flags }
}

// A value that begins with a minus is one, but where it is the whole name of another flag.
const isFlag = (arg: string, { letters, switches, values }: Known): boolean => {
  const name = /^--([^=]+)/.exec(arg)?.[1]
  if (name !== undefined) return values.includes(name) || switches.includes(name)
  return arg.length === 2 && arg.startsWith("-") && letters[arg[1]!] !== undefined
}
