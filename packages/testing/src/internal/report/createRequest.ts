/**
 * Reads the body of a create request as the API's specification has it.
 *
 * Only the answer to a bad interval was ever recorded; the other messages are made after its model.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as ReportCsv from "../../ReportCsv.ts"

/** What is asked for. @internal */
export interface CreateRequest {
  readonly query: string
  readonly period: ReportCsv.Period
}

/** What is asked for, or what is wrong with the request. @internal */
export const parse = (body: string): Result.Result<CreateRequest, string> => {
  const attributes = Option.getOrUndefined(Option.flatMap(parseJson(body), attributesOf))
  if (attributes === undefined) return Result.fail("invalid request body")
  const { query, from_ts: from, to_ts: to, interval = "monthly", timezone = "UTC" } = attributes
  if (typeof query !== "string" || query.trim() === "") return Result.fail("query is required")
  if (!isSeconds(from)) return Result.fail("from_ts is not a valid timestamp")
  if (!isSeconds(to)) return Result.fail("to_ts is not a valid timestamp")
  if (from >= to) return Result.fail("from_ts must be before to_ts")
  if (!isInterval(interval)) return Result.fail(`${show(interval)} is not a valid interval`)
  if (typeof timezone !== "string" || Option.isNone(DateTime.zoneMakeNamed(timezone))) {
    return Result.fail(`${show(timezone)} is not a valid timezone`)
  }
  if (to - from > longest) return Result.fail("the period is too long")
  return Result.succeed({ query, period: { from, to, interval, timezone } })
}

// A fake's own bound, so that a mistaken period can't ask for millions of columns.
const longest = 100 * 366 * 86_400

const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const attributesOf = (body: unknown): Option.Option<Record<string, unknown>> =>
  Predicate.hasProperty(body, "data") && Predicate.hasProperty(body.data, "attributes")
    && Predicate.isObject(body.data.attributes)
    ? Option.some({ ...body.data.attributes })
    : Option.none()

// The last second that a date can hold.
const isSeconds = (value: unknown): value is number => Number.isInteger(value) && Math.abs(Number(value)) <= 8.64e12

const isInterval = (value: unknown): value is ReportCsv.Interval => ReportCsv.intervals.some((one) => one === value)

const show = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value)
