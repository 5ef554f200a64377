/**
 * A fake of Datadog's SLO API that speaks the wire: of reports, and of searches and histories.
 *
 * One router answers in memory ({@link layerClient}, where a test's clock drives it) or on a loopback port
 * (`FakeDatadogServer.layer`). Reports follow timelines, SLOs have exact models, keys are checked, rate limits are
 * counted, faults can be injected, and every request is on record.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Answer from "./Answer.ts"
import * as Credentials from "./Credentials.ts"
import type * as Fault from "./Fault.ts"
import * as inMemory from "./internal/adapter/inMemory.ts"
import * as Engine from "./internal/engine.ts"
import * as Environment from "./internal/environment.ts"
import type * as Operation from "./Operation.ts"
import type * as RateLimit from "./RateLimit.ts"
import type { RecordedRequest, WireRequest } from "./RecordedRequest.ts"
import type * as Report from "./Report.ts"
import * as ReportEndpoints from "./ReportEndpoints.ts"
import type * as Slo from "./Slo.ts"
import type * as SloApi from "./SloApi.ts"

/**
 * How a fake is set up.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The keys and the token that are let in. @default `Credentials.standard` */
  readonly credentials?: Credentials.Credentials | undefined
  /** The rule of all operations; `false`: no limit and no headers. @default `RateLimit.standardOf` each of them */
  readonly rateLimit?: RateLimit.Rule | false | undefined
  /** How reports behave that are given nothing else. @default `completed` after 10 seconds, 12 rows */
  readonly report?: Report.Options | undefined
  /** The SLOs that there are from the beginning. @default none */
  readonly slos?: ReadonlyArray<Slo.Options> | undefined
  /** How searches and histories behave. @default as recorded */
  readonly sloApi?: SloApi.Options | undefined
  /** Whether the endpoints of reports still answer. @default `ReportEndpoints.open` */
  readonly reportEndpoints?: ReportEndpoints.ReportEndpoints | undefined
  /** How many requests are kept on record: the newest. @default Infinity */
  readonly requestLimit?: number | undefined
  /** How many reports are known: the newest. @default Infinity */
  readonly reportLimit?: number | undefined
  /** Runs when a request got its answer, or got none. @default nothing */
  readonly onRequest?: ((request: RecordedRequest) => Effect.Effect<void>) | undefined
}

/**
 * Which requests a fault is for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Target {
  /** For how many requests; `Infinity` for all. @default 1 */
  readonly times?: number | undefined
  /** @default every operation */
  readonly operation?: Operation.Operation | undefined
  /** @default every request */
  readonly when?: ((request: RecordedRequest) => boolean) | undefined
}

/**
 * A fault that waits for a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface PendingFault {
  readonly name: string
  /** For how many requests still; `Infinity` for all. */
  readonly left: number
  /** `undefined`: every operation. */
  readonly operation: Operation.Operation | undefined
}

/**
 * The controls of a fake.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  readonly credentials: Credentials.Credentials
  /** Adds a report that begins now and returns its id, a new UUID unless one is given. */
  readonly addReport: (options?: Report.Options & { readonly id?: string | undefined }) => Effect.Effect<string>
  /** How reports that are made from now on behave, where `addReport` says nothing else. */
  readonly setReportDefaults: (options: Report.Options) => Effect.Effect<void>
  /** Closes the endpoints of reports, lets them announce their end, or opens them again. */
  readonly setReportEndpoints: (endpoints: ReportEndpoints.ReportEndpoints) => Effect.Effect<void>
  /**
   * Adds an SLO and returns its id. A fake that has SLOs exports those that match the query of a report to create,
   * at most 1,000 as Datadog documents, where `setReportDefaults` says nothing of the file.
   */
  readonly addSlo: (options?: Slo.Options) => Effect.Effect<string>
  /** Ends an SLO: it answers 404 at once, and is gone from searches after the index's lag. */
  readonly removeSlo: (id: string) => Effect.Effect<void>
  /** The SLOs that there are, in the order in which they were added. */
  readonly slos: Effect.Effect<ReadonlyArray<Slo.Slo>>
  /** The ids of all reports that are known, the newest last; also those that create calls made. */
  readonly reportIds: Effect.Effect<ReadonlyArray<string>>
  /** Makes the next matching request go wrong. Each request takes the oldest fault that matches it. */
  readonly inject: (fault: Fault.Fault, options?: Target) => Effect.Effect<void>
  /** The faults that still wait for a request, the oldest first: empty when all that was injected has happened. */
  readonly pendingFaults: Effect.Effect<ReadonlyArray<PendingFault>>
  /** Takes back all faults. */
  readonly clearFaults: Effect.Effect<void>
  /** The rule of an operation, by default of all; `false`: no limit and no headers. */
  readonly setRateLimit: (rule: RateLimit.Rule | false, operation?: Operation.Operation) => Effect.Effect<void>
  /** Uses up so many requests of the operation's current window, as another client would. */
  readonly useRateLimit: (requests: number, operation?: Operation.Operation) => Effect.Effect<void>
  /** The requests on record, the oldest first: all, unless `requestLimit` was given or they were cleared. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** How many requests there have been, also those that are no longer on record. */
  readonly requestCount: Effect.Effect<number>
  /** Forgets the requests on record. The next one's `sequence` goes on from the last. */
  readonly clearRequests: Effect.Effect<void>
  /** How many requests have neither been answered to the end, nor been given up. */
  readonly inFlight: Effect.Effect<number>
  /** The time by the fake's own clock, in epoch milliseconds: that of `Clock`, moved by `advance` and `setNow`. */
  readonly now: Effect.Effect<number>
  /**
   * Lets time pass for the fake alone: reports get done, windows of rate limits end, faults that wait answer. A
   * duration that is negative or has no end counts as none. Under `TestClock`, move that instead.
   */
  readonly advance: (duration: Duration.Input) => Effect.Effect<void>
  /** Sets the fake's clock to a time in epoch milliseconds, from which it goes on; also back. */
  readonly setNow: (millis: number) => Effect.Effect<void>
  /**
   * Makes the fake as it was made: its options and SLOs, no reports, no faults, no requests on record, full windows of
   * rate limits, its clock as `Clock` has it. A request in flight still gets its answer.
   */
  readonly reset: Effect.Effect<void>
  /** Answers a request; this is what an adapter calls. The answer's body must be run to its end. */
  readonly handle: (request: WireRequest) => Effect.Effect<Answer.Answer, Answer.NoAnswer>
}

