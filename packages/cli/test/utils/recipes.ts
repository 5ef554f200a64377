import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { parse } from "yaml"

const folder = Path.join(import.meta.dirname, "../../../../examples/ci")

export const read = (name: string): string => Fs.readFileSync(Path.join(folder, name), "utf8")

/** What is in a recipe of YAML. */
export const readYaml = (name: string): any => parse(read(name))

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

// In place of what a recipe installs or tells: a program that keeps what it was given in a file of its name.
const kept = (name: string) =>
  `#!/bin/sh
echo "$*" > ${name}.arguments
[ -t 0 ] || cat > ${name}.input
`

/** Makes the commands that a recipe finds: `npx` runs the bundle, and the others keep what they were given. */
export const commands = (root: string, bin: string): string => {
  const path = Path.join(root, "commands")
  Fs.mkdirSync(path, { recursive: true })
  const files = {
    npx: `#!/bin/sh
[ "$1 $2" = "-y @effect-datadog/slo-report-cli@0" ] || { echo "npx: $*" >&2; exit 64; }
shift 2
exec "${process.execPath}" "${Path.join(bin, "bin.js")}" "$@"
`,
    curl: kept("curl"),
    duckdb: kept("duckdb")
  }
  for (const [name, text] of Object.entries(files)) Fs.writeFileSync(Path.join(path, name), text, { mode: 0o755 })
  return path
}

/** Runs a script as CI does, `bash -e`, or by another shell, with these variables alone. */
export const shell = (
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  [program, ...args]: readonly [string, ...ReadonlyArray<string>] = ["bash", "-e", "-c"],
  timeout = 25_000
): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(program, [...args, script], { cwd, env, timeout, stdio: ["ignore", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })
