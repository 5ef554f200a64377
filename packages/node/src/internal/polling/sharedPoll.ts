/**
 * The polls of one report, which all waits for it share: made by the client, in nobody's context.
 *
 * The earliest demand of its subscribers decides when the report is polled; all hear the answer. A poll that
 * fails moves the next one. All times are monotonic milliseconds.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { RetryPolicy } from "../../RetryPolicy.ts"
import type { Permit } from "../http/attempt.ts"
import type { Counts } from "../http/counts.ts"
import * as Monotonic from "../http/monotonic.ts"
import { delayOf, noteRetry } from "../http/request.ts"
import { retryAfterMillis } from "../http/retryAfter.ts"
import * as ScheduleStepper from "../http/scheduleStepper.ts"
import type * as Pacer from "../pacing/pacer.ts"

/** What a poll is made with. @internal */
export interface PollContext {
  readonly permit: Permit
  /** How many polls have failed in a row before it. */
  readonly retries: number
  /** The spans of the waits that it is made for. */
  readonly links: ReadonlyArray<Tracer.SpanLink>
}

/** What the polls of a client have in common. @internal */
export interface Poller {
  readonly pacer: Pacer.Pacer
  /** Starts a fiber of the client. */
  readonly run: (self: Effect.Effect<void>) => Fiber.Fiber<void>
  readonly retry: RetryPolicy
  readonly counts: Counts
  readonly poll: (id: ReportId, context: PollContext) => Effect.Effect<SloReport, DatadogError>
  readonly notice: HeldUpNotice
}

/** What is logged, once a client, of a rate limit that holds polls up. @internal */
export interface HeldUpNotice {
  /** Notes since when a poll is wanted; gives when to look again. */
  readonly look: (id: ReportId, now: number, wantedSince: number) => number
}

/** @internal */
export interface Answer {
  readonly exit: Exit.Exit<SloReport, DatadogError>
  readonly askedAt: number
  readonly answeredAt: number
  /** After a failure: when the report is polled again, whoever wants it; absent where the policy has ended. */
  readonly retryAt: number | undefined
}

/** When a wait wants the next answer, and its last time for a poll. @internal */
export interface Demand {
  readonly due: number
  readonly end: number
}

/** A wait, as its report's polls see it. @internal */
export interface Subscriber {
  readonly span: Tracer.Span
  /** Absent while it takes no answer. */
  readonly demand: Demand | undefined
  /** Whether it has been told that it is held up. */
  readonly isToldHeldUp: boolean
  /** Keeps an answer; it may go on when all have it. */
  readonly keep: (answer: Answer) => void
  readonly goOn: () => void
  /** The limit has no room for its poll for so many milliseconds. */
  readonly holdUp: (millis: number) => void
  /** Its last time has come, and there is no room. */
  readonly miss: () => void
  /** The client is gone. */
  readonly stop: () => void
}

// OpenTelemetry's default limit of the links of a span.
const maxLinks = 128

/** A class, since a closure for each of its methods would be half a kilobyte of a wait. @internal */
export class SharedPoll implements Pacer.ScheduledPoll {
  readonly id: ReportId
  readonly subscribers = new Set<Subscriber>()
  /** What is known of the report. */
  report: SloReport | undefined
  /** The failure since the last answer. */
  error: DatadogError | undefined
  /** Since when a poll is under way. */
  askedAt: number | undefined
  /** A failure puts polls off until then, but for last ones. */
  retryAt = -1
  /** Datadog asks to send nothing before. */
  refusedUntil = -1
  polledAt: number
  timer: Pacer.ScheduledPoll["timer"]
  queueEntry: Pacer.ScheduledPoll["queueEntry"]

  private readonly poller: Poller
  private fiber: Fiber.Fiber<void> | undefined
  private nextDelay: ScheduleStepper.ScheduleStepper<DatadogError> | undefined
  private retries = 0
  /** Since when a poll is wanted, and the rate limit leaves it no answer. */
  private wantedSince: number | undefined
  private noticeAt = Infinity

  constructor(poller: Poller, id: ReportId, now: number) {
    this.poller = poller
    this.id = id
    this.polledAt = now
  }

  /** A subscriber's demand is new. */
  plan(subscriber: Subscriber): void {
    if (this.askedAt !== undefined || subscriber.demand === undefined) return
    const { demand, isToldHeldUp } = subscriber
    const at = Math.min(isToldHeldUp ? Infinity : this.dueOf(demand), demand.end, this.noticeAt)
    if (this.timer === undefined || at < this.timer.key) this.poller.pacer.schedule(this, at)
  }