/**
 * The fake as a service.
 *
 * @category services
 * @since 0.1.0
 */
export class FakeDatadog extends Context.Service<FakeDatadog, Service>()(
  "@effect-datadog/slo-report-testing/FakeDatadog"
) {}

/**
 * Makes a fake.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options = {}): Effect.Effect<Service> =>
  Effect.map(
    Engine.make({
      credentials: options.credentials ?? Credentials.standard,
      rateLimit: options.rateLimit,
      reportEndpoints: options.reportEndpoints ?? ReportEndpoints.open,
      sloApi: options.sloApi ?? {},
      slos: options.slos ?? [],
      report: options.report ?? {},
      requestLimit: options.requestLimit ?? Infinity,
      reportLimit: options.reportLimit ?? Infinity
    }, options.onRequest ?? (() => Effect.void)),
    (engine) => ({
      ...engine,
      inject: (fault, { operation, times = 1, when = () => true } = {}) =>
        engine.inject(fault, { operation, times, when })
    })
  )

/**
 * The fake alone, for one of the adapters.
 *
 * **Example** (A fake for two transports)
 *
 * ```ts
 * import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
 * import { Layer } from "effect"
 *
 * const live = Layer.merge(FakeDatadog.layerClient, FakeDatadogServer.layer()).pipe(
 *   Layer.provideMerge(FakeDatadog.layer({ rateLimit: false }))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<FakeDatadog> => Layer.effect(FakeDatadog, make(options))

/**
 * The adapter in memory: an `HttpClient` that the fake answers in the fiber of the caller, whatever the host.
 *
 * **Details**
 *
 * Everything that takes time sleeps on the caller's clock, so `TestClock` drives it, and interrupting the
 * caller ends it. As with a transport without compression, a gzipped body arrives as it was sent.
 *
 * **Example** (Whatever the host)
 *
 * ```ts
 * import { FakeDatadog } from "@effect-datadog/slo-report-testing"
 * import { Console, Effect, Layer } from "effect"
 * import { HttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   const { status } = yield* HttpClient.get("https://api.datadoghq.eu/api/v1/slo/search")
 *   yield* Console.log(status) // => 403
 * })
 * const live = Layer.provide(FakeDatadog.layerClient, FakeDatadog.layer())
 * await Effect.runPromise(Effect.provide(program, live))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerClient: Layer.Layer<HttpClient.HttpClient, never, FakeDatadog> = FakeDatadog.useSync((fake) =>
  HttpClient.make((request) =>
    inMemory.fromClientRequest(request).pipe(
      Effect.flatMap(fake.handle),
      Effect.mapBoth({
        onFailure: (noAnswer) => inMemory.toTransportError(noAnswer, request),
        onSuccess: (answer) => inMemory.toClientResponse(answer, request)
      })
    )
  )
).pipe(
  Layer.effect(HttpClient.HttpClient),
  // Layers are memoized by reference: without this, a fake inside a fake would be answered by the outer one.
  Layer.fresh
)

/**
 * The fake and its adapter in memory.
 *
 * **Example** (A report, and what was asked of it)
 *
 * ```ts
 * import { FakeDatadog } from "@effect-datadog/slo-report-testing"
 * import { Console, Effect } from "effect"
 * import { HttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   const fake = yield* FakeDatadog.FakeDatadog
 *   yield* HttpClient.get(`https://api.datadoghq.com/api/v2/slo/report/${yield* fake.addReport()}/status`)
 *   yield* Console.log((yield* fake.requests).map(({ operation }) => operation)) // => [ 'status' ]
 * })
 * await Effect.runPromise(Effect.provide(program, FakeDatadog.layerMemory()))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory = (options: Options = {}): Layer.Layer<FakeDatadog | HttpClient.HttpClient> =>
  Layer.provideMerge(layerClient, layer(options))

/**
 * The fake's `DD_*` variables, for a client over {@link layerClient} that is configured by the environment.
 *
 * **Details**
 *
 * It has the site and the key pair, and hides all of Datadog's variables that are really set. Others are read as before.
 *
 * **Example** (The client of a test)
 *
 * ```ts
 * import { SloReportClient } from "@effect-datadog/slo-report-node"
 * import { FakeDatadog, ReportEndpoints } from "@effect-datadog/slo-report-testing"
 * import { Layer } from "effect"
 *
 * const live = SloReportClient.layerConfig().pipe(
 *   Layer.provide(FakeDatadog.layerEnvironment),
 *   Layer.provideMerge(FakeDatadog.layerMemory({ reportEndpoints: ReportEndpoints.closed(410) }))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerEnvironment: Layer.Layer<never, never, FakeDatadog> = Environment.layer(
  FakeDatadog.useSync(({ credentials }) => Environment.variablesOf(credentials))
)
