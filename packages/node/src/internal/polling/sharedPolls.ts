/**
 * The polls of all reports that a client waits for, one shared poll a report.
 *
 * @since 0.1.0
 */
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { type HeldUpNotice, type Poller, SharedPoll, type Subscriber } from "./sharedPoll.ts"

/** @internal */
export interface SharedPolls {
  /** The shared poll of a report; who takes it must subscribe. */
  readonly get: (id: ReportId, now: number) => SharedPoll
  readonly subscribe: (poll: SharedPoll, subscriber: Subscriber) => void
  /** The last one to leave ends the timer and the call. */
  readonly unsubscribe: (poll: SharedPoll, subscriber: Subscriber) => Effect.Effect<void>
}

/**
 * Polls live in the scope; when it closes, the waits that are left are interrupted.
 *
 * @param isShared whether waits for one report share its polls
 * @internal
 */
export const make = Effect.fnUntraced(function*(
  options: Pick<Poller, "pacer" | "retry" | "poll" | "counts">,
  isShared: boolean
): Effect.fn.Return<SharedPolls, never, Scope.Scope> {
  const run = yield* FiberSet.makeRuntime<never, void, never>()
  const poller: Poller = { ...options, run, notice: heldUpNotice(run) }
  const polls = new Map<ReportId | SharedPoll, SharedPoll>()
  const keyOf = (poll: SharedPoll): ReportId | SharedPoll => isShared ? poll.id : poll
  let isClosed = false

  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      isClosed = true
      for (const poll of polls.values()) for (const subscriber of poll.subscribers) subscriber.stop()
    })
  )

  return {
    get: (id, now) => polls.get(id) ?? new SharedPoll(poller, id, now),
    subscribe: (poll, subscriber) => {
      poll.subscribers.add(subscriber)
      polls.set(keyOf(poll), poll)
      if (isClosed) subscriber.stop()
    },
    unsubscribe: (poll, subscriber) => {
      poll.subscribers.delete(subscriber)
      if (poll.subscribers.size > 0) return Effect.void
      polls.delete(keyOf(poll))
      return poll.end()
    }
  }
})

// How long the rate limit may hold a poll up before that is logged.
const heldUpNoticeMillis = 60_000

const heldUpNotice = (run: Poller["run"]): HeldUpNotice => {
  let isLogged = false
  return {
    look: (id, now, wantedSince) => {
      if (isLogged) return Infinity
      if (now - wantedSince <= heldUpNoticeMillis) return wantedSince + heldUpNoticeMillis + 1
      isLogged = true
      const seconds = Math.round((now - wantedSince) / 1000)
      run(Effect.logInfo(`The rate limit holds polls up: that of report ${id} for ${seconds} s so far`))
      return Infinity
    }
  }
}
