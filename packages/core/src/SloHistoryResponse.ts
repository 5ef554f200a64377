/**
 * The answer to a question for an SLO's history, of any of its types and of any year.
 *
 * Datadog documents neither all of its members nor when they are missing, so that no part of it can fail but
 * the frame.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { toNumber } from "./internal/cellText.ts"
import { defined } from "./internal/defined.ts"
import * as Json from "./internal/json.ts"
import type { SloId } from "./Slo.ts"
import { type Bucket, Correction, SloHistory, SloHistoryIssue, type Transition } from "./SloHistory.ts"

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
 * @category schemas
 * @since 0.1.0
 */
export const make = ({ from, id, to }: Question): Schema.Decoder<SloHistory> =>
  Frame.check(Schema.makeFilter(({ data }) =>
    [
      unasked("from_ts", Json.number(data.from_ts), from),
      unasked("to_ts", Json.number(data.to_ts), to),
      unasked("slo", Json.text(Json.member(data.slo, "id")), id)
    ].filter(Predicate.isNotUndefined)
  )).pipe(
    Schema.decodeTo(Schema.toType(SloHistory), {
      decode: SchemaGetter.transform(({ data, error, errors }) => {
        const { corrections, history, preview, sli_value: sli } = data.overall
        return new SloHistory({
          id,
          from,
          to,
          issues: [...unreadable(sli), ...[errors, error, data.errors, data.overall.errors].flatMap(toIssues)],
          corrections: toCorrections(corrections),
          isProvisional: preview === true,
          ...defined({ sli: toSli(sli), transitions: toTransitions(history), buckets: toBuckets(data.series) })
        })
      }),
      encode: SchemaGetter.forbiddenEncoding
    })
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const unread = Schema.optionalKey(Schema.Unknown)

const Frame = Schema.Struct({
  data: Schema.Struct({
    overall: Schema.Record(Schema.String, Schema.Unknown),
    series: unread,
    from_ts: unread,
    to_ts: unread,
    slo: unread,
    errors: unread
  }),
  errors: unread,
  error: unread
})

const unasked = <A extends string | number>(
  member: string,
  answered: A | undefined,
  asked: A
): Schema.FilterIssue | undefined =>
  answered === undefined || answered === asked
    ? undefined
    : { path: ["data", member], issue: `Expected ${asked}, which was asked for` }

const toSli = (sli: unknown): number | undefined => Predicate.isString(sli) ? toNumber(sli) : Json.number(sli)

const unreadable = (sli: unknown): ReadonlyArray<SloHistoryIssue> =>
  Predicate.isNullish(sli) || toSli(sli) !== undefined
    ? []
    : [new SloHistoryIssue({ type: "", message: "the answer's sli_value is not a number" })]

// Bounds of what is kept, so that an issue stays printable however large its answer was.
const maxIssues = 32
const maxLength = 500

const toIssues = (errors: unknown): ReadonlyArray<SloHistoryIssue> =>
  Predicate.isNullish(errors) ? [] : (Array.isArray(errors) ? errors : [errors]).slice(0, maxIssues).map(toIssue)

const toIssue = (error: unknown): SloHistoryIssue => {
  const word = (name: string): string | undefined => Json.text(Json.member(error, name))
  const message = Json.text(error) ?? word("error_message") ?? word("error") ?? "an error without a message"
  return new SloHistoryIssue({
    type: (word("error_type") ?? "").slice(0, maxLength),
    message: message.slice(0, maxLength)
  })
}

// Their shape was never seen: what is no object is still a correction.
const toCorrections = (corrections: unknown): ReadonlyArray<Correction> =>
  Predicate.isNullish(corrections)
    ? []
    : (Array.isArray(corrections) ? corrections : [corrections]).map((one) =>
      Record.filter(Predicate.isObject(one) ? { ...one } : {}, isScalar)
    )

const isScalar = Schema.is(Correction.value)

const toTransitions = (history: unknown): ReadonlyArray<Transition> | undefined => all(history, toTransition)

const toTransition = (entry: unknown): Transition | undefined => {
  const [time, state] = Json.list(entry)
  const at = Json.number(time)
  const word = Json.text(state) ?? Json.number(state)?.toString() ?? ""
  return at === undefined ? undefined : { at, state: states.get(word.toLowerCase()) ?? "unknown" }
}

// Numbers by the specification; a word, "NO_DATA", was seen in 2024.
const states = new Map<string, Transition["state"]>([
  ["0", "up"],
  ["1", "down"],
  ["2", "no_data"],
  ["up", "up"],
  ["ok", "up"],
  ["down", "down"],
  ["alert", "down"],
  ["no_data", "no_data"]
])

const toBuckets = (series: unknown): ReadonlyArray<Bucket> | undefined => {
  const values = (side: string): unknown => Json.member(Json.member(series, side), "values")
  const times = all(Json.member(series, "times"), Json.number)
  const good = all(values("numerator"), Json.number)
  const total = all(values("denominator"), Json.number)
  if (times === undefined || times.length !== good?.length || times.length !== total?.length) return undefined
  return times.map((time, index) => ({ start: time / 1000, good: good[index]!, total: total[index]! }))
}

// All of a list, or nothing: with one left out, the rest would tell something else.
const all = <A>(values: unknown, read: (value: unknown) => A | undefined): ReadonlyArray<A> | undefined => {
  if (!Array.isArray(values)) return undefined
  const known = values.map(read).filter(Predicate.isNotUndefined)
  return known.length === values.length ? known : undefined
}
