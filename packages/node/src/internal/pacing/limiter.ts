/**
 * A rate limit in fixed windows: when it has room for the next poll.
 *
 * It counts polls, and what other operations send under the same name. All times are monotonic milliseconds.
 *
 * @since 0.1.0
 */
import type { RateLimit } from "@effect-datadog/slo-report/RateLimit"
import * as Duration from "effect/Duration"
import type { Observation, Operation, Permit } from "../http/attempt.ts"

/** @internal */
export interface Limiter {
  /** When the next poll may go, or might have gone; a crowd is more polls than one that are due. */
  readonly nextAt: (now: number, isCrowd: boolean) => number
  /** Whether a poll that can't be put off may go now, whatever the pace. */
  readonly hasRoom: (now: number) => boolean
  /** Whether an operation's requests have the same limit as polls, as far as is known. */
  readonly mayShare: (operation: Operation) => boolean
  readonly acquire: (now: number, operation: Operation, isPoll: boolean) => Permit
  /** Ends a request with what its answer told. */
  readonly complete: (permit: Permit, now: number, observation: Observation) => void
  /** Ends a request without an answer, or that has ended already. */
  readonly release: (permit: Permit) => void
}

/** No limit at all. @internal */
export const unlimited: Limiter = {
  nextAt: (now) => now,
  hasRoom: () => true,
  mayShare: () => false,
  acquire: (_, operation, isPoll) => ({ operation, isPoll, ordinal: 0, isOpen: true }),
  complete: () => {},
  release: () => {}
}

/** What is known of the window that is under way. */
interface Window {
  /** Whether headers told it; else it adapts to refusals. */
  readonly isTold: boolean
  readonly name: string | undefined
  readonly limit: number
  readonly period: number
  readonly end: number
  /** What was left, before the requests that began after this one. */
  readonly remaining: number
  readonly ordinal: number
  /** Whether it is the window in which the limit was found out, or found out anew. */
  readonly isFirst: boolean
  readonly isRefused: boolean
}

/** The part of a limit that is left to other calls. @internal */
export const defaultReserve = 0.1

// The pace of the polls, relative to an even use of what remains: somewhat ahead, since what is left at the reset is
// lost, and slow for a crowd in the window in which the limit was found out or met.
const ahead = 1.2
const slow = 0.5

// Relative to an even use of the whole window, so that nobody hurries to use up its last second.
const fastest = 4

// How long one poll alone may take to find a limit out, in milliseconds.
const probeMillis = 2000

// After a refusal that says no time, doubled with each in a row.
const firstPause = 1000

// The longest pause where no period is known: the longest period that Datadog was recorded with, in milliseconds.
const unknownPeriod = 60_000
// What is adapted without headers: the shortest period that Datadog was recorded with, in milliseconds.
const adaptivePeriod = 10_000

/**
 * @param reserve the part of the limit that polls leave alone until the reset, 0 to 1
 * @param paced the operation of the requests that take turns, as polls do
 * @internal
 */
