/**
 * The answer to a question for an SLO's history, of any of its types and of any year.
 *
 * Datadog documents neither all of its members nor when they are missing, so that no part of it can fail but
 * the frame.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as HistoryAnswer from "./internal/historyAnswer.ts"
import type { SloId } from "./Slo.ts"
import { type Bucket, SloHistory } from "./SloHistory.ts"

/**
 * Which history is asked for: an SLO's id, and a period in epoch seconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Question {
  readonly id: SloId
  readonly from: number
  readonly to: number
}

/**
 * Makes the schema of the body of an answer, which decodes it to an `SloHistory`.
 *
 * **Details**
 *
 * Only `data.overall` is required. An answer that names another SLO or another period than the question does
 * is refused. What is missing, null or of another type is as absent, but for an SLI that is there and is no
 * number, which is an issue. A number may be a text, and a state a word.
 *
 * **Example** (An answer of one day)
 *
 * ```ts
 * import { Slo, SloHistoryResponse } from "@effect-datadog/slo-report"
 * import { Schema } from "effect"
 *
 * const question = { id: Slo.SloId.make("5f0a"), from: 0, to: 86_400 }
 * const decode = Schema.decodeUnknownSync(SloHistoryResponse.make(question))
 * decode({ data: { overall: { sli_value: 99.95 } } }).sli // => 99.95
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const make = (question: Question): Schema.Decoder<SloHistory> =>
  HistoryAnswer.frame(question).pipe(
    Schema.decodeTo(Schema.toType(SloHistory), {
      decode: SchemaGetter.transform((frame) => {
        const { series, ...rest } = HistoryAnswer.read(question, frame)
        return new SloHistory({
          id: question.id,
          ...rest,
          ...(series === undefined ? {} : { buckets: toBuckets(series) })
        })
      }),
      encode: SchemaGetter.forbiddenEncoding
    })
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const toBuckets = ({ good, times, total }: HistoryAnswer.Series): ReadonlyArray<Bucket> =>
  times.map((time, index) => ({ start: time / 1000 + 0, good: good[index]! + 0, total: total[index]! + 0 }))
