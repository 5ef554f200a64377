import type {
  DatadogError,
  DatadogSite,
  ReportIntervals,
  Slo,
  SloHistory,
  SloReport,
  SloReportRequest,
  SloReportRow
} from "@effect-datadog/slo-report"
import type {
  Config,
  Context,
  Duration,
  Effect,
  FileSystem,
  Layer,
  PlatformError,
  Redacted,
  Result,
  Schedule,
  Schema,
  Scope,
  Stream
} from "effect"
import type { HttpClient } from "effect/http"
import { expectTypeOf } from "vitest"
import {
  DatadogConfig,
  DatadogHttpClient,
  type DatadogSettings,
  ExportProgress,
  NodeSloReportClient,
  PollPolicy,
  RetryPolicy,
  SloReportClient,
  SloReportError,
  type SloReportMetrics,
  type WaitEvent
} from "../src/index.ts"

declare const client: SloReportClient.Service

// The error unions are spelled out, so that a tenth error or a lost one is seen here.
type CallErrors =
  | DatadogError.DatadogBadRequest
  | DatadogError.DatadogUnauthorized
  | DatadogError.DatadogForbidden
  | DatadogError.DatadogNotFound
  | DatadogError.DatadogTooManyRequests
  | DatadogError.DatadogServerError
  | DatadogError.DatadogUnexpectedStatus
  | DatadogError.DatadogTransportError
  | DatadogError.DatadogProtocolError

type StatusErrors = CallErrors | SloReportError.InvalidReportId

type WaitErrors = StatusErrors | SloReportError.WaitTimedOut

// The operations.
expectTypeOf(client.getReportStatus).toEqualTypeOf<
  (id: string) => Effect.Effect<SloReport.SloReport, StatusErrors>
>()
expectTypeOf(client.waitForReport).toEqualTypeOf<
  (id: string, options?: SloReportClient.WaitOptions) => Stream.Stream<SloReport.SloReport, WaitErrors>
>()
expectTypeOf(client.awaitReport).toEqualTypeOf<
  (
    id: string,
    options?: SloReportClient.WaitOptions
  ) => Effect.Effect<SloReport.SloReport, WaitErrors | SloReportError.ReportFailed>
>()
expectTypeOf(client.waitForReports).toEqualTypeOf<
  (ids: Iterable<string>, options?: SloReportClient.WaitOptions) => Stream.Stream<WaitEvent.WaitEvent>
>()
expectTypeOf<WaitEvent.WaitEvent>().toEqualTypeOf<{
  readonly id: string
  readonly result: Result.Result<SloReport.SloReport, WaitErrors>
}>()
expectTypeOf(client.createReport).toEqualTypeOf<
  (
    request: SloReportRequest.SloReportRequest
  ) => Effect.Effect<SloReport.ReportId, CallErrors | SloReportError.CreateOutcomeUnknown>
>()
expectTypeOf(client.downloadReport).toEqualTypeOf<(id: string) => Stream.Stream<Uint8Array, StatusErrors>>()
expectTypeOf(client.reportRows).toEqualTypeOf<
  (id: string) => Stream.Stream<SloReportRow.SloReportRow, StatusErrors | SloReportError.InvalidReportTable>
>()

expectTypeOf(client.searchSlos).toEqualTypeOf<(query: string) => Stream.Stream<Slo.Slo, CallErrors>>()
expectTypeOf(client.getSloHistory).toEqualTypeOf<
  (
    id: string,
    period: { readonly from: number; readonly to: number }
  ) => Effect.Effect<
    SloHistory.SloHistory,
    CallErrors | SloReportError.InvalidSloId | SloReportError.InvalidSloPeriod
  >
>()
expectTypeOf<ReportIntervals.Interval>().toExtend<Parameters<typeof client.getSloHistory>[1]>()

// A table adds nothing to what its two ways can meet: the ids are Datadog's own.
type TableErrors =
  | CallErrors
  | SloReportError.CreateOutcomeUnknown
  | SloReportError.WaitTimedOut
  | SloReportError.ReportFailed
  | ReportIntervals.InvalidReportPeriod
  | SloReportError.SloTableTooLarge

expectTypeOf<SloReportError.SloTableError>().toEqualTypeOf<TableErrors>()
expectTypeOf(client.rows).toEqualTypeOf<
  (
    request: SloReportRequest.SloReportRequest,
    options?: SloReportClient.TableOptions
  ) => Stream.Stream<SloReportRow.SloReportRow, TableErrors | SloReportError.InvalidReportTable>
