/**
 * What really happened to a service: the events and states that an SLO is computed from, and its exact value.
 *
 * The fake answers searches, histories and reports from a model; a test compares what a client makes of them with
 * {@link sli}. Times are epoch seconds; a fraction of a second is dropped.
 *
 * @since 0.1.0
 */
import * as Events from "./internal/slo/events.ts"
import * as Steps from "./internal/slo/steps.ts"

/**
 * What an SLO is computed from, for each type of SLO.
 *
 * @category models
 * @since 0.1.0
 */
export type SloModel = Metric | Monitor | TimeSlice

/**
 * A period: from a second on, to another that is not part of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * What models of every type have.
 *
 * **Details**
 *
 * - `gaps`: nothing was measured. A metric has no events there, a monitor and a slice no data
 * - `corrections`: what happened there does not count. The events of a metric and the time of a monitor are dropped, a
 *   slice is up (Datadog's documentation)
 *
 * @category models
 * @since 0.1.0
 */
export interface Common {
  readonly gaps?: ReadonlyArray<Span> | undefined
  readonly corrections?: ReadonlyArray<Span> | undefined
}

/**
 * Good and bad events, so many a second.
 *
 * **Details**
 *
 * Before the first rate there are no events. Rates are kept in millionths; one that is no finite number counts as 0,
 * and a negative one gives values below 0 or above 100 %.
 *
 * @category models
 * @since 0.1.0
 */
export interface Metric extends Common {
  readonly type: "metric"
  /** Each holds from its second on until the next. */
  readonly rates: ReadonlyArray<{ readonly from: number; readonly good: number; readonly bad: number }>
}

/**
 * A state from a second on: warnings are `ok` to an SLO.
 *
 * @category models
 * @since 0.1.0
 */
export interface State {
  readonly from: number
  readonly state: "ok" | "alert" | "no data"
}

/**
 * The states of a monitor.
 *
 * **Details**
 *
 * Time before the first state does not count: there is no result for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Monitor extends Common {
  readonly type: "monitor"
  readonly states: ReadonlyArray<State>
  /** What no data counts as. @default "up" */
  readonly noData?: "up" | "down" | undefined
}

/**
 * The states of a query's slices.
 *
 * **Details**
 *
 * A slice has the state of its first second. No data counts as up, and so does the time before the first state.
 *
 * @category models
 * @since 0.1.0
 */
export interface TimeSlice extends Common {
  readonly type: "time_slice"
  readonly states: ReadonlyArray<State>
  /** Seconds of a slice. @default 300 */
  readonly slice?: 60 | 300 | undefined
}

/**
 * How to compute.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Whether corrections are applied. @default true */
  readonly corrections?: boolean | undefined
}

/**
 * The truth: good events in percent of all, or good seconds of all that count, from one second to another.
 *
 * **Details**
 *
 * It is computed from exact counts, and rounded only as `100 * good / total` is. Datadog gives the values of monitors
 * and slices as 32-bit floats, so the fake's histories and reports have `Math.fround` of this.
 *
 * **Example** (A day with an hour of errors)
 *
 * ```ts
 * import { SloModel } from "@effect-datadog/slo-report-testing"
 *
 * const checkout: SloModel.SloModel = {
 *   type: "metric",
 *   rates: [{ from: 0, good: 10, bad: 0 }, { from: 3600, good: 4, bad: 6 }, { from: 7200, good: 10, bad: 0 }]
 * }
 * SloModel.sli(checkout, 0, 86_400) // => 97.5
 * SloModel.sli(checkout, 3600, 7200) // => 40
 * SloModel.sli(checkout, -7200, 0) // => undefined
 * ```
 *
 * @param from epoch seconds
 * @param to epoch seconds; this second is not part of it
 * @returns `undefined` where nothing counts
 * @category getters
 * @since 0.1.0
 */
export const sli = (model: SloModel, from: number, to: number, options?: Options): number | undefined => {
  const { good, total } = events(model, from, to, options)
  return total === 0 ? undefined : 100 * good / total
}

/**
 * How many events were good and how many there were, from one second to another; of monitors and slices, seconds.
 *
 * **Details**
 *
 * Whole numbers are exact, others the nearest.
 *
 * @category getters
 * @since 0.1.0
 */
export const events = (
  model: SloModel,
  from: number,
  to: number,
  { corrections = true }: Options = {}
): { readonly good: number; readonly total: number } => {
  const { corrected, raw } = compiled(model)
  const { good, total } = Events.between(corrections ? corrected : raw, Math.floor(from), Math.floor(to))
  return { good: Events.toNumber(good), total: Events.toNumber(total) }
}

/**
 * The transitions of a monitor or of slices as a history tells them: 0 up, 1 down, 2 no data.
 *
 * **Details**
 *
 * The first entry gives the state at the beginning, and lies before it or on it, as far as there is a state; then
 * comes every change before the end. Corrections change nothing here. A metric has none.
 *
 * @category getters
 * @since 0.1.0
 */
export const transitions = (
  model: SloModel,
  from: number,
  to: number
): ReadonlyArray<readonly [at: number, state: 0 | 1 | 2]> => {
  const { states } = compiled(model)
  const first = Math.max(0, Steps.indexAt(states, from))
  return states.slice(first).filter((step) => step.from < to)
    .map((step) => [step.from === beginning ? from : step.from, step.value])
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

interface Compiled {
  readonly states: Steps.Steps<0 | 1 | 2>
  readonly raw: ReturnType<typeof Events.count>
  readonly corrected: ReturnType<typeof Events.count>
}

// Before every time that there is, and on a slice's beginning.
const beginning = -9e12

const codes = { ok: 0, alert: 1, "no data": 2 } as const

const compiledModels = new WeakMap<SloModel, Compiled>()

const compiled = (model: SloModel): Compiled => {
  const known = compiledModels.get(model)
  if (known !== undefined) return known
  const made = compile(model)
  compiledModels.set(model, made)
  return made
}

const compile = (model: SloModel): Compiled => {
  const { corrections = [], gaps = [] } = model
  const states = model.type === "metric" ? [] : Steps.changes(statesOf(model, gaps))
  const noData = model.type === "monitor" && model.noData === "down" ? Events.down : Events.up
  const rates = model.type === "metric"
    ? Steps.overlay(
      Steps.make(model.rates.map(({ bad, from, good }) => ({ from, value: Events.fromRates(good, bad) }))),
      gaps,
      Events.none
    )
    : states.map(({ from, value }) => ({ from, value: [Events.up, Events.down, noData][value] ?? noData }))
  const corrected = Steps.overlay(rates, corrections, model.type === "time_slice" ? Events.up : Events.none)
  return { states, raw: Events.count(rates), corrected: Events.count(corrected) }
}

const statesOf = (model: Monitor | TimeSlice, gaps: ReadonlyArray<Span>): Steps.Steps<0 | 1 | 2> => {
  const told = Steps.make(model.states.map(({ from, state }) => ({ from, value: codes[state] })))
  if (model.type === "monitor") return Steps.overlay(told, gaps, 2)
  return Steps.onMultiples(
    Steps.overlay([{ from: beginning, value: 2 }, ...told], gaps, 2),
    model.slice ?? 300
  )
}
