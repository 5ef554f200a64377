/**
 * One poll of a report, with its retries, in the turns that the pacer gives.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { Request } from "../pacing/bucket.ts"
import type * as Pacer from "../pacing/pacer.ts"
import * as Sleep from "../http/sleep.ts"
import { WaitBudget } from "./WaitBudget.ts"

/** What a wait brings to its seat. @internal */
export interface Sitter {
  /** Polls the report once; a poll that this wait causes runs in this wait's context. */
  readonly poll: () => Effect.Effect<SloReport, DatadogError>
  readonly onSleep: WaitBudget["onSleep"]
}

interface CallAnswer {
  readonly exit: Exit.Exit<SloReport, DatadogError>
  readonly answeredAt: number
}

/**
 * Polls once: the first request is counted by the pacer already, each retry waits for a turn of its own.
 *
 * @param end the last time for a retry, in epoch milliseconds
 * @internal
 */
export const call = (
  pacer: Pacer.Pacer,
  context: Context.Context<never>,
  sitter: Sitter,
  end: number,
  request: Request,
  onAnswer: (answer: CallAnswer) => void
): Effect.Effect<void> => {
  let counted: Request | undefined = request
  const takeRequest = (): Request | undefined => {
    const taken = counted
    counted = undefined
    return taken
  }
  const turn = (since: number, due: number) =>
    Effect.callback<boolean>((resume) => {
      const waited: Pacer.Turn = {
        due,
        since,
        interval: due - since,
        latest: end,
        onCome: (request) => {
          counted = request
          resume(Effect.succeed(true))
        },
        onMissed: () => resume(Effect.succeed(false)),
        onHeldUp: () => {}
      }
      pacer.add(waited, context)
      return Effect.sync(() => pacer.remove(waited))
    })
  const nextTurn = (millis: number) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      turn(now - millis, now).pipe(
        Effect.ensuring(
          Effect.flatMap(Clock.currentTimeMillis, (later) => Sleep.slept("rate_limit", later - now))
        )
      ))
  const onSleep: WaitBudget["onSleep"] = (cause, millis) => sitter.onSleep(cause, millis)
  return sitter.poll().pipe(
    Effect.provideService(WaitBudget, { end, onSleep, takeRequest, nextTurn }),
    Effect.ensuring(Effect.sync(() => {
      if (takeRequest() !== undefined) pacer.cancel()
    })),
    Effect.exit,
    Effect.flatMap((exit) => Effect.map(Clock.currentTimeMillis, (answeredAt) => onAnswer({ exit, answeredAt })))
  )
}
