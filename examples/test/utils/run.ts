import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"

/** Where Node keeps what it compiled, for the next run: a third less time on the processor. */
const compiled = Path.join(import.meta.dirname, "../../node_modules/.cache/compiled")

export interface Run {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

export interface Input {
  readonly arguments?: ReadonlyArray<string>
  /** What it reads on standard input. */
  readonly text?: string
  /** A file or device that its standard output goes to. */
  readonly output?: string
}

/** What may be done to an example that runs. */
export interface Running {
  readonly signal: (signal: NodeJS.Signals) => void
  /** Reads its output no longer, as `head` does. */
  readonly leave: () => void
}

/** Runs an example by plain Node and gives what it printed; `onOutput` sees the output so far and may stop it. */
export const run = (
  name: string,
  environment: Readonly<Record<string, string>>,
  onOutput?: (output: string, interrupt: () => void, running: Running) => void,
  input: Input = {}
): Promise<Run> =>
  new Promise((resolve) => {
    const { PATH = "" } = process.env
    const child = spawn(process.execPath, [`src/${name}.ts`, ...input.arguments ?? []], {
      cwd: new URL("../..", import.meta.url),
      env: { PATH, NODE_COMPILE_CACHE: compiled, ...environment },
      stdio: ["pipe", input.output === undefined ? "pipe" : Fs.openSync(input.output, "w"), "pipe"],
      timeout: 30_000
    })
    if (input.text !== undefined) child.stdin?.end(input.text)
    let output = ""
    let errors = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text
      const leave = () => void child.stdout?.destroy()
      onOutput?.(output, () => child.kill("SIGINT"), { signal: (signal) => child.kill(signal), leave })
    })
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text
    })
    child.on("close", (code) => resolve({ code, output, errors }))
  })
