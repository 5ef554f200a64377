/**
 * The check of an SLO's id and of a period before anything is sent.
 *
 * @since 0.1.0
 */
import { SloId } from "@effect-datadog/slo-report/Slo"
import type { Question } from "@effect-datadog/slo-report/SloHistoryResponse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidSloId, InvalidSloPeriod } from "../../SloReportError.ts"

/** Epoch seconds. @internal */
export type Period = Pick<Question, "from" | "to">

const decodeId = Schema.decodeUnknownResult(SloId)

/** @internal */
export const validQuestion = Effect.fnUntraced(function*(
  id: string,
  { from, to }: Period
): Effect.fn.Return<Question, InvalidSloId | InvalidSloPeriod> {
  const decoded = decodeId(id)
  if (Result.isFailure(decoded)) {
    return yield* new InvalidSloId({ id: String(id).slice(0, 100), issue: decoded.failure.message })
  }
  if (!isSecond(from)) return yield* new InvalidSloPeriod({ member: "from", issue })
  if (!isSecond(to)) return yield* new InvalidSloPeriod({ member: "to", issue })
  if (from >= to) return yield* new InvalidSloPeriod({ member: "from", issue: `expected a time before "to"` })
  return { id: decoded.success, from, to }
})

// Until the end of 9999: what is later was meant in milliseconds.
const isSecond = (time: number): boolean => Number.isInteger(time) && time >= 0 && time <= 253_402_300_799

const issue = "expected a whole number of epoch seconds, from 1970 to the end of 9999"