>()

// An export reads no rows.
type ExportErrors = TableErrors

declare const request: SloReportRequest.SloReportRequest
declare const takeChunk: (chunk: Uint8Array) => Effect.Effect<number, "full", "disk">

expectTypeOf(client.exportReport(request)).toEqualTypeOf<
  Stream.Stream<ExportProgress.ExportProgress, ExportErrors>
>()
expectTypeOf(client.exportReport(request, { deadline: "1 hour", poll: PollPolicy.default })).toEqualTypeOf<
  Stream.Stream<ExportProgress.ExportProgress, ExportErrors>
>()
expectTypeOf(client.exportReport(request, { onChunk: takeChunk })).toEqualTypeOf<
  Stream.Stream<ExportProgress.ExportProgress, ExportErrors | "full", "disk">
>()
expectTypeOf(client.exportReportTo).toEqualTypeOf<
  (
    path: string,
    request: SloReportRequest.SloReportRequest,
    options?: SloReportClient.TableOptions
  ) => Stream.Stream<
    ExportProgress.ExportProgress,
    ExportErrors | PlatformError.PlatformError,
    FileSystem.FileSystem
  >
>()
expectTypeOf<keyof SloReportClient.Service>().toEqualTypeOf<
  | "getReportStatus"
  | "waitForReport"
  | "waitForReports"
  | "awaitReport"
  | "createReport"
  | "downloadReport"
  | "reportRows"
  | "searchSlos"
  | "getSloHistory"
  | "rows"
  | "exportReport"
  | "exportReportTo"
>()

// What is not checked is refused: a request is made by its own constructor.
// @ts-expect-error a request as people write it
export const refusedRequest = client.createReport({ query: "a", from: "2024-01-01", to: "2024-02-01" })

// Progress is told apart by its tag, and has no bytes in it.
expectTypeOf<ExportProgress.ExportProgress["_tag"]>().toEqualTypeOf<
  "SourceChosen" | "EndAnnounced" | "Created" | "Polled" | "Downloading" | "SlosFound" | "RowDone" | "Done"
>()
expectTypeOf<ExportProgress.SourceChosen["source"]>().toEqualTypeOf<"report" | "history">()
expectTypeOf<ExportProgress.SourceChosen["reason"]>().toEqualTypeOf<"asked" | "open" | "closed">()
expectTypeOf<ExportProgress.SourceChosen["refusal"]>().toEqualTypeOf<DatadogError.DatadogError | undefined>()
expectTypeOf<ExportProgress.RowDone["total"]>().toEqualTypeOf<number>()
expectTypeOf<ExportProgress.Done["exportErrors"]>().toEqualTypeOf<number | undefined>()
expectTypeOf<ExportProgress.Created["id"]>().toEqualTypeOf<SloReport.ReportId>()
expectTypeOf<ExportProgress.Polled["report"]>().toEqualTypeOf<SloReport.SloReport>()
expectTypeOf<ExportProgress.Downloading["bytes"]>().toEqualTypeOf<number>()
expectTypeOf<ExportProgress.Downloading["total"]>().toEqualTypeOf<number | undefined>()
expectTypeOf<ExportProgress.Done["report"]>().toEqualTypeOf<SloReport.SloReport | undefined>()
expectTypeOf(ExportProgress.ExportProgress).toExtend<Schema.Codec<ExportProgress.ExportProgress, unknown>>()

// A report's id is any text: what it must be is checked at run time.
expectTypeOf(client.getReportStatus).parameter(0).toEqualTypeOf<string>()

// Every tag, once.
type Tags<E> = E extends { readonly _tag: infer Tag } ? Tag : never

expectTypeOf<Tags<Effect.Error<ReturnType<typeof client.awaitReport>>>>().toEqualTypeOf<
  | "DatadogBadRequest"
  | "DatadogUnauthorized"
  | "DatadogForbidden"
  | "DatadogNotFound"
  | "DatadogTooManyRequests"
  | "DatadogServerError"
  | "DatadogUnexpectedStatus"
  | "DatadogTransportError"
  | "DatadogProtocolError"
  | "InvalidReportId"
  | "WaitTimedOut"
  | "ReportFailed"
>()

