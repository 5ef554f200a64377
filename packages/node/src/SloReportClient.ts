/**
 * The client: a report's status, and a stream that waits for the report.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import { ReportId, type SloReport, SloReportStatusResponse } from "@effect-datadog/slo-report/SloReport"
import type { ConfigError } from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { HttpClient } from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as DatadogConfig from "./DatadogConfig.ts"
import * as DatadogHttpClient from "./DatadogHttpClient.ts"
import { send, type Sender } from "./internal/request.ts"
import * as Scrub from "./internal/scrub.ts"
import * as Bucket from "./internal/bucket.ts"
import * as Pacer from "./internal/pacer.ts"
import * as SharedPolls from "./internal/SharedPolls.ts"
import * as Undici from "./internal/undici.ts"
import * as Wait from "./internal/wait.ts"
import * as PollPolicy from "./PollPolicy.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import { InvalidReportId, ReportFailed, type WaitTimedOut } from "./SloReportError.ts"

/**
 * How to wait for one report.
 *
 * **Details**
 *
 * - `poll`: when to ask again. `@default` `PollPolicy.default`, every √t seconds between 1 and 30
 * - `deadline`: how long to wait at most. `@default` 30 minutes. One last poll is made at the deadline,
 *   and a report that is done then is done in time
 * - `onSleep`: told when the wait begins to sleep, and what for. `@default` nothing
 *
 * @category models
 * @since 0.1.0
 */
export interface WaitOptions {
  readonly poll?: PollPolicy.PollPolicy | undefined
  readonly deadline?: Duration.Input | undefined
  readonly onSleep?: ((sleep: WaitSleep) => Effect.Effect<void>) | undefined
}

/**
 * A sleep of a wait: what for, and for how long at least.
 *
 * **Details**
 *
 * - `poll`: until its own interval is over
 * - `rate_limit`: until the rate limit has room for its poll
 * - `backoff`: until a failed call is sent again
 *
 * @category models
 * @since 0.1.0
 */
export interface WaitSleep {
  readonly cause: "poll" | "rate_limit" | "backoff"
  readonly duration: Duration.Duration
}

/**
 * What {@link Service.waitForReports} tells of one of its reports.
 *
 * @category models
 * @since 0.1.0
 */
export interface WaitEvent {
  readonly id: string
  readonly result: Result.Result<SloReport, DatadogError | InvalidReportId | WaitTimedOut>
}

/**
 * How a client behaves.
 *
 * **Details**
 *
 * - `retry`: when a failed call is sent again. `@default` `RetryPolicy.default`
 * - `attemptTimeout`: time limit of one attempt, headers and body. `@default` 30 seconds
 * - `tracePropagation`: send trace headers to Datadog, and make a client span for each attempt. `@default` false
 * - `pacing`: how the polls of all waits share the rate limit. `share` is the part of what remains of it that is
 *   left to other calls; `false`: no wait is held up. `@default` a share of 0.5
 * - `transformClient`: changes the `HttpClient` that requests go through. `@default` identity
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientOptions {
  readonly retry?: RetryPolicy.RetryPolicy | undefined
  readonly attemptTimeout?: Duration.Input | undefined
  readonly tracePropagation?: boolean | undefined
  readonly pacing?: { readonly share?: number | undefined } | false | undefined
  readonly transformClient?: ((client: HttpClient) => HttpClient) | undefined
}

/**
 * What {@link make} takes: which Datadog, as whom, and how the client behaves.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends DatadogConfig.DatadogConfig, ClientOptions {}

/**
 * The operations of the client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /**
   * Asks for a report's status, once, with retries.
   */
  readonly getReportStatus: (id: string) => Effect.Effect<SloReport, DatadogError | InvalidReportId>
  /**
   * Waits for a report: emits what every poll saw, the terminal report last, then ends.
   *
   * A report that `failed` is a value here. Calls that fail in the middle of a wait don't end it, unless
   * they can't pass: a 400, 401, 403 or 404, or a hint beyond the deadline. `WaitTimedOut` tells what was
   * last known.
   */
  readonly waitForReport: (
    id: string,
    options?: WaitOptions
  ) => Stream.Stream<SloReport, DatadogError | InvalidReportId | WaitTimedOut>
  /**
   * Waits for many reports at once: what every poll of each saw, as it comes, and the error of a wait as a value.
   *
   * It ends when all waits have ended. An id that is given twice is waited for once.
   */
  readonly waitForReports: (ids: Iterable<string>, options?: WaitOptions) => Stream.Stream<WaitEvent>
  /**
   * Waits for a report and gives it when it is `completed` or `completed_with_errors`.
   */
  readonly awaitReport: (
    id: string,
    options?: WaitOptions
  ) => Effect.Effect<SloReport, DatadogError | InvalidReportId | WaitTimedOut | ReportFailed>
}

