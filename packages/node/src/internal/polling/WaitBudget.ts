/**
 * What a call inside a wait for a report must know of the wait.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Request } from "../pacing/bucket.ts"
import type * as Sleep from "../http/sleep.ts"

/** @internal */
export interface WaitBudget {
  /** The wait's deadline in epoch milliseconds; `Infinity` for none. */
  readonly end: number
  /** Told of every sleep when it begins. */
  readonly onSleep: Sleep.OnSleep
  /** The request that the pacer has counted already; given once. */
  readonly takeRequest: () => Request | undefined
  /** Waits for a turn to send the call again, this many milliseconds after it failed; `false`: there is none. */
  readonly nextTurn: (sinceMillis: number) => Effect.Effect<boolean>
}

/** @internal */
export const WaitBudget = Context.Reference<WaitBudget | undefined>(
  "@effect-datadog/slo-report-node/internal/WaitBudget",
  { defaultValue: () => undefined }
)
