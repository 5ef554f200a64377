/**
 * What a report is asked for: which SLOs, over which period, in intervals of which length.
 *
 * A request is checked when it is made, before anything is sent.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { defined } from "./internal/defined.ts"
import * as Time from "./internal/time.ts"
import { WireId } from "./internal/wireId.ts"
import { ReportId } from "./SloReport.ts"

/**
 * The lengths of an interval: one column of the report each.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReportInterval = Schema.Literals(["daily", "weekly", "monthly"])

/**
 * The type of an interval's length.
 *
 * @category models
 * @since 0.1.0
 */
export type ReportInterval = typeof ReportInterval.Type

const Query = Schema.String.check(Schema.isPattern(/\S/, { message: "Expected a query that is not empty" }))

const TimeZoneName = Schema.String.check(
  Schema.makeFilter(
    (name) => Time.isTimeZone(name) ? undefined : "Expected an IANA time zone name, such as America/New_York or UTC",
    {
      arbitraryConstraint: {
        patterns: [{ source: "^(UTC|America/New_York|America/Argentina/Ushuaia|Asia/Kolkata|Etc/GMT-14)$", flags: "" }]
      }
    }
  )
)

const optional = {
  interval: Schema.optionalKey(ReportInterval),
  timezone: Schema.optionalKey(TimeZoneName)
}

/**
 * A request for a report.
 *
 * **Details**
 *
 * - `query`: which SLOs, in the words of Datadog's SLO search: `service:checkout`,
 *   `slo_type:metric "SLO Reporting Test"`, or a name; not empty, sent as it is
 * - `from`, `to`: the period, `from` before `to`, both in whole seconds from 1970 to the end of 9999
 * - `interval`: the length of an interval; Datadog chooses where it is absent
 * - `timezone`: the IANA name of the zone in which intervals begin and end, sent as it is; weeks begin on
 *   Sunday at 0:00
 *
 * The constructor throws where a rule is broken; {@link make} reads what people write, and fails with
 * a message instead.
 *
 * @category models
 * @since 0.1.0
 */
export class SloReportRequest extends Schema.Class<SloReportRequest>("@effect-datadog/slo-report/SloReportRequest")(
  Schema.Struct({ query: Query, from: Time.Time, to: Time.Time, ...optional }).check(
    Schema.makeFilter(({ from, to }) =>
      from.epochMilliseconds < to.epochMilliseconds
        ? undefined
        : { path: ["from"], issue: `Expected a time before "to"` }
    )
  )
) {}

/**
 * A request as people write it.
 *
 * **Details**
 *
 * A time is a `DateTime`, a JavaScript `Date`, epoch milliseconds from 1973 on, or an ISO 8601 date or time such as
 * `2024-01-31`, `2024-01-31T08:00` or `2024-01-31T08:00:00+01:00`. A smaller number is refused, since epoch seconds are
 * meant where somebody gives one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Input {
  readonly query: string
  readonly from: DateTime.DateTime | Date | string | number
  readonly to: DateTime.DateTime | Date | string | number
  readonly interval?: ReportInterval | undefined
  readonly timezone?: string | undefined
}

const decode = Schema.decodeUnknownEffect(SloReportRequest)

/**
 * Makes a request, or fails with what is wrong and the name of the member it is wrong in.
 *
 * **Details**
 *
 * It never throws, whatever it is given. A fraction of a second is dropped, so that `DateTime.now` will do. A date or time without an offset is
 * meant in `timezone`, in UTC where there is none: `2024-01-31` is the beginning of that day there.
 *
 * **Example** (The last 40 days, month by month)
 *
 * ```ts
 * import { SloReportRequest } from "@effect-datadog/slo-report"
 * import { DateTime, Effect } from "effect"
 *
 * const request = Effect.gen(function*() {
 *   const now = yield* DateTime.now
 *   return yield* SloReportRequest.make({
 *     query: "service:checkout",
 *     from: DateTime.subtract(now, { days: 40 }),
 *     to: now,
 *     interval: "monthly",
 *     timezone: "America/New_York"
 *   })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (input: Input): Effect.Effect<SloReportRequest, Schema.SchemaError> =>
  Effect.suspend(() => decode(Predicate.isObject(input) ? withTimes(input) : input))

/**
 * The body of the request that creates a report, decoded to a {@link SloReportRequest}.
 *
 * **Details**
 *
 * Times are epoch seconds. The members are in the order of Datadog's documented example; what is absent
 * in the request is absent in the body, and the body has no `type`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateReportRequest = Schema.Struct({
  data: Schema.Struct({
    attributes: Schema.Struct({
      from: Time.TimeFromSeconds,
      to: Time.TimeFromSeconds,
      query: Query,
      ...optional
    }).pipe(Schema.encodeKeys({ from: "from_ts", to: "to_ts" }))
  })
}).pipe(
  Schema.decodeTo(
    SloReportRequest,
    SchemaTransformation.transform({
      decode: ({ data }) => data.attributes,
      encode: (attributes) => ({ data: { attributes } })
    })
  )
)

/**
 * The body of a successful answer to it, decoded to the id of the new report.
 *
 * **Details**
 *
 * Datadog's specification makes every field optional; without an id there is no report, so it is required
 * here; it may be a whole number. `type` and members that are not listed are ignored, whatever they are.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateReportResponse = Schema.Struct({
  data: Schema.Struct({
    id: WireId,
    type: Schema.optionalKey(Schema.Unknown)
  })
}).pipe(
  Schema.decodeTo(
    ReportId,
    SchemaTransformation.transform({
      decode: ({ data }) => String(data.id),
      encode: (id) => ({ data: { id, type: "report_id" } })
    })
  )
)

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const withTimes = (input: { readonly [Name in keyof Input]: unknown }) => {
  const timezone = Predicate.isString(input.timezone) ? input.timezone : undefined
  return defined({ ...input, from: toTime(input.from, timezone), to: toTime(input.to, timezone) })
}

// What is no time stays as it is, for the schema to refuse.
const toTime = (time: unknown, timezone: string | undefined): unknown =>
  Option.match(timeOf(time, timezone), { onNone: () => time, onSome: Time.floor })

// In 1973, as milliseconds; as seconds, in the year 5138.
const leastMillis = 1e11

const timeOf = (time: unknown, timezone: string | undefined): Option.Option<DateTime.DateTime> =>
  Predicate.isString(time)
    ? Time.fromIso(time, timezone)
    : Predicate.isDate(time) || (Predicate.isNumber(time) && time >= leastMillis)
    ? DateTime.make(time)
    : Option.liftPredicate(time, DateTime.isDateTime)
