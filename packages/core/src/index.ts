/**
 * @since 0.1.0
 */
export * as ApiErrorBody from "./ApiErrorBody.ts"
export * as DatadogError from "./DatadogError.ts"
export * as DatadogResponse from "./DatadogResponse.ts"
export * as DatadogSite from "./DatadogSite.ts"
export * as IntervalCell from "./IntervalCell.ts"
export * as RateLimit from "./RateLimit.ts"
export * as SloReport from "./SloReport.ts"
export * as SloReportRequest from "./SloReportRequest.ts"
export * as SloReportRow from "./SloReportRow.ts"
export * as SloReportTable from "./SloReportTable.ts"
