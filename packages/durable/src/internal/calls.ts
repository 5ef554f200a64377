/**
 * The create calls of this process, until the store has taken how they ended: an engine whose store fails it begins a
 * step anew in the same process.
 *
 * @since 0.1.0
 */
import * as CallPacing from "@effect-datadog/slo-report-node/CallPacing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"
import type { ExportError } from "../ExportError.ts"
import type { CreatedReport } from "./wire.ts"

/**
 * Sends a call in its turn.
 *
 * @param mark stores before that it is begun, and tells whether nobody else had
 * @internal
 */
export type Begin = <A, E, R>(call: Effect.Effect<A, E, R>, mark: Effect.Effect<boolean>) => Effect.Effect<A, E, R>

/** @internal */
export interface Calls {
  /** Whether another process may be at a call that this one finds begun. */
  readonly mayBeElsewhere: boolean
  /**
   * Makes a call, or waits for it where it is made already. One that isn't begun is given up with the last that waits
   * for it; how one that is begun ends is told to `orphaned`.
   */
  readonly join: <R>(
    key: string,
    call: (begin: Begin) => Effect.Effect<CreatedReport, ExportError, R>,
    orphaned: (exit: Exit.Exit<CreatedReport, ExportError>) => Effect.Effect<void>
  ) => Effect.Effect<CreatedReport, ExportError, R>
  /** Forgets a call when its step is stored. */
  readonly untilStored: <A, E, R>(key: string, step: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Begins no more calls, and waits until those that are begun are stored. */
  readonly end: Effect.Effect<void>
}

// A kill loses so many at most. At half a second each they are ten in a second, which is the limit of 100 in 10 s.
const mostInFlight = 5

// How long a call that is under way may take to be answered, where the process is asked to end.
const grace = "5 seconds"

interface Call {
  readonly fiber: Fiber.Fiber<CreatedReport, ExportError>
  readonly isStored: Deferred.Deferred<void>
}

/** @internal */
export const make = (mayBeElsewhere: boolean): Calls => {
  const open = new Map<string, Call>()
  const begun = new Set<string>()
  const permits = Semaphore.makeUnsafe(mostInFlight)
  let isEnding = false

  const beginOf = (key: string): Begin => (call, mark) =>
    permits.withPermit(
      call.pipe(
        Effect.provideService(CallPacing.Current, "paced"),
        Effect.provideService(
          CallPacing.BeforeSend,
          Effect.suspend(() => {
            if (isEnding) return Effect.never
            begun.add(key)
            return Effect.flatMap(mark, (isOwn) => {
              if (isOwn) return Effect.void
              begun.delete(key)
              return Effect.never
            })
          })
        )
      )
    )

  const forget = (key: string) =>
    Effect.suspend(() => {
      const call = open.get(key)
      open.delete(key)
      begun.delete(key)
      return call === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(call.isStored, undefined))
    })

  return {
    mayBeElsewhere,
    join: (key, call, orphaned) =>
      Effect.gen(function*() {
        const { fiber } = open.get(key) ?? {
          fiber: yield* Effect.forkDetach(call(beginOf(key)), { startImmediately: true })
        }
        if (!open.has(key)) open.set(key, { fiber, isStored: Deferred.makeUnsafe<void>() })
        return yield* Effect.onInterrupt(Fiber.join(fiber), () =>
          begun.has(key)
            ? Effect.forkDetach(Effect.flatMap(Fiber.await(fiber), orphaned))
            : Effect.andThen(Fiber.interrupt(fiber), forget(key)))
      }),
    untilStored: (key, step) => Effect.tapError(Effect.tap(step, () => forget(key)), () => forget(key)),
    end: Effect.suspend(() => {
      isEnding = true
      const stored = [...open].flatMap(([key, { isStored }]) => begun.has(key) ? [Deferred.await(isStored)] : [])
      return Effect.all(stored, { concurrency: "unbounded", discard: true })
    }).pipe(Effect.timeoutOption(grace), Effect.asVoid)
  }
}
