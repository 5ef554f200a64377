/**
 * How long to wait for a report, and how often to ask.
 *
 * @since 0.1.0
 */
import type { WaitOptions } from "@effect-datadog/slo-report-node/WaitOptions"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type { UsageError } from "./CommandError.ts"
import * as Setting from "./Setting.ts"

const readDuration = (least: number) => (text: string): Result.Result<Duration.Duration, string> => {
  const [, number = "", unit] = /^(\d{1,6}(?:\.\d{1,3})?)(s|m|h)$/.exec(text.trim()) ?? []
  const millis = Number(number) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1000)
  return unit === undefined || millis < least
    ? Result.fail(`expected a duration of ${least / 1000} s or more, such as 90s, 30m or 2h`)
    : Result.succeed(Duration.millis(millis))
}

const timeout = Setting.make("timeout", readDuration(1000), {
  metavar: "duration",
  description: "how long to wait for the report, such as 90s, 30m or 2h (default: 30m)"
})

// Of 600 requests a minute, which is the limit that was recorded, a poll a second is a tenth.
const poll = Setting.make("poll", readDuration(1000), {
  metavar: "duration",
  description: "ask so often (default: seldomer with time, from 1 s to 30 s)"
})

/** @internal */
export const settings = [timeout, poll] as const

/** @internal */
export const flags = { timeout: timeout.flag, poll: poll.flag }

/** @internal */
export const options = Effect.fnUntraced(function*(
  given: { readonly [Name in keyof typeof flags]: Option.Option<string> }
): Effect.fn.Return<Pick<WaitOptions, "deadline" | "poll">, UsageError, Setting.Settings> {
  const interval = yield* Setting.valueOf(poll, given.poll)
  return {
    deadline: yield* Setting.valueOf(timeout, given.timeout),
    poll: interval === undefined ? undefined : Schedule.spaced(interval)
  }
})
