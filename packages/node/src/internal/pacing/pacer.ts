/**
 * The pacer: one fiber that gives the scheduled polls of all waits of a client their turns.
 *
 * A poll is due at its time, and granted when the rate limit has room for it: of those that are due, the one
 * whose report was polled longest ago. All times are monotonic milliseconds.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { Meter, Operation, Permit } from "../http/attempt.ts"
import * as Monotonic from "../http/monotonic.ts"
import * as Heap from "./heap.ts"
import type { Limiter } from "./limiter.ts"

/** The next poll of a report, or another request that takes its turn. @internal */
export interface ScheduledPoll {
  /** What it is, where it is no poll. */
  readonly operation?: Operation
  /** When the report was polled last, or since when it waits for its first poll. */
  readonly polledAt: number
  /**
   * Its time has come: it is `due`, or can't be put off any longer (`last`), or nobody wants it now (`asleep`).
   *
   * @param hasRoom whether a last poll may go
   */
  readonly onTime: (now: number, hasRoom: boolean) => "due" | "last" | "asleep"
  /** Whether it is wanted still, when it is its turn. */
  readonly isDue: (now: number) => boolean
  /** It may go; its request is counted. */
  readonly onGranted: (permit: Permit, now: number) => void
  /** It is due, but the limit has no room for any poll for so many milliseconds. */
  readonly onHeldUp: (now: number, millis: number) => void
  timer?: Heap.Entry<ScheduledPoll> | undefined
  queueEntry?: Heap.Entry<ScheduledPoll> | undefined
}

/** @internal */
export interface Pacer {
  readonly meter: Meter
  /** Sets the time at which the poll is looked at, in place of the time before. */
  readonly schedule: (poll: ScheduledPoll, at: number) => void
  /** Gives the poll up. */
  readonly cancel: (poll: ScheduledPoll) => void
}

/** Its fiber lives in the scope, and is asleep without a timer while nothing is scheduled. @internal */
export const make = Effect.fnUntraced(function*(limiter: Limiter): Effect.fn.Return<Pacer, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const timers: Heap.Heap<ScheduledPoll> = []
  const queue: Heap.Heap<ScheduledPoll> = []
  const changed = Latch.makeUnsafe()
  let isGiving = false
  let next = Infinity

  const stopTimer = (poll: ScheduledPoll): void => {
    if (poll.timer !== undefined) Heap.remove(timers, poll.timer)
    poll.timer = undefined
  }

  const dequeue = (poll: ScheduledPoll): void => {
    if (poll.queueEntry !== undefined) Heap.remove(queue, poll.queueEntry)
    poll.queueEntry = undefined
  }

  const grant = (poll: ScheduledPoll, now: number): void => {
    stopTimer(poll)
    dequeue(poll)
    poll.onGranted(limiter.acquire(now, poll.operation ?? "status", true), now)
  }

  // Those whose time has come are due, but for those that can't wait.
  const enqueue = (now: number): ReadonlyArray<ScheduledPoll> => {
    const newlyDue: Array<ScheduledPoll> = []
    for (let timer = timers[0]; timer !== undefined && timer.key <= now; timer = timers[0]) {
      const poll = timer.value
      stopTimer(poll)
      const state = poll.onTime(now, limiter.hasRoom(now))
      if (state === "last") grant(poll, now)
      else if (state === "asleep") dequeue(poll)
      else {
        poll.queueEntry ??= Heap.add(queue, poll.polledAt, poll)
        newlyDue.push(poll)
      }
    }
    return newlyDue
  }

  // Gives the turns that may come now, and says when the next one may.
  const giveTurns = (now: number): number => {
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      const at = limiter.nextAt(now, queue.length > 1)
      if (at > now) return at
      if (first.value.isDue(now)) grant(first.value, now)
      else dequeue(first.value)
    }
    return Infinity
  }

  // Whoever is called in here may change what is scheduled.
  const look = (): void => {
    if (isGiving) return
    isGiving = true
    const now = Monotonic.millisOf(clock)
    const newlyDue = enqueue(now)
    const turn = giveTurns(now)
    for (const poll of newlyDue) {
      if (poll.queueEntry !== undefined) poll.onHeldUp(now, turn - now)
    }
    isGiving = false
    const before = next
    next = Math.min(turn, timers[0]?.key ?? Infinity)
    if (next !== before) changed.openUnsafe()
  }

  const lookInTime = Effect.suspend(() => {
    changed.closeUnsafe()
    if (next === Infinity) return changed.await
    const millis = Math.ceil(next - Monotonic.millisOf(clock))
    return Effect.raceFirst(changed.await, Effect.andThen(Effect.sleep(millis), Effect.sync(look)))
  })

  yield* Effect.forkScoped(Effect.forever(lookInTime))

  return {
    meter: {
      acquire: (operation) => Effect.sync(() => limiter.acquire(Monotonic.millisOf(clock), operation, false)),
      complete: (permit, observation) =>
        Effect.sync(() => {
          limiter.complete(permit, Monotonic.millisOf(clock), observation)
          if (queue.length > 0) look()
        }),
      release: (permit) => {
        limiter.release(permit)
        if (queue.length > 0) look()
      }
    },
    schedule: (poll, at) => {
      stopTimer(poll)
      poll.timer = Heap.add(timers, at, poll)
      if (at >= next) return
      if (poll.queueEntry === undefined) return look()
      // One look for all that join a poll that waits for its turn.
      next = at
      changed.openUnsafe()
    },
    cancel: (poll) => {
      stopTimer(poll)
      dequeue(poll)
      if (timers.length === 0) look()
    }
  }
})
