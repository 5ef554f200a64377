/**
 * The members of an answer about a history, before anything is made of them.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import { Correction, type SloHistory, SloHistoryIssue, type Transition } from "../SloHistory.ts"
import { toNumber } from "./cellText.ts"
import { defined } from "./defined.ts"
import * as Json from "./json.ts"

/**
 * The events of a metric's buckets in columns, as they came: a year has 4,380 of them, and as many objects would take
 * three times the memory.
 *
 * @internal
 */
export interface Series {
  /** When each begins, in epoch milliseconds. */
  readonly times: ReadonlyArray<number>
  readonly good: ReadonlyArray<number>
  readonly total: ReadonlyArray<number>
}

/** @internal */
export interface HistoryAnswer extends Omit<SloHistory, "id" | "buckets"> {
  readonly series?: Series
}

interface Question {
  readonly id: string
  readonly from: number
  readonly to: number
}

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

/** What an answer can't do without, and that it is one to this question. @internal */
export const frame = ({ from, id, to }: Question): typeof Frame =>
  Frame.check(Schema.makeFilter(({ data }) =>
    [
      unasked("from_ts", Json.number(data.from_ts), from),
      unasked("to_ts", Json.number(data.to_ts), to),
      unasked("slo", Json.text(Json.member(data.slo, "id")), id)
    ].filter(Predicate.isNotUndefined)
  ))

/** @internal */
export const read = ({ from, to }: Question, { data, error, errors }: typeof Frame.Type): HistoryAnswer => {
  const { corrections, history, preview, sli_value: sli } = data.overall
  return {
    from,
    to,
    issues: [...unreadable(sli), ...[errors, error, data.errors, data.overall.errors].flatMap(toIssues)],
    corrections: toCorrections(corrections),
    isProvisional: preview === true,
    ...defined({ sli: toSli(sli), transitions: toTransitions(history), series: toSeries(data.series) })
  }
}

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

const toSeries = (series: unknown): Series | undefined => {
  const values = (side: string) => Json.member(Json.member(series, side), "values")
  const columns = { times: Json.member(series, "times"), good: values("numerator"), total: values("denominator") }
  return isSeries(columns) ? columns : undefined
}

// By index, and each column in its place: an iterator, a callback, or one loop for whole numbers and for others makes
// an object of each of the numbers.
const isSeries = (columns: { readonly [K in keyof Series]: unknown }): columns is Series => {
  const { good, times, total } = columns
  if (!Array.isArray(times) || !Array.isArray(good) || !Array.isArray(total)) return false
  if (times.length !== good.length || times.length !== total.length) return false
  for (let index = 0; index < times.length; index++) {
    if (!Number.isFinite(times[index])) return false
    if (!Number.isFinite(good[index])) return false
    if (!Number.isFinite(total[index])) return false
  }
  return true
}

// All of a list, or nothing: with one left out, the rest would tell something else.
const all = <A>(values: unknown, read: (value: unknown) => A | undefined): ReadonlyArray<A> | undefined => {
  if (!Array.isArray(values)) return undefined
  const known: Array<A> = []
  for (const value of values) {
    const one = read(value)
    if (one === undefined) return undefined
    known.push(one)
  }
  return known
}
