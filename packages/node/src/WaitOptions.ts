/**
 * How to wait for a report.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { PollPolicy } from "./PollPolicy.ts"
import type { WaitSleep } from "./WaitEvent.ts"

/**
 * How to wait for one report.
 *
 * **Details**
 *
 * - `poll`: when to ask again. `@default` `PollPolicy.default`, every √t seconds between 1 and 30
 * - `deadline`: how long to wait at most, a number being milliseconds. `@default` 30 minutes. One last poll is made at
 *   the deadline, where the rate limit has room for it, and a report that is done then is done in time. What is no
 *   duration of 0 or more is a defect of the call, a `RangeError`, before anything is sent
 * - `onSleep`: told when the wait begins to sleep, and what for. It runs beside the sleep and is interrupted at its
 *   end, so that it holds nothing up; where it dies, it ends this wait and no other. `@default` nothing
 *
 * @category models
 * @since 0.1.0
 */
export interface WaitOptions {
  readonly poll?: PollPolicy | undefined
  readonly deadline?: Duration.Input | undefined
  readonly onSleep?: ((sleep: WaitSleep) => Effect.Effect<void>) | undefined
}
