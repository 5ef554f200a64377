/**
 * The request that the command line, the environment and the configuration file make together.
 *
 * @since 0.1.0
 */
import * as SloReportRequest from "@effect-datadog/slo-report/SloReportRequest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { UsageError } from "./CommandError.ts"
import type { Given } from "./Flag.ts"
import * as Period from "./Period.ts"
import * as Selection from "./Selection.ts"
import * as Settings from "./Settings.ts"

/** @internal */
export const make = Effect.fnUntraced(function*(
  given: Given
): Effect.fn.Return<SloReportRequest.SloReportRequest, UsageError, Settings.Settings> {
  const query = yield* Settings.valueOf(given, Selection.query)
  if (query === undefined || query.trim() === "") {
    return yield* refuse("It isn't said which SLOs.", "Give --query, such as --query 'service:checkout'.")
  }
  const timezone = (yield* Settings.valueOf(given, Selection.timezone)) ?? "UTC"
  const zone = Option.getOrUndefined(DateTime.zoneMakeNamed(timezone))
  if (zone === undefined) {
    return yield* refuse(
      `--timezone: expected an IANA name such as Europe/Berlin or UTC, got ${JSON.stringify(timezone)}.`
    )
  }
  const now = DateTime.setZone(yield* DateTime.now, zone)
  const { interval: usual, name, ...period } = yield* periodOf(given, now)
  const interval = (yield* Settings.valueOf(given, Selection.interval)) ?? usual
  const request = { query, ...period, interval, timezone }
  return yield* Effect.mapError(
    SloReportRequest.make(request),
    ({ message }) => new UsageError({ message: inWords(message, name, request) })
  )
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const refuse = (message: string, hint?: string): Effect.Effect<never, UsageError> =>
  Effect.fail(new UsageError({ message, hint }))

// What is expected of a member, by the name of the flag that is wrong.
const inWords = (
  message: string,
  name: string | undefined,
  times: { readonly from: DateTime.DateTime | string; readonly to: DateTime.DateTime | string }
): string => {
  const [, issue = message, member = ""] = /^([^]*?)\s*\n\s*at \["(\w+)"\]$/.exec(message) ?? []
  if (member === "") return message
  const time = member === "from" ? times.from : member === "to" ? times.to : undefined
  return Predicate.isString(time) && /ISO 8601/.test(issue)
    ? `--${member}: expected a time such as 2024-01-31, 2024-01-31T08:00, 30d or now, got ${JSON.stringify(time)}.`
    : `${name ?? `--${member}`}: ${issue.replace(/^E/, "e").replaceAll(/"(from|to)"/g, "--$1")}.`
}

const ranks = { flag: 0, environment: 1, file: 2 } as const

const nobody = 3

// Of --last and --from with --to those count that are set nearest to the command.
const periodOf = Effect.fnUntraced(function*(given: Given, now: DateTime.Zoned) {
  const last = yield* Settings.textOf(given, Selection.last)
  const from = yield* Settings.textOf(given, Selection.from)
  const to = yield* Settings.textOf(given, Selection.to)
  const rank = (text: Settings.Text | undefined) => text === undefined ? nobody : ranks[text.origin]
  const rest = Math.min(rank(from), rank(to))
  if (last !== undefined && rank(last) === rest) {
    return yield* refuse(`Give either ${last.name} or ${(rank(from) === rest ? from : to)?.name ?? ""}.`)
  }
  if (last !== undefined && rank(last) < rest) {
    const span = yield* Settings.read(Selection.last.read, last)
    return { ...Period.last(span, now), interval: Period.intervalOf(span), name: last.name }
  }
  if (from === undefined) {
    return yield* refuse("It isn't said which period.", "Give --last, such as --last 12mo, or --from with --to.")
  }
  return {
    from: Period.timeOf(yield* Settings.read(Selection.from.read, from), now),
    to: to === undefined ? now : Period.timeOf(yield* Settings.read(Selection.to.read, to), now),
    interval: "monthly" as const,
    name: undefined
  }
})
