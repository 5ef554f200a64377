/**
 * The check of an id before anything is sent.
 *
 * @since 0.1.0
 */
import { ReportId } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidReportId } from "../../SloReportError.ts"

const decodeId = Schema.decodeUnknownResult(ReportId)

/** @internal */
export const validId = (id: string): Effect.Effect<ReportId, InvalidReportId> =>
  Result.match(decodeId(id), {
    onSuccess: Effect.succeed,
    onFailure: ({ message }) => Effect.fail(new InvalidReportId({ id: String(id).slice(0, 100), issue: message }))
  })
