/**
 * A report of the fake: its id, its timeline, and the CSV that it will be.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type * as ReportCsv from "./ReportCsv.ts"
import * as Timeline from "./Timeline.ts"

/**
 * How a report behaves; a number for an age is in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** @default `completed` after 10 seconds */
  readonly timeline?: Timeline.Timeline | undefined
  /** The file to download. @default a table of 12 rows over the asked period */
  readonly csv?: ReportCsv.ReportCsv | undefined
  /** The report answers 404 until this age. @default 0 */
  readonly hiddenFor?: Duration.Input | undefined
  /** The report answers 404 from this age on. @default never */
  readonly goneAfter?: Duration.Input | undefined
}

/**
 * A report that exists.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report extends Options {
  readonly id: string
  /** When it was made, in epoch milliseconds. */
  readonly createdAt: number
}

/**
 * Whether the API knows the report at this time (epoch milliseconds).
 *
 * @category predicates
 * @since 0.1.0
 */
export const isVisible = (report: Report, now: number): boolean => {
  const age = now - report.createdAt
  return age >= millis(report.hiddenFor ?? 0) && age < millis(report.goneAfter ?? "Infinity")
}

/**
 * The report's status at this time (epoch milliseconds).
 *
 * @category getters
 * @since 0.1.0
 */
export const statusAt = (report: Report, now: number): string =>
  Timeline.statusAt(report.timeline ?? Timeline.standard, now - report.createdAt)

/**
 * Whether an id has the form of a UUID, which the API asks of every report id.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)

/**
 * The id of the report made at this time: a UUIDv1, which carries its creation time, as Datadog's do.
 *
 * @param now epoch milliseconds; a fraction is dropped
 * @param sequence tells apart reports made in the same millisecond; each adds 100 ns
 * @category constructors
 * @since 0.1.0
 */
export const makeId = (now: number, sequence: number): string => {
  // Ticks of 100 ns since 1582-10-15 (RFC 9562 section 5.1).
  const ticks = (BigInt(Math.floor(now)) + 12_219_292_800_000n) * 10_000n + BigInt(sequence)
  const hex = ticks.toString(16).padStart(15, "0").slice(-15)
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}-8501-33b2b403f044`
}

const millis = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))
