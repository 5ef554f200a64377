/**
 * The table that a report would be, computed from a search and histories.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as ReportIntervals from "@effect-datadog/slo-report/ReportIntervals"
import type { Slo } from "@effect-datadog/slo-report/Slo"
import { outcome } from "@effect-datadog/slo-report/SloHistory"
import * as SloHistoryCut from "@effect-datadog/slo-report/SloHistoryCut"
import { make as makeRequest, SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { SloTableTooLarge } from "../../SloReportError.ts"
import { notSendable } from "../http/transport.ts"
import { mostInFlight } from "../pacing/turns.ts"
import * as Answers from "./answers.ts"
import * as Cell from "./cell.ts"
import * as Cutting from "./cutting.ts"
import { Draft } from "./draft.ts"
import { callOf, type Found } from "./search.ts"
import { type HistoryCall, whole } from "./sloHistory.ts"

/** The calls that a table is made of. @internal */
export interface Calls {
  /** That is asked. */
  readonly host: string
  readonly search: (query: string) => Stream.Stream<Found, DatadogError>
  readonly history: HistoryCall
}

/** @internal */
export interface Table {
  readonly slos: ReadonlyArray<Slo>
  readonly intervals: ReadonlyArray<ReportIntervals.Interval>
  /** In the order of the search, each as soon as it and those before it are complete. */
  readonly rows: Stream.Stream<SloReportRow, DatadogError>
}

/** @internal */
export type TableError = DatadogError | ReportIntervals.InvalidReportPeriod | SloTableTooLarge

/** Finds the SLOs; their histories are asked for when the rows are. @internal */
export const make = Effect.fnUntraced(function*(
  calls: Calls,
  request: SloReportRequest,
  maxSlos: number
): Effect.fn.Return<Table, TableError> {
  const now = yield* DateTime.now
  // What is wrong with a period is told in its own words, also of a plain object of a request's type.
  if (hasTimes(request)) yield* Effect.fromResult(ReportIntervals.make(request, now))
  const { query, ...period } = yield* validRequest(calls.host, request)
  const intervals = yield* Effect.fromResult(ReportIntervals.make(period, now))
  const slos: Array<Slo> = []
  yield* Stream.runForEach(calls.search(query), (found) => {
    slos.push(...found.slos)
    const count = Math.max(slos.length, found.total ?? 0)
    return count > maxSlos ? new SloTableTooLarge({ found: count, limit: maxSlos }) : Effect.void
  })
  return { slos, intervals, rows: rows(calls, slos, intervals) }
})

const hasTimes = ({ from, to }: SloReportRequest): boolean => DateTime.isDateTime(from) && DateTime.isDateTime(to)

const isRequest = Schema.is(SloReportRequest)

const validRequest = (host: string, request: SloReportRequest): Effect.Effect<SloReportRequest, DatadogError> =>
  isRequest(request)
    ? Effect.succeed(request)
    : Effect.mapError(makeRequest(request), ({ message }) => notSendable(callOf(host), message))

/** A row of which a cell is to be asked for; without an index, one that is done. */
interface Step {
  readonly draft: Draft
  readonly index: number | undefined
}

const rows = (
  calls: Calls,
  slos: ReadonlyArray<Slo>,
  intervals: ReadonlyArray<ReportIntervals.Interval>
): Stream.Stream<SloReportRow, DatadogError> =>
  Stream.suspend(() => {
    const answers = Answers.make(calls.history)
    const cutting = Cutting.make(intervals)
    const period = { from: intervals[0]?.from ?? 0, to: intervals.at(-1)?.to ?? 0 }

    const each = (draft: Draft): ReadonlyArray<Step> => intervals.map((_, index) => ({ draft, index }))

    const begin = Effect.fnUntraced(function*(slo: Slo): Effect.fn.Return<ReadonlyArray<Step>, DatadogError> {
      const draft = new Draft(slo)
      if (!cutting.isWorthwhile(slo.type)) return each(draft)
      const question = { id: slo.id, ...period }
      const parts = yield* answers.ask(question, SloHistoryCut.decode(question, intervals))
      const isCut = Result.isSuccess(parts) && parts.success._tag === "Cut"
      cutting.learn(slo.type, isCut)
      if (isCut) draft.fill(parts.success.slis)
      else if (Result.isFailure(parts) && isFinal(parts.failure)) draft.set(0, Cell.fromError(parts.failure))
      else return each(draft)
      return [{ draft, index: undefined }]
    })

    const proceed = Effect.fnUntraced(function*(
      { draft, index }: Step
    ): Effect.fn.Return<Draft | undefined, DatadogError> {
      if (index === undefined) return draft
      const { from, to } = intervals[index]!
      const question = { id: draft.slo.id, from, to }
      const answer = answers.ask(question, (json) => Result.map(whole(question)(json), outcome))
      yield* draft.ask(index, Effect.map(answer, Cell.fromAnswer))
      return index === intervals.length - 1 ? draft : undefined
    })

    return Stream.fromIterable(slos, { chunkSize: 1 }).pipe(
      Stream.mapEffect(begin, { concurrency: cutting.atOnce }),
      Stream.flattenIterable,
      Stream.rechunk(1),
      Stream.mapEffect(proceed, { concurrency: mostInFlight }),
      Stream.filter(Predicate.isNotUndefined),
      Stream.map((draft) => draft.toRow(intervals)),
      Stream.concat(Stream.fromEffectDrain(answers.end))
    )
  })

// What each interval would be answered too: it is gone, or nobody is let in.
const isFinal = ({ _tag }: DatadogError): boolean =>
  _tag === "DatadogNotFound" || _tag === "DatadogForbidden" || _tag === "DatadogUnauthorized"
