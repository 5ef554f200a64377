/**
 * `datadog-slo exports`: what `--state` keeps. No keys are needed: nothing is asked of Datadog.
 *
 * @since 0.1.0
 */
import type { Details, ExportState } from "@effect-datadog/slo-report-durable/ReportExport"
import type { Service } from "@effect-datadog/slo-report-durable/ReportExports"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Destination from "./Destination.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import type { Handler } from "./Handler.ts"
import * as OutputFlags from "./OutputFlags.ts"
import * as Settings from "./Settings.ts"
import * as State from "./State.ts"
import * as StateFlags from "./StateFlags.ts"
import { Progress } from "./Progress.ts"
import * as Stdout from "./Stdout.ts"

/** @internal */
export const list: Handler = Effect.fnUntraced(function*(given) {
  const format = yield* Destination.formatOf(given, OutputFlags.ofText)
  const { exports, site } = yield* State.open(given)
  const kept = yield* all(exports)
  if (kept.length === 0) yield* (yield* Progress).say(`There are no exports of ${site}.`)
  yield* print(format === "json" ? JSON.stringify(kept.map(toJson)) : kept.map(toText).join("\n"))
  return ExitCode.done
})

/** @internal */
export const retry: Handler = Effect.fnUntraced(function*(given) {
  const { exports } = yield* State.open(given)
  yield* print(yield* exports.retry(given.argument ?? ""))
  return ExitCode.done
})

/** @internal */
export const cancel: Handler = Effect.fnUntraced(function*(given) {
  const { exports } = yield* State.open(given)
  yield* exports.cancel(given.argument ?? "")
  yield* (yield* Progress).say("It ends as soon as a command has its store: at once, or with the next export.")
  return ExitCode.done
})

/** @internal */
export const prune: Handler = Effect.fnUntraced(function*(given) {
  const text = Flag.textOf(given, StateFlags.olderThan) ?? "30d"
  const age = yield* Settings.read(StateFlags.readAge, { name: `--${StateFlags.olderThan.name}`, text })
  const { exports } = yield* State.open(given)
  yield* print(String(yield* exports.prune(age)))
  return ExitCode.done
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

interface Kept extends Details {
  readonly state: ExportState
}

const exportOf = (id: string): string => id.slice(0, id.indexOf("-"))

/** The last try of each export, the oldest first. */
const all = Effect.fnUntraced(function*(exports: Service) {
  const kept = new Map<string, Kept>()
  yield* Stream.runForEach(
    exports.all,
    Effect.fnUntraced(function*(id) {
      const details = yield* exports.details(id)
      const state = yield* exports.state(id)
      // One that ends meanwhile may be gone.
      if (Option.isSome(details) && Option.isSome(state)) {
        kept.set(exportOf(id), { ...details.value, state: state.value })
      }
    })
  )
  return [...kept.values()]
})

const reportOf = (state: ExportState): string | undefined => {
  switch (state._tag) {
    case "Waiting":
    case "Delivering":
      return state.report
    case "Done":
      return state.report?.id
    default:
      return undefined
  }
}

const day = (time: DateTime.DateTime): string => DateTime.formatIso(time).slice(0, 10)

const toText = ({ id, request, startedAt, state }: Kept): string =>
  [
    id,
    state._tag.toLowerCase().padEnd(10),
    DateTime.formatIso(startedAt).replace(/\.\d+Z$/, "Z"),
    `${day(request.from)}..${day(request.to)}`,
    JSON.stringify(request.query),
    ...(state._tag === "Failed" ? [state.error._tag] : []),
    ...(state._tag === "Computing" ? [`${state.rows} of ${state.total} rows`] : []),
    ...(reportOf(state) === undefined ? [] : [`report ${reportOf(state)}`])
  ].join("  ")

const toJson = ({ deadline, id, key, request, source, startedAt, state }: Kept) => ({
  id,
  state: state._tag.toLowerCase(),
  command: key,
  query: request.query,
  from: DateTime.formatIso(request.from),
  to: DateTime.formatIso(request.to),
  source,
  startedAt: DateTime.formatIso(startedAt),
  deadline: DateTime.formatIso(deadline),
  report: reportOf(state),
  error: state._tag === "Failed" ? state.error : undefined
})

const print = (text: string) => text === "" ? Effect.void : Stdout.write(Stream.make(`${text}\n`))
