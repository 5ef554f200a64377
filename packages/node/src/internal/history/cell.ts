/**
 * What the answer to a question for one interval means for its cell.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { Outcome } from "@effect-datadog/slo-report/SloHistory"
import * as Result from "effect/Result"

/** A number in percent, no data, or why the SLO can't be exported. @internal */
export type Cell = Result.Result<number | undefined, string>

/** @internal */
export const fromAnswer = (answer: Result.Result<Outcome, DatadogError>): Cell => {
  if (Result.isFailure(answer)) return fromError(answer.failure)
  const outcome = answer.success
  switch (outcome._tag) {
    case "Sli":
      return Result.succeed(outcome.sli)
    case "NoData":
      return Result.succeed(undefined)
    case "Failure":
      return Result.fail(outcome.message)
  }
}

/** @internal */
export const fromError = (error: DatadogError): Cell =>
  isBeyondHistory(error) ? Result.succeed(undefined) : Result.fail(error.message)

// Datadog's words, as recorded: "Queries ending outside the retention date are invalid", and "The timeframe is
// incorrect: …".
const isBeyondHistory = (error: DatadogError): boolean =>
  error._tag === "DatadogBadRequest" &&
  error.messages.some((message) => /timeframe is incorrect|retention date/i.test(message))
