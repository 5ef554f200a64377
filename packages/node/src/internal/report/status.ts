/**
 * Reads the answer to a question about one report.
 *
 * @since 0.1.0
 */
import { type ReportId, type SloReport, SloReportStatusResponse } from "@effect-datadog/slo-report/SloReport"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decode } from "../http/response.ts"

/**
 * Decodes a status answer, which must tell of the report that was asked for: a cache on the way may give
 * another one's.
 *
 * @internal
 */
export const decodeOf = (id: ReportId): Decode<SloReport> => (json) =>
  Result.flatMap(
    decode(json),
    (report): ReturnType<Decode<SloReport>> =>
      report.id.toLowerCase() === id.toLowerCase()
        ? Result.succeed(report)
        : Result.fail({ message: `Expected the status of report ${id}, got that of ${report.id}` })
  )

const decode = Schema.decodeUnknownResult(SloReportStatusResponse)
