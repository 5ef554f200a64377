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
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import { CreateInterrupted, type ExportError } from "../ExportError.ts"
import type { Marks } from "./marks.ts"
import * as Steps from "./steps.ts"
import { CreatedReport, type Payload } from "./wire.ts"

/** The name of the nth try. @internal */
export const stepName = (n: number): string => `create/${n}`

// A try that was begun before and has no outcome was killed: nobody knows how far the request came.
const attempt = (client: Service, request: SloReportRequest, marks: Marks, n: number) =>
  Steps.once(
    stepName(n),
    CreatedReport,
    Effect.gen(function*(): Effect.fn.Return<
      CreatedReport,
      ExportError,
      WorkflowEngine.WorkflowEngine | WorkflowEngine.WorkflowInstance
    > {
      const engine = yield* WorkflowEngine.WorkflowEngine
      const { executionId, workflow } = yield* WorkflowEngine.WorkflowInstance
      const mark = marks.begun(n)
      const begun = yield* engine.deferredResult(mark)
      if (Option.isSome(begun)) {
        return yield* new CreateInterrupted({ begunAt: DateTime.makeUnsafe(yield* begun.value) })
      }
      const now = yield* Clock.currentTimeMillis
      yield* engine.deferredDone(mark, {
        workflowName: workflow._tag,
        executionId,
        deferredName: mark.name,
        exit: Exit.succeed(now)
      })
      const id = yield* Effect.provideService(client.createReport(request), RetryPolicy.Current, RetryPolicy.none)
      return { id, createdAt: now }
    })
  )

/** @internal */
export const create = (
  client: Service,
  request: SloReportRequest,
  bounds: Steps.Bounds,
  onLostCreate: Payload["onLostCreate"]
) =>
  Steps.untilDone(
    bounds,
    "create",
    (n) => attempt(client, request, bounds.marks, n),
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