  /** Ends the timer and the call. */
  end(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.poller.pacer.cancel(this)
      return this.fiber === undefined ? Effect.void : Fiber.interrupt(this.fiber)
    })
  }

  isDue(now: number): boolean {
    for (const { demand } of this.subscribers) if (demand !== undefined && this.dueOf(demand) <= now) return true
    return false
  }

  onTime(now: number, hasRoom: boolean): "due" | "last" | "asleep" {
    const missed: Array<Subscriber> = []
    let isDue = false
    let next = Infinity
    for (const subscriber of this.subscribers) {
      const { demand } = subscriber
      if (demand === undefined) continue
      const due = this.dueOf(demand)
      if (demand.end <= now) {
        if (hasRoom) return "last"
        missed.push(subscriber)
        continue
      }
      if (due <= now) isDue = true
      next = Math.min(next, demand.end, due <= now ? Infinity : due)
    }
    if (isDue) this.wantedSince ??= now
    else if (Math.max(this.retryAt, this.refusedUntil) <= now) this.wantedSince = undefined
    this.noticeAt = this.wantedSince === undefined ? Infinity : this.poller.notice.look(this.id, now, this.wantedSince)
    next = Math.min(next, this.noticeAt)
    if (next < Infinity) this.poller.pacer.schedule(this, next)
    for (const subscriber of missed) subscriber.miss()
    return isDue ? "due" : "asleep"
  }

  onHeldUp(now: number, millis: number): void {
    const heldUp: Array<Subscriber> = []
    for (const subscriber of this.subscribers) {
      const { demand, isToldHeldUp } = subscriber
      if (demand !== undefined && !isToldHeldUp && this.dueOf(demand) <= now) heldUp.push(subscriber)
    }
    for (const subscriber of heldUp) subscriber.holdUp(millis)
  }

  onGranted(permit: Permit, now: number): void {
    this.askedAt = now
    this.polledAt = now
    this.fiber = this.poller.run(this.ask(permit, now))
    // However it ends, also before it has begun.
    this.fiber.addObserver(() => this.poller.pacer.meter.release(permit))
  }

  private ask(permit: Permit, askedAt: number): Effect.Effect<void> {
    const links = Array.from(this.subscribers).slice(0, maxLinks).map(({ span }) => ({ span, attributes: {} }))
    return this.poller.poll(this.id, { permit, retries: this.retries, links }).pipe(
      Effect.exit,
      Effect.flatMap((exit) =>
        Effect.flatMap(Monotonic.millis, (answeredAt) =>
          Effect.exit(this.judge(exit, answeredAt)).pipe(
            Effect.map((judged): Answer =>
              Exit.isSuccess(judged)
                ? { exit, askedAt, answeredAt, retryAt: judged.value }
                : { exit: Exit.failCause(judged.cause), askedAt, answeredAt, retryAt: undefined }
            )
          ))
      ),
      Effect.map((answer) => this.publish(answer))
    )
  }

  // What an answer says of the next poll: when it is, after a failure under the client's policy.
  private judge(exit: Exit.Exit<SloReport, DatadogError>, answeredAt: number): Effect.Effect<number | undefined> {
    return Effect.gen({ self: this }, function*() {
      this.error = Exit.isSuccess(exit) ? undefined : Option.getOrUndefined(Cause.findErrorOption(exit.cause))
      if (Exit.isSuccess(exit)) this.report = exit.value
      const { error } = this
      if (error?._tag !== "DatadogTooManyRequests") this.wantedSince = undefined
      const hint = error === undefined ? 0 : retryAfterMillis(error)
      this.refusedUntil = answeredAt + hint
      this.retryAt = -1
      if (error !== undefined && isRetryable(error)) {
        this.nextDelay ??= yield* ScheduleStepper.make(this.poller.retry)
        const backoff = yield* this.nextDelay(error)
        if (backoff !== undefined) {
          this.retries += 1
          const delay = delayOf(error, this.retries, backoff)
          this.retryAt = answeredAt + delay
          yield* noteRetry(this.poller.counts, error, this.retries, delay)
          return this.retryAt
        }
      }
      this.nextDelay = undefined
      this.retries = 0
      return undefined
    })
  }

  private publish(answer: Answer): void {
    this.askedAt = undefined
    this.fiber = undefined
    const subscribers = [...this.subscribers]
    // All have it before any goes on, so that no one's old demand plans the next poll.
    for (const subscriber of subscribers) subscriber.keep(answer)
    for (const subscriber of subscribers) subscriber.goOn()
  }

  private dueOf({ due }: Demand): number {
    return Math.max(due, this.retryAt, this.refusedUntil)
  }
}
