/**
 * The polls of a client's reports: waits for the same report share each poll.
 *
 * A wait takes a seat and asks for one answer after the other. The most eager of a report's seats decides
 * when it is polled; all get the answer, and a seat whose wait is busy keeps it. The last one to leave ends
 * the timer and the call. All times are epoch milliseconds.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Request } from "../pacing/bucket.ts"
import type * as Pacer from "../pacing/pacer.ts"
import { call, type Sitter } from "./pollCall.ts"

/** When a wait wants the next answer. @internal */
export interface Want {
  readonly due: number
  readonly interval: number
  /** The last time for a poll. */
  readonly latest: number
}

/** @internal */
export interface Answer {
  readonly _tag: "Answer"
  readonly exit: Exit.Exit<SloReport, DatadogError>
  readonly askedAt: number
  readonly answeredAt: number
}

type Event =
  | Answer
  /** The poll is due, but the rate limit leaves no room for any for so many milliseconds. */
  | { readonly _tag: "HeldUp"; readonly millis: number }
  /** The last time has come, and there is no room. */
  | { readonly _tag: "Missed" }

/** @internal */
export interface SharedPolls {
  readonly pacer: Pacer.Pacer
  readonly tables: Map<ReportId, Table>
}

/** The place of a wait among those for its report. @internal */
export interface Seat {
  readonly table: Table
  readonly sitter: Sitter
  readonly context: Context.Context<never>
  /** What was told while the wait was busy. */
  readonly unread: Array<Event>
  want: Want | undefined
  resume: ((event: Event) => void) | undefined
}

/** @internal */
export const make = (pacer: Pacer.Pacer): SharedPolls => ({ pacer, tables: new Map() })

/** Takes a seat; the polls that its wait causes run in this context. @internal */
export const sit = (
  polls: SharedPolls,
  id: ReportId,
  sitter: Sitter,
  context: Context.Context<never>
): Seat => {
  const table = polls.tables.get(id) ?? new Table(polls, id)
  const seat: Seat = { table, sitter, context, unread: [], want: undefined, resume: undefined }
  table.seats = [...table.seats, seat]
  polls.tables.set(id, table)
  return seat
}

/** Waits for what is told next. @internal */
export const next = (seat: Seat, want: Want): Effect.Effect<Event> =>
  Effect.callback((resume) => {
    const unread = seat.unread.shift()
    if (unread !== undefined) return resume(Effect.succeed(unread))
    seat.want = want
    seat.resume = (event) => resume(Effect.succeed(event))
    seat.table.plan()
    return Effect.sync(() => {
      seat.want = undefined
      seat.resume = undefined
    })
  })

/** @internal */
export const leave = (seat: Seat): Effect.Effect<void> => Effect.suspend(() => seat.table.leave(seat))

/** The seats of one report. A class, since a closure for each of its methods is half a kilobyte of a wait. */
class Table implements Pacer.Turn {
  seats: ReadonlyArray<Seat> = []
  /** What is known of the report. */
  report: SloReport | undefined
  isAsking = false
  /** Since when a poll is under way. */
  askedAt: number | undefined
  fiber: Fiber.Fiber<void> | undefined

  // The turn that is waited for: when the most eager seat wants it, and not after any seat's last time.
  eager: Seat | undefined
  due = Infinity
  since = Infinity
  interval = 0
  latest = Infinity
  timer: Pacer.Turn["timer"]
  place: Pacer.Turn["place"]

  private readonly polls: SharedPolls
  private readonly id: ReportId

  constructor(polls: SharedPolls, id: ReportId) {
    this.polls = polls
    this.id = id
  }

  plan(): void {
    if (this.isAsking) return
    const [eager, latest] = wishOf(this.seats)
    const want = eager?.want
    this.eager = eager
    if (this.timer !== undefined && want?.due === this.due && latest === this.latest) return
    this.polls.pacer.remove(this)
    if (eager === undefined || want === undefined) return
    this.due = want.due
    this.interval = want.interval
    this.since = want.due - want.interval
    this.latest = latest
    this.polls.pacer.add(this, eager.context)
  }

  onCome(request: Request): void {
    const { eager, latest, polls: { pacer } } = this
    if (eager === undefined) return pacer.cancel()
    this.isAsking = true
    const asking = Effect.flatMap(Clock.currentTimeMillis, (askedAt) => {
      this.askedAt = askedAt
      return call(pacer, eager.context, eager.sitter, latest, request, ({ answeredAt, exit }) => {
        this.hear({ _tag: "Answer", exit, askedAt, answeredAt })
      })
    })
    const fiber = Effect.runForkWith(eager.context)(asking)
    if (fiber.pollUnsafe() === undefined) this.fiber = fiber
  }

  onMissed(): void {
    const { latest } = this
    tell(this.seats, { _tag: "Missed" }, (want) => want !== undefined && want.latest <= latest)
    this.plan()
  }

  onHeldUp(millis: number): void {
    const { due } = this
    tell(this.seats, { _tag: "HeldUp", millis }, (want) => want !== undefined && want.due <= due)
  }

  hear(answer: Answer): void {
    this.isAsking = false
    this.askedAt = undefined
    this.fiber = undefined
    if (Exit.isSuccess(answer.exit)) this.report = answer.exit.value
    tell(this.seats, answer, () => true)
    this.plan()
  }

  leave(seat: Seat): Effect.Effect<void> {
    this.seats = this.seats.filter((other) => other !== seat)
    this.plan()
    if (this.seats.length > 0) return Effect.void
    const { fiber, polls: { pacer, tables } } = this
    tables.delete(this.id)
    return fiber === undefined ? pacer.rest : Effect.andThen(Fiber.interrupt(fiber), pacer.rest)
  }
}

const wishOf = (seats: ReadonlyArray<Seat>): readonly [eager: Seat | undefined, latest: number] => {
  let eager: Seat | undefined
  let latest = Infinity
  for (const seat of seats) {
    if (seat.want === undefined) continue
    if (seat.want.due < (eager?.want?.due ?? Infinity)) eager = seat
    latest = Math.min(latest, seat.want.latest)
  }
  return [eager, latest]
}

// All have it before any goes on, so that no one's old wish plans the next poll.
const tell = (seats: ReadonlyArray<Seat>, event: Event, isFor: (want: Want | undefined) => boolean): void => {
  const resumes: Array<(event: Event) => void> = []
  for (const seat of seats) {
    if (!isFor(seat.want)) continue
    if (seat.resume !== undefined) resumes.push(seat.resume)
    else if (event._tag !== "HeldUp") seat.unread.push(event)
    seat.resume = undefined
    if (event._tag !== "HeldUp") seat.want = undefined
  }
  for (const resume of resumes) resume(event)
}
