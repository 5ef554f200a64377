/**
 * A service level objective, as far as a report tells of it.
 *
 * @since 0.1.0
 */
import * as Order from "effect/Order"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { defined } from "./internal/defined.ts"
import * as Json from "./internal/json.ts"
import { PathSegment } from "./internal/pathSegment.ts"

/**
 * The id of an SLO: one safe segment of a URL's path.
 *
 * **Details**
 *
 * 1 to 255 characters; no `/`, `\`, `?`, `#`, `%`, white space, control characters or lone surrogates;
 * not `.` or `..`. Datadog's ids are 32 hexadecimal digits so far, which is not required here.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SloId = PathSegment.pipe(Schema.brand("SloId"))

/**
 * The type of an SLO's id.
 *
 * @category models
 * @since 0.1.0
 */
export type SloId = typeof SloId.Type

/**
 * The three documented types of an SLO, and `"unknown"` for any other.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SloType = Schema.Literals(["metric", "monitor", "time_slice", "unknown"])

/**
 * The type of an SLO's type.
 *
 * @category models
 * @since 0.1.0
 */
export type SloType = typeof SloType.Type

const isSloType = Schema.is(SloType)

const typeOf = (rawType: string): SloType => isSloType(rawType) ? rawType : "unknown"

/**
 * A target, and the rolling time window that it is for.
 *
 * **Details**
 *
 * `timeframe` is `7d`, `30d`, `90d` or `custom`; `target` is in percent.
 *
 * @category models
 * @since 0.1.0
 */
export class SloThreshold extends Schema.Class<SloThreshold>("@effect-datadog/slo-report/SloThreshold")({
  timeframe: Schema.String,
  target: Schema.Finite
}) {}

/**
 * An SLO.
 *
 * **Details**
 *
 * - `id`, `name`: as Datadog wrote them; `name` is empty where there is none
 * - `type`: one of {@link SloType}; `rawType` is Datadog's word for it, and `type` is `"unknown"` exactly
 *   when that is none of the documented three
 * - `tags`: all of them, `key:value`
 * - `thresholds`: in Datadog's order; those without a number are left out
 * - `target`: the primary target, in percent; absent where there is none
 * - `timeframe`: the time window of the primary target; absent where Datadog doesn't say
 *
 * @category models
 * @since 0.1.0
 */
export class Slo extends Schema.Class<Slo>("@effect-datadog/slo-report/Slo")(
  Schema.Struct({
    id: SloId,
    name: Schema.String,
    type: SloType,
    rawType: Schema.String,
    tags: Schema.Array(Schema.String),
    thresholds: Schema.Array(SloThreshold),
    target: Schema.optionalKey(Schema.Finite),
    timeframe: Schema.optionalKey(Schema.String)
  }).check(
    Schema.makeFilter(({ rawType, type }) =>
      type === typeOf(rawType) ? undefined : `Expected the type that "rawType" names`
    )
  )
) {}

/**
 * Makes an SLO from its id and its attributes in an answer, whatever these hold.
 *
 * **Details**
 *
 * The primary target is the one that Datadog names (`target_threshold` of `timeframe`, in answers since
 * 2023), else that of the shortest time window, which is primary by default.
 *
 * Total: a member that is missing, null or of another type is as absent. A type may be a number, as in 2022.
 *
 * **Example** (What a search says of an SLO)
 *
 * ```ts
 * import { Slo } from "@effect-datadog/slo-report"
 *
 * const slo = Slo.fromAttributes(Slo.SloId.make("5f0a"), {
 *   name: "Checkout",
 *   slo_type: "metric",
 *   thresholds: [{ timeframe: "30d", target: 99.5 }, { timeframe: "7d", target: 99.9 }]
 * })
 * const primary = [slo.type, slo.target, slo.timeframe]
 * // => ["metric", 99.9, "7d"]
 * ```
 *
 * @param attributes the `attributes` of an SLO that was searched
 * @category constructors
 * @since 0.1.0
 */
export const fromAttributes = (id: SloId, attributes: unknown): Slo => {
  const read = (name: string): unknown => Json.member(attributes, name)
  const rawType = rawTypeOf(read("slo_type"))
  const thresholds = Json.list(read("thresholds")).map(toThreshold).filter(Predicate.isNotUndefined)
  return new Slo({
    id,
    name: Json.text(read("name")) ?? "",
    type: typeOf(rawType),
    rawType,
    tags: Json.list(read("all_tags")).filter(Predicate.isString),
    thresholds,
    ...primary(Json.text(read("timeframe")), Json.number(read("target_threshold")), thresholds)
  })
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// Datadog's `type_id`, which `slo_type` was in 2022.
const typeIds = ["monitor", "metric", "time_slice"]

const rawTypeOf = (type: unknown): string =>
  Predicate.isNumber(type) ? typeIds[type] ?? String(type) : Json.text(type) ?? ""

const toThreshold = (value: unknown): SloThreshold | undefined => {
  const timeframe = Json.text(Json.member(value, "timeframe"))
  const target = Json.number(Json.member(value, "target"))
  return timeframe === undefined || target === undefined ? undefined : new SloThreshold({ timeframe, target })
}

const primary = (
  timeframe: string | undefined,
  target: number | undefined,
  thresholds: ReadonlyArray<SloThreshold>
): { readonly timeframe?: string; readonly target?: number } => {
  if (target !== undefined) return defined({ timeframe, target })
  const named = thresholds.find((threshold) => threshold.timeframe === timeframe)
  const threshold = named ?? [...thresholds].sort(byLength)[0]
  return threshold === undefined ? {} : { timeframe: threshold.timeframe, target: threshold.target }
}

// A custom time window has no length to compare, and is last.
const days = (timeframe: string): number => Number(/^(\d+)d$/.exec(timeframe)?.[1] ?? Infinity)

const byLength: Order.Order<SloThreshold> = Order.mapInput(Order.Number, ({ timeframe }) => days(timeframe))
