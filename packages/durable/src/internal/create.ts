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
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import { CreateInterrupted, type ExportError } from "../ExportError.ts"
import type { Marks } from "./marks.ts"
import * as Steps from "./steps.ts"
import * as StoreError from "./storeError.ts"
import { CreatedReport, type Payload } from "./wire.ts"

/** The name of the nth try. @internal */
export const stepName = (n: number): string => `create/${n}`

/**
 * Create calls that this process has begun, until the store has taken their answers: an engine whose store fails it
 * begins a step anew in the same process.
 *
 * @internal
 */
export type Calls = Map<string, Fiber.Fiber<CreatedReport, ExportError>>

// A try that was begun before, elsewhere, and has no outcome was killed: nobody knows how far the request came.
const call = Effect.fnUntraced(function*(client: Service, request: SloReportRequest, marks: Marks, n: number) {
  const engine = yield* WorkflowEngine.WorkflowEngine
  const { executionId, workflow } = yield* WorkflowEngine.WorkflowInstance
  const mark = marks.begun(n)
  const begun = yield* StoreError.patiently(engine.deferredResult(mark))
  if (Option.isSome(begun)) {
    return yield* new CreateInterrupted({ begunAt: DateTime.makeUnsafe(yield* begun.value) })
  }
  const now = yield* Clock.currentTimeMillis
  const exit = Exit.succeed(now)
  const options = { workflowName: workflow._tag, executionId, deferredName: mark.name, exit }
  yield* StoreError.patiently(engine.deferredDone(mark, options))
  const id = yield* Effect.provideService(client.createReport(request), RetryPolicy.Current, RetryPolicy.none)
  return { id, createdAt: now }
})

const attempt = Effect.fnUntraced(function*(
  client: Service,
  calls: Calls,
  request: SloReportRequest,
  marks: Marks,
  n: number
) {
  const { executionId } = yield* WorkflowEngine.WorkflowInstance
  const key = marks.named(`${executionId}/${n}`)
  const once = Effect.gen(function*() {
    const fiber = calls.get(key) ??
      (yield* Effect.forkDetach(call(client, request, marks, n), { startImmediately: true }))
    calls.set(key, fiber)
    return yield* Fiber.join(fiber)
  })
  const done = Effect.sync(() => calls.delete(key))
  return yield* Effect.tapError(Effect.tap(Steps.once(stepName(n), CreatedReport, once), done), () => done)
})

/** @internal */
export const create = (
  client: Service,
  calls: Calls,
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