// What a handler learns.
expectTypeOf<DatadogError.DatadogTooManyRequests["retryAfter"]>().toEqualTypeOf<Duration.Duration | undefined>()
expectTypeOf<SloReportError.InvalidReportId["id"]>().toEqualTypeOf<string>()
expectTypeOf<SloReportError.WaitTimedOut["id"]>().toEqualTypeOf<SloReport.ReportId>()
expectTypeOf<SloReportError.WaitTimedOut["last"]>().toEqualTypeOf<SloReport.SloReport | undefined>()
expectTypeOf<SloReportError.WaitTimedOut["polls"]>().toEqualTypeOf<number>()
expectTypeOf<SloReportError.WaitTimedOut["elapsed"]>().toEqualTypeOf<Duration.Duration>()
expectTypeOf<SloReportError.ReportFailed["report"]>().toEqualTypeOf<SloReport.SloReport>()
expectTypeOf<SloReportError.CreateOutcomeUnknown["error"]>().toEqualTypeOf<CallErrors>()
expectTypeOf<SloReportError.InvalidReportTable["id"]>().toEqualTypeOf<SloReport.ReportId>()
expectTypeOf<SloReportError.InvalidReportTable["line"]>().toEqualTypeOf<number>()
expectTypeOf<SloReportError.InvalidReportTable["issue"]>().toEqualTypeOf<string>()

// Errors are serializable without services.
expectTypeOf(SloReportError.WaitTimedOut).toExtend<Schema.Codec<SloReportError.WaitTimedOut, unknown>>()
expectTypeOf(SloReportError.InvalidReportId).toExtend<Schema.Codec<SloReportError.InvalidReportId, unknown>>()
expectTypeOf(SloReportError.ReportFailed).toExtend<Schema.Codec<SloReportError.ReportFailed, unknown>>()
expectTypeOf(SloReportError.CreateOutcomeUnknown).toExtend<Schema.Codec<SloReportError.CreateOutcomeUnknown, unknown>>()
expectTypeOf(SloReportError.InvalidReportTable).toExtend<Schema.Codec<SloReportError.InvalidReportTable, unknown>>()

// The constructors and layers.
expectTypeOf(SloReportClient.make).toEqualTypeOf<
  (
    options: SloReportClient.Options
  ) => Effect.Effect<SloReportClient.Service, never, HttpClient.HttpClient | Scope.Scope>
>()
expectTypeOf(SloReportClient.layer).toEqualTypeOf<
  (options: SloReportClient.Options) => Layer.Layer<SloReportClient.SloReportClient, never, HttpClient.HttpClient>
>()
expectTypeOf(SloReportClient.layerConfig).toEqualTypeOf<
  (
    options?: SloReportClient.LayerOptions
  ) => Layer.Layer<SloReportClient.SloReportClient, Config.ConfigError, HttpClient.HttpClient>
>()
expectTypeOf(NodeSloReportClient.layerNode).toEqualTypeOf<
  (
    options?: SloReportClient.LayerOptions
  ) => Layer.Layer<SloReportClient.SloReportClient, Config.ConfigError | NodeSloReportClient.UndiciUnavailable>
>()
expectTypeOf(SloReportClient.SloReportClient.key).toEqualTypeOf<"@effect-datadog/slo-report-node/SloReportClient">()
expectTypeOf<SloReportClient.SloReportClient["Service"]>().toEqualTypeOf<SloReportClient.Service>()

// Options may be absent and undefined; an error channel or a requirement of transformClient's is refused.
expectTypeOf<SloReportClient.ClientOptions>().toEqualTypeOf<{
  readonly retry?: RetryPolicy.RetryPolicy | undefined
  readonly attemptTimeout?: Duration.Input | undefined
  readonly tracePropagation?: boolean | undefined
  readonly pacing?: { readonly reserve?: number | undefined } | false | undefined
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}>()
expectTypeOf<Omit<SloReportClient.TableOptions, keyof SloReportClient.WaitOptions>>().toEqualTypeOf<{
  readonly source?: "report" | "history" | "auto" | undefined
  readonly maxSlos?: number | undefined
  readonly slos?: ReadonlyArray<Slo.Slo> | undefined
}>()
expectTypeOf<SloReportClient.TableOptions>().toExtend<SloReportClient.WaitOptions>()
expectTypeOf<SloReportClient.WaitOptions>().toEqualTypeOf<{
  readonly poll?: PollPolicy.PollPolicy | undefined
  readonly deadline?: Duration.Input | undefined
  readonly onSleep?: ((sleep: WaitEvent.WaitSleep) => Effect.Effect<void>) | undefined
}>()
expectTypeOf<DatadogConfig.DatadogConfig & SloReportClient.ClientOptions>().toExtend<SloReportClient.Options>()
expectTypeOf<{ site: DatadogSite.DatadogSite }>().not.toExtend<SloReportClient.Options>()

