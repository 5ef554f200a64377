/**
 * The loop of a wait: it wants an answer, emits it, wants the next; until the report is done or the deadline has come.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import * as SloReport from "@effect-datadog/slo-report/SloReport"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Tracer from "effect/Tracer"
import { WaitTimedOut } from "../../SloReportError.ts"
import type { WaitOptions } from "../../WaitOptions.ts"
import type { Counts } from "../http/counts.ts"
import * as Monotonic from "../http/monotonic.ts"
import type * as ScheduleStepper from "../http/scheduleStepper.ts"
import * as Sleep from "../http/sleep.ts"
import * as Span from "../http/span.ts"
import type { Answer, Demand } from "./sharedPoll.ts"
import type { Subscription } from "./subscription.ts"

type WaitError = DatadogError | WaitTimedOut

type Chunk = Arr.NonEmptyReadonlyArray<SloReport.SloReport>

/** The reports that are the client's own. @internal */
export interface KnownReports {
  readonly has: (id: SloReport.ReportId) => boolean
  /** Whether it is a 404 of a report that was created a moment ago. */
  readonly isNotFoundYet: (id: SloReport.ReportId, error: DatadogError, now: number) => boolean
}

/** What a wait begins with; times are monotonic milliseconds. @internal */
export interface WaitInput {
  readonly id: SloReport.ReportId
  readonly created: KnownReports
  readonly counts: Counts
  readonly onSleep: WaitOptions["onSleep"]
  readonly span: Tracer.Span
  readonly context: Context.Context<never>
  readonly nextInterval: ScheduleStepper.ScheduleStepper<SloReport.SloReport>
  readonly started: number
  readonly end: number
}

/** @internal */
export class WaitLoop {
  private readonly input: WaitInput
  private readonly subscription: Subscription
  /** What others knew of the report already, to be emitted first. */
  private joined: SloReport.SloReport | undefined
  private last: SloReport.SloReport | undefined
  private answeredAt = -1
  /** `undefined` before the first step of the schedule. */
  private interval: number | undefined
  /** When it wants the next answer; `undefined` where its schedule has ended. */
  private due: number | undefined
  private sleepCause: Sleep.SleepCause = "poll"
  private asleepSince: number | undefined
  private heldUp = { rateLimit: 0, backoff: 0 }
  private hasLoggedUnknown = false
  private outcome = "interrupted"
  private isClosed = false

  constructor(input: WaitInput, subscription: Subscription) {
    this.input = input
    this.subscription = subscription
    this.joined = subscription.poll.report
    this.due = input.started
  }

  pull(): Pull.Pull<Chunk, WaitError> {
    return Effect.onError(Effect.suspend(() => this.next()), (cause) => {
      if (Cause.hasInterruptsOnly(cause)) return this.wake()
      if (Cause.hasDies(cause)) this.outcome = "defect"
      return this.close(Pull.doneExitFromCause(cause))
    })
  }

