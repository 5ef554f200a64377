/**
 * The loop of a wait: it wants an answer, tells it, wants the next; until the report is done or the deadline has come.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import * as SloReport from "@effect-datadog/slo-report/SloReport"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import type { WaitOptions } from "../../SloReportClient.ts"
import { WaitTimedOut } from "../../SloReportError.ts"
import * as SloReportMetrics from "../../SloReportMetrics.ts"
import type * as Delays from "../http/scheduleStepper.ts"
import type { MayPass } from "../report/export.ts"
import { hintMillis } from "../http/retryAfter.ts"
import * as Notices from "./notices.ts"
import * as Pause from "./pause.ts"
import type { Sitter } from "./pollCall.ts"
import * as SharedPolls from "./SharedPolls.ts"
import * as Sleep from "../http/sleep.ts"

type WaitError = DatadogError | WaitTimedOut

type Chunk = Arr.NonEmptyReadonlyArray<SloReport.SloReport>

/** What a wait begins with; times are epoch milliseconds. @internal */
export interface Given {
  readonly id: SloReport.ReportId
  readonly status: (id: SloReport.ReportId) => Effect.Effect<SloReport.SloReport, DatadogError>
  readonly onSleep: WaitOptions["onSleep"]
  readonly mayPass: MayPass
  readonly span: Tracer.Span
  readonly delays: Delays.Delays<SloReport.SloReport>
  readonly started: number
  readonly end: number
}

/**
 * A class, since a closure for each of its methods would be a kilobyte of each wait.
 *
 * @internal
 */
export class PollLoop implements Sitter {
  private readonly given: Given
  private readonly seat: SharedPolls.Seat
  private readonly notices: Notices.Notices
  /** What others knew of the report already, to be told first. */
  private joined: SloReport.SloReport | undefined
  private last: SloReport.SloReport | undefined
  private polls = 0
  private answeredAt = -Infinity
  /** `undefined` where the policy has ended. */
  private pause: Pause.Pause | undefined
  private asleepSince: number | undefined
  private isHeldUp = false
  private outcome = "interrupted"
  private isClosed = false

  constructor(given: Given, polls: SharedPolls.SharedPolls, context: Context.Context<never>) {
    this.given = given
    this.pause = Pause.first(given.started, given.end)
    this.notices = Notices.make(given.id)
    this.seat = SharedPolls.sit(polls, given.id, this, context)
    this.joined = this.seat.table.report
  }

  pull(): Pull.Pull<Chunk, WaitError> {
    return Effect.onError(
      Effect.suspend(() => this.next()),
      (cause) => Cause.hasInterruptsOnly(cause) ? this.wake() : this.close(Pull.doneExitFromCause(cause))
    )
  }

