/**
 * SLOs as JSON has them.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Slo from "../../Slo.ts"

const Spans = Schema.Array(Schema.Struct({ from: Schema.Finite, to: Schema.Finite }))
const common = { gaps: Schema.optionalKey(Spans), corrections: Schema.optionalKey(Spans) }
const States = Schema.Array(
  Schema.Struct({ from: Schema.Finite, state: Schema.Literals(["ok", "alert", "no data"]) })
)

const Model = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("metric"),
    rates: Schema.Array(Schema.Struct({ from: Schema.Finite, good: Schema.Finite, bad: Schema.Finite })),
    ...common
  }),
  Schema.Struct({
    type: Schema.Literal("monitor"),
    states: States,
    noData: Schema.optionalKey(Schema.Literals(["up", "down"])),
    ...common
  }),
  Schema.Struct({
    type: Schema.Literal("time_slice"),
    states: States,
    slice: Schema.optionalKey(Schema.Literals([60, 300])),
    ...common
  })
])

/** @internal */
export const SloSpec = Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  name: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  tags: Schema.optionalKey(Schema.Array(Schema.String)),
  thresholds: Schema.optionalKey(Schema.Array(
    Schema.Struct({
      timeframe: Schema.Literals(Slo.timeframes),
      target: Schema.Finite,
      warning: Schema.optionalKey(Schema.Finite)
    })
  )),
  createdAt: Schema.optionalKey(Schema.Finite),
  model: Schema.optionalKey(Model),
  exportError: Schema.optionalKey(Schema.String)
})
