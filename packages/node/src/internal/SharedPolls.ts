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
import type { Request } from "./bucket.ts"
import * as Pacer from "./pacer.ts"
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

/** @internal */
export type Event =
  | Answer
  /** The poll is due, but the rate limit leaves no room for any for so many milliseconds. */
  | { readonly _tag: "HeldUp"; readonly millis: number }
  /** The last time has come, and there is no room. */
  | { readonly _tag: "Missed" }

/** @internal */
export interface Seat {
  /** What other waits know of the report already. */
  readonly latest: SloReport | undefined
  readonly next: (want: Want) => Effect.Effect<Event>
  /** Since when a poll is under way. */
  readonly askedAt: () => number | undefined
  readonly leave: Effect.Effect<void>
}

/** @internal */
export interface SharedPolls {
  readonly sit: (id: ReportId, sitter: Sitter) => Effect.Effect<Seat>
}

interface Sitting {
  readonly sitter: Sitter
  readonly context: Context.Context<never>
  readonly unread: Array<Event>
  want: Want | undefined
  resume: ((event: Event) => void) | undefined
}

interface Shared {
  readonly sittings: Set<Sitting>
  latest: SloReport | undefined
  waiting: Pacer.Waiting | undefined
  isAsking: boolean
  askedAt: number | undefined
  fiber: Fiber.Fiber<void> | undefined
}

/** @internal */
export const make = (pacer: Pacer.Pacer): SharedPolls => {
  const reports = new Map<ReportId, Shared>()

  // Waits for the turn of the most eager, if any wants one.
  const plan = (shared: Shared): void => {
    const [eager, latest] = wishOf(shared)
    const turn = shared.waiting?.turn
    if (shared.isAsking || (turn !== undefined && turn.due === eager?.want.due && turn.latest === latest)) return
    if (shared.waiting !== undefined) pacer.remove(shared.waiting)
    shared.waiting = undefined
    if (eager === undefined) return
    const { sitting, want } = eager
    shared.waiting = Pacer.waiting({
      due: want.due,
      interval: want.interval,
      since: want.due - want.interval,
      latest,
      onCome: (request) => ask(shared, sitting, request),
      onMissed: () => {
        shared.waiting = undefined
        tell(shared, { _tag: "Missed" }, (want) => want !== undefined && want.latest <= latest)
        plan(shared)
      },
      onHeldUp: (millis) => tell(shared, { _tag: "HeldUp", millis }, (its) => its !== undefined && its.due <= want.due)
    })
    pacer.add(shared.waiting, sitting.context)
  }

  const ask = (shared: Shared, { context, sitter }: Sitting, request: Request): void => {
    shared.waiting = undefined
    shared.isAsking = true
    const asking = Effect.flatMap(Clock.currentTimeMillis, (askedAt) => {
      shared.askedAt = askedAt
      return call(
        pacer,
        context,
        sitter,
        request,
        ({ answeredAt, exit }) => hear(shared, { _tag: "Answer", exit, askedAt, answeredAt })
      )
    })
    const fiber = Effect.runForkWith(context)(asking)
    if (fiber.pollUnsafe() === undefined) shared.fiber = fiber
  }

  const hear = (shared: Shared, answer: Answer): void => {
    shared.isAsking = false
    shared.askedAt = undefined
    shared.fiber = undefined
    if (Exit.isSuccess(answer.exit)) shared.latest = answer.exit.value
    tell(shared, answer)
    plan(shared)
  }

  const next = (shared: Shared, sitting: Sitting, want: Want): Effect.Effect<Event> =>
    Effect.callback((resume) => {
      const unread = sitting.unread.shift()
      if (unread !== undefined) return resume(Effect.succeed(unread))
      sitting.want = want
      sitting.resume = (event) => resume(Effect.succeed(event))
      plan(shared)
      return Effect.sync(() => {
        sitting.want = undefined
        sitting.resume = undefined
      })
    })

  const leave = (id: ReportId, shared: Shared, sitting: Sitting): Effect.Effect<void> =>
    Effect.suspend(() => {
      shared.sittings.delete(sitting)
      plan(shared)
      if (shared.sittings.size > 0) return Effect.void
      reports.delete(id)
      return shared.fiber === undefined ? pacer.rest : Effect.andThen(Fiber.interrupt(shared.fiber), pacer.rest)
    })

  return {
    sit: (id, sitter) =>
      Effect.contextWith((context: Context.Context<never>) => {
        const shared = reports.get(id) ?? nobody()
        reports.set(id, shared)
        const sitting: Sitting = { sitter, context, unread: [], want: undefined, resume: undefined }
        shared.sittings.add(sitting)
        return Effect.succeed({
          latest: shared.latest,
          next: (want) => next(shared, sitting, want),
          askedAt: () => shared.askedAt,
          leave: leave(id, shared, sitting)
        })
      })
  }
}

const nobody = (): Shared => ({
  sittings: new Set(),
  latest: undefined,
  waiting: undefined,
  isAsking: false,
  askedAt: undefined,
  fiber: undefined
})

const wishOf = (shared: Shared): readonly [{ sitting: Sitting; want: Want } | undefined, latest: number] => {
  let eager: { sitting: Sitting; want: Want } | undefined
  let latest = Infinity
  for (const sitting of shared.sittings) {
    const { want } = sitting
    if (want === undefined) continue
    if (eager === undefined || want.due < eager.want.due) eager = { sitting, want }
    latest = Math.min(latest, want.latest)
  }
  return [eager, latest]
}

// All have it before any goes on, so that no one's old wish plans the next poll.
const tell = (shared: Shared, event: Event, isFor: (want: Want | undefined) => boolean = () => true): void => {
  const resumes: Array<(event: Event) => void> = []
  for (const sitting of shared.sittings) {
    if (!isFor(sitting.want)) continue
    if (sitting.resume !== undefined) resumes.push(sitting.resume)
    else if (event._tag !== "HeldUp") sitting.unread.push(event)
    sitting.resume = undefined
    if (event._tag !== "HeldUp") sitting.want = undefined
  }
  for (const resume of resumes) resume(event)
}
