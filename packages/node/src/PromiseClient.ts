/**
 * What a client without Effect is: its operations as promises and async iterables, over plain values.
 *
 * @since 0.1.0
 */
import type { Slo } from "@effect-datadog/slo-report/Slo"
import type { SloHistory } from "@effect-datadog/slo-report/SloHistory"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import type * as SloReportRequest from "@effect-datadog/slo-report/SloReportRequest"
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { ClientOptions } from "./ClientOptions.ts"
import type { Done, ExportProgress } from "./ExportProgress.ts"
import type { TableOptions } from "./TableOptions.ts"
import type { WaitEvent } from "./WaitEvent.ts"
import type { WaitOptions } from "./WaitOptions.ts"

/**
 * Which Datadog, as whom, and how the client behaves.
 *
 * **Details**
 *
 * - `site`, `apiUrl`: such as `datadoghq.eu`; read and checked as `DD_SITE` and `DD_HOST` are
 * - `apiKey` and `appKey`, or `accessToken`: the same as `DD_API_KEY`, `DD_APP_KEY` and `DD_ACCESS_TOKEN`. With any of
 *   them none of these variables is read from the environment; without, all that is not given here is
 * - the others are those of `ClientOptions`
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends ClientOptions {
  readonly site?: string | undefined
  readonly apiUrl?: string | undefined
  readonly apiKey?: string | undefined
  readonly appKey?: string | undefined
  readonly accessToken?: string | undefined
}

/**
 * A moment: a `Date`, an ISO 8601 text, or milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export type Moment = Date | string | number

/**
 * What every call takes: a signal that ends it with an `AbortError`, once all of it has stopped.
 *
 * @category models
 * @since 0.1.0
 */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * How to wait: `WaitOptions` without its listener.
 *
 * @category models
 * @since 0.1.0
 */
export interface AwaitOptions extends CallOptions, Omit<WaitOptions, "onSleep"> {}

/**
 * How to make a table: `TableOptions` without its listener.
 *
 * @category models
 * @since 0.1.0
 */
export interface RowsOptions extends CallOptions, Omit<TableOptions, "onSleep"> {}

/**
 * What is told while a promise is awaited; what `onProgress` returns is awaited, and what it throws ends the call.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProgressOptions<A> {
  readonly onProgress?: ((progress: A) => unknown) | undefined
}

/**
 * Takes the bytes of the file, part by part; the download waits for what it returns.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChunkOptions {
  readonly onChunk?: ((chunk: Uint8Array) => unknown) | undefined
}

/**
 * The client, until it is closed.
 *
 * **Details**
 *
 * Each method is the operation of the same name of `SloReportService.Service`, and rejects with its errors:
 * `instanceof` and `_tag` tell them apart. An iterable starts with its first `next`, asks for no more than is taken,
 * and stops everything at a `break`. `close`, and the end of an `await using` block, ends all calls with an
 * `AbortError`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Client extends AsyncDisposable {
  readonly getReportStatus: (id: string, options?: CallOptions) => Promise<SloReport>
  readonly waitForReport: (id: string, options?: AwaitOptions) => AsyncIterable<SloReport>
  readonly waitForReports: (ids: Iterable<string>, options?: AwaitOptions) => AsyncIterable<WaitEvent>
  readonly awaitReport: (id: string, options?: AwaitOptions & ProgressOptions<SloReport>) => Promise<SloReport>
  readonly createReport: (request: SloReportRequest.Input, options?: CallOptions) => Promise<ReportId>
  readonly downloadReport: (id: string, options?: CallOptions) => AsyncIterable<Uint8Array>
  readonly reportRows: (id: string, options?: CallOptions) => AsyncIterable<SloReportRow>
  readonly searchSlos: (query: string, options?: CallOptions) => AsyncIterable<Slo>
  readonly getSloHistory: (
    id: string,
    period: { readonly from: Moment; readonly to: Moment },
    options?: CallOptions
  ) => Promise<SloHistory>
  readonly rows: (request: SloReportRequest.Input, options?: RowsOptions) => AsyncIterable<SloReportRow>
  readonly exportReport: (
    request: SloReportRequest.Input,
    options?: RowsOptions & ProgressOptions<ExportProgress> & ChunkOptions
  ) => Promise<Done>
  readonly exportReportTo: (
    path: string,
    request: SloReportRequest.Input,
    options?: RowsOptions & ProgressOptions<ExportProgress>
  ) => Promise<Done>
  readonly close: () => Promise<void>
}
