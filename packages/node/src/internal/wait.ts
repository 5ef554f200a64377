/**
 * One wait for one report: the poll loop, as a stream of what each poll saw.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import * as SloReport from "@effect-datadog/slo-report/SloReport"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { PollPolicy } from "../PollPolicy.ts"
import { WaitTimedOut } from "../SloReportError.ts"
import * as SloReportMetrics from "../SloReportMetrics.ts"
import * as Delays from "./delays.ts"
import { hintMillis } from "./hint.ts"
import { sleepCause } from "./request.ts"
import type * as SharedPolls from "./SharedPolls.ts"
import * as Sleep from "./sleep.ts"

// How long the rate limit may hold a wait up before that is logged.
const heldUpNoticeMillis = 60_000

// In milliseconds: the first poll is overdue as one of a wait with this interval, so that new waits starve no old one.
const firstInterval = 100

/** @internal */
export interface Wait {
  readonly id: SloReport.ReportId
  readonly poll: Effect.Effect<SloReport.SloReport, DatadogError>
  readonly policy: PollPolicy
  readonly deadline: Duration.Duration
  readonly onSleep: Sleep.OnSleep
  /** Which errors of a poll don't end the wait, at a time in epoch milliseconds, beyond those that never do. */
  readonly mayPass?: ((error: DatadogError, now: number) => boolean) | undefined
}

interface State {
  /** What others knew of the report already, to be told first. */
  readonly joined: SloReport.SloReport | undefined
  readonly last: SloReport.SloReport | undefined
  readonly polls: number
  readonly answeredAt: number
  /** `undefined` where there is nothing more to poll: the report is done, or the policy has ended. */
  readonly pause: Pause | undefined
}

/** When to poll next, in epoch milliseconds, and what for. */
interface Pause {
  readonly until: number
  readonly interval: number
  readonly cause: Sleep.Cause
}

