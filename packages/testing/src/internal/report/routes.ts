/**
 * The three routes of reports, worded as they were recorded.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import * as ErrorBody from "../../ErrorBody.ts"
import * as Report from "../../Report.ts"
import * as ReportCsv from "../../ReportCsv.ts"
import * as CreateRequest from "./createRequest.ts"

/** What the routes need to know of the reports. @internal */
export interface Reports {
  readonly find: (id: string) => Report.Report | undefined
  readonly create: (request: CreateRequest.CreateRequest) => Effect.Effect<Report.Report>
}

/** @internal */
export const make = (reports: Reports) => [
  HttpRouter.route("POST", "/api/v2/slo/report", (request) => create(reports, request)),
  HttpRouter.route("GET", "/api/v2/slo/report/:id/status", withReport(reports, status)),
  HttpRouter.route("GET", "/api/v2/slo/report/:id/download", withReport(reports, download))
]

const create = Effect.fnUntraced(function*(reports: Reports, request: HttpServerRequest.HttpServerRequest) {
  const asked = CreateRequest.parse(yield* Effect.orElseSucceed(request.text, () => ""))
  if (Result.isFailure(asked)) return invalidArgument(asked.failure)
  const report = yield* reports.create(asked.success)
  return json(200, JSON.stringify({ data: { id: report.id, type: "report_id" } }))
})

const status = (report: Report.Report, now: number): HttpServerResponse.HttpServerResponse => {
  const attributes = { status: Report.statusAt(report, now) }
  return json(200, JSON.stringify({ data: { id: report.id, type: "report_id", attributes } }))
}

// What a download answers before the report is complete was never recorded: a JSON:API error is inferred.
const download = (report: Report.Report, now: number): HttpServerResponse.HttpServerResponse => {
  const status = Report.statusAt(report, now)
  switch (status) {
    case "completed":
    case "completed_with_errors":
      return csv(report.csv ?? {}, status === "completed" ? 0 : 3)
    case "failed":
      return invalidArgument(`report failed: ${report.id}`)
    default:
      return invalidArgument(`report is not ready: ${report.id}`)
  }
}

const csv = (file: ReportCsv.ReportCsv, exportErrors: number): HttpServerResponse.HttpServerResponse => {
  const body = ReportCsv.toBytes(ReportCsv.isTable(file) ? { exportErrors, ...file } : file)
  return body instanceof Uint8Array
    ? HttpServerResponse.uint8Array(body, { contentType: "text/csv" })
    : HttpServerResponse.stream(body, { contentType: "text/csv" })
}

const withReport = (
  reports: Reports,
  answer: (report: Report.Report, now: number) => HttpServerResponse.HttpServerResponse
) =>
  Effect.gen(function*() {
    const { id = "" } = yield* HttpRouter.params
    const now = yield* Clock.currentTimeMillis
    const report = reports.find(id)
    if (report !== undefined && Report.isVisible(report, now)) return answer(report, now)
    return report !== undefined || Report.isUuid(id)
      ? json(404, ErrorBody.objects("Not Found", [`report ID not found: ${id}`]))
      : invalidArgument(`invalid report ID: ${id}`)
  })

const json = (status: number, text: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(text, { status, contentType: ErrorBody.jsonApi })

const invalidArgument = (detail: string): HttpServerResponse.HttpServerResponse =>
  json(400, ErrorBody.objects("Invalid Argument", [detail]))
