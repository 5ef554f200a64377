/**
 * What a call inside a wait for a report must know of the wait.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** @internal */
export interface WaitBudget {
  /** The wait's deadline in epoch milliseconds; `Infinity` for none. */
  readonly end: number
  /** Told of every time that the rate limit holds the wait up, in milliseconds. */
  readonly onHeldUp: (millis: number) => Effect.Effect<void>
}

/** @internal */
export const WaitBudget = Context.Reference<WaitBudget | undefined>(
  "@effect-datadog/slo-report-node/internal/WaitBudget",
  { defaultValue: () => undefined }
)
