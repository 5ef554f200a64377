/**
 * What is known of a rate limit, and what it learns from answers and from time.
 *
 * All times are epoch milliseconds.
 *
 * @since 0.1.0
 */
import type { RateLimit } from "@effect-datadog/slo-report/RateLimit"
import * as Duration from "effect/Duration"

/** @internal */
export type Limit = Unknown | Counted | Blind

/** Nothing is known: one request finds out. @internal */
export interface Unknown {
  readonly _tag: "unknown"
}

/** Headers say what is left of a window and when it ends. @internal */
export interface Counted {
  readonly _tag: "counted"
  readonly name: string
  readonly limit: number
  readonly period: number
  readonly remaining: number
  readonly end: number
  /** Whether it is the window in which this was found out, or found out anew. */
  readonly isFirst: boolean
  /** Whether a request was refused, so that one other finds out anew. */
  readonly isRefused: boolean
}

/** Answers come without headers: only refusals teach. @internal */
export interface Blind {
  readonly _tag: "blind"
  /** Which {@link blindPeriod} it is. */
  readonly period: number
  readonly sent: number
  readonly allowance: number
  readonly isRefused: boolean
}

/** @internal */
export const unknown: Unknown = { _tag: "unknown" }

/** What a blind client counts by: the shortest of the periods that Datadog was recorded with. @internal */
export const blindPeriod = 10_000

const periodAt = (now: number): number => Math.floor(now / blindPeriod)

/** What the headers of an answer tell; the same limit where they tell nothing. @internal */
export const learn = (known: Limit, told: RateLimit, now: number): Limit => {
  if (told.remaining === undefined || told.reset === undefined) {
    return known._tag === "unknown"
      ? { _tag: "blind", period: periodAt(now), sent: 1, allowance: Infinity, isRefused: false }
      : known
  }
  const { limit = told.remaining + 1, name = "", period = told.reset, remaining } = told
  const counted: Counted = {
    _tag: "counted",
    name,
    limit,
    period: Duration.toMillis(period),
    remaining,
    end: now + Duration.toMillis(told.reset),
    isFirst: known._tag !== "counted" || known.isRefused,
    isRefused: false
  }
  return known._tag === "counted" && isSameWindow(known, counted)
    // Answers overtake each other, and a reset is rounded up to seconds: the least is the nearest to the truth.
    ? {
      ...counted,
      remaining: Math.min(known.remaining, remaining),
      end: Math.min(known.end, counted.end),
      isFirst: known.isFirst || known.isRefused
    }
    : counted
}

/** @internal */
export const isSameWindow = (one: Counted, other: Counted): boolean =>
  one.name === other.name && Math.abs(one.end - other.end) < other.period / 2

/** Where a window is over, the next one. @internal */
export const roll = (known: Limit, now: number): Limit => {
  if (known._tag === "counted" && now >= known.end) {
    const windows = Math.floor((now - known.end) / known.period) + 1
    return { ...known, remaining: known.limit, end: known.end + windows * known.period, isFirst: false }
  }
  if (known._tag === "blind" && periodAt(now) > known.period) {
    const clean = periodAt(now) - known.period - (known.isRefused ? 1 : 0)
    return { ...known, period: periodAt(now), sent: 0, allowance: known.allowance + clean, isRefused: false }
  }
  return known
}

/** Half of what was sent in this period, once in a period: its refusals have one reason. @internal */
export const halve = (known: Blind): Blind =>
  known.isRefused
    ? known
    : { ...known, isRefused: true, allowance: Math.max(1, Math.floor(Math.min(known.allowance, known.sent) / 2)) }
