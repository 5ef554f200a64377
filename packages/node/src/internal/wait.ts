/**
 * One wait for one report: the poll loop, as a stream of what each poll saw.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import * as SloReport from "@effect-datadog/slo-report/SloReport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { PollPolicy } from "../PollPolicy.ts"
import { WaitTimedOut } from "../SloReportError.ts"
import * as SloReportMetrics from "../SloReportMetrics.ts"
import * as Delays from "./delays.ts"
import { hintMillis } from "./hint.ts"
import { sleepCause } from "./request.ts"
import * as Sleep from "./sleep.ts"
import { WaitBudget } from "./WaitBudget.ts"

// How long the rate limit may hold a wait up before that is logged.
const heldUpNoticeMillis = 60_000

/** @internal */
export interface Wait {
  readonly id: SloReport.ReportId
  readonly poll: Effect.Effect<SloReport.SloReport, DatadogError>
  readonly policy: PollPolicy
  readonly deadline: Duration.Duration
  /** Which errors of a poll don't end the wait, at a time in epoch milliseconds, beyond those that never do. */
  readonly mayPass?: ((error: DatadogError, now: number) => boolean) | undefined
}

interface State {
  readonly last: SloReport.SloReport | undefined
  readonly polls: number
  /** `undefined` where there is nothing more to poll: the report is done, or the policy has ended. */
  readonly pause: Pause | undefined
}

/** When to poll next, in epoch milliseconds, and what for. */
interface Pause {
  readonly until: number
  readonly cause: Sleep.Cause
}

/** @internal */
export const stream = (wait: Wait): Stream.Stream<SloReport.SloReport, DatadogError | WaitTimedOut> =>
  Stream.unwrap(Effect.gen(function*() {
    const started = yield* Clock.currentTimeMillis
    const end = started + Duration.toMillis(wait.deadline)
    const onHeldUp = noticeHeldUp(wait.id)
    const noticeUnknown = once((report: SloReport.SloReport) =>
      Effect.logWarning(`Report ${report.id} has a status that is not documented: ${report.rawStatus}`)
    )
    const delays = yield* Delays.make(wait.policy)
    const poll = Effect.result(Effect.provideService(wait.poll, WaitBudget, { end, onHeldUp }))
    let outcome = "interrupted"
    let answeredAt = -Infinity

    const next = Effect.fnUntraced(function*(state: State) {
      if (state.last !== undefined && SloReport.isTerminal(state.last)) return undefined
      let { last, pause, polls } = state
      while (pause !== undefined && answeredAt < end) {
        yield* sleep(pause, end, onHeldUp)
        const result = yield* poll
        answeredAt = yield* Clock.currentTimeMillis
        polls += 1
        if (Result.isSuccess(result)) {
          last = result.success
          yield* Effect.annotateCurrentSpan("slo.report.status", last.rawStatus)
          if (last.status === "unknown") yield* noticeUnknown(last)
          if (!SloReport.isTerminal(last)) {
            return [last, { last, polls, pause: yield* pauseFor(yield* delays(last)) }] as const
          }
          outcome = last.status
          return [last, { last, polls, pause: undefined }] as const
        }
        const error = result.failure
        const now = yield* Clock.currentTimeMillis
        const left = end - now
        const passes = isOutage(error, last) || wait.mayPass?.(error, now) === true
        if (!passes || (left > 0 && hintMillis(error) > left)) return yield* error
        pause = yield* pauseFor(yield* delays(last ?? SloReport.fromStatus(wait.id, "unknown")), error)
      }
      const elapsed = Duration.millis((yield* Clock.currentTimeMillis) - started)
      return yield* new WaitTimedOut({ id: wait.id, polls, elapsed, ...(last === undefined ? {} : { last }) })
    })

    const start: State = { last: undefined, polls: 0, pause: { until: started, cause: "poll" } }
    return Stream.unfold(start, next).pipe(
      Stream.tapError((error) => Effect.sync(() => outcome = error._tag)),
      Stream.ensuring(
        Effect.suspend(() => Metric.update(Metric.withAttributes(SloReportMetrics.waits, { outcome }), 1))
      )
    )
  }))

// An error that says nothing of the job. Until Datadog has answered once, a connection that can't be made is
// more likely a wrong address than an outage.
const isOutage = (error: DatadogError, last: SloReport.SloReport | undefined): boolean =>
  isRetryable(error) && (last !== undefined || error._tag !== "DatadogTransportError")

// The interval runs from an answer to the next request; a consumer that is slow doesn't stretch it.
const pauseFor = (interval: number | undefined, error?: DatadogError): Effect.Effect<Pause | undefined> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    if (interval === undefined) return undefined
    const hint = error === undefined ? 0 : hintMillis(error)
    return error !== undefined && hint > interval
      ? { until: now + hint, cause: sleepCause(error) }
      : { until: now + interval, cause: "poll" }
  })

const sleep = Effect.fnUntraced(function*(pause: Pause, end: number, onHeldUp: WaitBudget["onHeldUp"]) {
  const millis = Math.min(pause.until, end) - (yield* Clock.currentTimeMillis)
  if (millis <= 0) return
  if (pause.cause === "rate_limit") yield* onHeldUp(millis)
  yield* Sleep.sleep(pause.cause, millis)
})

const noticeHeldUp = (id: SloReport.ReportId): WaitBudget["onHeldUp"] => {
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
