/**
 * The wait for a report: asleep in the store, until the watcher tells how it ended, or nobody did in time.
 *
 * @since 0.1.0
 */
import { isTerminal, ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import type { Service } from "@effect-datadog/slo-report-node/SloReportClient"
import { ReportFailed, WaitTimedOut } from "@effect-datadog/slo-report-node/SloReportError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as DurableDeferred from "effect/workflow/DurableDeferred"
import type { WorkflowEngine, WorkflowInstance } from "effect/workflow/WorkflowEngine"
import { ExportCancelled, type ExportError } from "../ExportError.ts"
import { Outcome } from "./definition.ts"
import * as Steps from "./steps.ts"
import type { Subscriptions } from "./watcher.ts"
import type { CreatedReport } from "./wire.ts"

// How long after the deadline the watcher may be silent, in milliseconds.
const silence = 60_000

/** @internal */
export const wait = Effect.fnUntraced(function*(
  client: Service,
  watcher: Subscriptions,
  exportId: string,
  report: CreatedReport,
  startedAt: number,
  { deadline, marks }: Steps.Bounds
): Effect.fn.Return<SloReport, ExportError, WorkflowEngine | WorkflowInstance> {
  const id = ReportId.make(report.id)
  const asleep = Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => Steps.asleep(marks.named("deadline"), Math.max(1, deadline + silence - now))
  )
  const outcome = yield* DurableDeferred.raceAll({
    name: marks.named("wait"),
    success: Outcome,
    error: Schema.Never,
    effects: [
      Effect.andThen(
        watcher.watch({ exportId, startedAt, report: id, createdAt: report.createdAt, deadline }),
        Steps.told(marks.seen)
      ),
      Effect.as(asleep, { _tag: "Overdue" } as const),
      Effect.as(Steps.told(marks.cancelled), { _tag: "Cancelled" } as const)
    ]
  })
  switch (outcome._tag) {
    case "Terminal":
      return yield* done(outcome.report)
    case "Ended":
      return yield* Effect.fail(outcome.error)
    case "Cancelled":
      yield* watcher.unwatch(exportId)
      return yield* new ExportCancelled()
    case "Overdue":
      yield* watcher.unwatch(exportId)
      return yield* Effect.flatMap(lastPoll(client, id, report.createdAt), done)
  }
})

const done = (report: SloReport): Effect.Effect<SloReport, ReportFailed> =>
  report.status === "failed" ? Effect.fail(new ReportFailed({ report })) : Effect.succeed(report)

// A watch can be lost: the report may be done all the same.
const lastPoll = (client: Service, id: ReportId, createdAt: number) =>
  Effect.mapError(
    Steps.once(
      "last-poll",
      SloReport,
      Effect.gen(function*() {
        const last = yield* client.getReportStatus(id).pipe(Effect.catchTag("InvalidReportId", Effect.die))
        if (isTerminal(last)) return last
        const now = yield* Clock.currentTimeMillis
        const heldUp = { rateLimit: Duration.zero, backoff: Duration.zero }
        return yield* new WaitTimedOut({
          id,
          last,
          polls: 1,
          elapsed: Duration.millis(Math.max(0, now - createdAt)),
          heldUp
        })
      })
    ),
    ({ error }) => error
  )