/** @internal */
export const stream = (
  polls: SharedPolls.SharedPolls,
  wait: Wait
): Stream.Stream<SloReport.SloReport, DatadogError | WaitTimedOut> =>
  Stream.unwrap(Effect.gen(function*() {
    const started = yield* Clock.currentTimeMillis
    const end = started + Duration.toMillis(wait.deadline)
    const notice = noticeHeldUp(wait.id)
    const noticeUnknown = once((report: SloReport.SloReport) =>
      Effect.logWarning(`Report ${report.id} has a status that is not documented: ${report.rawStatus}`)
    )
    const onSleep: Sleep.OnSleep = (cause, millis) =>
      cause === "rate_limit"
        ? Effect.andThen(notice(millis), wait.onSleep(cause, millis))
        : wait.onSleep(cause, millis)
    const delays = yield* Delays.make(wait.policy)
    let outcome = "interrupted"
    const seat = yield* Effect.acquireRelease(
      polls.sit(wait.id, { poll: wait.poll, end, onSleep }),
      (seat) => Effect.andThen(seat.leave, Effect.suspend(() => countWait(outcome)))
    )

    const pauseAfter = (report: SloReport.SloReport, answeredAt: number, error?: DatadogError) =>
      Effect.map(delays(report), (interval) => pauseFor(interval, answeredAt, error))

    // Sleeps until the pause is over and the limit has room; `undefined` where it has none until the deadline.
    const nextAnswer = ({ cause, interval, until }: Pause): Effect.Effect<SharedPolls.Answer | undefined> =>
      Effect.flatMap(Clock.currentTimeMillis, (from) => {
        const due = Math.min(until, end)
        const next = seat.next({ due, interval, latest: end })
        const step = (event: SharedPolls.Event): Effect.Effect<SharedPolls.Answer | undefined> => {
          switch (event._tag) {
            case "Answer":
              return Effect.succeed(event)
            case "Missed":
              return Effect.undefined
            case "HeldUp":
              isHeldUp = true
              return event.millis === Infinity
                ? Effect.flatMap(next, step)
                : Effect.andThen(wait.onSleep("rate_limit", event.millis), Effect.flatMap(next, step))
          }
        }
        let askedAt: number | undefined
        let isHeldUp = false
        return (due > from ? Effect.andThen(onSleep(cause, due - from), next) : next).pipe(
          Effect.flatMap(step),
          Effect.tap((answer) => Effect.sync(() => askedAt = answer?.askedAt)),
          Effect.ensuring(
            Effect.flatMap(Clock.currentTimeMillis, (now) => {
              const stop = Math.max(from, askedAt ?? seat.askedAt() ?? now)
              const heldUp = isHeldUp ? Math.max(0, stop - Math.max(due, from)) : 0
              return Effect.all([
                Sleep.slept(cause, stop - from - heldUp),
                Sleep.slept("rate_limit", heldUp),
                notice(heldUp)
              ], { discard: true })
            })
          )
        )
      })

    const next = Effect.fnUntraced(function*(state: State) {
      if (state.joined !== undefined) return [state.joined, { ...state, joined: undefined }] as const
      let { answeredAt, last, pause, polls } = state
      if (last !== undefined && SloReport.isTerminal(last)) return undefined
      while (pause !== undefined && answeredAt < end) {
        const answer: SharedPolls.Answer | undefined = yield* nextAnswer(pause)
        if (answer === undefined) break
        const { exit } = answer
        answeredAt = answer.answeredAt
        polls += 1
        if (Exit.isSuccess(exit)) {
          last = exit.value
          yield* Effect.annotateCurrentSpan("slo.report.status", last.rawStatus)
          if (last.status === "unknown") yield* noticeUnknown(last)
          if (SloReport.isTerminal(last)) outcome = last.status
          else pause = yield* pauseAfter(last, answeredAt)
          return [last, { joined: undefined, last, polls, answeredAt, pause }] as const
        }
        const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
        if (error === undefined) return yield* Effect.failCause(exit.cause)
        const now = yield* Clock.currentTimeMillis
        const left = end - now
        const passes = isOutage(error, last) || wait.mayPass?.(error, now) === true
        if (!passes || (left > 0 && hintMillis(error) > left)) return yield* error
        pause = yield* pauseAfter(last ?? SloReport.fromStatus(wait.id, "unknown"), answeredAt, error)
      }
      const elapsed = Duration.millis((yield* Clock.currentTimeMillis) - started)
      return yield* new WaitTimedOut({ id: wait.id, polls, elapsed, ...(last === undefined ? {} : { last }) })
    })

    const joined = seat.latest
    const start: State = {
      joined,
      last: joined,
      polls: 0,
      answeredAt: -Infinity,
      pause: joined === undefined
        ? { until: started, interval: firstInterval, cause: "poll" }
        : yield* pauseAfter(joined, started)
    }
    const fail = (error: DatadogError | WaitTimedOut) => Effect.sync(() => outcome = error._tag)
    return Stream.unfold(start, (state: State) => Effect.tapError(next(state), fail))
  }))

const countWait = (outcome: string): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(SloReportMetrics.waits, { outcome }), 1)

// An error that says nothing of the job. Until Datadog has answered once, a connection that can't be made is
// more likely a wrong address than an outage.
const isOutage = (error: DatadogError, last: SloReport.SloReport | undefined): boolean =>
  isRetryable(error) && (last !== undefined || error._tag !== "DatadogTransportError")

// The interval runs from an answer to the next request; a consumer that is slow doesn't stretch it.
const pauseFor = (interval: number | undefined, answeredAt: number, error?: DatadogError): Pause | undefined => {
  if (interval === undefined) return undefined
  const hint = error === undefined ? 0 : hintMillis(error)
  return error !== undefined && hint > interval
    ? { until: answeredAt + hint, interval, cause: sleepCause(error) }
    : { until: answeredAt + interval, interval, cause: "poll" }
}

const noticeHeldUp = (id: SloReport.ReportId): (millis: number) => Effect.Effect<void> => {
  let total = 0
  const notice = once((seconds: number) =>
    Effect.logInfo(`Report ${id}: the rate limit holds this wait up, ${seconds} s so far`)
  )
  return (millis) =>
    Effect.suspend(() => {
      total += millis
      return total > heldUpNoticeMillis ? notice(Math.round(total / 1000)) : Effect.void
    })
}

const once = <A>(f: (a: A) => Effect.Effect<void>): (a: A) => Effect.Effect<void> => {
  let isDone = false
  return (a) =>
    Effect.suspend(() => {
      if (isDone) return Effect.void
      isDone = true
      return f(a)
    })
}
