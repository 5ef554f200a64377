/**
 * One history of a whole period, cut into its intervals, where that gives what Datadog itself would say.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as HistoryAnswer from "./internal/historyAnswer.ts"
import type { Interval } from "./ReportIntervals.ts"
import type { Bucket, SloHistory, Transition } from "./SloHistory.ts"
import type { Question } from "./SloHistoryResponse.ts"

/**
 * How an SLO did in each interval, or why that must be asked of Datadog interval by interval.
 *
 * **Details**
 *
 * - `Cut`: `slis` has one for each interval, in percent, `undefined` where there are no data
 * - `AskEach`: `reason` is the first that was found:
 *   - `"other_period"`: the history is not of the whole period that the intervals make up
 *   - `"issues"`, `"corrections"`: Datadog tells of some, so that its number is not what the parts add up to
 *   - `"no_parts"`: the answer has no transitions or buckets that make sense
 *   - `"unaligned"`: an interval begins inside a bucket or before the first transition, or a bucket after the end
 *   - `"unproved"`: the parts don't add up to Datadog's own number
 *
 * @category models
 * @since 0.1.0
 */
export type SloHistoryCut =
  | { readonly _tag: "Cut"; readonly slis: ReadonlyArray<number | undefined> }
  | {
    readonly _tag: "AskEach"
    readonly reason: "other_period" | "issues" | "corrections" | "no_parts" | "unaligned" | "unproved"
  }

/**
 * Cuts the history of a whole period into its intervals.
 *
 * **Details**
 *
 * A cut counts only if its parts, put together again, are Datadog's own number for the whole period. For
 * buckets they may differ by 1e-9 of it. For transitions, 1e-5: Datadog computes them in single precision,
 * off by up to 3.8e-6 near 100; where the whole is the single-precision form of the sum, so are the
 * intervals' numbers. Time without data is up or down by a monitor's setting, whichever gives the number.
 *
 * **Example** (Two days of one history)
 *
 * ```ts
 * import { Slo, SloHistory, SloHistoryCut } from "@effect-datadog/slo-report"
 *
 * const history = new SloHistory.SloHistory({
 *   id: Slo.SloId.make("5f0a"),
 *   from: 0,
 *   to: 172_800,
 *   sli: 75,
 *   issues: [],
 *   corrections: [],
 *   isProvisional: false,
 *   transitions: [{ at: 0, state: "up" }, { at: 129_600, state: "down" }]
 * })
 * const cut = SloHistoryCut.cut(history, [
 *   { start: "1970-01-01", from: 0, to: 86_400 },
 *   { start: "1970-01-02", from: 86_400, to: 172_800 }
 * ])
 * // => { _tag: "Cut", slis: [100, 50] }
 * ```
 *
 * @param intervals in the order of time, each beginning where the one before ends
 * @category conversions
 * @since 0.1.0
 */
export const cut = (history: SloHistory, intervals: ReadonlyArray<Interval>): SloHistoryCut =>
  cutAnswer(history, history.buckets === undefined ? undefined : toSeries(history.buckets), intervals)

/**
 * Makes a decoder of the body of an answer to a question for the whole period, which cuts the history at once.
 *
 * **Details**
 *
 * It says what {@link cut} says of the history that the answer decodes to, and makes no history on the way, of which
 * a year's has thousands of buckets. It fails where `SloHistoryResponse.make` does.
 *
 * **Example** (A day up, a day down)
 *
 * ```ts
 * import { Slo, SloHistoryCut } from "@effect-datadog/slo-report"
 * import { Result } from "effect"
 *
 * const days = [{ start: "1970-01-01", from: 0, to: 86_400 }, { start: "1970-01-02", from: 86_400, to: 172_800 }]
 * const decode = SloHistoryCut.decode({ id: Slo.SloId.make("5f0a"), from: 0, to: 172_800 }, days)
 * const cut = Result.getOrThrow(decode({ data: { overall: { sli_value: 50, history: [[0, 0], [86_400, 1]] } } }))
 * // => { _tag: "Cut", slis: [100, 0] }
 * ```
 *
 * @param intervals in the order of time, each beginning where the one before ends
 * @category decoding
 * @since 0.1.0
 */