  // In the context that the wait was begun in, whoever ends it.
  close(exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.isClosed) return Effect.void
      this.isClosed = true
      return this.wake().pipe(
        Effect.ensuring(this.subscription.end()),
        Effect.ensuring(this.input.counts.wait(this.outcome)),
        Effect.ensuring(Span.end(this.input.span, exit)),
        Effect.provideContext(this.input.context)
      )
    })
  }

  private next(): Pull.Pull<Chunk, WaitError> {
    const { input, joined, last } = this
    if (joined !== undefined) {
      this.joined = undefined
      return this.see(joined, input.started, true)
    }
    return this.isClosed || (last !== undefined && SloReport.isTerminal(last)) ? Cause.done() : this.ask()
  }

  private ask(): Effect.Effect<Chunk, WaitError> {
    return Effect.flatMap(Monotonic.millis, (now) => {
      const { due, input: { end }, subscription: { poll } } = this
      if (due === undefined || this.answeredAt >= end) return this.timeOut(now)
      // What Datadog asks to wait is more than this wait has.
      if (poll.error !== undefined && poll.refusedUntil > Math.max(end, now)) return this.fail(poll.error)
      const until = Math.min(Math.max(due, poll.retryAt, poll.refusedUntil), end)
      this.sleepCause = until > due && poll.error !== undefined ? Sleep.causeOf(poll.error) : "poll"
      this.asleepSince = now
      return this.whileTelling(this.sleepCause, until - now, this.listen({ due, end }, until))
    })
  }

  // Sleeps until there is an answer, or there can't be one.
  private listen(demand: Demand, until: number): Effect.Effect<Chunk, WaitError> {
    return Effect.flatMap(this.subscription.next(demand), (event) => {
      switch (event._tag) {
        case "Answer":
          return Effect.andThen(this.wake(until, event.answer.askedAt), this.hear(event.answer, demand))
        case "HeldUp":
          return this.whileTelling("rate_limit", event.millis, this.listen(demand, until))
        case "Missed":
          return Effect.andThen(this.wake(until), Effect.flatMap(Monotonic.millis, (now) => this.timeOut(now)))
        case "Stopped":
          return Effect.interrupt
      }
    })
  }

  private hear({ answeredAt, askedAt, exit, retryAt }: Answer, { due }: Demand): Effect.Effect<Chunk, WaitError> {
    this.answeredAt = answeredAt
    const isOwn = askedAt >= due
    if (Exit.isSuccess(exit)) return this.see(exit.value, answeredAt, isOwn)
    const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
    if (error === undefined) return Effect.failCause(exit.cause)
    if (!this.isTransient(error, retryAt !== undefined)) return this.fail(error)
    if (!isOwn || retryAt !== undefined) return this.ask()
    const report = this.last ?? SloReport.fromStatus(this.input.id, "unknown")
    return Effect.andThen(this.plan(report, answeredAt, true), this.ask())
  }

  // Whether it says nothing of the job. Until Datadog has answered once, a connection that can't be made or an answer
  // that isn't Datadog's is more likely a wrong address than an outage.
  private isTransient(error: DatadogError, isRetried: boolean): boolean {
    const { created, id } = this.input
    const isReached = this.last !== undefined || created.has(id)
    switch (error._tag) {
      case "DatadogTransportError":
        return isRetryable(error) && (isRetried || isReached)
      case "DatadogProtocolError":
      case "DatadogUnexpectedStatus":
        return isReached
      default:
        return isRetryable(error) || created.isNotFoundYet(id, error, this.answeredAt)
    }
  }

  private see(report: SloReport.SloReport, answeredAt: number, isOwn: boolean): Effect.Effect<Chunk> {
    this.last = report
    this.input.span.attribute("slo.report.status", report.rawStatus)
    if (SloReport.isTerminal(report)) {
      this.outcome = report.status
      return Effect.succeed(Arr.of(report))
    }
    return Effect.as(Effect.andThen(this.logUnknown(report), this.plan(report, answeredAt, isOwn)), Arr.of(report))
  }

  // The interval runs from an answer to the next request; what others have asked for doesn't step the schedule.
  private plan(report: SloReport.SloReport, answeredAt: number, isOwn: boolean): Effect.Effect<void> {
    const interval = isOwn || this.interval === undefined
      ? this.inSpan(this.input.nextInterval(report))
      : Effect.succeed(this.interval)
    return Effect.map(interval, (interval) => {
      this.interval = interval
      this.due = interval === undefined ? undefined : answeredAt + interval
    })
  }

  private timeOut(now: number): Effect.Effect<never, WaitError> {
    const { heldUp, input: { id, started }, last, subscription: { error, polls } } = this
    return this.fail(
      new WaitTimedOut({
        id,
        polls,
        elapsed: rounded(now - started),
        heldUp: { rateLimit: rounded(heldUp.rateLimit), backoff: rounded(heldUp.backoff) },
        ...(last === undefined ? {} : { last }),
        ...(error === undefined ? {} : { lastError: error })
      })
    )
  }

  private fail(error: WaitError): Effect.Effect<never, WaitError> {
    this.outcome = error._tag
    return Effect.fail(error)
  }

  // Counts the sleep that is over: until then for its cause, from then on for the limit that held it up.
  private wake(until = Infinity, askedAt?: number): Effect.Effect<void> {
    return Effect.flatMap(Monotonic.millis, (now) => {
      const { asleepSince, input: { counts }, sleepCause, subscription } = this
      if (asleepSince === undefined) return Effect.void
      const stop = askedAt ?? subscription.poll.askedAt ?? now
      const limited = subscription.isToldHeldUp ? Math.max(0, stop - Math.max(until, asleepSince)) : 0
      const slept = stop - asleepSince - limited
      const beyondDue = Math.max(0, stop - limited - Math.max(asleepSince, this.due ?? stop))
      this.asleepSince = undefined
      subscription.isToldHeldUp = false
      this.heldUp.rateLimit += limited + (sleepCause === "rate_limit" ? beyondDue : 0)
      this.heldUp.backoff += sleepCause === "backoff" ? beyondDue : 0
      return Effect.andThen(counts.slept(sleepCause, slept), counts.slept("rate_limit", limited))
    })
  }

  // The listener runs beside the sleep and ends with it; it can end its own wait, and hold up nothing.
  private whileTelling(cause: Sleep.SleepCause, millis: number, asleep: Effect.Effect<Chunk, WaitError>) {
    const { onSleep } = this.input
    if (onSleep === undefined || millis <= 0) return asleep
    const telling = Effect.suspend(() => onSleep({ cause, duration: Duration.millis(millis) }))
    return Effect.raceFirst(asleep, Effect.andThen(this.inSpan(telling), Effect.never))
  }

  private logUnknown({ id, rawStatus, status }: SloReport.SloReport): Effect.Effect<void> {
    if (this.hasLoggedUnknown || status !== "unknown") return Effect.void
    this.hasLoggedUnknown = true
    return this.inSpan(Effect.logWarning(`Report ${id} has a status that is not documented: ${rawStatus}`))
  }

  // Not around the whole wait: a context of its own would be half a kilobyte of each.
  private inSpan<A, E>(self: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.provideService(self, Tracer.ParentSpan, this.input.span)
  }
}

const rounded = (millis: number): Duration.Duration => Duration.millis(Math.round(millis))
