/**
 * Time that passes only when nothing is left to do: a deterministic event loop for Effect's fibers, by a clock
 * and a scheduler of theirs, and for promises, by a `setTimeout` of theirs.
 */
import { Clock, Duration, Effect, Scheduler } from "effect"

interface Timer {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

const start = Date.UTC(2026, 0, 1)

export class VirtualClock {
  /** Epoch milliseconds; the start is a full minute. */
  now = start
  private order = 0
  private soon: Array<() => void> = []
  private readonly timers: Array<Timer> = []

  /** Runs `run` after so many milliseconds; gives what cancels it. */
  after(millis: number, run: () => void): () => void {
    const timer: Timer = { at: this.now + Math.max(0, millis), order: this.order++, run }
    push(this.timers, timer)
    return () => {
      timer.run = undefined
    }
  }

  /**
   * Lets time pass until `isDone`, or until `end`.
   *
   * @param settle what lets promises run that are due; Effect's fibers need nothing
   */
  async run(
    isDone: () => boolean,
    options: { readonly end?: number; readonly settle?: () => Promise<void> } = {}
  ): Promise<void> {
    const { end = Infinity, settle } = options
    for (;;) {
      this.drain()
      if (settle !== undefined) await settle()
      if (this.soon.length > 0) continue
      if (isDone()) return
      const first = this.timers[0]
      if (first === undefined) throw new Error("Nothing is left to wait for, and it is not done")
      if (first.at > end) {
        this.now = end
        return
      }
      this.now = first.at
      while (this.timers[0] !== undefined && this.timers[0].at <= this.now) pop(this.timers)?.run?.()
    }
  }

  /** Runs an effect on this clock to its end, or to `end`, where it is left as it is. */
  async runEffect<A, E>(effect: Effect.Effect<A, E>, end?: number): Promise<A | undefined> {
    let result: Promise<A> | undefined
    let isDone = false
    result = Effect.runPromise(Effect.ensuring(this.provide(effect), Effect.sync(() => isDone = true)))
    await this.run(() => isDone, end === undefined ? {} : { end })
    return isDone ? result : undefined
  }

  private provide<A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> {
    const scheduler = new Scheduler.MixedScheduler("async", (run) => {
      let task: (() => void) | undefined = run
      this.soon.push(() => task?.())
      return () => {
        task = undefined
      }
    })
    return effect.pipe(
      Effect.provideService(Clock.Clock, this.effectClock()),
      Effect.provideService(Scheduler.Scheduler, scheduler)
    )
  }

  private effectClock(): Clock.Clock {
    const nanos = () => BigInt(Math.round(this.now)) * 1_000_000n
    const sinceStart = () => BigInt(Math.round(this.now - start)) * 1_000_000n
    return {
      currentTimeMillisUnsafe: () => this.now,
      currentTimeMillis: Effect.sync(() => this.now),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: sinceStart,
      monotonicTimeNanos: Effect.sync(sinceStart),
      sleep: (duration) =>
        Effect.callback((resume) => {
          const cancel = this.after(Duration.toMillis(duration), () => resume(Effect.void))
          return Effect.sync(cancel)
        })
    }
  }

  private drain(): void {
    while (this.soon.length > 0) {
      const due = this.soon
      this.soon = []
      for (const task of due) task()
    }
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

// A binary heap, the first timer at its root.
const push = (heap: Array<Timer>, timer: Timer): void => {
  let index = heap.length
  heap.push(timer)
  while (index > 0) {
    const parent = (index - 1) >> 1
    const above = heap[parent]
    if (above === undefined || isBefore(above, timer)) break
    heap[index] = above
    index = parent
  }
  heap[index] = timer
}

const pop = (heap: Array<Timer>): Timer | undefined => {
  const first = heap[0]
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return first
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    let below = heap[child]
    const right = heap[child + 1]
    if (below !== undefined && right !== undefined && isBefore(right, below)) {
      child += 1
      below = right
    }
    if (below === undefined || !isBefore(below, last)) break
    heap[index] = below
    index = child
  }
  heap[index] = last
  return first
}
