/**
 * Steps that are tried until they succeed, or their export's deadline; the pauses between them are stored too.
 *
 * @since 0.1.0
 */
import { type DatadogError, isRetryable } from "@effect-datadog/slo-report/DatadogError"
import type { CreateOutcomeUnknown } from "@effect-datadog/slo-report-node/SloReportError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Activity from "effect/workflow/Activity"
import * as DurableClock from "effect/workflow/DurableClock"
import * as DurableDeferred from "effect/workflow/DurableDeferred"
import type { WorkflowEngine, WorkflowInstance } from "effect/workflow/WorkflowEngine"
import { ExportCancelled, ExportError } from "../ExportError.ts"
import type { Marks } from "./marks.ts"
import * as StoreError from "./storeError.ts"

/** What went wrong, and when: a body that runs again must decide as it did. @internal */
export const Trouble = Schema.Struct({ error: ExportError, at: Schema.Finite })

/** @internal */
export type Trouble = typeof Trouble.Type

/** A step that is done once, its outcome stored under its name. @internal */
export const once = <Success extends Schema.Top, R>(
  name: string,
  success: Success,
  execute: Effect.Effect<Success["Type"], ExportError, R>
) =>
  Activity.make({
    name,
    success,
    error: Trouble,
    execute: Effect.catch(
      execute,
      (error) => Effect.flatMap(Clock.currentTimeMillis, (at) => Effect.fail({ error, at }))
    )
  })

/** What is done about trouble in the nth try: a delay in milliseconds, or nothing. @internal */
export type Patience = (error: ExportError, n: number) => number | undefined

/** Until when an export is tried, in milliseconds since 1970, and what may end it before. @internal */
export interface Bounds {
  readonly deadline: number
  readonly marks: Marks
}

/**
 * Tries until it succeeds; each try and each pause is a step of its own.
 *
 * @param step the nth try, from 1
 * @internal
 */
export const untilDone = <A, R>(
  { deadline, marks }: Bounds,
  name: string,
  step: (n: number) => Effect.Effect<A, Trouble, R>,
  patience: Patience
): Effect.Effect<A, ExportError, R | WorkflowEngine | WorkflowInstance> => {
  const attempt = (n: number): Effect.Effect<A, ExportError, R | WorkflowEngine | WorkflowInstance> =>
    Effect.catch(step(n), ({ at, error }) => {
      const delay = patience(error, n)
      return delay === undefined || at + delay > deadline
        ? Effect.fail(error)
        : Effect.andThen(pause(marks, `${name}/${n}`, delay), attempt(n + 1))
    })
  return attempt(1)
}

const pause = (marks: Marks, name: string, delay: number) =>
  Effect.flatMap(
    DurableDeferred.raceAll({
      name: marks.named(`pause/${name}`),
      success: Schema.Literals(["over", "cancelled"]),
      error: Schema.Never,
      effects: [
        Effect.as(asleep(marks.named(name), delay), "over" as const),
        Effect.as(told(marks.cancelled), "cancelled" as const)
      ]
    }),
    (end) => end === "cancelled" ? Effect.fail(new ExportCancelled()) : Effect.void
  )

/**
 * Sleeps in the store, for some milliseconds. A store that is away is waited for here: a race would keep its failure.
 *
 * @internal
 */
export const asleep = (name: string, duration: number) =>
  StoreError.patiently(DurableClock.sleep({ name, duration, inMemoryThreshold: 0 }))

/** Sleeps in the store until somebody tells. @internal */
export const told = <A extends Schema.Top>(deferred: DurableDeferred.DurableDeferred<A>) =>
  StoreError.patiently(DurableDeferred.await(deferred))

// A second, then twice as long each time, up to a minute; never sooner than Datadog asked.
const backoff = (n: number, hint: Duration.Duration | undefined): number =>
  Math.max(Math.min(1000 * 2 ** (n - 1), 60_000), hint === undefined ? 0 : Duration.toMillis(hint))

/** What may pass is tried again. @internal */
export const mayPass: Patience = (error, n) =>
  isCall(error) && isRetryable(error) ? backoff(n, "retryAfter" in error ? error.retryAfter : undefined) : undefined

/** @internal */
export const always = (n: number): number => backoff(n, undefined)

const isCall = (error: ExportError | CreateOutcomeUnknown): error is DatadogError => error._tag.startsWith("Datadog")
