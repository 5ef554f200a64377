/**
 * What an SLO is on the wire: in a search, and by itself.
 *
 * @since 0.1.0
 */
import * as Slo from "../../Slo.ts"
import * as SloModel from "../../SloModel.ts"
import * as Terms from "./terms.ts"

const typeIds = { metric: 1, monitor: 0, time_slice: 2 } as const
const email = "owner@example.com"

/** @internal */
export const typeId = (slo: Slo.Slo): number => typeIds[slo.model.type]

/** Datadog's words for how a value stands to its target. @internal */
export const state = (sli: number | undefined, { target, warning = target }: Slo.Threshold): string =>
  sli === undefined ? "no_data" : sli < target ? "breached" : sli < warning ? "warning" : "ok"

/** The error budget that is left, in percent of the whole. @internal */
export const budget = (sli: number | undefined, target: number): number | null =>
  sli === undefined || target >= 100 ? null : 100 * (sli - target) / (100 - target)

/** A threshold, with the display texts that Datadog has: a warning's repeats the target. @internal */
export const threshold = ({ target, timeframe, warning }: Slo.Threshold) => {
  const display = String(target)
  const shown = display.includes(".") ? display : `${display}.`
  return {
    timeframe,
    target,
    target_display: shown,
    ...(warning === undefined ? {} : { warning, warning_display: shown })
  }
}

/** The SLO as `GET /api/v1/slo/{id}` and histories have it. @internal */
export const definition = (slo: Slo.Slo) => ({
  id: slo.id,
  name: slo.name,
  tags: slo.tags,
  monitor_tags: [],
  thresholds: slo.thresholds.map(threshold),
  type: slo.model.type,
  type_id: typeId(slo),
  description: slo.description,
  timeframe: slo.primary.timeframe,
  target_threshold: slo.primary.target,
  ...(slo.primary.warning === undefined ? {} : { warning_threshold: slo.primary.warning }),
  creator: { name: null, handle: email, email },
  created_at: slo.createdAt,
  modified_at: slo.createdAt,
  ...specification(slo)
})

/** The SLO as a search has it; its status is absent as long as no job has computed it. @internal */
export const found = (slo: Slo.Slo, now: number) => {
  const { numerator, denominator } = queries(slo)
  return {
    data: {
      id: slo.id,
      type: "slo",
      attributes: {
        name: slo.name,
        slo_type: slo.model.type,
        description: slo.description === "" ? null : slo.description,
        created_at: slo.createdAt,
        modified_at: slo.createdAt,
        creator: { id: 1, name: null, email },
        all_tags: slo.tags,
        service_tags: Terms.tagsOf(slo, "service"),
        env_tags: Terms.tagsOf(slo, "env"),
        team_tags: Terms.tagsOf(slo, "team"),
        monitor_ids: slo.model.type === "monitor" ? [1] : null,
        groups: null,
        query: slo.model.type === "metric" ? { numerator, denominator, metrics: null } : null,
        timeframe: slo.primary.timeframe,
        target_threshold: slo.primary.target,
        warning_threshold: slo.primary.warning ?? null,
        thresholds: slo.thresholds.map(({ target, timeframe, warning }) => ({
          timeframe,
          target,
          target_display: String(target),
          warning: warning ?? null,
          warning_display: warning === undefined ? null : String(target)
        })),
        ...(now - slo.createdAt < jobDelay ? {} : statuses(slo, now))
      }
    }
  }
}

/** The queries of a metric. @internal */
export const queries = ({ id }: Slo.Slo) => ({
  numerator: `sum:slo.good{slo:${id}}.as_count()`,
  denominator: `sum:slo.all{slo:${id}}.as_count()`
})

// The recorded search's status was nine minutes old.
const jobDelay = 540

const statuses = (slo: Slo.Slo, now: number) => {
  const indexedAt = now - jobDelay
  const all = slo.thresholds.map((one) => {
    const from = indexedAt - Number.parseInt(one.timeframe, 10) * 86_400
    const sli = Slo.sli(slo, from, indexedAt)
    const common = {
      state: state(sli, one),
      error_budget_remaining: budget(sli, one.target),
      raw_error_budget_remaining: sli === undefined ? null : rawBudget(slo, one.target, from, indexedAt),
      span_precision: sli === undefined ? null : 2,
      indexed_at: indexedAt
    }
    return {
      threshold: one,
      sli: sli ?? null,
      error: sli === undefined ? "The denominator is zero valued" : null,
      common
    }
  })
  const own = all.find(({ threshold }) => threshold === slo.primary) ?? all[0]
  return {
    status: own === undefined ? null : { sli: own.sli, ...own.common, calculation_error: own.error },
    overall_status: all.map(({ common, error, sli, threshold: { target, timeframe } }) => ({
      timeframe,
      target,
      status: sli,
      error,
      ...common
    }))
  }
}

const rawBudget = (slo: Slo.Slo, target: number, from: number, to: number) => {
  const { good, total } = SloModel.events(slo.model, from, to)
  return {
    unit: slo.model.type === "metric" ? "requests" : "seconds",
    value: total * (100 - target) / 100 - (total - good)
  }
}

const specification = (slo: Slo.Slo) => {
  switch (slo.model.type) {
    case "metric":
      return { query: queries(slo) }
    case "monitor":
      return { monitor_ids: [1] }
    case "time_slice": {
      const query = { data_source: "metrics", name: "query1", query: "trace.servlet.request{env:prod}" }
      return {
        sli_specification: {
          time_slice: {
            comparator: ">",
            threshold: 5,
            query_interval_seconds: slo.model.slice ?? 300,
            query: { formulas: [{ formula: "query1" }], queries: [query] }
          }
        }
      }
    }
  }
}
