/**
 * The rate limit that counts the polls: when it has room for the next one.
 *
 * All times are epoch milliseconds.
 *
 * @since 0.1.0
 */
import type { RateLimit } from "@effect-datadog/slo-report/RateLimit"
import * as Limit from "./limit.ts"

/** A request that is counted. @internal */
export interface Request {
  readonly isPoll: boolean
  readonly number: number
  readonly at: number
}

/** What an answer told. @internal */
export interface Told {
  readonly rateLimit: RateLimit
  /** After a 429: how long to wait, in milliseconds; 0 where it doesn't say. */
  readonly refusedFor: number | undefined
}

/** @internal */
export interface Bucket {
  /** When the next of so many polls that are due may go; `Infinity` where an answer on its way decides. */
  readonly nextPoll: (now: number, due: number) => number
  /** Whether a poll that can't be put off may go now, out of turn. */
  readonly hasRoom: (now: number) => boolean
  /** Whether counted requests are on their way. */
  readonly isBusy: () => boolean
  readonly begin: (now: number, isPoll: boolean) => Request
  /** Takes back a request that was counted and is not sent. */
  readonly cancel: () => void
  /** Notes a request's end, and what its answer told, if one came. */
  readonly end: (request: Request, now: number, told: Told | undefined) => void
}

/** No limit at all: every poll may go when it is due. @internal */
export const unlimited: Bucket = {
  nextPoll: (now) => now,
  hasRoom: () => true,
  isBusy: () => false,
  begin: (at, isPoll) => ({ isPoll, number: 0, at }),
  cancel: () => {},
  end: () => {}
}

// The pace of the polls, relative to an even use of what remains: somewhat ahead, since what is left at the reset is
// lost, and slow for a crowd in the window in which the limit was found out or met.
const ahead = 1.2
const slow = 0.5

// Relative to an even use of the whole window, so that nobody hurries to use up its last second.
const fastest = 4

// How much earlier than it was told a window may end: it is told in whole seconds, and some time ago.
const endsWithin = 2000

/**
 * @param share the part of an even use of the limit that is left to other calls than polls, 0 to 1
 * @internal
 */
export const make = (share: number): Bucket => {
  let known: Limit.Limit = Limit.unknown
  let pausedUntil = -Infinity
  let lastPoll = -Infinity
  let inFlight = 0
  let requests = 0
  let newest = 0
  // Those without an answer that tells, which the server may have counted.
  let untold: ReadonlyArray<Request> = []

  const roll = (now: number): void => {
    const before = known
    known = Limit.roll(known, now)
    if (known === before) return
    const end = before._tag === "counted" ? before.end : now
    untold = untold.filter(({ at }) => at >= end - endsWithin)
  }

  const noteUntold = (request: Request): void => {
    if (known._tag === "counted") untold = [...untold, request]
  }

  const roomOf = ({ remaining }: Limit.Counted): number => remaining - inFlight - untold.length

  const nextCounted = (counted: Limit.Counted, now: number, isCrowd: boolean): number => {
    const { end, isFirst, isRefused, limit, period } = counted
    const room = roomOf(counted)
    if (room <= 0) return end
    if (isRefused) return inFlight === 0 ? now : Infinity
    // Where others use so much that less than their share of an even use is left, polls wait.
    const enoughAt = end - room * period / (share * limit)
    if (enoughAt > now) return enoughAt
    const gap = (end - now) / room / (isFirst && isCrowd ? slow : ahead)
    return lastPoll + Math.max(gap, period / limit / fastest)
  }

  // An answer to another call counts where it is of the limit that the polls have met.
  const isOfPolls = ({ isPoll }: Request, { name = "" }: RateLimit): boolean =>
    isPoll || known._tag === "blind" || (known._tag === "counted" && known.name === name)

  const learn = (request: Request, now: number, told: RateLimit): void => {
    const next = Limit.learn(known, told, now)
    if (next === known) noteUntold(request)
    else if (request.number > newest) {
      known = next
      newest = request.number
      untold = untold.filter(({ number }) => number > newest)
    } else if (known._tag === "counted" && next._tag === "counted" && Limit.isSameWindow(known, next)) {
      known = { ...known, remaining: next.remaining, end: next.end }
    }
  }

  const refuse = (now: number, millis: number): void => {
    if (millis > 0) {
      pausedUntil = Math.max(pausedUntil, now + millis)
      // After the pause the first one goes at once.
      lastPoll = -Infinity
    }
    if (known._tag === "blind") known = Limit.halve(known)
    if (known._tag === "counted") known = { ...known, isRefused: true }
    // Those on their way tell of the time before.
    if (known._tag !== "blind") newest = requests
  }

  return {
    nextPoll: (now, due) => {
      if (pausedUntil > now) return pausedUntil
      roll(now)
      switch (known._tag) {
        case "unknown":
          return inFlight === 0 ? now : Infinity
        case "counted":
          return Math.max(now, nextCounted(known, now, due > 1))
        case "blind":
          return Math.max(now, lastPoll + Limit.blindPeriod / known.allowance)
      }
    },
    hasRoom: (now) => {
      if (pausedUntil > now) return false
      roll(now)
      switch (known._tag) {
        case "unknown":
          return inFlight === 0
        case "counted":
          return roomOf(known) > 0 && (!known.isRefused || inFlight === 0)
        case "blind":
          return true
      }
    },
    isBusy: () => inFlight > 0,
    begin: (now, isPoll) => {
      roll(now)
      if (known._tag === "blind") known = { ...known, sent: known.sent + 1 }
      if (isPoll) lastPoll = now
      inFlight += 1
      requests += 1
      return { isPoll, number: requests, at: now }
    },
    cancel: () => {
      inFlight -= 1
    },
    end: (request, now, told) => {
      inFlight -= 1
      roll(now)
      if (told === undefined) noteUntold(request)
      else if (isOfPolls(request, told.rateLimit)) {
        learn(request, now, told.rateLimit)
        if (told.refusedFor !== undefined) refuse(now, told.refusedFor)
      }
    }
  }
}
