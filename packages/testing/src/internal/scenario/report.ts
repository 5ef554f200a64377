/**
 * Reports as JSON has them.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type * as Report from "../../Report.ts"
import * as ReportCsv from "../../ReportCsv.ts"
import { Span } from "./decode.ts"

const Rows = Schema.Array(
  Schema.Struct({
    id: Schema.optionalKey(Schema.String),
    sloType: Schema.optionalKey(Schema.String),
    name: Schema.optionalKey(Schema.String),
    target: Schema.optionalKey(Schema.Finite),
    exportError: Schema.optionalKey(Schema.String),
    cells: Schema.optionalKey(
      Schema.Array(Schema.Struct({ start: Schema.String, status: Schema.optionalKey(Schema.Finite) }))
    )
  })
)

const fields = {
  timeline: Schema.optionalKey(Schema.Array(Schema.Struct({ after: Span, status: Schema.String }))),
  csv: Schema.optionalKey(Schema.String),
  rows: Schema.optionalKey(Schema.Union([Schema.Natural, Rows])),
  hiddenFor: Schema.optionalKey(Span),
  goneAfter: Schema.optionalKey(Span)
}

/** How reports behave. @internal */
export const ReportSpec = Schema.Struct(fields)

/** A report to add. @internal */
export const OneReportSpec = Schema.Struct({
  // One safe segment of a path.
  id: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[\w-]+$/, { expected: "letters, digits, _ and -" }))),
  ...fields
})

/** `csv` is the file's text, `rows` how many are made up, or what they say. @internal */
export const toOptions = ({ csv, rows, ...rest }: typeof ReportSpec.Type): Report.Options => {
  const file = csv ?? (typeof rows === "number" ? { rows } : rows === undefined ? undefined : ReportCsv.fromRows(rows))
  return file === undefined ? rest : { ...rest, csv: file }
}
