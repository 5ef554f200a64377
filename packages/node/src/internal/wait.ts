/**
 * One wait for one report: the poll loop, as a stream of what each poll saw.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import type { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import * as SloReport from "@effect-datadog/slo-report/SloReport"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as PollPolicy from "../PollPolicy.ts"
import type { WaitOptions } from "../SloReportClient.ts"
import { WaitTimedOut } from "../SloReportError.ts"
import * as SloReportMetrics from "../SloReportMetrics.ts"
import * as Delays from "./delays.ts"
import { hintMillis } from "./hint.ts"
import * as Notices from "./notices.ts"
import * as Pause from "./pause.ts"
import type { Sitter } from "./pollCall.ts"
import * as SharedPolls from "./SharedPolls.ts"
import * as Sleep from "./sleep.ts"

/** What the waits of a client share. @internal */
export interface Client {
  readonly site: DatadogSite
  readonly polls: () => SharedPolls.SharedPolls
  readonly status: (id: SloReport.ReportId) => Effect.Effect<SloReport.SloReport, DatadogError>
}

/** @internal */
export interface Options extends WaitOptions {
  /** Which errors of a poll don't end the wait, at a time in epoch milliseconds, beyond those that never do. */
  readonly mayPass?: ((error: DatadogError, now: number) => boolean) | undefined
}

type WaitError = DatadogError | WaitTimedOut

type Chunk = Arr.NonEmptyReadonlyArray<SloReport.SloReport>

/** @internal */
export const stream = <E>(
  client: Client,
  id: Effect.Effect<SloReport.ReportId, E>,
  options: Options = {}
): Stream.Stream<SloReport.SloReport, WaitError | E> =>
  Stream.fromChannel(
    Channel.fromTransform((_: unknown, scope) =>
      Effect.flatMap(id, (id) => Effect.uninterruptible(begin(client, id, options, scope)))
    )
  )

const begin = Effect.fnUntraced(
  function*(client: Client, id: SloReport.ReportId, options: Options, scope: Scope.Scope) {
    const span = yield* Effect.makeSpan("SloReportClient.waitForReport", {
      attributes: { "datadog.site": client.site, "slo.report.id": id }
    })
    const delays = yield* Delays.make(options.poll ?? PollPolicy.default)
    const started = yield* Clock.currentTimeMillis
    const wait = new Wait({ client, context: yield* Effect.context(), id, options, span, delays, started })
    yield* Scope.addFinalizerExit(scope, (exit) => wait.close(exit))
    return Effect.suspend(() => wait.next())
  }
)

interface Given {
  readonly client: Client
  readonly context: Context.Context<never>
  readonly id: SloReport.ReportId
  readonly options: Options
  readonly span: Tracer.Span
  readonly delays: Delays.Delays<SloReport.SloReport>
  readonly started: number
}

// A class, since a closure for each of its methods would be a kilobyte of each wait.
class Wait implements Sitter {
  readonly end: number
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

  constructor(given: Given) {
    const { client, context, id, options, started } = given
    this.given = given
    this.end = started + Duration.toMillis(Duration.fromInputUnsafe(options.deadline ?? "30 minutes"))
    this.pause = Pause.first(started, this.end)
    this.notices = Notices.make(id)
    this.seat = SharedPolls.sit(client.polls(), id, this, context)
    this.joined = this.seat.table.report
    this.last = this.joined
  }

  next(): Pull.Pull<Chunk, WaitError> {
    const { joined, last } = this
    if (joined !== undefined) {
      this.joined = undefined
      return Effect.as(this.plan(joined, this.given.started), Arr.of(joined))
    }
    return last !== undefined && SloReport.isTerminal(last)
      ? Effect.andThen(this.close(Exit.void), Cause.done())
      : this.ask()
  }

  close(exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.uninterruptible(Effect.suspend(() => {
      if (this.isClosed) return Effect.void
      this.isClosed = true
      return Effect.all([
        this.wake(),
        SharedPolls.leave(this.seat),
        Metric.update(Metric.withAttributes(SloReportMetrics.waits, { outcome: this.outcome }), 1),
        Effect.map(Clock.currentTimeNanos, (now) => this.given.span.end(now, exit))
      ], { discard: true })
    }))
  }

  poll(): Effect.Effect<SloReport.SloReport, DatadogError> {
    return this.inSpan(this.given.client.status(this.given.id))
  }

  onSleep(cause: Sleep.Cause, millis: number): Effect.Effect<void> {
    const told = this.tellSleep(cause, millis)
    return cause === "rate_limit" ? Effect.andThen(Notices.heldUp(this.notices, millis), told) : told
  }

  private ask(): Effect.Effect<Chunk, WaitError> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const { pause } = this
      if (pause === undefined || this.answeredAt >= this.end) return this.timeOut(now)
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
          return Effect.andThen(this.wake(), Effect.flatMap(Clock.currentTimeMillis, (now) => this.timeOut(now)))
        case "Answer":
          return Effect.andThen(this.wake(event.askedAt), this.hear(event))
      }
    })
  }

  private hear({ answeredAt, exit }: SharedPolls.Answer): Effect.Effect<Chunk, WaitError> {
    this.answeredAt = answeredAt
    this.polls += 1
    if (Exit.isSuccess(exit)) return this.see(exit.value)
    const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
    if (error === undefined) return Effect.failCause(exit.cause)
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const left = this.end - now
      const passes = isOutage(error, this.last) || this.given.options.mayPass?.(error, now) === true
      if (!passes || (left > 0 && hintMillis(error) > left)) return this.fail(error)
      const report = this.last ?? SloReport.fromStatus(this.given.id, "unknown")
      return Effect.andThen(this.plan(report, answeredAt, error), this.ask())
    })
  }

  private see(report: SloReport.SloReport): Effect.Effect<Chunk> {
    this.last = report
    this.given.span.attribute("slo.report.status", report.rawStatus)
    if (SloReport.isTerminal(report)) {
      this.outcome = report.status
      return Effect.succeed(Arr.of(report))
    }
    const noticed = this.inSpan(Notices.seen(this.notices, report))
    return Effect.as(Effect.andThen(noticed, this.plan(report, this.answeredAt)), Arr.of(report))
  }

  private plan(report: SloReport.SloReport, answeredAt: number, error?: DatadogError): Effect.Effect<void> {
    return Effect.map(this.inSpan(this.given.delays(report)), (interval) => {
      this.pause = interval === undefined ? undefined : Pause.after(interval, answeredAt, this.end, error)
    })
  }

  private timeOut(now: number): Effect.Effect<never, WaitError> {
    const { given: { id, started }, last, polls } = this
    const elapsed = Duration.millis(now - started)
    return this.fail(new WaitTimedOut({ id, polls, elapsed, ...(last === undefined ? {} : { last }) }))
  }

  private fail(error: WaitError): Effect.Effect<never, WaitError> {
    this.outcome = error._tag
    return Effect.andThen(this.close(Exit.fail(error)), Effect.fail(error))
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
    return this.given.options.onSleep?.({ cause, duration: Duration.millis(millis) }) ?? Effect.void
  }

  private inSpan<A, E>(self: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.provideService(self, Tracer.ParentSpan, this.given.span)
  }
}

// An error that says nothing of the job. Until Datadog has answered once, a connection that can't be made is
// more likely a wrong address than an outage.
const isOutage = (error: DatadogError, last: SloReport.SloReport | undefined): boolean =>
  isRetryable(error) && (last !== undefined || error._tag !== "DatadogTransportError")
