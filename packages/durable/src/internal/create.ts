/**
 * Creates a report at most once, though the process may be killed at any point.
 *
 * @since 0.1.0
 */
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import * as RetryPolicy from "@effect-datadog/slo-report-node/RetryPolicy"
import type { Service } from "@effect-datadog/slo-report-node/SloReportClient"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Schema from "effect/Schema"
import type * as DurableDeferred from "effect/workflow/DurableDeferred"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import { CreateInterrupted, type ExportError } from "../ExportError.ts"
import type * as Calls from "./calls.ts"
import type { Marks } from "./marks.ts"
import * as Steps from "./steps.ts"
import * as StoreError from "./storeError.ts"
import { CreatedReport, type Payload } from "./wire.ts"

// How long a call may take, in milliseconds, that was begun by a process which has lost the export meanwhile.
const patience = 10_000

/** The name of the nth try. @internal */
export const stepName = (n: number): string => `create/${n}`

const attempt = Effect.fnUntraced(function*(
  client: Service,
  calls: Calls.Calls,
  request: SloReportRequest,
  marks: Marks,
  n: number
) {
  const engine = yield* WorkflowEngine.WorkflowEngine
  const instance = yield* WorkflowEngine.WorkflowInstance
  const { executionId, workflow } = instance

  const done = <S extends Schema.Top, E extends Schema.Top>(
    deferred: DurableDeferred.DurableDeferred<S, E>,
    exit: Exit.Exit<S["Type"], E["Type"]>
  ) =>
    StoreError.patiently(
      engine.deferredDone(deferred, { workflowName: workflow._tag, executionId, deferredName: deferred.name, exit })
    )

  // A try that was begun before, elsewhere, and has no outcome was killed: nobody knows how far the request came.
  const elsewhere = (begunAt: number): Effect.Effect<CreatedReport, ExportError, WorkflowEngine.WorkflowInstance> =>
    Effect.gen(function*() {
      const made = yield* StoreError.patiently(engine.deferredResult(marks.made(n)))
      if (Option.isSome(made)) return yield* made.value
      if (!calls.mayBeElsewhere || (yield* Clock.currentTimeMillis) - begunAt > patience) {
        return yield* new CreateInterrupted({ begunAt: DateTime.makeUnsafe(begunAt) })
      }
      return yield* Effect.delay(elsewhere(begunAt), "1 second")
    })

  const call = (begin: Calls.Begin) =>
    Effect.gen(function*() {
      const begun = yield* StoreError.patiently(engine.deferredResult(marks.begun(n)))
      if (Option.isSome(begun)) return yield* elsewhere((yield* begun.value).at)
      let createdAt = 0
      // A process that was frozen while it waited for its turn may have lost the export, and another one has begun.
      const mark = Effect.gen(function*() {
        createdAt = yield* Clock.currentTimeMillis
        const by = yield* Random.next
        yield* done(marks.begun(n), Exit.succeed({ at: createdAt, by }))
        const first = yield* StoreError.patiently(engine.deferredResult(marks.begun(n)))
        return Option.isSome(first) && (yield* first.value).by === by
      }).pipe(Effect.provideService(WorkflowEngine.WorkflowInstance, instance))
      const id = yield* begin(client.createReport(request), mark).pipe(
        Effect.provideService(RetryPolicy.Current, RetryPolicy.none)
      )
      return { id, createdAt }
    })

  const key = marks.named(`${executionId}/${n}`)
  const once = calls.join(key, call, (exit) => done(marks.made(n), exit))
  return yield* calls.untilStored(key, Steps.once(stepName(n), CreatedReport, once))
})

/** @internal */
export const create = (
  client: Service,
  calls: Calls.Calls,
  request: SloReportRequest,
  bounds: Steps.Bounds,
  onLostCreate: Payload["onLostCreate"]
) =>
  Steps.untilDone(
    bounds,
    "create",
    (n) => attempt(client, calls, request, bounds.marks, n),
    (error, n) =>
      error._tag === "CreateInterrupted" || error._tag === "CreateOutcomeUnknown"
        ? onLostCreate === "again" ? Steps.always(n) : undefined
        : isRefused(error)
        ? Steps.mayPass(error, n)
        : undefined
  )

// Nothing can have been made of it. What else may have arrived is a `CreateOutcomeUnknown`.
const isRefused = (error: ExportError): boolean =>
  error._tag === "DatadogTooManyRequests" || error._tag === "DatadogTransportError"
