/**
 * The operations put together.
 *
 * @since 0.1.0
 */
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import { SloReportClient } from "@effect-datadog/slo-report-node/SloReportClient"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import { ExportBroken, type ExportError, UnknownExport } from "../ExportError.ts"
import { ExportStore, type RowAddress } from "../ExportStore.ts"
import { type Details, type Done, ExportId, type ExportState, type Options } from "../ReportExport.ts"
import { ReportSink } from "../ReportSink.ts"
import * as Bounds from "./bounds.ts"
import * as Calls from "./calls.ts"
import * as Definition from "./definition.ts"
import { download, texts } from "./deliver.ts"
import * as Ended from "./ended.ts"
import * as Exporting from "./exporting.ts"
import * as Ledger from "./ledger.ts"
import * as Marks from "./marks.ts"
import * as StoreError from "./storeError.ts"
import * as Watcher from "./watcher.ts"
import * as Wire from "./wire.ts"

/** @internal */
export const make = Effect.gen(function*() {
  const engine = yield* WorkflowEngine
  const { account, isShared, journal } = yield* ExportStore
  const client = yield* SloReportClient
  const sink = yield* ReportSink
  const ledger = yield* Ledger.make(account)

  const workflow = Definition.make(account)
  const entity = Definition.makeWatcher(account)
  const watcher = yield* Watcher.subscriptions(entity)
  yield* Watcher.register(client, entity, workflow)
  const calls = Calls.make(isShared)
  yield* engine.register(workflow, Exporting.body({ calls, client, sink, watcher }))
  // It ends before the engine does.
  yield* Effect.addFinalizer(() => calls.end)

  const run = (payload: Wire.Payload, generation: number) => {
    const id = Wire.exportId(Wire.digest(payload), generation)
    // It doesn't wait for the export's end, and can't fail as that.
    return Effect.as(Effect.orDie(engine.execute(workflow, { executionId: id, payload, discard: true })), id)
  }

  // The last try of an export, if there is one.
  const last = Effect.fnUntraced(function*(digest: string, from: number) {
    let found: ExportId | undefined
    for (let generation = from;; generation++) {
      const id = Wire.exportId(digest, generation)
      if (!(yield* ledger.exists(id))) return found
      found = id
    }
  })

  const known = Effect.fnUntraced(function*(id: string) {
    return isExportId(id) && (yield* ledger.exists(id)) ? id : yield* new UnknownExport({ id: id.slice(0, 100) })
  })

  const payloadOf = (id: ExportId) =>
    Effect.flatMap(journal.payload(runOf(id)), (payload) => Effect.orDie(decodePayload(payload)))

  const exitOf = (id: ExportId) =>
    Effect.map(
      engine.poll(workflow, id),
      (result) => Option.isSome(result) && result.value._tag === "Complete" ? result.value.exit : undefined
    )

  const start = Effect.fnUntraced(function*(request: SloReportRequest, options: Options = {}) {
    const payload = yield* Wire.make(account, request, options)
    return (yield* last(Wire.digest(payload), 1)) ?? (yield* run(payload, 1))
  }, StoreError.typed)

  const end = Effect.fnUntraced(function*(id: ExportId) {
    const payload = yield* payloadOf(id)
    return yield* engine.execute(workflow, { executionId: id, payload, suspendedRetrySchedule: look })
  })

  const awaitEnd = (id: string): Effect.Effect<Done, ExportError | UnknownExport> =>
    Effect.flatMap(known(id), end).pipe(
      StoreError.typed,
      Effect.retry({ while: (error) => error._tag === "StoreFailed", schedule: Schedule.spaced("1 second") }),
      Effect.catchTag("StoreFailed", Effect.die),
      Effect.catchDefect((defect) => Effect.fail(Ended.broken(defect)))
    )

  const cancel = Effect.fnUntraced(function*(id: string) {
    const { cancelled } = Marks.make(yield* payloadOf(yield* known(id)))
    if ((yield* exitOf(yield* known(id))) !== undefined) return
    yield* engine.deferredDone(cancelled, {
      workflowName: workflow._tag,
      executionId: id,
      deferredName: cancelled.name,
      exit: Exit.void
    })
  }, StoreError.typed)

  const remove = (ids: ReadonlyArray<string>) =>
    journal.remove(
      [Definition.entityType, Definition.clockType],
      ids,
      ids.flatMap((id) => [watchOf("watch", id), watchOf("unwatch", id)])
    )

  const isOwn = Schema.is(Schema.Struct({ account: Schema.Literal(account) }))

  const runs = Stream.fromIterableEffect(StoreError.typed(journal.runs(Definition.entityType))).pipe(
    Stream.flatMap((run) =>
      isOwn(run.payload) && isExportId(run.id) ? Stream.succeed({ ...run, id: run.id }) : Stream.empty
    )
  )

  return {
    start: Effect.fn("ReportExports.start")(start),
    await: Effect.fn("ReportExports.await")(awaitEnd),
    exportReport: Effect.fn("ReportExports.exportReport")((request: SloReportRequest, options?: Options) =>
      Effect.flatMap(
        start(request, options),
        (id) =>
          Effect.catchTag(
            awaitEnd(id),
            "UnknownExport",
            (error) => Effect.fail(new ExportBroken({ issue: error.message }))
          )
      )
    ),
    state: Effect.fn("ReportExports.state")(function*(id: string) {
      if (!isExportId(id) || !(yield* ledger.exists(id))) return Option.none<ExportState>()
      const exit = yield* exitOf(id)
      return Option.some(exit === undefined ? yield* ledger.progress(id, yield* payloadOf(id)) : Ended.state(exit))
    }, StoreError.typed),
    details: Effect.fn("ReportExports.details")(function*(id: string) {
      if (!isExportId(id) || !(yield* ledger.exists(id))) return Option.none<Details>()
      return Option.some(yield* detailsOf(id, yield* payloadOf(id)))
    }, StoreError.typed),
    file: (id: string) =>
      Stream.unwrap(
        Effect.gen(function*() {
          const { report } = yield* awaitEnd(id)
          if (report !== undefined) return download(client, report.id)
          const { request } = yield* detailsOf(yield* known(id), yield* payloadOf(yield* known(id)))
          return texts(yield* ledger.table(id, request))
        }).pipe(StoreError.typed)
      ),
    open: Stream.map(Stream.filter(runs, ({ endedAt }) => endedAt === undefined), ({ id }) => id),
    all: Stream.map(runs, ({ id }) => id),
    retry: Effect.fn("ReportExports.retry")(function*(
      given: string,
      { deadline }: Pick<Options, "deadline"> = {}
    ) {
      const id = yield* known(given)
      const latest = (yield* last(Wire.digestOf(id), Wire.generationOf(id))) ?? id
      const exit = yield* exitOf(latest)
      if (exit === undefined || Exit.isSuccess(exit)) return latest
      const { report: used, ...payload } = yield* payloadOf(latest)
      const report = Ended.isReportLost(exit) ? undefined : used ?? (yield* ledger.created(latest))
      const now = yield* Clock.currentTimeMillis
      return yield* run({
        ...payload,
        startedAt: now,
        deadline: now + (deadline === undefined ? payload.deadline - payload.startedAt : yield* Wire.limitOf(deadline)),
        ...(report === undefined ? {} : { report })
      }, Wire.generationOf(latest) + 1)
    }, StoreError.typed),
    cancel: Effect.fn("ReportExports.cancel")(cancel),
    forget: Effect.fn("ReportExports.forget")(function*(given: string) {
      const id = yield* known(given)
      const ids: Array<string> = []
      for (let generation = 1;; generation++) {
        const one = Wire.exportId(Wire.digestOf(id), generation)
        if (!(yield* ledger.exists(one))) break
        ids.push(one)
        yield* cancel(one)
        yield* Effect.exit(end(one))
      }
      yield* remove(ids)
    }, StoreError.typed),
    prune: Effect.fn("ReportExports.prune")(function*(olderThan: Duration.Input) {
      const age = Bounds.millis(olderThan)
      if (Option.isNone(age)) {
        return yield* Effect.die(new RangeError("olderThan must be a duration of at least 0 ms: nothing is pruned"))
      }
      const before = (yield* Clock.currentTimeMillis) - age.value
      const exports = new Map<string, { readonly ids: Array<string>; isOld: boolean }>()
      yield* Stream.runForEach(runs, ({ endedAt = Infinity, id }) =>
        Effect.sync(() => {
          const one = exports.get(Wire.digestOf(id)) ?? { ids: [], isOld: true }
          one.ids.push(id)
          one.isOld &&= endedAt <= before
          exports.set(Wire.digestOf(id), one)
        }))
      const old = [...exports.values()].filter(({ isOld }) => isOld)
      for (let begin = 0; begin < old.length; begin += pruneSize) {
        yield* remove(old.slice(begin, begin + pruneSize).flatMap(({ ids }) => ids))
      }
      return old.length
    }, StoreError.typed)
  }
})

const detailsOf = (id: ExportId, payload: Wire.Payload): Effect.Effect<Details> =>
  Effect.map(Effect.orDie(Wire.toRequest(payload)), (request) => ({
    id,
    request,
    key: payload.key,
    source: payload.source,
    name: payload.name,
    startedAt: DateTime.makeUnsafe(payload.startedAt),
    deadline: DateTime.makeUnsafe(payload.deadline)
  }))

// How many exports are removed at once.
const pruneSize = 200

// A caller on another process than the export's looks again so often.
const look = Schedule.min([Schedule.exponential(200, 1.5), Schedule.spaced("5 seconds")])

const isExportId = Schema.is(ExportId)

const decodePayload = Schema.decodeUnknownEffect(Schema.toCodecJson(Wire.Payload))

const runOf = (id: string): RowAddress => ({ entityType: Definition.entityType, entityId: id, tag: "run", key: "" })

const watchOf = (tag: string, id: string): RowAddress => ({
  entityType: Definition.watcherType,
  entityId: Definition.watcherId,
  tag,
  key: id
})
