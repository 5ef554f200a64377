/**
 * An SLO of the fake: what is known of it, and the model that its values come from.
 *
 * @since 0.1.0
 */
import * as Outages from "./internal/slo/outages.ts"
import * as SloModel from "./SloModel.ts"

/**
 * A target over one of the rolling time windows that Datadog has, in percent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Threshold {
  readonly timeframe: Timeframe
  readonly target: number
  readonly warning?: number | undefined
}

/**
 * The rolling time windows, the shortest first.
 *
 * @category models
 * @since 0.1.0
 */
export const timeframes = ["7d", "30d", "90d"] as const

/**
 * A rolling time window.
 *
 * @category models
 * @since 0.1.0
 */
export type Timeframe = typeof timeframes[number]

/**
 * An SLO to add.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** @default 32 hexadecimal digits that no other SLO has */
  readonly id?: string | undefined
  /** @default "Checkout availability" */
  readonly name?: string | undefined
  /** @default "" */
  readonly description?: string | undefined
  /** Such as `service:checkout`. @default none */
  readonly tags?: ReadonlyArray<string> | undefined
  /** @default 99.9 over 30 days, without a warning */
  readonly thresholds?: ReadonlyArray<Threshold> | undefined
  /** The threshold that is the SLO's own: `timeframe` and `target_threshold` on the wire. @default the shortest */
  readonly primary?: Timeframe | undefined
  /** Epoch seconds. @default when it is added */
  readonly createdAt?: number | undefined
  /** What it is computed from. @default 999 good events and 1 bad one in every 10 seconds */
  readonly model?: SloModel.SloModel | undefined
  /** Why it can't be exported: its row of a report says so and has no values, its history answers 400 with it. */
  readonly exportError?: string | undefined
  /** Whether a replay of a monitor's past is running, so that the value may change. @default false */
  readonly preview?: boolean | undefined
  /** The place in searches and reports: lower ones first, equal ones as they were added. @default 0 */
  readonly rank?: number | undefined
}

/**
 * An SLO that exists.
 *
 * @category models
 * @since 0.1.0
 */
export interface Slo {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tags: ReadonlyArray<string>
  readonly thresholds: ReadonlyArray<Threshold>
  /** The SLO's own threshold; its target is the one of a report. */
  readonly primary: Threshold
  /** Epoch seconds. */
  readonly createdAt: number
  readonly model: SloModel.SloModel
  readonly exportError: string | undefined
  readonly preview: boolean
  readonly rank: number
}

/**
 * Makes an SLO.
 *
 * @param sequence makes the id where none is given
 * @param now epoch seconds
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options, sequence: number, now: number): Slo => {
  const usual: Threshold = { timeframe: "30d", target: 99.9 }
  const thresholds = options.thresholds ?? [usual]
  const shortest = timeframes.find((timeframe) => thresholds.some((one) => one.timeframe === timeframe))
  const primary = options.primary ?? shortest
  return {
    id: options.id ?? `7d3e5c1a${sequence.toString(16).padStart(24, "0")}`,
    name: options.name ?? "Checkout availability",
    description: options.description ?? "",
    tags: options.tags ?? [],
    thresholds,
    primary: thresholds.find(({ timeframe }) => timeframe === primary) ?? thresholds[0] ?? usual,
    createdAt: Math.floor(options.createdAt ?? now),
    model: options.model ?? { type: "metric", rates: [{ from: 0, good: 99.9, bad: 0.1 }] },
    exportError: options.exportError,
    preview: options.preview ?? false,
    rank: options.rank ?? 0
  }
}

/**
 * The value as Datadog gives it: that of the model, for monitors and slices as a 32-bit float.
 *
 * @category getters
 * @since 0.1.0
 */
export const sli = (slo: Slo, from: number, to: number, options?: SloModel.Options): number | undefined => {
  const exact = SloModel.sli(slo.model, from, to, options)
  return exact === undefined || slo.model.type === "metric" ? exact : Math.fround(exact)
}

/**
 * Twelve SLOs of all types that have data from 2023 to 2030, with an outage in most months.
 *
 * @category constructors
 * @since 0.1.0
 */
export const standard: ReadonlyArray<Options> = [
  standardSlo("Checkout availability", "metric", 99.9),
  standardSlo("Checkout latency", "time_slice", 99),
  standardSlo("Login availability", "metric", 99.95),
  standardSlo("Search latency", "monitor", 95),
  standardSlo("Payments accepted", "metric", 99.5),
  standardSlo("Mail delivered in 5 minutes", "time_slice", 99.9),
  standardSlo("Image uploads", "metric", 99),
  standardSlo("Invoices on time", "monitor", 99.95),
  standardSlo("Catalogue freshness", "metric", 95),
  standardSlo("API errors", "time_slice", 99.5),
  standardSlo("Mobile crashes", "metric", 99.9),
  standardSlo("Batch jobs done by 6:00", "monitor", 99)
]

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

function standardSlo(name: string, type: SloModel.SloModel["type"], target: number): Options {
  const [service = ""] = name.toLowerCase().split(" ")
  const outages = Outages.make(name.length, target)
  return {
    name,
    tags: [`service:${service}`, "env:prod", `team:${name.length % 2 === 0 ? "shop" : "platform"}`],
    thresholds: [{ timeframe: "7d", target }, { timeframe: "30d", target }],
    createdAt: Outages.firstMonth,
    model: type === "metric"
      ? { type, rates: outages.map(({ from, value: isUp }) => ({ from, good: isUp ? 12 : 0, bad: isUp ? 0 : 12 })) }
      : { type, states: outages.map(({ from, value: isUp }) => ({ from, state: isUp ? "ok" : "alert" })) }
  }
}
