/**
 * Where a table comes from: a report, or histories where reports are refused.
 *
 * @since 0.1.0
 */
import { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { SourceChosen } from "../ExportProgress.ts"
import type { CreateOutcomeUnknown } from "../SloReportError.ts"
import type { Source } from "../TableOptions.ts"
import type { TableError } from "./history/table.ts"

/** What is made of each source. @internal */
export interface Ways<A, E, R> {
  readonly create: Effect.Effect<ReportId, DatadogError | CreateOutcomeUnknown>
  readonly report: (id: ReportId, chosen: SourceChosen) => Stream.Stream<A, TableError | E, R>
  readonly history: (chosen: SourceChosen) => Stream.Stream<A, TableError | E, R>
}

/** @internal */
export const stream = <A, E, R>(
  source: Source,
  { create, history, report }: Ways<A, E, R>
): Stream.Stream<A, CreateOutcomeUnknown | TableError | E, R> => {
  const ofReport = (reason: SourceChosen["reason"]) =>
    Effect.map(create, (id) => report(id, new SourceChosen({ source: "report", reason })))
  switch (source) {
    case "report":
      return Stream.unwrap(ofReport("asked"))
    case "history":
      return history(new SourceChosen({ source: "history", reason: "asked" }))
    case "auto":
      return Stream.unwrap(
        Effect.catch(ofReport("open"), (refusal) =>
          isClosed(refusal)
            ? Effect.succeed(
              Stream.mapError(
                history(new SourceChosen({ source: "history", reason: "closed", refusal })),
                (error) => isRefusal(error) ? refusal : error
              )
            )
            : Effect.fail(refusal))
      )
  }
}

// There is no such thing here: not for these keys, not any more, or not at all.
const closed = [403, 404, 405, 410, 501]

const isDatadogError = Schema.is(DatadogError)

const isClosed = (error: DatadogError | CreateOutcomeUnknown): error is DatadogError =>
  error._tag !== "CreateOutcomeUnknown" && "status" in error && closed.includes(error.status)

// Nobody is let in here either.
const isRefusal = (error: unknown): boolean =>
  isDatadogError(error) && (error._tag === "DatadogUnauthorized" || isClosed(error))