/**
 * The client of Datadog's SLO reports.
 *
 * **Example** (Waiting for a report)
 *
 * ```ts
 * import { SloReportClient } from "@effect-datadog/slo-report-node"
 * import { Console, Effect, Stream } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const client = yield* SloReportClient.SloReportClient
 *   yield* Stream.runForEach(client.waitForReport("dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"), (report) =>
 *     Console.log(report.status))
 * })
 *
 * Effect.runPromise(Effect.provide(program, SloReportClient.layerNode()))
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class SloReportClient extends Context.Service<SloReportClient, Service>()(
  "@effect-datadog/slo-report-node/SloReportClient"
) {}

/**
 * Makes the client over the `HttpClient` in the context.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(options: Options): Effect.fn.Return<Service, never, HttpClient> {
  const client = yield* DatadogHttpClient.make(options)
  const { pacing } = options
  const pacer = Pacer.make(pacing === false ? Bucket.unlimited : Bucket.make(pacing?.share ?? defaultShare))
  const polls = SharedPolls.make(pacer)
  const sender: Sender = {
    pacer,
    client: (options.transformClient ?? identity)(client),
    scrub: Scrub.make(options.credentials),
    attemptTimeout: Duration.fromInputUnsafe(options.attemptTimeout ?? "30 seconds"),
    retry: options.retry ?? RetryPolicy.default
  }
  const requestInit = Context.getOrUndefined(yield* Effect.context(), FetchHttpClient.RequestInit)
  const privately = DatadogHttpClient.withPrivacy({ tracePropagation: options.tracePropagation, requestInit })

  const status = Effect.fn("SloReportClient.getReportStatus", {
    kind: "client",
    attributes: { "datadog.site": options.site, "retry.count": 0 }
  })(
    function*(id: ReportId): Effect.fn.Return<SloReport, DatadogError> {
      yield* Effect.annotateCurrentSpan("slo.report.id", id)
      const path = `/api/v2/slo/report/${encodeURIComponent(id)}/status`
      const report = yield* send(sender, { method: "GET", path }, HttpClientRequest.get(path), decodeStatus)
      yield* Effect.annotateCurrentSpan("slo.report.status", report.rawStatus)
      return report
    },
    privately
  )

  const waitForReport: Service["waitForReport"] = (id, waitOptions) =>
    Stream.unwrap(
      Effect.map(validId(id), (reportId) =>
        Wait.stream(pacing === false ? SharedPolls.make(pacer) : polls, {
          id: reportId,
          poll: status(reportId),
          policy: waitOptions?.poll ?? PollPolicy.default,
          deadline: Duration.fromInputUnsafe(waitOptions?.deadline ?? "30 minutes"),
          onSleep: (cause, millis) =>
            waitOptions?.onSleep?.({ cause, duration: Duration.millis(millis) }) ?? Effect.void
        }).pipe(
          Stream.withSpan("SloReportClient.waitForReport", {
            attributes: { "datadog.site": options.site, "slo.report.id": reportId }
          })
        ))
    )

  return {
    getReportStatus: (id) => Effect.flatMap(validId(id), status),
    waitForReport,
    waitForReports: (ids, waitOptions) =>
      Stream.fromIterable(new Set(ids)).pipe(
        Stream.flatMap((id) => {
          const event = (result: WaitEvent["result"]): WaitEvent => ({ id, result })
          return waitForReport(id, waitOptions).pipe(
            Stream.map((report) => event(Result.succeed(report))),
            Stream.catch((error) => Stream.succeed(event(Result.fail(error))))
          )
        }, { concurrency: "unbounded" })
      ),
    awaitReport: Effect.fn("SloReportClient.awaitReport")(function*(id, waitOptions) {
      const last = yield* Stream.runLast(waitForReport(id, waitOptions))
      const report = Option.getOrThrow(last)
      return report.status === "failed" ? yield* new ReportFailed({ report }) : report
    })
  }
})

// Of what remains of the rate limit, the part that polls leave to other calls.
const defaultShare = 0.5

const decodeStatus = Schema.decodeUnknownResult(SloReportStatusResponse)

const decodeId = Schema.decodeUnknownResult(ReportId)

const validId = (id: string): Effect.Effect<ReportId, InvalidReportId> =>
  Result.match(decodeId(id), {
    onSuccess: Effect.succeed,
    onFailure: ({ message }) => Effect.fail(new InvalidReportId({ id: String(id).slice(0, 100), issue: message }))
  })

/**
 * The client over the `HttpClient` in the context, with explicit options.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<SloReportClient, never, HttpClient> =>
  Layer.effect(SloReportClient, make(options))

/**
 * The client over the `HttpClient` in the context, configured by the environment (`DatadogConfig.config`).
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (options?: ClientOptions): Layer.Layer<SloReportClient, ConfigError, HttpClient> =>
  Layer.effect(SloReportClient, Effect.flatMap(DatadogConfig.config, (config) => make({ ...config, ...options })))

/**
 * The client over undici, configured by the environment.
 *
 * **Details**
 *
 * It honours `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; loopback is never asked of a proxy.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNode = (options?: ClientOptions): Layer.Layer<SloReportClient, ConfigError> =>
  Layer.unwrap(
    Effect.map(DatadogConfig.config, (config) => Layer.provide(layer({ ...config, ...options }), Undici.layer(config)))
  )
