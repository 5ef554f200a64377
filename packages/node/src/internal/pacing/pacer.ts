/**
 * The pacer: one fiber that gives the polls of all waits of a client their turns.
 *
 * A turn is due when its wait's own interval is over, and comes when the rate limit has room for it. Of those
 * that are due, the one that is most overdue relative to its own interval comes first. All times are epoch
 * milliseconds.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type * as Bucket from "./bucket.ts"
import * as Heap from "./heap.ts"

/** What it holds changes only while it is not waited for. @internal */
export interface Turn {
  /** It doesn't come before this time. */
  readonly due: number
  /** From this time on it is overdue, relative to this interval. */
  readonly since: number
  readonly interval: number
  /** It comes until this time, or not at all. */
  readonly latest: number
  /** It has come, and its request is counted. */
  readonly onCome: (request: Bucket.Request) => void
  readonly onMissed: () => void
  /** It is due, but the limit has no room for any poll for so many milliseconds; `Infinity`: until an answer. */
  readonly onHeldUp: (millis: number) => void
  /** The pacer's mark among those that wait for a time: to be due, and then the latest. */
  timer?: Heap.Entry<Turn> | undefined
  /** The pacer's mark among those that are due. */
  place?: Heap.Entry<Turn> | undefined
}

/** @internal */
export interface Pacer {
  /** Waits for a turn; one of its functions is called when it comes or can't come any more. */
  readonly add: (turn: Turn, context: Context.Context<never>) => void
  /** Gives a turn up, if it is waited for. */
  readonly remove: (turn: Turn) => void
  /** Ends the fiber where no turn is waited for. */
  readonly rest: Effect.Effect<void>
  /** Whether there are waits, so that what answers tell of the limit is worth knowing. */
  readonly isActive: () => boolean
  /** Counts a request that is no poll. */
  readonly begin: (now: number) => Bucket.Request
  readonly cancel: Bucket.Bucket["cancel"]
  readonly end: Bucket.Bucket["end"]
}

// A timer of Node's can't be longer, in milliseconds; who sleeps longer looks again.
const longestSleep = 2 ** 31 - 1

/** @internal */
export const make = (bucket: Bucket.Bucket): Pacer => {
  const timers: Heap.Heap<Turn> = []
  const due: Due = new Map()
  let dueCount = 0
  const changed = Latch.makeUnsafe()
  let isRunning = false
  let fiber: Fiber.Fiber<void> | undefined

  const remove = (turn: Turn): void => {
    if (turn.timer !== undefined) Heap.remove(timers, turn.timer)
    if (turn.place !== undefined) {
      leave(due, turn, turn.place)
      dueCount -= 1
    }
    turn.timer = undefined
    turn.place = undefined
  }

  const come = (turn: Turn, now: number): void => {
    remove(turn)
    turn.onCome(bucket.begin(now, true))
  }

  const miss = (turn: Turn): void => {
    remove(turn)
    turn.onMissed()
  }

  const becomeDue = (turn: Turn, timer: Heap.Entry<Turn>): void => {
    Heap.remove(timers, timer)
    turn.timer = Heap.add(timers, turn.latest, turn)
    turn.place = enter(due, turn)
    dueCount += 1
  }

  // Gives the turns that may come now; returns when to look again.
  const giveTurns = (now: number): number => {
    const newlyDue: Array<Turn> = []
    for (let timer = timers[0]; timer !== undefined && timer.key <= now; timer = timers[0]) {
      const turn = timer.value
      if (now < turn.latest) {
        becomeDue(turn, timer)
        newlyDue.push(turn)
      } else if (bucket.hasRoom(now)) come(turn, now)
      else miss(turn)
    }
    let next = Infinity
    for (let first = mostOverdue(due, now); first !== undefined; first = mostOverdue(due, now)) {
      next = bucket.nextPoll(now, dueCount)
      if (next > now) break
      come(first, now)
    }
    for (const turn of newlyDue) {
      if (turn.place !== undefined) turn.onHeldUp(next - now)
    }
    return Math.min(dueCount === 0 ? Infinity : next, timers[0]?.key ?? Infinity)
  }

  const run = Effect.gen(function*() {
    while (timers.length > 0) {
      changed.closeUnsafe()
      const now = yield* Clock.currentTimeMillis
      const millis = Math.ceil(giveTurns(now) - now)
      yield* Effect.raceFirst(Effect.sleep(Math.min(Math.max(1, millis), longestSleep)), changed.await)
    }
    isRunning = false
    fiber = undefined
  })

  return {
    add: (turn, context) => {
      turn.timer = Heap.add(timers, turn.due, turn)
      if (isRunning) {
        if (turn.timer.position === 0) changed.openUnsafe()
        return
      }
      isRunning = true
      const started = Effect.runForkWith(context)(run)
      if (started.pollUnsafe() === undefined) fiber = started
    },
    remove,
    rest: Effect.suspend(() => {
      if (timers.length > 0 || fiber === undefined) return Effect.void
      const ended = fiber
      isRunning = false
      fiber = undefined
      return Fiber.interrupt(ended)
    }),
    isActive: () => isRunning || bucket.isBusy(),
    begin: (now) => bucket.begin(now, false),
    cancel: bucket.cancel,
    end: (request, now, told) => {
      bucket.end(request, now, told)
      if (dueCount > 0) changed.openUnsafe()
    }
  }
}

// -----------------------------------------------------------------------------
// the turns that are due
// -----------------------------------------------------------------------------

/** By the class of their intervals, and there by the time since when they are overdue. */
type Due = Map<number, Heap.Heap<Turn>>

// Within a class intervals differ by less than a fifth, so that the longest waiting is the most overdue.
const classesAnOctave = 4

const classOf = (turn: Turn): number => Math.round(Math.log2(Math.max(1, turn.interval)) * classesAnOctave)

const enter = (due: Due, turn: Turn): Heap.Entry<Turn> => {
  const heap = due.get(classOf(turn)) ?? []
  due.set(classOf(turn), heap)
  return Heap.add(heap, turn.since, turn)
}

const leave = (due: Due, turn: Turn, place: Heap.Entry<Turn>): void => {
  const heap = due.get(classOf(turn))
  if (heap === undefined) return
  Heap.remove(heap, place)
  if (heap.length === 0) due.delete(classOf(turn))
}

const overdue = (turn: Turn, now: number): number => (now - turn.since) / Math.max(1, turn.interval)

const mostOverdue = (due: Due, now: number): Turn | undefined => {
  let most: Turn | undefined
  for (const [first] of due.values()) {
    if (first !== undefined && (most === undefined || overdue(first.value, now) > overdue(most, now))) {
      most = first.value
    }
  }
  return most
}
