/**
 * What the errors of a call have in common.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as ApiErrorBody from "../ApiErrorBody.ts"
import * as RateLimit from "../RateLimit.ts"
import { Delay } from "./delay.ts"
import { Reason } from "./reason.ts"

/**
 * What was asked, and of whom.
 *
 * @internal
 */
export const call = {
  host: Schema.String,
  method: Schema.String,
  path: Schema.String
}

/**
 * What every answer tells.
 *
 * @internal
 */
export const answer = {
  ...call,
  status: Schema.Int,
  messages: Schema.Array(Schema.String),
  details: Schema.Array(ApiErrorBody.ApiErrorDetail),
  rateLimit: RateLimit.RateLimit
}

/**
 * How long to wait, where it is told.
 *
 * @internal
 */
export const retryAfter = Schema.optionalKey(Delay)

/**
 * Why there is no answer.
 *
 * @internal
 */
export const transport = {
  reason: Reason,
  sent: Schema.Literals(["no", "maybe"]).pipe(Schema.withConstructorDefault(Effect.succeed("maybe" as const))),
  isTransient: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(true))),
  cause: Schema.optionalKey(Schema.Defect())
}
