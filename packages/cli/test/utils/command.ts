import { SloReportClient } from "@effect-datadog/slo-report-node"
import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { NodeFileSystem } from "@effect/platform-node"
import { Clock, ConfigProvider, Effect, Fiber, Layer, Sink, Stdio, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import * as Cli from "../../src/Cli.ts"
import * as CommandLine from "../../src/CommandLine.ts"
import { Datadog } from "../../src/Datadog.ts"
import { Transport } from "../../src/Transport.ts"

/** The middle of a month, which is not over. */
export const now = Date.parse("2026-11-15T12:00:00Z")

export const { apiKey, applicationKey } = { apiKey: "fake-api-key", applicationKey: "fake-application-key" }

export const keys = { DD_API_KEY: apiKey, DD_APP_KEY: applicationKey }

export interface Options {
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: string | Uint8Array
  readonly isTerminal?: boolean
  readonly isStdinTerminal?: boolean
  readonly isStdoutTerminal?: boolean
  /** What standard output does in place of taking what it is given. */
  readonly stdout?: Sink.Sink<void, string | Uint8Array, never, any>
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

const collect = (into: Array<string>) => () =>
  Sink.forEach((text: string | Uint8Array) =>
    Effect.sync(() => void into.push(typeof text === "string" ? text : decoder.decode(text)))
  )

// The client over the HttpClient of the test, where there is one.
const transport = Layer.unwrap(
  Effect.map(Effect.context(), (context) =>
    Layer.effect(Datadog, SloReportClient.SloReportClient).pipe(
      Layer.provide(SloReportClient.layerConfig()),
      Layer.provide(Layer.effect(
        HttpClient.HttpClient,
        Effect.serviceOption(HttpClient.HttpClient).pipe(
          Effect.flatMap((client) => client._tag === "Some" ? Effect.succeed(client.value) : Effect.die("no network"))
        )
      )),
      Layer.provide(Layer.succeedContext(context))
    ))
)

/** Runs a command line in this process; a network is the fake's in the context. */
export const run = (args: ReadonlyArray<string>, options: Options = {}): Effect.Effect<Outcome> => {
  const line = CommandLine.parse(args)
  if (line._tag === "Say") return Effect.succeed(line)
  if (line._tag === "Complete") return Effect.die("it is for a shell")
  const stdout: Array<string> = []
  const stderr: Array<string> = []
  const stdio = Stdio.layerTest({
    stdin: Stream.make(
      typeof options.stdin === "string" ? new TextEncoder().encode(options.stdin) : options.stdin ?? new Uint8Array()
    ),
    stdinIsTerminal: Effect.succeed(options.isStdinTerminal ?? false),
    stdoutIsTerminal: Effect.succeed(options.isStdoutTerminal ?? false),
    stderrIsTerminal: Effect.succeed(options.isTerminal ?? false),
    stdout: () => options.stdout ?? collect(stdout)(),
    stderr: collect(stderr)
  })
  return Effect.andThen(begin, Cli.run(line.name, line.given)).pipe(
    Effect.map((code) => ({ code, stdout: stdout.join(""), stderr: stderr.join("") })),
    Effect.provideService(Transport, transport),
    Effect.provide([
      stdio,
      NodeFileSystem.layer,
      ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...options.environment }))
    ])
  )
}

/** Sets the clock to `now`, unless it is past that. */
export const begin = Effect.flatMap(
  Clock.currentTimeMillis,
  (time) => time < now ? TestClock.setTime(now) : Effect.void
)

const breath = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** The same in virtual time, which goes on once the fake has been asked for something. */
export const runOver = Effect.fnUntraced(function*(args: ReadonlyArray<string>, options: Options = {}) {
  yield* begin
  const fake = yield* FakeDatadog.FakeDatadog
  const fiber = yield* Effect.forkChild(run(args, { ...options, environment: { ...keys, ...options.environment } }))
  const before = (yield* fake.requests).length
  while (fiber.pollUnsafe() === undefined) {
    for (let i = 0; i < 3; i++) yield* breath
    if ((yield* fake.requests).length > before) yield* TestClock.adjust("250 millis")
  }
  return yield* Fiber.join(fiber)
})

/** A new folder, gone at the end of the file. */
export const folder = (): string => Fs.mkdtempSync(Path.join(Os.tmpdir(), "datadog-slo-test-"))

/** A report's CSV: a line each of `id,type,name,target,error,values…`. */
export const csv = (...lines: ReadonlyArray<string>): string =>
  ["id,slo_type,name,target,export_error,2026-09-01,2026-10-01", ...lines].map((line) => `${line}\n`).join("")
