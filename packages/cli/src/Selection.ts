/**
 * Which SLOs, over which period, and where their numbers come from.
 *
 * @since 0.1.0
 */
import * as SloReportRequest from "@effect-datadog/slo-report/SloReportRequest"
import type { Source } from "@effect-datadog/slo-report-node/TableOptions"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { SchemaError } from "effect/Schema"
import { UsageError } from "./CommandError.ts"
import * as Period from "./Period.ts"
import * as Setting from "./Setting.ts"

const query = Setting.make("query", Result.succeed, {
  alias: "Q",
  metavar: "words",
  description: "which SLOs, as Datadog's SLO search takes it"
})

const last = Setting.make("last", Period.readLast, {
  metavar: "n(d|w|mo|y)",
  description: "the last so many that are over, such as 12mo"
})

const from = Setting.make("from", Period.readTime, {
  metavar: "time",
  description: "2024-01-31, 2024-01-31T08:00, or so long ago: 30d"
})

const to = Setting.make("to", Period.readTime, { metavar: "time", description: "the same, or now (default: now)" })

const interval = Setting.choice("interval", SloReportRequest.ReportInterval.literals, {
  description: "of a column (default: that of --last, or monthly)"
})

const timezone = Setting.make("timezone", Result.succeed, {
  metavar: "name",
  description: "whose days these are, such as Europe/Berlin (default: UTC)"
})

const source = Setting.choice("source", ["auto", "report", "history"], {
  description: "a report that Datadog makes, the histories of the SLOs, or whichever there is (default: auto)"
})

const maxSlos = Setting.make(
  "max-slos",
  (text) => /^[1-9]\d{0,5}$/.test(text) ? Result.succeed(Number(text)) : Result.fail("expected a whole number"),
  { metavar: "n", description: "of histories, how many SLOs at most (default: 1000)" }
)

/** @internal */
export const settings = [query, last, from, to, interval, timezone, source, maxSlos] as const

/** @internal */
export const flags = {
  query: query.flag,
  last: last.flag,
  from: from.flag,
  to: to.flag,
  interval: interval.flag,
  timezone: timezone.flag
}

/** @internal */
export const sourceFlags = { source: source.flag, maxSlos: maxSlos.flag }

type Texts<Flags> = { readonly [Name in keyof Flags]: Option.Option<string> }

/**
 * Whether a flag asks for SLOs, as opposed to the environment or the configuration file.
 *
 * @internal
 */
export const isAsked = ({ from, last, query, to }: Texts<typeof flags>): boolean =>
  [query, last, from, to].some(Option.isSome)

/** @internal */
export const readSource = Effect.fnUntraced(function*(
  given: Texts<typeof sourceFlags>
): Effect.fn.Return<{ readonly source: Source; readonly maxSlos: number | undefined }, UsageError, Setting.Settings> {
  return {
    source: (yield* Setting.valueOf(source, given.source)) ?? "auto",
    maxSlos: yield* Setting.valueOf(maxSlos, given.maxSlos)
  }
})

/**
 * The request that the flags, the environment and the configuration file make together.
 *
 * @internal
 */
export const request = Effect.fnUntraced(function*(
  given: Texts<typeof flags>
): Effect.fn.Return<SloReportRequest.SloReportRequest, UsageError | SchemaError, Setting.Settings> {
  const words = yield* Setting.valueOf(query, given.query)
  if (words === undefined || words.trim() === "") {
    return yield* Effect.fail(
      new UsageError({
        message: "It isn't said which SLOs.",
        hint: "Give --query, such as --query 'service:checkout', or DD_SLO_QUERY."
      })
    )
  }
  const zoneName = (yield* Setting.valueOf(timezone, given.timezone)) ?? "UTC"
  const zone = Option.getOrUndefined(DateTime.zoneMakeNamed(zoneName))
  if (zone === undefined) {
    return yield* Effect.fail(
      new UsageError({
        message: `--timezone: expected an IANA name such as Europe/Berlin or UTC, got ${JSON.stringify(zoneName)}.`
      })
    )
  }
  const now = DateTime.setZone(yield* DateTime.now, zone)
  const { interval: usual, ...period } = yield* periodOf(given, now)
  return yield* Effect.mapError(
    SloReportRequest.make({
      query: words,
      ...period,
      interval: (yield* Setting.valueOf(interval, given.interval)) ?? usual,
      timezone: zoneName
    }),
    ({ message }) => new UsageError({ message: message.replace(/\s*\n\s*/g, " ") })
  )
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const ranks = { flag: 0, environment: 1, file: 2 } as const

// Of --last and --from with --to those count that are set nearest to the command.
const periodOf = Effect.fnUntraced(function*(given: Texts<typeof flags>, now: DateTime.Zoned) {
  const lastText = yield* Setting.textOf(last, given.last)
  const fromText = yield* Setting.textOf(from, given.from)
  const toText = yield* Setting.textOf(to, given.to)
  const rank = (text: Setting.Text | undefined) => text === undefined ? 3 : ranks[text.origin]
  const rest = Math.min(rank(fromText), rank(toText))
  if (lastText !== undefined && rank(lastText) === rest) {
    const other = (rank(fromText) === rest ? fromText : toText)?.name ?? ""
    return yield* Effect.fail(new UsageError({ message: `Give either ${lastText.name} or ${other}.` }))
  }
  if (lastText !== undefined && rank(lastText) < rest) {
    const span = yield* Setting.read(last, lastText)
    return { ...Period.last(span, now), interval: Period.intervalOf(span) }
  }
  if (fromText === undefined) {
    return yield* Effect.fail(
      new UsageError({
        message: "It isn't said which period.",
        hint: "Give --last, such as --last 12mo, or --from with --to."
      })
    )
  }
  return {
    from: Period.toTime(yield* Setting.read(from, fromText), now),
    to: toText === undefined ? now : Period.toTime(yield* Setting.read(to, toText), now),
    interval: "monthly" as const
  }
})
