import { DatadogSite, type SloReport } from "@effect-datadog/slo-report"
import { Credentials, FakeDatadog } from "@effect-datadog/slo-report-testing"
import { assert } from "@effect/vitest"
import { Cause, Clock, Effect, Exit, Fiber, Layer, Logger, Option, Random, Redacted, References, Stream } from "effect"
import type { Duration } from "effect"
import { TestClock } from "effect/testing"
import { SloReportClient, type SloReportError } from "../../src/index.ts"

export const site = DatadogSite.DatadogSite.make("datadoghq.com")

export const credentials = {
  apiKey: Redacted.make(Credentials.standard.apiKey),
  appKey: Redacted.make(Credentials.standard.applicationKey)
}

// The client over the fake in memory. Rate limits come from faults alone.
export const inMemory = (options?: SloReportClient.ClientOptions, fake?: FakeDatadog.Options) =>
  Layer.provideMerge(
    SloReportClient.layer({ site, credentials, ...options }),
    FakeDatadog.layerMemory({ rateLimit: false, ...fake })
  )

export const waitFor = (id: string, options?: SloReportClient.WaitOptions) =>
  Stream.unwrap(SloReportClient.SloReportClient.useSync((client) => client.waitForReport(id, options)))

export interface Observed<E> {
  // When each value came, in milliseconds, and its raw status.
  readonly values: ReadonlyArray<readonly [at: number, status: string]>
  readonly exit: Exit.Exit<void, E>
  readonly endedAt: number
}

export const begin = <E, R>(
  stream: Stream.Stream<SloReport.SloReport, E, R>,
  onValue: (report: SloReport.SloReport) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<Fiber.Fiber<Observed<E>>, never, R> =>
  Effect.suspend(() => {
    const values: Array<readonly [number, string]> = []
    return stream.pipe(
      Stream.runForEach((report) =>
        Effect.flatMap(Clock.currentTimeMillis, (at) => {
          values.push([at, report.rawStatus])
          return onValue(report)
        })
      ),
      Effect.exit,
      Effect.flatMap((exit) => Effect.map(Clock.currentTimeMillis, (endedAt) => ({ values, exit, endedAt }))),
      Effect.forkChild({ startImmediately: true })
    )
  })

export const finish = Effect.fnUntraced(
  function*<E>(fiber: Fiber.Fiber<Observed<E>>, within: Duration.Input = "3 hours") {
    yield* TestClock.adjust(within)
    assert.isDefined(fiber.pollUnsafe(), "the wait has ended")
    return yield* Fiber.join(fiber)
  }
)

// Runs a stream to its end in virtual time.
export const observe = <E, R>(
  stream: Stream.Stream<SloReport.SloReport, E, R>,
  onValue?: (report: SloReport.SloReport) => Effect.Effect<void>
) => Effect.flatMap(begin(stream, onValue), (fiber) => finish(fiber))

export const failureOf = <E>(exit: Exit.Exit<unknown, E>): E => {
  assert.isTrue(Exit.isFailure(exit), "the wait has failed")
  return Option.getOrThrow(Exit.isFailure(exit) ? Cause.findErrorOption(exit.cause) : Option.none())
}

export const plain = ({ _tag, elapsed, id, last, polls }: SloReportError.WaitTimedOut) => ({
  _tag,
  id: String(id),
  last: last?.rawStatus,
  polls,
  elapsed
})

export const requestTimes = FakeDatadog.FakeDatadog.use((fake) =>
  Effect.map(fake.requests, (requests) => requests.map(({ at }) => at))
)

// Every draw is the same number; one half makes jitter's middle: the interval itself.
export const withChance = (number: number) =>
  Effect.provideService(Random.Random, { nextDoubleUnsafe: () => number, nextIntUnsafe: () => 0 })

export type Log = readonly [level: string, message: string]

export const withLogs = (logs: Array<Log>) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  self.pipe(
    Effect.provide(Logger.layer([
      Logger.make(({ logLevel, message }) => {
        logs.push([logLevel, Array.isArray(message) ? message.join(" ") : String(message)])
      })
    ])),
    Effect.provideService(References.MinimumLogLevel, "Trace")
  )

// Counts the sleeps of a test, its client's own too.
export const withCountedSleeps = <A, E, R>(
  test: (pending: () => number) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(countSleeps, ({ clock, pending }) => Effect.provideService(test(pending), Clock.Clock, clock))

export interface CountedClock {
  readonly clock: Clock.Clock
  // How many sleeps are under way.
  readonly pending: () => number
}

// The current clock, with its sleeps counted.
export const countSleeps: Effect.Effect<CountedClock> = Clock.clockWith((clock) =>
  Effect.sync(() => {
    let pending = 0
    const sleep = (duration: Duration.Duration) =>
      Effect.acquireUseRelease(
        Effect.sync(() => pending += 1),
        () => clock.sleep(duration),
        () => Effect.sync(() => pending -= 1)
      )
    const counted: Clock.Clock = Object.assign(Object.create(clock), { sleep })
    return { clock: counted, pending: () => pending }
  })
)
