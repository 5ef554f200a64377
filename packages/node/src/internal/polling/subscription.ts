/**
 * A wait's subscription to its report's polls: when it wants an answer, and the latest that it has not taken.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { Answer, Demand, SharedPoll, Subscriber } from "./sharedPoll.ts"
import type { SharedPolls } from "./sharedPolls.ts"

/** @internal */
export type Event =
  | { readonly _tag: "Answer"; readonly answer: Answer }
  /** The limit has no room for its poll for so many milliseconds. */
  | { readonly _tag: "HeldUp"; readonly millis: number }
  /** Its last time has come, and there is no room. */
  | { readonly _tag: "Missed" }
  /** The client is gone. */
  | { readonly _tag: "Stopped" }

/** A class, since a closure for each of its methods would be half a kilobyte of each wait. @internal */
export class Subscription implements Subscriber {
  readonly span: Tracer.Span
  readonly poll: SharedPoll
  demand: Demand | undefined
  isToldHeldUp = false
  /** How many answers there were, failures too, and the failure since the last report. */
  polls = 0
  error: DatadogError | undefined

  private readonly all: SharedPolls
  private event: Event | undefined
  private resume: ((event: Effect.Effect<Event>) => void) | undefined

  constructor(all: SharedPolls, id: ReportId, span: Tracer.Span, now: number) {
    this.all = all
    this.span = span
    this.poll = all.get(id, now)
    all.subscribe(this.poll, this)
  }

  /** Waits for the next event. */
  next(demand: Demand): Effect.Effect<Event> {
    return Effect.callback((resume) => {
      const { event } = this
      this.event = undefined
      if (event !== undefined) return resume(Effect.succeed(event))
      this.resume = resume
      this.demand = demand
      this.poll.plan(this)
      return Effect.sync(() => {
        this.demand = undefined
        this.resume = undefined
      })
    })
  }

  end(): Effect.Effect<void> {
    return Effect.suspend(() => this.all.unsubscribe(this.poll, this))
  }

  keep(answer: Answer): void {
    const { exit } = answer
    this.polls += 1
    this.demand = undefined
    this.error = Exit.isSuccess(exit) ? undefined : Option.getOrUndefined(Cause.findErrorOption(exit.cause))
    // A failure says nothing of the report.
    const isNews = this.event?._tag !== "Answer" || Exit.isFailure(this.event.answer.exit) || Exit.isSuccess(exit)
    if (isNews) this.event = { _tag: "Answer", answer }
  }

  goOn(): void {
    // In between, it may have gone on with a newer one already.
    if (this.event !== undefined) this.tell(this.event)
  }

  holdUp(millis: number): void {
    this.isToldHeldUp = true
    this.tell({ _tag: "HeldUp", millis })
  }

  miss(): void {
    this.demand = undefined
    this.tell({ _tag: "Missed" })
  }

  stop(): void {
    this.tell({ _tag: "Stopped" })
  }

  private tell(event: Event): void {
    const { resume } = this
    this.event = resume === undefined ? event : undefined
    this.resume = undefined
    resume?.(Effect.succeed(event))
  }
}
