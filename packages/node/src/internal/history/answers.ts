/**
 * The histories that a table asks for, and which of their errors are the whole table's.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import type { Question } from "@effect-datadog/slo-report/SloHistoryResponse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Decode } from "../http/response.ts"
import type { HistoryCall } from "./sloHistory.ts"

/** @internal */
export interface Answers {
  /** An answer, good or bad; it fails where the table does. */
  readonly ask: <A>(
    question: Question,
    decode: Decode<A>
  ) => Effect.Effect<Result.Result<A, DatadogError>, DatadogError>
  /** Fails where nothing came through. */
  readonly end: Effect.Effect<void, DatadogError>
}

/** @internal */
export const make = (history: HistoryCall): Answers => {
  let isAnswered = false
  let lost: DatadogError | undefined
  return {
    ask: (question, decode) =>
      Effect.flatMap(Effect.result(history(question, decode)), (answer) => {
        if (Result.isFailure(answer)) {
          // Who is let in is let in to all: 1,000 rows would say the same.
          if (isRefused(answer.failure) && !isAnswered) return Effect.fail(answer.failure)
          if (isRetryable(answer.failure)) lost ??= answer.failure
          else isAnswered = true
        } else isAnswered = true
        return Effect.succeed(answer)
      }),
    end: Effect.suspend(() => isAnswered || lost === undefined ? Effect.void : Effect.fail(lost))
  }
}

const isRefused = ({ _tag }: DatadogError): boolean => _tag === "DatadogUnauthorized" || _tag === "DatadogForbidden"
