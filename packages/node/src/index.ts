/**
 * @module @effect-datadog/slo-report-node
 * @since 0.1.0
 */
export * as AtomicFile from "./AtomicFile.ts"
export * as CallPacing from "./CallPacing.ts"
export type * as ClientOptions from "./ClientOptions.ts"
export * as DatadogConfig from "./DatadogConfig.ts"
export * as DatadogHttpClient from "./DatadogHttpClient.ts"
export * as DatadogSettings from "./DatadogSettings.ts"
export type * as ExportOptions from "./ExportOptions.ts"
export * as ExportProgress from "./ExportProgress.ts"
export * as NodeSloReportClient from "./NodeSloReportClient.ts"
export * as PollPolicy from "./PollPolicy.ts"
export type * as PromiseClient from "./PromiseClient.ts"
export * as RetryPolicy from "./RetryPolicy.ts"
export * as SloReportClient from "./SloReportClient.ts"
export * as SloReportError from "./SloReportError.ts"
export * as SloReportMetrics from "./SloReportMetrics.ts"
export type * as SloReportService from "./SloReportService.ts"
export type * as TableOptions from "./TableOptions.ts"
export type * as WaitEvent from "./WaitEvent.ts"
export type * as WaitOptions from "./WaitOptions.ts"
