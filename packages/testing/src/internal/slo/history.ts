/**
 * The history of an SLO over a period, as it was recorded for each type.
 *
 * @since 0.1.0
 */
import * as Slo from "../../Slo.ts"
import * as SloModel from "../../SloModel.ts"
import * as Wire from "./wire.ts"

/** What is asked for: epoch seconds, a target of one's own, and how. @internal */
export interface Period {
  readonly from: number
  readonly to: number
  readonly target: number | undefined
  readonly corrections: boolean
  /** Seconds of a bucket. */
  readonly bucket: number
}

/** @internal */
export const make = (slo: Slo.Slo, period: Period) => {
  const own = Object.fromEntries(slo.thresholds.map((one) => [one.timeframe, Wire.threshold(one)]))
  const custom = period.target === undefined
    ? {}
    : { custom: { ...Wire.threshold({ timeframe: "7d", target: period.target }), timeframe: "custom" } }
  return {
    data: {
      thresholds: { ...own, ...custom },
      from_ts: period.from,
      to_ts: period.to,
      type: slo.model.type,
      type_id: Wire.typeId(slo),
      slo: Wire.definition(slo),
      ...(slo.model.type === "metric" ? ofEvents(slo, period) : ofTime(slo, period))
    },
    errors: null
  }
}

// A metric counts from the five minutes on that a period begins in (recorded since 2023).
const ofEvents = (slo: Slo.Slo, period: Period) => {
  const from = Math.floor(period.from / 300) * 300
  const sli = Slo.sli(slo, from, period.to, period)
  const numbers = { sli_value: sli ?? null, ...common(slo, sli, period) }
  const errors = sli === undefined
    ? [{ error_type: "ZERO_VALUED_DENOMINATOR", error_message: "The denominator is zero valued" }]
    : null
  return { group_by: [], series: series(slo, from, period), overall: { ...numbers, errors } }
}

// The state of what has no result is absent, not null, and so is all that follows from it.
const ofTime = (slo: Slo.Slo, period: Period) => {
  const sli = Slo.sli(slo, period.from, period.to, period)
  if (sli === undefined) {
    const errors = [{ error_type: "NO_RESULTS", error_message: "No results found for this monitor" }]
    return { overall: { errors, precision: precisions(slo), corrections: corrections(slo, period) } }
  }
  const history = SloModel.transitions(slo.model, period.from, period.to)
  const numbers = { sli_value: sli, ...common(slo, sli, period) }
  return { overall: { ...numbers, preview: slo.preview, errors: null, name: slo.name, history } }
}

const common = (slo: Slo.Slo, sli: number | undefined, period: Period) => {
  const { target } = period
  return {
    span_precision: 2,
    precision: precisions(slo),
    corrections: corrections(slo, period),
    state: Wire.state(sli, slo.primary),
    ...(target === undefined ? {} : { error_budget_remaining: { custom: Wire.budget(sli, target) } })
  }
}

const precisions = (slo: Slo.Slo) => ({
  custom: 0,
  ...Object.fromEntries(slo.thresholds.map(({ timeframe }) => [timeframe, timeframe === "90d" ? 3 : 2]))
})

// Never recorded with a correction in it: the form is that of the endpoint of corrections.
const corrections = (slo: Slo.Slo, { corrections, from, to }: Period) =>
  !corrections ? [] : (slo.model.corrections ?? [])
    .filter((span) => span.from < to && span.to > from)
    .map((span, index) => ({
      id: `583a2296-8f8c-11f1-9d31-${index.toString(16).padStart(12, "0")}`,
      slo_id: slo.id,
      start: Math.floor(span.from),
      end: Math.floor(span.to),
      category: "Scheduled Maintenance",
      timezone: "UTC"
    }))

// Buckets begin on multiples of their length, whatever the period; the first is cut. Corrections change nothing here.
const series = (slo: Slo.Slo, from: number, { bucket, to }: Period) => {
  const starts = [from]
  for (let start = (Math.floor(from / bucket) + 1) * bucket; start < to; start += bucket) starts.push(start)
  const buckets = starts.map((start, index) =>
    SloModel.events(slo.model, start, starts[index + 1] ?? to, { corrections: false })
  )
  const whole = SloModel.events(slo.model, from, to, { corrections: false })
  const { denominator, numerator } = Wire.queries(slo)
  return {
    timing: "0.021",
    res_type: "time_series",
    resp_version: 2,
    query: `${numerator}, ${denominator}`,
    numerator_query: numerator,
    denominator_query: denominator,
    from_date: from * 1000,
    to_date: to * 1000,
    message: "",
    interval: bucket,
    times: starts.map((start) => start * 1000),
    numerator: sums(buckets.map(({ good }) => good), whole.good),
    denominator: sums(buckets.map(({ total }) => total), whole.total)
  }
}

const sums = (values: ReadonlyArray<number>, sum: number) => ({
  values,
  sum,
  count: values.length,
  metadata: { unit: null }
})
