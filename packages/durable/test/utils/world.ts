import { DatadogSite, SloReportRequest } from "@effect-datadog/slo-report"
import { SloReportClient } from "@effect-datadog/slo-report-node"
import { Credentials, FakeDatadog } from "@effect-datadog/slo-report-testing"
import type { Operation } from "@effect-datadog/slo-report-testing"
import { Cause, Deferred, Duration, Effect, Exit, Fiber, Layer, Option, Redacted, Stream } from "effect"
import { TestClock } from "effect/testing"
import { ExportError, ReportExports, ReportSink } from "../../src/index.ts"

export const site = DatadogSite.DatadogSite.make("datadoghq.com")

export const credentials = {
  apiKey: Redacted.make(Credentials.standard.apiKey),
  appKey: Redacted.make(Credentials.standard.applicationKey)
}

export const layerClient = SloReportClient.layer({ site, credentials })

const period = { from: "2023-08-01", to: "2024-02-01", interval: "monthly" } as const

export const requestOf = (input: Partial<SloReportRequest.Input> = {}) =>
  Effect.runSync(SloReportRequest.make({ query: "env:prod", ...period, ...input }))

export const request = requestOf()

/** The files that were put, by name, and how often. */
export interface Files {
  readonly files: Map<string, string>
  readonly puts: Array<string>
  /** How often it will fail, or die, before it takes a file. */
  failures: number
  deaths: number
  /** How many it has begun to take, and until when it takes no more of them. */
  begun: number
  gate?: Deferred.Deferred<void>
}

export const makeFiles = (): Files => ({ files: new Map(), puts: [], failures: 0, deaths: 0, begun: 0 })

export const layerSink = (sink: Files) =>
  Layer.succeed(ReportSink.ReportSink, {
    put: <E>(name: string, bytes: Stream.Stream<Uint8Array, E>) =>
      Effect.gen(function*() {
        if (sink.deaths-- > 0) return yield* Effect.die(new Error("a bug of the sink"))
        sink.deaths = 0
        if (sink.failures > 0) {
          sink.failures--
          return yield* new ExportError.SinkFailed({ issue: "no room" })
        }
        sink.begun++
        if (sink.gate !== undefined) yield* Deferred.await(sink.gate)
        const whole = yield* Stream.mkUint8Array(bytes)
        sink.files.set(name, new TextDecoder().decode(whole))
        sink.puts.push(name)
        return { location: `memory:${name}`, bytes: whole.length }
      })
  })

/** Exports in memory over a fake, in virtual time. */
export const layer = (files: Files, fake?: FakeDatadog.Options) =>
  ReportExports.layerMemory.pipe(
    Layer.provide([layerSink(files), layerClient]),
    Layer.provideMerge(FakeDatadog.layerMemory({ rateLimit: false, ...fake }))
  )

export const { ReportExports: Exports } = ReportExports
export type Exports = ReportExports.ReportExports

export const sentTo = (operation: Operation.Operation) =>
  FakeDatadog.FakeDatadog.use((fake) =>
    Effect.map(fake.requests, (all) => all.filter((one) => one.operation === operation))
  )

/** Runs an effect in virtual time, second by second, and gives its end. */
export const run = Effect.fnUntraced(
  function*<A, E, R>(
    effect: Effect.Effect<A, E, R>,
    within: Duration.Input = "1 hour",
    step: Duration.Input = "1 second"
  ) {
    const fiber = yield* Effect.forkChild(Effect.exit(effect), { startImmediately: true })
    return yield* settle(fiber, within, step)
  }
)

/** Steps the clock until a fiber has ended. */
export const settle = Effect.fnUntraced(
  function*<A, E>(fiber: Fiber.Fiber<A, E>, within: Duration.Input = "1 hour", step: Duration.Input = "1 second") {
    const steps = Duration.toMillis(Duration.fromInputUnsafe(within)) /
      Duration.toMillis(Duration.fromInputUnsafe(step))
    for (let i = 0; i < steps && fiber.pollUnsafe() === undefined; i++) yield* TestClock.adjust(step)
    if (fiber.pollUnsafe() === undefined) {
      yield* Fiber.interrupt(fiber)
      return yield* Effect.die(new Error("it has not ended in time"))
    }
    return yield* Fiber.join(fiber)
  }
)

export const valueOf = <A, E>(exit: Exit.Exit<A, E>): A => {
  if (Exit.isSuccess(exit)) return exit.value
  throw new Error(`it failed: ${String(exit.cause)}`)
}

export const errorOf = <A, E>(exit: Exit.Exit<A, E>): E => {
  const error = Exit.isFailure(exit) ? Cause.findErrorOption(exit.cause) : Option.none()
  if (Option.isSome(error)) return error.value
  throw new Error(`it did not fail: ${JSON.stringify(exit)}`)
}

export const fails = <A, E extends { readonly _tag: string }>(exit: Exit.Exit<A, E>, tag: E["_tag"]): boolean =>
  errorOf(exit)._tag === tag
