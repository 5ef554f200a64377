/**
 * Faults as JSON has them.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as ErrorBody from "../../ErrorBody.ts"
import type * as FakeDatadog from "../../FakeDatadog.ts"
import * as Fault from "../../Fault.ts"
import * as Operation from "../../Operation.ts"
import { Span } from "./decode.ts"

const Status = Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 }))
const Headers = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Array(Schema.String)]))
const target = {
  /** `"always"`, or how many requests. */
  times: Schema.optionalKey(Schema.Union([Schema.Int.check(Schema.isGreaterThan(0)), Schema.Literal("always")])),
  operation: Schema.optionalKey(Schema.Literals(Operation.all))
}

const kind = <const Name extends string, F extends Schema.Struct.Fields>(name: Name, fields: F) =>
  Schema.Struct({ fault: Schema.Literal(name), ...target, ...fields })

const kinds = [
  kind("status", {
    status: Status,
    family: Schema.optionalKey(Schema.Literals(ErrorBody.families)),
    messages: Schema.optionalKey(Schema.Array(Schema.String)),
    headers: Schema.optionalKey(Headers)
  }),
  kind("body", {
    body: Schema.String,
    status: Schema.optionalKey(Status),
    contentType: Schema.optionalKey(Schema.String),
    headers: Schema.optionalKey(Headers)
  }),
  kind("html", { status: Schema.optionalKey(Status) }),
  kind("redirect", { location: Schema.String, status: Schema.optionalKey(Status) }),
  kind("headers", { headers: Headers }),
  kind("latency", { duration: Span }),
  kind("hang", {}),
  kind("reset", {}),
  kind("lostAnswer", {}),
  kind("resetBody", { bytes: Schema.Natural }),
  kind("truncate", { bytes: Schema.Natural }),
  kind("stall", { bytes: Schema.Natural }),
  kind("slowBody", { bytes: Schema.Natural, gap: Span }),
  kind("gzip", {})
] as const

/** One fault and the requests that it is for. @internal */
export const FaultSpec = Schema.Union(kinds).annotate({
  expected: `a fault such as { "fault": "status", "status": 503 }, one of ${
    kinds.map(({ fields }) => fields.fault.literal).join(", ")
  }`
})

/** @internal */
export const inject = (fake: FakeDatadog.Service, spec: typeof FaultSpec.Type): Effect.Effect<void> =>
  fake.inject(toFault(spec), { operation: spec.operation, times: spec.times === "always" ? Infinity : spec.times })

const toFault = (spec: typeof FaultSpec.Type): Fault.Fault => {
  switch (spec.fault) {
    case "status":
      return Fault.status(spec.status, spec)
    case "body":
      return Fault.body(spec.body, spec)
    case "html":
      return Fault.html(spec.status)
    case "redirect":
      return Fault.redirect(spec.location, spec.status)
    case "headers":
      return Fault.headers(spec.headers)
    case "latency":
      return Fault.latency(spec.duration)
    case "resetBody":
      return Fault.resetBody(spec.bytes)
    case "truncate":
      return Fault.truncate(spec.bytes)
    case "stall":
      return Fault.stall(spec.bytes)
    case "slowBody":
      return Fault.slowBody(spec)
    case "hang":
      return Fault.hang
    case "reset":
      return Fault.reset
    case "lostAnswer":
      return Fault.lostAnswer
    case "gzip":
      return Fault.gzip
  }
}
