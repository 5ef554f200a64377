import { Credentials } from "@effect-datadog/slo-report-testing"
import { Effect, type Scope } from "effect"
import { build } from "esbuild"
import { type ChildProcess, spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import type { Job } from "./worker.ts"

/** How an export ended, as a worker tells it. */
export interface Ending {
  readonly query: string
  readonly end: string
  readonly bytes?: number
  readonly message?: string
}

export interface Worker {
  readonly child: ChildProcess
  readonly endings: () => ReadonlyArray<Ending>
  readonly errors: () => string
  /** Its store is open. */
  readonly ready: Effect.Effect<void>
  /** It has ended by itself, or was ended. */
  readonly ended: Effect.Effect<void>
  readonly kill: (signal?: NodeJS.Signals) => Effect.Effect<void>
}

/** A new folder, which is gone with the scope. */
export const temporaryFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "durable-")))),
  (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
)

/** A program of this folder as one file, which starts in a third of the time; it is made once. */
export const bundleOf = (name: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function*() {
    const outfile = Path.join(yield* temporaryFolder, "worker.mjs")
    const code = codes.get(name) ?? (yield* Effect.promise(async () => {
      const { outputFiles } = await build({
        entryPoints: [Path.join(import.meta.dirname, name)],
        bundle: true,
        platform: "node",
        format: "esm",
        write: false,
        // What is CommonJS asks for Node's modules in its own way.
        banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
        logLevel: "error"
      })
      return outputFiles[0]!.contents
    }))
    codes.set(name, code)
    Fs.writeFileSync(outfile, code)
    return outfile
  })

const codes = new Map<string, Uint8Array>()

/** The worker. */
export const bundle = bundleOf("worker.ts")

/** Starts a worker, which is killed with the scope. */
export const start = (script: string, url: string, job: Job): Effect.Effect<Worker, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [script, JSON.stringify(job)], {
        env: {
          PATH: process.env.PATH,
          DD_HOST: url,
          DD_API_KEY: Credentials.standard.apiKey,
          DD_APP_KEY: Credentials.standard.applicationKey,
          // What a cluster of somebody else would read.
          PORT: "abc"
        },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let output = ""
      let errors = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => output += text)
      child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text)
      const lines = () => output.split("\n").filter((line) => line !== "")
      const hasEnded = () => child.exitCode !== null || child.signalCode !== null
      return {
        child,
        endings: () => lines().filter((line) => line.startsWith("{")).map((line): Ending => JSON.parse(line)),
        errors: () => errors,
        ready: until(() => lines().includes("ready") || hasEnded()),
        ended: until(hasEnded),
        kill: (signal: NodeJS.Signals = "SIGKILL") =>
          Effect.andThen(Effect.sync(() => child.kill(signal)), until(hasEnded))
      }
    }),
    ({ kill }) => kill()
  )

/** Looks again and again until something is so. */
export const until = (isSo: () => boolean | Promise<boolean>): Effect.Effect<void> =>
  Effect.flatMap(
    Effect.promise(async () => isSo()),
    (so) => so ? Effect.void : Effect.andThen(Effect.sleep("10 millis"), until(isSo))
  )