  // In the context that the wait was begun in, whoever ends it.
  close(exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.isClosed) return Effect.void
      this.isClosed = true
      return this.wake().pipe(
        Effect.ensuring(SharedPolls.leave(this.seat)),
        Effect.ensuring(Metric.update(Metric.withAttributes(SloReportMetrics.waits, { outcome: this.outcome }), 1)),
        Effect.ensuring(endSpan(this.given.span, exit)),
        Effect.provideContext(this.seat.context),
        Effect.uninterruptible
      )
    })
  }

  poll(): Effect.Effect<SloReport.SloReport, DatadogError> {
    return this.inSpan(this.given.status(this.given.id))
  }

  onSleep(cause: Sleep.Cause, millis: number): Effect.Effect<void> {
    const told = this.tellSleep(cause, millis)
    return cause === "rate_limit" ? Effect.andThen(Notices.heldUp(this.notices, millis), told) : told
  }

  private next(): Pull.Pull<Chunk, WaitError> {
    const { given, joined, last } = this
    if (joined !== undefined) {
      this.joined = undefined
      return this.see(joined, given.started)
    }
    return this.isClosed || (last !== undefined && SloReport.isTerminal(last)) ? Cause.done() : this.ask()
  }

  private ask(): Effect.Effect<Chunk, WaitError> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const { pause } = this
      if (pause === undefined || this.answeredAt >= this.given.end) return this.timeOut(now)
      this.asleepSince = now
      const answer = this.listen(pause)
      return pause.due > now
        ? Effect.andThen(this.inSpan(this.onSleep(pause.cause, pause.due - now)), answer)
        : answer
    })
  }

  // Sleeps until the pause is over and the limit has room.
  private listen(pause: Pause.Pause): Effect.Effect<Chunk, WaitError> {
    return Effect.flatMap(SharedPolls.next(this.seat, pause), (event) => {
      switch (event._tag) {
        case "HeldUp":
          this.isHeldUp = true
          return event.millis === Infinity
            ? this.listen(pause)
            : Effect.andThen(this.inSpan(this.tellSleep("rate_limit", event.millis)), this.listen(pause))
        case "Missed":
          return Effect.flatMap(this.wake(), () => Effect.flatMap(Clock.currentTimeMillis, (now) => this.timeOut(now)))
        case "Answer":
          return Effect.flatMap(this.wake(event.askedAt), () => this.hear(event))
      }
    })
  }

  private hear({ answeredAt, exit }: SharedPolls.Answer): Effect.Effect<Chunk, WaitError> {
    this.answeredAt = answeredAt
    this.polls += 1
    if (Exit.isSuccess(exit)) return this.see(exit.value, answeredAt)
    const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
    if (error === undefined) return Effect.failCause(exit.cause)
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const left = this.given.end - now
      const passes = isOutage(error, this.last) || this.given.mayPass(error, now)
      if (!passes || (left > 0 && hintMillis(error) > left)) return this.fail(error)
      const report = this.last ?? SloReport.fromStatus(this.given.id, "unknown")
      return Effect.andThen(this.plan(report, answeredAt, error), this.ask())
    })
  }

  private see(report: SloReport.SloReport, answeredAt: number): Effect.Effect<Chunk> {
    this.last = report
    this.given.span.attribute("slo.report.status", report.rawStatus)
    if (SloReport.isTerminal(report)) {
      this.outcome = report.status
      return Effect.succeed(Arr.of(report))
    }
    const noticed = this.inSpan(Notices.seen(this.notices, report))
    return Effect.as(Effect.andThen(noticed, this.plan(report, answeredAt)), Arr.of(report))
  }

  private plan(report: SloReport.SloReport, answeredAt: number, error?: DatadogError): Effect.Effect<void> {
    return Effect.map(this.inSpan(this.given.delays(report)), (interval) => {
      this.pause = interval === undefined ? undefined : Pause.after(interval, answeredAt, this.given.end, error)
    })
  }

  private timeOut(now: number): Effect.Effect<never, WaitError> {
    const { given: { id, started }, last, polls } = this
    const elapsed = Duration.millis(now - started)
    return this.fail(new WaitTimedOut({ id, polls, elapsed, ...(last === undefined ? {} : { last }) }))
  }

  private fail(error: WaitError): Effect.Effect<never, WaitError> {
    this.outcome = error._tag
    return Effect.fail(error)
  }

  // Counts the sleep that is over.
  private wake(askedAt?: number): Effect.Effect<void> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const { asleepSince, isHeldUp, pause } = this
      if (asleepSince === undefined || pause === undefined) return Effect.void
      this.asleepSince = undefined
      this.isHeldUp = false
      const stop = Math.max(asleepSince, askedAt ?? this.seat.table.askedAt ?? now)
      const heldUp = isHeldUp ? Math.max(0, stop - Math.max(pause.due, asleepSince)) : 0
      return Effect.all([
        Sleep.slept(pause.cause, stop - asleepSince - heldUp),
        Sleep.slept("rate_limit", heldUp),
        this.inSpan(Notices.heldUp(this.notices, heldUp))
      ], { discard: true })
    })
  }

  private tellSleep(cause: Sleep.Cause, millis: number): Effect.Effect<void> {
    return this.given.onSleep?.({ cause, duration: Duration.millis(millis) }) ?? Effect.void
  }

  private inSpan<A, E>(self: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.provideService(self, Tracer.ParentSpan, this.given.span)
  }
}

// An error that says nothing of the job. Until Datadog has answered once, a connection that can't be made is
// more likely a wrong address than an outage.
const isOutage = (error: DatadogError, last: SloReport.SloReport | undefined): boolean =>
  isRetryable(error) && (last !== undefined || error._tag !== "DatadogTransportError")

const endSpan = (span: Tracer.Span, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.flatMap(
    References.TracerTimingEnabled,
    (isTimed) => Effect.map(isTimed ? Clock.currentTimeNanos : Effect.succeed(0n), (now) => span.end(now, exit))
  )
