/**
 * The watcher of an account: wherever it lives, it polls for all exports, so that they share one pace.
 *
 * @since 0.1.0
 */
import { isRetryable } from "@effect-datadog/slo-report/DatadogError"
import type { Service } from "@effect-datadog/slo-report-node/SloReportClient"
import * as Sharding from "effect/cluster/Sharding"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import { ExportBroken } from "../ExportError.ts"
import * as Definition from "./definition.ts"
import * as Marks from "./marks.ts"
import * as StoreError from "./storeError.ts"

/** What an export tells the watcher. @internal */
export interface Subscriptions {
  /** It is stored when it returns. */
  readonly watch: (watch: typeof Definition.Watch.Type) => Effect.Effect<void>
  /** The polls have ended when it returns. */
  readonly unwatch: (exportId: string) => Effect.Effect<unknown>
}

/** @internal */
export const subscriptions = (entity: Definition.Watcher): Effect.Effect<Subscriptions, never, Sharding.Sharding> =>
  Effect.map(entity.client, (client) => {
    const watcher = client(Definition.watcherId)
    return {
      watch: (watch) => stored(watcher.watch(watch, { discard: true })),
      // Where the watcher doesn't answer, or an engine that doesn't know it answers in its place, nobody polls.
      unwatch: (exportId) =>
        stored(watcher.unwatch({ exportId })).pipe(
          Effect.timeoutOption("10 seconds"),
          Effect.catchDefect(() => Effect.void)
        )
    }
  })

// An export waits for a store that is away.
const stored = <E>(self: Effect.Effect<void, E>): Effect.Effect<void> =>
  Effect.orDie(Effect.retry(self, Schedule.spaced("1 second")))

/** Registers the watcher, which runs where its account's shard is. @internal */
export const register = Effect.fnUntraced(function*(
  client: Service,
  entity: Definition.Watcher,
  workflow: Definition.ExportWorkflow
) {
  const sharding = yield* Sharding.Sharding
  const engine = yield* WorkflowEngine.WorkflowEngine
  const stops = new Map<string, Deferred.Deferred<void>>()

  const watch = Effect.fnUntraced(
    function*({ createdAt, deadline, exportId, report, startedAt }: typeof Definition.Watch.Type) {
      const end = yield* StoreError.patiently(engine.poll(workflow, exportId))
      if (Option.isSome(end) && end.value._tag === "Complete") return
      const stop = stops.get(exportId) ?? Deferred.makeUnsafe<void>()
      stops.set(exportId, stop)
      const outcome = yield* Effect.raceFirst(
        Effect.asSome(await_(client, report, createdAt, deadline)),
        Effect.as(Deferred.await(stop), Option.none<Definition.Outcome>())
      ).pipe(Effect.ensuring(Effect.sync(() => stops.delete(exportId))))
      if (Option.isNone(outcome)) return
      const { seen } = Marks.make({ startedAt })
      yield* engine.deferredDone(seen, {
        workflowName: workflow._tag,
        executionId: exportId,
        deferredName: seen.name,
        exit: Exit.succeed(outcome.value)
      })
    }
  )

  yield* sharding.registerEntity(
    entity,
    Effect.succeed(entity.of({
      watch: ({ payload }) => watch(payload),
      unwatch: ({ payload }) =>
        Effect.suspend(() => {
          const stop = stops.get(payload.exportId)
          return stop === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(stop, undefined))
        })
    })),
    { concurrency: "unbounded", mailboxCapacity: "unbounded" }
  )
})

// A report can be unknown for a while after it was created, also to a process that didn't create it.
const notFoundGrace = 15_000

const await_ = (
  client: Service,
  report: string,
  createdAt: number,
  deadline: number
): Effect.Effect<Definition.Outcome> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      client.awaitReport(report, { deadline: Math.max(0, deadline - now) }).pipe(
        Effect.map((report): Definition.Outcome => ({ _tag: "Terminal", report })),
        Effect.catch((error) =>
          Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<Definition.Outcome> => {
            const pause = pauseAfter(error, now - createdAt)
            return pause === undefined || now + pause > deadline
              ? Effect.succeed(ended(error))
              : Effect.delay(await_(client, report, createdAt, deadline), pause)
          })
        )
      )
  )

type WaitError = Effect.Error<ReturnType<Service["awaitReport"]>>

// What a wait of minutes ends with, one of hours gets over.
const pauseAfter = (error: WaitError, age: number): number | undefined => {
  switch (error._tag) {
    case "DatadogNotFound":
      return age < notFoundGrace ? 1000 : undefined
    case "DatadogProtocolError":
      return 30_000
    case "InvalidReportId":
    case "ReportFailed":
    case "WaitTimedOut":
      return undefined
    default:
      return isRetryable(error) ? 30_000 : undefined
  }
}

const ended = (error: WaitError): Definition.Outcome =>
  error._tag === "ReportFailed"
    ? { _tag: "Terminal", report: error.report }
    : error._tag === "InvalidReportId"
    ? { _tag: "Ended", error: new ExportBroken({ issue: error.message }) }
    : { _tag: "Ended", error }
