/**
 * What Datadog's rate-limit headers say: how many requests a period allows, how many are left, and when
 * the next period begins.
 *
 * Every reader is pure and total: the current time is an argument, and a header that makes no sense is
 * absent.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { defined } from "./internal/defined.ts"
import { Delay } from "./internal/delay.ts"

/**
 * Response headers by name, in any case; a header sent twice has its values joined by a comma.
 *
 * @category models
 * @since 0.1.0
 */
export type HeaderRecord = Readonly<Record<string, string | undefined>>

const Count = Schema.optionalKey(Schema.Natural)

const Span = Schema.optionalKey(Delay)

/**
 * The state of one rate limit.
 *
 * **Details**
 *
 * - `limit`: requests a period allows
 * - `period`: length of a period; periods are aligned to the calendar, not to the first request
 * - `remaining`: requests left in this period
 * - `reset`: time from the answer to the next period
 * - `name`: the rule's name, shared by all requests that it counts
 *
 * Each is absent where its header is missing or makes no sense. Datadog sends none on 403 and 502.
 *
 * @category models
 * @since 0.1.0
 */
export class RateLimit extends Schema.Class<RateLimit>("@effect-datadog/slo-report/RateLimit")({
  limit: Count,
  period: Span,
  remaining: Count,
  reset: Span,
  name: Schema.optionalKey(Schema.String)
}) {}

/**
 * Reads the `X-RateLimit-*` headers.
 *
 * **Details**
 *
 * Of several values in one header the largest counts, for `remaining` the smallest. `reset` may be
 * seconds from now or epoch seconds; it is at most `period`, beyond which only a clock that is wrong
 * could put it. Epoch seconds are measured from the answer's own `Date` where it has one.
 *
 * **Example** (Room for one more)
 *
 * ```ts
 * import { RateLimit } from "@effect-datadog/slo-report"
 *
 * const headers = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "1", "x-ratelimit-name": "slo_report" }
 * const { limit, name, remaining } = RateLimit.fromHeaders(headers, Date.now())
 * const room = [limit, remaining, name]
 * // => [10, 1, "slo_report"]
 * ```
 *
 * @param headers response headers
 * @param now the current time in epoch milliseconds, for an answer without a `Date`
 * @category constructors
 * @since 0.1.0
 */
export const fromHeaders = (headers: HeaderRecord, now: number): RateLimit => {
  const values = byName(headers)
  const name = values("x-ratelimit-name").trim()
  const period = largestDelay(values("x-ratelimit-period"), Number.NaN)
  const reset = largestDelay(values("x-ratelimit-reset"), sentAt(values) ?? now)
  return new RateLimit(defined({
    limit: largest(counts(values("x-ratelimit-limit")).filter((count) => count > 0)),
    period,
    remaining: smallest(counts(values("x-ratelimit-remaining"))),
    reset: reset === undefined || period === undefined ? reset : Duration.min(reset, period),
    name: name === "" ? undefined : name
  }))
}

/**
 * Reads `Retry-After`: seconds, or an HTTP date.
 *
 * **Details**
 *
 * A date is measured from the answer's own `Date` where it has one: the two come from one clock, which may
 * differ from ours.
 *
 * **Example** (Seconds, and a date)
 *
 * ```ts
 * import { RateLimit } from "@effect-datadog/slo-report"
 * import { Duration } from "effect"
 *
 * const seconds = (text: string) => Duration.toSeconds(RateLimit.retryAfter({ "Retry-After": text }, 0) ?? 0)
 * seconds("7") // => 7
 * seconds("Thu, 01 Jan 1970 00:01:00 GMT") // => 60
 * ```
 *
 * @param headers response headers
 * @param now the current time in epoch milliseconds, for an answer without a `Date`
 * @returns the time from now, or `undefined` where the header is missing, past or makes no sense
 * @category getters
 * @since 0.1.0
 */
export const retryAfter = (headers: HeaderRecord, now: number): Duration.Duration | undefined => {
  const values = byName(headers)
  return largestDelay(values("retry-after"), sentAt(values) ?? now)
}

/**
 * How long Datadog asks to wait after a 429: a valid `Retry-After`, otherwise `X-RateLimit-Reset`.
 *
 * **Example** (Without `Retry-After`)
 *
 * ```ts
 * import { RateLimit } from "@effect-datadog/slo-report"
 * import { Duration } from "effect"
 *
 * const hint = RateLimit.hint({ "X-RateLimit-Reset": "12" }, Date.now())
 * const text = hint === undefined ? "at once" : Duration.format(hint)
 * // => "12s"
 * ```
 *
 * @param headers response headers
 * @param now the current time in epoch milliseconds, for an answer without a `Date`
 * @category getters
 * @since 0.1.0
 */
export const hint = (headers: HeaderRecord, now: number): Duration.Duration | undefined =>
  retryAfter(headers, now) ?? fromHeaders(headers, now).reset

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const byName = (headers: HeaderRecord): (name: string) => string => {
  const values = new Map<string, string>()
  for (const [header, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const name = header.toLowerCase()
    const earlier = values.get(name)
    values.set(name, earlier === undefined ? value : `${earlier}, ${value}`)
  }
  return (name) => values.get(name) ?? ""
}

const largest = (numbers: ReadonlyArray<number>): number | undefined =>
  numbers.length === 0 ? undefined : Math.max(...numbers)

const smallest = (numbers: ReadonlyArray<number>): number | undefined =>
  numbers.length === 0 ? undefined : Math.min(...numbers)

// A header is at most a few values; the bound keeps a hostile one from growing the work.
const parts = (value: string): ReadonlyArray<string> =>
  (value.slice(0, 1000).match(/\s*[A-Za-z]{3,9}, [^,]+|[^,]+/g) ?? []).map((part) => part.trim())

const counts = (value: string): ReadonlyArray<number> =>
  parts(value).filter((part) => /^\d{1,15}$/.test(part)).map(Number)

// HTTP dates come in three forms (RFC 9110, 5.6.7); only asctime leaves out that it is GMT.
const dateMillis = (part: string): number =>
  /^[A-Z][a-z]{2,8}, .{9,11} \d\d:\d\d:\d\d GMT$/.test(part)
    ? Date.parse(part)
    : /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(part)
    ? Date.parse(`${part} GMT`)
    : Number.NaN

// When the server says that it answered; of several dates the latest, as everywhere.
const sentAt = (values: (name: string) => string): number | undefined =>
  largest(parts(values("date")).map(dateMillis).filter(Number.isFinite))

// Below 1e9 a number is seconds from now (31 years), above it epoch seconds; with more than 11 digits it is junk.
const delayMillis = (part: string, now: number): number => {
  if (!/^\d{1,11}(\.\d{1,9})?$/.test(part)) return Math.ceil(dateMillis(part) - now)
  const seconds = Number(part)
  return Math.ceil(seconds < 1e9 ? seconds * 1000 : seconds * 1000 - now)
}

const largestDelay = (value: string, now: number): Duration.Duration | undefined => {
  const millis = largest(parts(value).map((part) => delayMillis(part, now)).filter((delay) => delay > 0))
  return millis === undefined ? undefined : Duration.millis(millis)
}
