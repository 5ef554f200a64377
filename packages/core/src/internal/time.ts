/**
 * The times that a request can carry: whole seconds, from 1970 to the end of 9999.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaTransformation from "effect/SchemaTransformation"

const range = "Expected whole seconds, from 1970 to the end of 9999"

const Seconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 253_402_300_799 }, { message: range }))

const isSeconds = Schema.is(Seconds)

const fromSeconds = (seconds: number): DateTime.Utc => DateTime.makeUnsafe(seconds * 1000)

/** @internal */
export const toSeconds = (time: DateTime.DateTime): number => DateTime.toEpochMillis(time) / 1000

/** @internal */
export const Time = Schema.DateTimeUtc.annotate({
  message:
    "Expected a time, epoch milliseconds from 1973 on (not seconds), or an ISO 8601 date or time that exists and has a year of four digits, " +
    "such as 2024-01-31 or 2024-01-31T08:00:00Z",
  toCodecArbitrary: () =>
    Schema.link<DateTime.Utc>()(Seconds, {
      decode: SchemaGetter.transform(fromSeconds),
      encode: SchemaGetter.transform(toSeconds)
    })
}).check(Schema.makeFilter((time) => isSeconds(toSeconds(time)) ? undefined : range))

/** @internal */
export const TimeFromSeconds = Seconds.pipe(
  Schema.decodeTo(Time, SchemaTransformation.transform({ decode: fromSeconds, encode: toSeconds }))
)

/**
 * A time without what is smaller than a second.
 *
 * @internal
 */
export const floor = (time: DateTime.DateTime): DateTime.Utc => fromSeconds(Math.floor(toSeconds(time)))

/**
 * Reads an ISO 8601 date or time; without an offset it is meant in the time zone, in UTC if there is none.
 *
 * @internal
 */
export const fromIso = (text: string, timezone: string | undefined): Option.Option<DateTime.DateTime> => {
  const [, date = "", offset] = iso.exec(text) ?? []
  if (!isDate(date)) return Option.none()
  return offset === undefined && timezone !== undefined
    ? Option.orElse(
      DateTime.makeZoned(text, { timeZone: timezone, adjustForTimeZone: true }),
      () => DateTime.make(text)
    )
    : DateTime.make(text)
}

const iso = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/

// The 30th of February would become the 1st of March.
const isDate = (date: string): boolean =>
  Option.exists(DateTime.make(date), (day) => DateTime.formatIsoDateUtc(day) === date)

/** @internal */
export const zoneOf = (name: string): Option.Option<DateTime.TimeZone.Named> =>
  /^[A-Za-z]/.test(name) ? DateTime.zoneMakeNamed(name) : Option.none()

/** @internal */
export const isTimeZone = (name: string): boolean => Option.isSome(zoneOf(name))
