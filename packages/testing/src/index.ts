/**
 * A faithful fake of Datadog's SLO API: reports, searches and histories.
 *
 * @module @effect-datadog/slo-report-testing
 * @since 0.1.0
 */
export * as Answer from "./Answer.ts"
export * as Credentials from "./Credentials.ts"
export * as ErrorBody from "./ErrorBody.ts"
export * as FakeDatadog from "./FakeDatadog.ts"
export * as FakeDatadogServer from "./FakeDatadogServer.ts"
export * as Fault from "./Fault.ts"
export * as Operation from "./Operation.ts"
export * as RateLimit from "./RateLimit.ts"
export type * as RecordedRequest from "./RecordedRequest.ts"
export * as Report from "./Report.ts"
export * as ReportCsv from "./ReportCsv.ts"
export * as ReportEndpoints from "./ReportEndpoints.ts"
export type * as ReportRow from "./ReportRow.ts"
export * as Scenario from "./Scenario.ts"
export * as ScenarioFile from "./ScenarioFile.ts"
export * as Slo from "./Slo.ts"
export type * as SloApi from "./SloApi.ts"
export * as SloModel from "./SloModel.ts"
export * as TestTime from "./TestTime.ts"
export * as Timeline from "./Timeline.ts"
