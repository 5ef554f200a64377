import { Html } from "@effect-datadog/slo-report-render"
import { Effect, Stream } from "effect"
import * as ReportCsvFile from "../../src/support/reportCsv.ts"

/** The columns of every report. */
export const head = "id,slo_type,name,target,export_error"

/** The page of a report's CSV. */
export const pageOf = (csv: string, options?: Html.Options): Promise<string> =>
  Effect.runPromise(
    Effect.map(ReportCsvFile.rows(Stream.encodeText(Stream.make(csv))), (rows) => Html.fromRows(rows, options))
  )