export const decode = (
  question: Question,
  intervals: ReadonlyArray<Interval>
): (json: unknown) => Result.Result<SloHistoryCut, Schema.SchemaError> => {
  const decodeFrame = Schema.decodeUnknownResult(HistoryAnswer.frame(question))
  return (json) =>
    Result.map(decodeFrame(json), (frame) => {
      const answer = HistoryAnswer.read(question, frame)
      return cutAnswer(answer, answer.series, intervals)
    })
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const toSeries = (buckets: ReadonlyArray<Bucket>): HistoryAnswer.Series => ({
  times: buckets.map(({ start }) => start * 1000),
  good: buckets.map(({ good }) => good),
  total: buckets.map(({ total }) => total)
})

const cutAnswer = (
  answer: HistoryAnswer.HistoryAnswer,
  series: HistoryAnswer.Series | undefined,
  intervals: ReadonlyArray<Interval>
): SloHistoryCut => {
  const { corrections, from, to, transitions } = answer
  const isWhole = from === intervals[0]?.from && to === intervals.at(-1)?.to &&
    intervals.every(({ from }, index) => index === 0 || intervals[index - 1]!.to === from)
  if (!isWhole) return askEach("other_period")
  if (corrections.length > 0) return askEach("corrections")
  const byTime = transitions === undefined ? askEach("no_parts") : cutTransitions(answer, transitions, intervals)
  return byTime._tag === "Cut" || series === undefined ? byTime : cutSeries(answer, series, intervals)
}

const askEach = (reason: Extract<SloHistoryCut, { readonly _tag: "AskEach" }>["reason"]): SloHistoryCut => ({
  _tag: "AskEach",
  reason
})

const cutTransitions = (
  { issues, sli }: HistoryAnswer.HistoryAnswer,
  transitions: ReadonlyArray<Transition>,
  intervals: ReadonlyArray<Interval>
): SloHistoryCut => {
  if (issues.length > 0) return askEach("issues")
  if (transitions.some(({ state }) => state === "unknown") || !isInOrder(transitions.map(({ at }) => at))) {
    return askEach("no_parts")
  }
  if (transitions[0] === undefined || transitions[0].at > intervals[0]!.from) return askEach("unaligned")
  const [optimist, pessimist] = [
    shares(transitions, intervals, (state) => state !== "down"),
    shares(transitions, intervals, (state) => state === "up")
  ]
  const proved = [optimist, pessimist].filter(({ whole }) => sli !== undefined && Math.abs(whole - sli) <= 1e-5)
  // Too little time without data to tell what it counts as.
  const isAmbiguous = proved.length > 1 && optimist.whole !== pessimist.whole
  if (proved[0] === undefined || isAmbiguous) return askEach("unproved")
  const { parts, whole } = proved[0]
  return { _tag: "Cut", slis: Math.fround(whole) === sli ? parts.map(Math.fround) : parts }
}

interface Shares {
  readonly whole: number
  readonly parts: ReadonlyArray<number>
}

/** The time that is up, in percent, of the whole period and of each interval. */
const shares = (
  transitions: ReadonlyArray<Transition>,
  intervals: ReadonlyArray<Interval>,
  isUp: (state: Transition["state"]) => boolean
): Shares => {
  let index = 0
  const seconds = intervals.map(({ from, to }) => {
    let up = 0
    for (let at = from; at < to;) {
      while (transitions[index + 1] !== undefined && transitions[index + 1]!.at <= at) index++
      const end = Math.min(to, transitions[index + 1]?.at ?? to)
      if (isUp(transitions[index]!.state)) up += end - at
      at = end
    }
    return { up, all: to - from }
  })
  return {
    whole: 100 * sum(seconds.map(({ up }) => up)) / sum(seconds.map(({ all }) => all)),
    parts: seconds.map(({ all, up }) => 100 * up / all)
  }
}

const cutSeries = (
  { issues, sli }: HistoryAnswer.HistoryAnswer,
  series: HistoryAnswer.Series,
  intervals: ReadonlyArray<Interval>
): SloHistoryCut => {
  const { times, total } = series
  // Where there was no event in the whole period, there was none in a part of it.
  const isEmpty = sli === undefined && issues.length > 0 &&
    issues.every(({ type }) => type === "ZERO_VALUED_DENOMINATOR") && total.every((events) => events === 0)
  if (isEmpty) return { _tag: "Cut", slis: intervals.map(() => undefined) }
  if (issues.length > 0) return askEach("issues")
  if (!isInOrder(times)) return askEach("no_parts")
  const bounds = boundsIn(times, intervals)
  if (bounds === undefined) return askEach("unaligned")
  const whole = ratio(series, 0, times.length)
  const isProved = sli !== undefined && whole !== undefined && Math.abs(whole - sli) <= 1e-9 * Math.abs(sli)
  if (!isProved) return askEach("unproved")
  return { _tag: "Cut", slis: intervals.map((_, index) => ratio(series, bounds[index]!, bounds[index + 1]!)) }
}

/** Where each interval begins in what is in order, and where the last one ends; nothing if one begins elsewhere. */
const boundsIn = (
  times: ReadonlyArray<number>,
  intervals: ReadonlyArray<Interval>
): ReadonlyArray<number> | undefined => {
  if (times[0] !== intervals[0]!.from * 1000 || times.at(-1)! >= intervals.at(-1)!.to * 1000) return undefined
  const bounds: Array<number> = []
  let index = 0
  for (const { from } of intervals) {
    while (index < times.length && times[index]! < from * 1000) index++
    if (times[index] !== from * 1000) return undefined
    bounds.push(index)
  }
  bounds.push(times.length)
  return bounds
}

const ratio = ({ good, total }: HistoryAnswer.Series, first: number, end: number): number | undefined => {
  const all = sum(total, first, end)
  return all === 0 ? undefined : 100 * sum(good, first, end) / all
}

const sum = (numbers: ReadonlyArray<number>, first = 0, end = numbers.length): number => {
  let result = 0
  for (let index = first; index < end; index++) result += numbers[index]!
  return result
}

const isInOrder = (times: ReadonlyArray<number>): boolean => {
  for (let index = 1; index < times.length; index++) {
    if (times[index - 1]! > times[index]!) return false
  }
  return true
}
