/**
 * The history of an SLO over a period, as it was recorded for each type.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Slo from "../../Slo.ts"
import type * as SloApi from "../../SloApi.ts"
import * as SloModel from "../../SloModel.ts"
import * as Wire from "./wire.ts"

/** What is asked for: epoch seconds, a target of one's own, and how. @internal */
export interface Period {
  readonly from: number
  readonly to: number
  readonly target: number | undefined
  readonly corrections: boolean
}

/** How histories are made; lengths in seconds. @internal */
export interface Settings {
  readonly bucket: number
  readonly resolution: number
  readonly noDataState: 2 | "NO_DATA"
  readonly correctionsListed: boolean
  readonly correctionsInBuckets: boolean
}

/** @internal */
export const settings = (options: SloApi.Options): Settings => ({
  bucket: toSeconds(options.bucket ?? "2 hours"),
  resolution: toSeconds(options.resolution ?? "5 minutes"),
  noDataState: options.noDataState ?? 2,
  correctionsListed: options.correctionsListed ?? true,
  correctionsInBuckets: options.correctionsInBuckets ?? false
})

/** @internal */
export const make = (slo: Slo.Slo, asked: Period, settings: Settings) => {
  const period = { ...asked, ...settings }
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

// A metric counts from before the beginning, where that is no multiple of the resolution.
const ofEvents = (slo: Slo.Slo, period: Period & Settings) => {
  const from = Math.floor(period.from / period.resolution) * period.resolution
  const sli = Slo.sli(slo, from, period.to, period)
  const numbers = { sli_value: sli ?? null, ...common(slo, sli, period) }
  const errors = sli === undefined
    ? [{ error_type: "ZERO_VALUED_DENOMINATOR", error_message: "The denominator is zero valued" }]
    : null
  return { group_by: [], series: series(slo, from, period), overall: { ...numbers, errors } }
}

// The state of what has no result is absent, not null, and so is all that follows from it.
const ofTime = (slo: Slo.Slo, period: Period & Settings) => {
  const sli = Slo.sli(slo, period.from, period.to, period)
  if (sli === undefined) {
    const errors = [{ error_type: "NO_RESULTS", error_message: "No results found for this monitor" }]
    return { overall: { errors, precision: precisions(slo), corrections: corrections(slo, period) } }
  }
  const history = SloModel.transitions(slo.model, period.from, period.to)
    .map(([at, state]) => [at, state === 2 ? period.noDataState : state])
  const numbers = { sli_value: sli, ...common(slo, sli, period) }
  return { overall: { ...numbers, preview: slo.preview, errors: null, name: slo.name, history } }
}

const common = (slo: Slo.Slo, sli: number | undefined, period: Period & Settings) => {
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
const corrections = (slo: Slo.Slo, { corrections, correctionsListed, from, to }: Period & Settings) =>
  !corrections || !correctionsListed ? [] : (slo.model.corrections ?? [])
    .filter((span) => span.from < to && span.to > from)
    .map((span, index) => ({
      id: `583a2296-8f8c-11f1-9d31-${index.toString(16).padStart(12, "0")}`,
      slo_id: slo.id,
      start: Math.floor(span.from),
      end: Math.floor(span.to),
      category: "Scheduled Maintenance",
      timezone: "UTC"
    }))

// Buckets begin on multiples of their length, whatever the period; the first is cut.
const series = (slo: Slo.Slo, from: number, period: Period & Settings) => {
  const { corrections, correctionsInBuckets, to } = period
  const options = { corrections: corrections && correctionsInBuckets }
  const bucket = period.bucket * Math.ceil((to - from) / period.bucket / mostBuckets)
  const starts = [from]
  for (let start = (Math.floor(from / bucket) + 1) * bucket; start < to; start += bucket) starts.push(start)
  const buckets = starts.map((start, index) => SloModel.events(slo.model, start, starts[index + 1] ?? to, options))
  const whole = SloModel.events(slo.model, from, to, options)
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

// A fake's own bound, so that a mistaken period can't ask for millions of buckets.
const mostBuckets = 100_000

const sums = (values: ReadonlyArray<number>, sum: number) => ({
  values,
  sum,
  count: values.length,
  metadata: { unit: null }
})

const toSeconds = (duration: Duration.Input): number =>
  Math.max(1, Math.round(Duration.toSeconds(Duration.fromInputUnsafe(duration))))
