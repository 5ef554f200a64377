/**
 * The client for those without Effect: promises, async iterables and plain values.
 *
 * Behind it is `NodeSloReportClient.layerNode`, and nothing else: what is true of the client's operations is true here.
 *
 * @module @effect-datadog/slo-report-node/promise
 * @since 0.1.0
 */
import type { SloReport } from "@effect-datadog/slo-report/SloReport"
import * as SloReportRequest from "@effect-datadog/slo-report/SloReportRequest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Done, type ExportProgress } from "./ExportProgress.ts"
import { layerNode } from "./NodeSloReportClient.ts"
import type { AwaitOptions, CallOptions, Client, Moment, Options, ProgressOptions } from "./PromiseClient.ts"
import { SloReportClient } from "./SloReportClient.ts"
import { ReportFailed } from "./SloReportError.ts"

export type {
  /**
   * The client, until it is closed.
   *
   * @category models
   * @since 0.1.0
   */
  Client,
  /**
   * Which Datadog, as whom, and how the client behaves.
   *
   * @category models
   * @since 0.1.0
   */
  Options
}

/**
 * Opens a client.
 *
 * **Details**
 *
 * It rejects with a `ConfigError` where a variable or a setting is missing or can't be right, with a `RangeError`
 * where an option is out of its range, and with `NodeSloReportClient.UndiciUnavailable` on Bun.
 *
 * What the client logs goes to the standard error. `await using` is understood by Node 24 and by compilers; elsewhere
 * `close()` ends the client.
 *
 * **Example** (Exporting a table every night)
 *
 * ```ts
 * import { open } from "@effect-datadog/slo-report-node/promise"
 *
 * await using client = await open()
 * const to = new Date()
 * const from = new Date(to.getTime() - 90 * 24 * 60 * 60 * 1000)
 * const { bytes } = await client.exportReportTo("slos.csv", { query: "team:shop", from, to, interval: "weekly" }, {
 *   onProgress: (progress) => console.log(progress._tag)
 * })
 * console.log(`${bytes} bytes`)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (options: Options = {}): Promise<Client> => {
  const runtime = ManagedRuntime.make(
    Layer.merge(Layer.provide(layerNode(options), settings(options)), NodeFileSystem.layer).pipe(
      Layer.provideMerge(Layer.succeed(References.LogToStderr, true))
    )
  )
  return runtime.runPromise(Effect.map(Effect.context(), (context) => make(context, runtime.dispose)))
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const settings = ({ accessToken, apiKey, apiUrl, appKey, site }: Options) => {
  const secrets = { DD_ACCESS_TOKEN: accessToken, DD_API_KEY: apiKey, DD_APP_KEY: appKey }
  const given = ConfigProvider.fromUnknown({ DD_SITE: site, DD_HOST: apiUrl, ...secrets })
  const hasSecret = Object.values(secrets).some(Predicate.isNotUndefined)
  return ConfigProvider.layer(hasSecret ? given : ConfigProvider.orElse(given, ConfigProvider.fromEnv()))
}

const make = (context: Context.Context<SloReportClient | FileSystem>, dispose: () => Promise<void>): Client => {
  const client = Context.get(context, SloReportClient)
  const closed = Deferred.makeUnsafe<never, DOMException>()
  const runPromise = Effect.runPromiseWith(context)

  const aborted = ({ signal }: CallOptions = {}): Effect.Effect<never, DOMException> =>
    signal === undefined ? Deferred.await(closed) : Effect.raceFirst(Deferred.await(closed), aborting(signal))

  const promise = <A, E>(effect: Effect.Effect<A, E, FileSystem>, options?: CallOptions): Promise<A> =>
    runPromise(Effect.raceFirst(aborted(options), effect))

  const iterable = <A, E>(stream: Stream.Stream<A, E>, options?: CallOptions): AsyncIterable<A> =>
    Stream.toAsyncIterableWith(Stream.interruptWhen(stream, aborted(options)), context)

  const awaited = (id: string, options?: AwaitOptions & ProgressOptions<SloReport>) =>
    client.waitForReport(id, options).pipe(
      Stream.tap(telling(options?.onProgress)),
      Stream.runLast,
      Effect.map(Option.getOrThrow),
      Effect.filterOrFail(({ status }) => status !== "failed", (report) => new ReportFailed({ report }))
    )

  const done = <E, R>(progress: Stream.Stream<ExportProgress, E, R>, options?: ProgressOptions<ExportProgress>) =>
    progress.pipe(
      Stream.tap(telling(options?.onProgress)),
      Stream.filter(Schema.is(Done)),
      Stream.runLast,
      Effect.map(Option.getOrThrow)
    )

  const close = () => Effect.runPromise(Deferred.fail(closed, abortError("The client was closed."))).then(dispose)

  return {
    getReportStatus: (id, options) => promise(client.getReportStatus(id), options),
    waitForReport: (id, options) => iterable(client.waitForReport(id, options), options),
    waitForReports: (ids, options) => iterable(client.waitForReports(ids, options), options),
    awaitReport: (id, options) => promise(awaited(id, options), options),
    createReport: (request, options) =>
      promise(Effect.flatMap(SloReportRequest.make(request), client.createReport), options),
    downloadReport: (id, options) => iterable(client.downloadReport(id), options),
    reportRows: (id, options) => iterable(client.reportRows(id), options),
    searchSlos: (query, options) => iterable(client.searchSlos(query), options),
    getSloHistory: (id, period, options) =>
      promise(Effect.flatMap(toPeriod(period), (period) => client.getSloHistory(id, period)), options),
    rows: (request, options) =>
      iterable(
        Stream.unwrap(Effect.map(SloReportRequest.make(request), (request) => client.rows(request, options))),
        options
      ),
    exportReport: (request, options) =>
      promise(
        Effect.flatMap(SloReportRequest.make(request), (request) =>
          done(client.exportReport(request, { ...options, onChunk: telling(options?.onChunk) }), options)),
        options
      ),
    exportReportTo: (path, request, options) =>
      promise(
        Effect.flatMap(SloReportRequest.make(request), (request) =>
          done(client.exportReportTo(path, request, options), options)),
        options
      ),
    close,
    [Symbol.asyncDispose]: close
  }
}

// What it returns is awaited; what it throws, or rejects with, is a defect, which the promise rejects with as it is.
const telling = <A>(tell: ((value: A) => unknown) | undefined) => (value: A): Effect.Effect<unknown> =>
  tell === undefined ? Effect.void : Effect.promise(() => Promise.resolve(tell(value)))

// A history's period is read as a request's is.
const toPeriod = (period: { readonly from: Moment; readonly to: Moment }) =>
  Effect.map(
    SloReportRequest.make({ query: "history", ...period }),
    ({ from, to }) => ({ from: seconds(from), to: seconds(to) })
  )

const seconds = (time: DateTime.DateTime): number => DateTime.toEpochMillis(time) / 1000

const aborting = (signal: AbortSignal): Effect.Effect<never, DOMException> =>
  Effect.callback((resume) => {
    const abort = () => resume(Effect.fail(abortError("The call was aborted.", signal.reason)))
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", abort))
  })

const abortError = (message: string, cause?: unknown): DOMException =>
  new DOMException(message, { name: "AbortError", cause })
