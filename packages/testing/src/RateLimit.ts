/**
 * Datadog's rate limits: so many requests in each period of the calendar.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type { Header } from "./Answer.ts"
import type { Operation } from "./Operation.ts"

/**
 * A rule: `limit` requests in each `period`, counted under `name`.
 *
 * **Details**
 *
 * A period that is a number is in milliseconds. Periods are whole seconds and aligned to the calendar: with 10 seconds a window begins at :00, :10, :20,
 * … of the clock, not with the first request. Rules with the same name share their count.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rule {
  readonly limit: number
  readonly period: Duration.Input
  readonly name: string
}

/**
 * The rule of a fake that was given none: 100 requests in 10 seconds, as some SLO endpoints have it.
 *
 * **Details**
 *
 * The rule of the report endpoints is unknown; the name is made up.
 *
 * @category constructors
 * @since 0.1.0
 */
export const standard: Rule = { limit: 100, period: "10 seconds", name: "slo_report" }

/**
 * The rule of an operation of a fake that was given none.
 *
 * **Details**
 *
 * Searches, SLOs and histories have the rules that Datadog was recorded with from 2021 to 2026: `slo_search` 1000,
 * `slo_get` 3000 and `slo_history` 150 requests in 10 seconds. The others have {@link standard}.
 *
 * @category getters
 * @since 0.1.0
 */
export const standardOf = (operation: Operation): Rule => {
  switch (operation) {
    case "search":
      return { limit: 1000, period: "10 seconds", name: "slo_search" }
    case "slo":
      return { limit: 3000, period: "10 seconds", name: "slo_get" }
    case "history":
      return { limit: 150, period: "10 seconds", name: "slo_history" }
    default:
      return standard
  }
}

/**
 * What a rule allows at a moment.
 *
 * @category models
 * @since 0.1.0
 */
export interface Window {
  readonly limit: number
  /** Seconds. */
  readonly period: number
  readonly remaining: number
  /** Whole seconds until the next window: from 1 to the period, never 0. */
  readonly reset: number
  readonly name: string
}

/**
 * A window as Datadog's five headers.
 *
 * @category getters
 * @since 0.1.0
 */
export const headers = (window: Window): ReadonlyArray<Header> => [
  ["X-RateLimit-Limit", String(window.limit)],
  ["X-RateLimit-Period", String(window.period)],
  ["X-RateLimit-Remaining", String(window.remaining)],
  ["X-RateLimit-Reset", String(window.reset)],
  ["X-RateLimit-Name", window.name]
]

/**
 * Whether Datadog sends the headers with a status: on 2xx and 4xx, but never on 403 (nor on 502).
 *
 * @category predicates
 * @since 0.1.0
 */
export const isReported = (status: number): boolean =>
  (status >= 200 && status < 300) || (status >= 400 && status < 500 && status !== 403)

/**
 * The message of a 429.
 *
 * @category getters
 * @since 0.1.0
 */
export const message = (window: Window): string =>
  `Rate limit of ${window.limit} requests in ${window.period} seconds reached. Please try again later.`

/**
 * Counts the requests of the current window of each rule.
 *
 * @category models
 * @since 0.1.0
 */
export interface Counter {
  /** What the rule allows at this time (epoch milliseconds). */
  readonly window: (rule: Rule, now: number) => Window
  /** Counts so many requests at this time. */
  readonly use: (rule: Rule, now: number, requests: number) => void
}

/**
 * Makes a counter that has counted nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeCounter = (): Counter => {
  const counts = new Map<string, { readonly window: number; readonly used: number }>()
  const used = (rule: Rule, window: number): number => {
    const count = counts.get(rule.name)
    return count?.window === window ? count.used : 0
  }
  return {
    window: (rule, now) => {
      const period = periodOf(rule)
      const window = Math.floor(now / period)
      return {
        limit: rule.limit,
        period: period / 1000,
        remaining: Math.max(0, rule.limit - used(rule, window)),
        reset: Math.ceil(((window + 1) * period - now) / 1000),
        name: rule.name
      }
    },
    use: (rule, now, requests) => {
      const window = Math.floor(now / periodOf(rule))
      counts.set(rule.name, { window, used: used(rule, window) + requests })
    }
  }
}

const periodOf = (rule: Rule): number =>
  Math.max(1, Math.round(Duration.toSeconds(Duration.fromInputUnsafe(rule.period)))) * 1000
