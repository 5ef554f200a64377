/**
 * `datadog-slo export --state`: an export that outlives its process. The same command goes on with it.
 *
 * @since 0.1.0
 */
import type { ExportError } from "@effect-datadog/slo-report-durable/ExportError"
import type { Details, ExportId } from "@effect-datadog/slo-report-durable/ReportExport"
import type { Service } from "@effect-datadog/slo-report-durable/ReportExports"
import { SloReportClient } from "@effect-datadog/slo-report-node/SloReportClient"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { UsageError } from "./CommandError.ts"
import { Datadog } from "./Datadog.ts"
import * as Flag from "./Flag.ts"
import type { Input } from "./Input.ts"
import { Progress } from "./Progress.ts"
import * as Selection from "./Selection.ts"
import * as Session from "./Session.ts"
import * as Settings from "./Settings.ts"
import * as State from "./State.ts"
import { Stderr } from "./Stderr.ts"
import * as Table from "./Table.ts"

type Request = Extract<Input, { readonly _tag: "Request" }>

/**
 * The table of an export that is kept, and how to keep it no longer.
 *
 * @internal
 */
export const table = Effect.fnUntraced(function*(given: Flag.Given, input: Request) {
  if (Flag.textOf(given, Selection.poll) !== undefined) {
    return yield* Effect.fail(
      new UsageError({ message: "--poll is no flag for an export that is kept: all that are kept share one pace." })
    )
  }
  const stderr = yield* Stderr
  const { exports } = yield* State.open(
    given,
    Layer.provide(Layer.effect(SloReportClient, Datadog), Session.datadog)
  )
  const begun = yield* find(exports, given, input)
  const id = begun ?? (yield* start(exports, given, input))
  yield* (yield* Progress).say(`export ${id} ${begun === undefined ? "is begun" : "goes on"}`)
  const { report, source } = yield* Effect.raceFirst(
    exports.await(id),
    Effect.andThen(watch(exports, id), Effect.never)
  )
    .pipe(Effect.onError((cause) => hint(id, cause)))
  const path = yield* Table.spool(exports.file(id))
  const { interval, query, timezone } = input.request
  const name = report === undefined ? "the table of histories" : `report ${report.id}`
  const table: Table.Table = { path, name, report: report?.id, query, interval, timezone, source }
  const forget = Effect.catch(
    exports.forget(id),
    ({ message }) => stderr.line(`export ${id} can't be removed, and would be taken again. ${message}`)
  )
  return { table, forget }
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// How long is waited for a report that is kept, where nobody says.
const patience = Duration.days(1)

const start = Effect.fnUntraced(function*(
  exports: Service,
  given: Flag.Given,
  { options: { deadline, maxSlos, source }, request }: Request
) {
  return yield* exports.start(request, { key: yield* wordsOf(given), deadline: deadline ?? patience, maxSlos, source })
})

// What the command says in its own words: times that move on with the clock make another request of it each time.
const wordsOf = Effect.fnUntraced(function*(given: Flag.Given) {
  const texts = yield* Effect.forEach(
    [...Selection.request, Selection.source],
    (setting) =>
      Effect.map(Settings.textOf(given, setting), (text) => text === undefined ? [] : [`--${setting.name}`, text.text])
  )
  return texts.flat().join(" ")
})

// For so long an export over a period that ends "now" is the one that is meant.
const memory = Duration.days(1)

/** The last export that this command has begun, and not yet written. */
const find = Effect.fnUntraced(function*(exports: Service, given: Flag.Given, { options, request }: Request) {
  const words = yield* wordsOf(given)
  const isMoving = (yield* Settings.textOf(given, Selection.from)) !== undefined
  const now = yield* Clock.currentTimeMillis
  const isMeant = ({ key, request: { from, to }, startedAt }: Details): boolean =>
    key === words && (
      (seconds(from) === seconds(request.from) && seconds(to) === seconds(request.to)) ||
      (isMoving && now - DateTime.toEpochMillis(startedAt) < Duration.toMillis(memory))
    )
  const all = yield* Stream.runCollect(Stream.mapEffect(exports.all, exports.details))
  const details = all.flatMap(Option.toArray).findLast(isMeant)
  if (details === undefined) return undefined
  const state = Option.getOrUndefined(yield* exports.state(details.id))
  return state?._tag === "Failed" && !isLost(state.error)
    ? yield* exports.retry(details.id, { deadline: options.deadline ?? patience })
    : details.id
})

const seconds = (time: DateTime.DateTime): number => Math.floor(DateTime.toEpochMillis(time) / 1000)

// Another try may make a second report: somebody must want that.
const isLost = ({ _tag }: ExportError): boolean => _tag === "CreateInterrupted" || _tag === "CreateOutcomeUnknown"

const watch = Effect.fnUntraced(function*(exports: Service, id: ExportId) {
  const progress = yield* Progress
  const look = Effect.flatMap(exports.state(id), Option.match({ onNone: () => Effect.void, onSome: progress.kept }))
  // A store that is away is waited for, by what waits for the export.
  yield* Effect.repeat(Effect.ignore(look), Schedule.spaced("1 second"))
})

const hint = Effect.fnUntraced(function*(id: ExportId, cause: Cause.Cause<{ readonly _tag: string }>) {
  const stderr = yield* Stderr
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (Cause.hasInterruptsOnly(cause)) {
    yield* stderr.line(`export ${id} is kept: the same command goes on with it`)
  } else if (error?._tag === "WaitTimedOut") {
    yield* stderr.line(`export ${id} is kept: the same command waits for its report again`)
  } else if (error?._tag === "CreateInterrupted" || error?._tag === "CreateOutcomeUnknown") {
    yield* stderr.line(`to create a report again, though there may be one: datadog-slo exports retry ${id}`)
  }
})
