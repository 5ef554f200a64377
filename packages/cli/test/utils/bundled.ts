import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll, beforeAll } from "vitest"
import { bundle } from "../../scripts/bundle.ts"

const folder = Path.join(import.meta.dirname, "../../node_modules/.tmp/bundle")

export interface Folders {
  /** The bundle as it is published. */
  readonly bin: string
  /** An empty folder elsewhere. */
  readonly root: string
}

/** Makes both before the tests of a file, and removes them after. */
export const useBundle = (): Folders => {
  const made = { bin: "", root: "" }
  beforeAll(async () => {
    Fs.mkdirSync(folder, { recursive: true })
    made.bin = Fs.mkdtempSync(Path.join(folder, "run-"))
    made.root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "datadog-slo-"))
    await bundle(made.bin)
  })
  afterAll(() => {
    for (const one of [made.bin, made.root]) Fs.rmSync(one, { recursive: true, force: true })
  })
  return made
}

export interface Run {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Whether standard input stays open, after that. */
  readonly isOpen?: boolean
  readonly cwd?: string
  readonly onStart?: (child: ChildProcess) => void
  /** Sees what is on standard error so far, and may signal. */
  readonly onStderr?: (text: string, child: ChildProcess) => void
  /** Sees what is on standard output so far. */
  readonly onStdout?: (text: string, child: ChildProcess) => void
}

/** Runs the bundle by this Node. */
export const spawned = (bin: string, args: ReadonlyArray<string>, options: Options = {}): Promise<Run> =>
  new Promise((resolve) => {
    const { PATH = "" } = process.env
    const child = spawn(process.execPath, [Path.join(bin, "bin.js"), ...args], {
      cwd: options.cwd ?? bin,
      env: { PATH, NODE_COMPILE_CACHE: Path.join(folder, "compiled"), ...options.environment },
      timeout: 25_000,
      killSignal: "SIGKILL"
    })
    options.onStart?.(child)
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      options.onStdout?.(stdout, child)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
      options.onStderr?.(stderr, child)
    })
    child.stdin.on("error", () => {})
    child.stdin.write(options.stdin ?? "")
    if (options.isOpen !== true) child.stdin.end()
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
  })

/** The environment that leads to the fake in the context. */
export const environment = Effect.gen(function*() {
  const { credentials } = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  return { DD_HOST: url, DD_API_KEY: credentials.apiKey, DD_APP_KEY: credentials.applicationKey }
})

/** Runs the bundle against the fake in the context. */
export const ask = Effect.fnUntraced(function*(
  { bin }: Folders,
  args: ReadonlyArray<string>,
  options: Options = {}
) {
  const more = yield* environment
  return yield* Effect.promise(() =>
    spawned(bin, args, { ...options, environment: { ...more, ...options.environment } })
  )
})