// A site is a plain text; the known ones are offered.
expectTypeOf<{ site: "datadoghq.eu"; credentials: DatadogConfig.Credentials }>().toExtend<SloReportClient.Options>()
expectTypeOf<{ site: string; credentials: DatadogConfig.Credentials }>().toExtend<SloReportClient.Options>()
expectTypeOf<"us3.datadoghq.com">().toExtend<DatadogSite.Known>()
expectTypeOf<"datadog">().not.toExtend<DatadogSite.Known>()
expectTypeOf<Extract<DatadogSite.Input, DatadogSite.Known>>().toEqualTypeOf<DatadogSite.Known>()
expectTypeOf<DatadogConfig.DatadogConfig>().toExtend<DatadogSettings.DatadogSettings>()
expectTypeOf<SloReportClient.LayerOptions["config"]>().toEqualTypeOf<
  DatadogSettings.DatadogSettings | Config.Config<DatadogSettings.DatadogSettings> | undefined
>()

// Secrets are redacted by their type: a plain text is refused.
expectTypeOf<DatadogConfig.KeyPair>().toEqualTypeOf<{
  readonly apiKey: Redacted.Redacted
  readonly appKey: Redacted.Redacted
}>()
expectTypeOf<DatadogConfig.AccessToken>().toEqualTypeOf<{ readonly accessToken: Redacted.Redacted }>()
expectTypeOf<{ apiKey: string; appKey: string }>().not.toExtend<DatadogConfig.Credentials>()
expectTypeOf<string>().not.toExtend<DatadogConfig.ApiUrl>()
expectTypeOf(DatadogConfig.config).toEqualTypeOf<Config.Config<DatadogConfig.DatadogConfig>>()

// The HTTP client.
expectTypeOf(DatadogHttpClient.make).toEqualTypeOf<
  (
    config: DatadogConfig.DatadogConfig & DatadogHttpClient.Options
  ) => Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient>
>()
expectTypeOf(DatadogHttpClient.secretHeaders).toEqualTypeOf<ReadonlyArray<string>>()
declare const anyEffect: Effect.Effect<number, "error", "requirement">
expectTypeOf(DatadogHttpClient.withPrivacy()(anyEffect)).toEqualTypeOf<Effect.Effect<number, "error", "requirement">>()

// Policies are schedules, without errors and requirements of their own.
expectTypeOf<RetryPolicy.RetryPolicy>().toEqualTypeOf<Schedule.Schedule<unknown, DatadogError.DatadogError>>()
expectTypeOf<PollPolicy.PollPolicy>().toEqualTypeOf<Schedule.Schedule<unknown, SloReport.SloReport>>()
expectTypeOf(RetryPolicy.default).toEqualTypeOf<RetryPolicy.RetryPolicy>()
expectTypeOf(RetryPolicy.none).toEqualTypeOf<RetryPolicy.RetryPolicy>()
expectTypeOf(RetryPolicy.make).returns.toEqualTypeOf<RetryPolicy.RetryPolicy>()
expectTypeOf(RetryPolicy.Current).toExtend<Context.Reference<RetryPolicy.RetryPolicy | undefined>>()
expectTypeOf(PollPolicy.default).toEqualTypeOf<PollPolicy.PollPolicy>()
expectTypeOf(PollPolicy.fixed).toEqualTypeOf<(interval: Duration.Input) => PollPolicy.PollPolicy>()
expectTypeOf(PollPolicy.sqrt).returns.toEqualTypeOf<PollPolicy.PollPolicy>()
expectTypeOf<Schedule.Schedule<number>>().toExtend<RetryPolicy.RetryPolicy>()
expectTypeOf<Schedule.Schedule<number>>().toExtend<PollPolicy.PollPolicy>()
expectTypeOf<Schedule.Schedule<number, unknown, never, "requirement">>().not.toExtend<RetryPolicy.RetryPolicy>()

// The metrics' names are all there is.
expectTypeOf<keyof typeof SloReportMetrics>().toEqualTypeOf<"requests" | "retries" | "sleptSeconds" | "waits">()