export const make = (reserve: number, paced: Operation = "status"): Limiter => {
  // Of operations that were answered; `undefined` where the answer told no limit.
  const names = new Map<Operation, string | undefined>()
  let window: Window | undefined
  let pausedUntil = -Infinity
  /** Since a refusal one poll alone finds out. */
  let isThrottled = false
  let refusals = 0
  let refusedAt = -1
  let lastPollAt = -Infinity
  let begun = 0
  let pollsInFlight = 0

  const advanceWindow = (now: number): void => {
    if (window === undefined || now < window.end) return
    const windows = Math.floor((now - window.end) / window.period) + 1
    const limit = window.isTold ? window.limit : window.limit + windows - (window.isRefused ? 1 : 0)
    window = {
      ...window,
      limit,
      remaining: limit,
      // What is on its way may count in this window.
      ordinal: begun - pollsInFlight,
      end: window.end + windows * window.period,
      isFirst: false,
      isRefused: false
    }
  }

  const roomOf = ({ isTold, limit, ordinal, remaining }: Window): number =>
    remaining - (begun - ordinal) - (isTold ? Math.min(Math.floor(reserve * limit), limit - 1) : 0)

  const isUsedUp = (): boolean => window?.isTold === true && roomOf(window) <= 0

  const nextInWindow = (window: Window, now: number, isCrowd: boolean): number => {
    const pace = window.isFirst && isCrowd ? slow : ahead
    const gap = (window.end - now) / roomOf(window) / pace
    return lastPollAt + Math.max(gap, window.period / window.limit / fastest)
  }

  const isOfLimit = ({ isPoll, operation }: Permit, { name }: RateLimit): boolean => {
    if (isPoll && operation === paced) return true
    return window?.isTold === true
      ? window.name === name && (name !== undefined || operation === paced)
      : isPoll && name !== undefined
  }

  const learn = (permit: Permit, now: number, { rateLimit, status }: Observation): void => {
    if (rateLimit.remaining === undefined) {
      if (window === undefined && isApis(status)) window = adaptive(now, permit)
    } else if (window?.isTold !== true || permit.ordinal > window.ordinal) {
      window = told(window, permit, rateLimit, rateLimit.remaining, now, window === undefined || isThrottled)
    }
  }

  const refuse = ({ ordinal }: Permit, now: number, retryAfter: number): void => {
    if (ordinal > refusedAt) {
      refusedAt = begun
      refusals += 1
      // What a probe alone had sent says nothing of the limit.
      if (window?.isTold === false) window = isThrottled ? { ...window, isRefused: true } : halve(window, begun)
    }
    const pause = retryAfter > 0 ? retryAfter : firstPause * 2 ** (refusals - 1)
    pausedUntil = Math.max(pausedUntil, now + Math.min(pause, window?.isTold === true ? window.period : unknownPeriod))
    isThrottled = true
  }

  const admit = ({ ordinal }: Permit): void => {
    if (ordinal <= refusedAt) return
    pausedUntil = -Infinity
    isThrottled = false
    refusals = 0
  }

  const release = (permit: Permit): void => {
    if (permit.isOpen && permit.isPoll) pollsInFlight -= 1
    permit.isOpen = false
  }

  return {
    nextAt: (now, isCrowd) => {
      advanceWindow(now)
      if (pausedUntil > now) return pausedUntil
      if (window !== undefined && (isThrottled ? isUsedUp() : roomOf(window) <= 0)) return window.end
      if (window !== undefined && !isThrottled) return nextInWindow(window, now, isCrowd)
      return pollsInFlight === 0 ? now : lastPollAt + probeMillis
    },
    hasRoom: (now) => {
      advanceWindow(now)
      if (pausedUntil > now || isUsedUp()) return false
      return window === undefined || isThrottled ? pollsInFlight === 0 : roomOf(window) > 0
    },
    mayShare: (operation) => {
      const name = names.get(operation)
      return name === undefined ? !names.has(operation) : window?.isTold !== true || name === window.name
    },
    acquire: (now, operation, isPoll) => {
      advanceWindow(now)
      const name = names.get(operation)
      if (isPoll || (name !== undefined && name === window?.name)) begun += 1
      if (isPoll) {
        pollsInFlight += 1
        lastPollAt = now
      }
      return { operation, isPoll, ordinal: begun, isOpen: true }
    },
    release,
    complete: (permit, now, observation) => {
      advanceWindow(now)
      release(permit)
      const { rateLimit, retryAfter, status } = observation
      if (rateLimit.name !== undefined) names.set(permit.operation, rateLimit.name)
      else if (isApis(status) && !names.has(permit.operation)) names.set(permit.operation, undefined)
      if (!isOfLimit(permit, rateLimit)) return
      learn(permit, now, observation)
      if (status === 429) refuse(permit, now, retryAfter)
      else if (isApis(status)) admit(permit)
    }
  }
}

// The edge's errors and a 403 come before the limit, and never have its headers.
const isApis = (status: number): boolean => status < 500 && status !== 403

const told = (
  before: Window | undefined,
  { ordinal }: Permit,
  { limit, name, period, reset }: RateLimit,
  remaining: number,
  now: number,
  isFoundOut: boolean
): Window => {
  const known = before?.isTold === true && before.name === name ? before : undefined
  const resetMillis = reset === undefined ? undefined : Duration.toMillis(reset)
  const periodMillis = period === undefined
    ? known?.period ?? Math.max(unknownPeriod, resetMillis ?? 0)
    : Duration.toMillis(period)
  const end = now + Math.min(resetMillis ?? periodMillis, periodMillis)
  const isSame = known !== undefined && Math.abs(known.end - end) < periodMillis / 2
  return {
    isTold: true,
    name,
    limit: limit ?? Math.max(known?.limit ?? 0, remaining + 1),
    period: periodMillis,
    // A reset is rounded up to seconds: the earliest is the nearest to the truth.
    end: isSame ? Math.min(known.end, end) : end,
    remaining,
    ordinal,
    isFirst: isFoundOut || (isSame && known.isFirst),
    isRefused: false
  }
}

// No limit, until there is a refusal.
const adaptive = (now: number, { ordinal }: Permit): Window => ({
  isTold: false,
  name: undefined,
  limit: Infinity,
  period: adaptivePeriod,
  end: now + adaptivePeriod,
  remaining: Infinity,
  ordinal: ordinal - 1,
  isFirst: false,
  isRefused: false
})

// Half of what was sent in this window (multiplicative decrease).
const halve = (window: Window, begun: number): Window => {
  const limit = Math.max(1, Math.floor(Math.min(window.limit, begun - window.ordinal) / 2))
  return { ...window, limit, remaining: limit, isRefused: true }
}
