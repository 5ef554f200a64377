/**
 * The flags that say which SLOs, over which period, where their numbers come from, and how long to wait for them.
 *
 * @since 0.1.0
 */
import type { Flag } from "./Flag.ts"
import * as Setting from "./Setting.ts"
import * as Span from "./Span.ts"

/** @internal */
export const query = Setting.make("query", (text) => ({ value: text }), {
  letter: "Q",
  metavar: "words",
  description: "which SLOs, as Datadog's SLO search takes it"
})

/** @internal */
export const last = Setting.make("last", Span.readLast, {
  metavar: "n(d|w|mo|y)",
  description: "the last so many that are over, such as 12mo"
})

/** @internal */
export const from = Setting.make("from", Span.readTime, {
  metavar: "time",
  description: "2024-01-31, 2024-01-31T08:00, or so long ago: 30d"
})

/** @internal */
export const to = Setting.make("to", Span.readTime, {
  metavar: "time",
  description: "the same, or now (default: now)"
})

/** @internal */
export const interval = Setting.choice(
  "interval",
  ["daily", "weekly", "monthly"],
  "of a column (default: that of --last, or monthly)"
)

/** @internal */
export const timezone = Setting.make("timezone", (text) => ({ value: text }), {
  metavar: "name",
  description: "whose days these are, such as Europe/Berlin (default: UTC)"
})

/** @internal */
export const source = Setting.choice(
  "source",
  ["auto", "report", "history"],
  "a report that Datadog makes, the histories of the SLOs, or whichever there is (default: auto)"
)

/** @internal */
export const maxSlos = Setting.make(
  "max-slos",
  (text) => /^[1-9]\d{0,5}$/.test(text) ? { value: Number(text) } : { expected: "expected a whole number, 1 or more" },
  { metavar: "n", description: "of histories, how many SLOs at most (default: 1000)" }
)

/** @internal */
export const report: Flag = {
  name: "report",
  metavar: "id",
  description: "a report that is there already: waits for it, and takes it"
}

/** @internal */
export const timeout = Setting.make("timeout", Span.readMillis, {
  metavar: "duration",
  description: "how long to wait for the report, such as 90s, 30m or 2h (default: 30m)"
})

/** @internal */
export const poll = Setting.make("poll", Span.readMillis, {
  metavar: "duration",
  description: "ask so often (default: seldomer with time, from 1 s to 30 s)"
})

/** @internal */
export const request = [query, last, from, to, interval, timezone] as const

/** @internal */
export const sources = [source, maxSlos] as const

/** @internal */
export const waiting = [timeout, poll] as const
