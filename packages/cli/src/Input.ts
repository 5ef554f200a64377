/**
 * What a command takes its table from: exactly one of a file, a report, and SLOs that are asked for.
 *
 * @since 0.1.0
 */
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { TableOptions } from "@effect-datadog/slo-report-node/TableOptions"
import type { WaitOptions } from "@effect-datadog/slo-report-node/WaitOptions"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { UsageError } from "./CommandError.ts"
import * as Flag from "./Flag.ts"
import * as Selection from "./Selection.ts"
import * as Session from "./Session.ts"
import * as Settings from "./Settings.ts"
import * as StateFlags from "./StateFlags.ts"
import * as Table from "./Table.ts"

/** @internal */
export type Input =
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "Report"; readonly id: string; readonly wait: WaitOptions }
  | { readonly _tag: "Request"; readonly request: SloReportRequest; readonly options: TableOptions }

/** @internal */
export const read = Effect.fnUntraced(function*(
  given: Flag.Given
): Effect.fn.Return<Input, UsageError, Settings.Settings> {
  const id = Flag.textOf(given, Selection.report)
  const asked = Selection.request.find((flag) => Flag.textOf(given, flag) !== undefined)
  const names = [
    ...(given.argument === undefined ? [] : ["a file"]),
    ...(id === undefined ? [] : ["--report"]),
    ...(asked === undefined ? [] : [`--${asked.name}`]),
    ...(id === undefined || Flag.textOf(given, StateFlags.state) === undefined ? [] : ["--state"])
  ]
  if (names.length > 1) return yield* Effect.fail(new UsageError({ message: `Give either ${names.join(" or ")}.` }))
  if (given.argument !== undefined) return { _tag: "File", path: given.argument }
  const wait = yield* waitOptions(given)
  if (id !== undefined) return { _tag: "Report", id, wait }
  const source = yield* Settings.valueOf(given, Selection.source)
  const maxSlos = yield* Settings.valueOf(given, Selection.maxSlos)
  return { _tag: "Request", request: yield* request(given), options: { ...wait, source, maxSlos } }
})

/** @internal */
export const request = Effect.fnUntraced(function*(given: Flag.Given) {
  // It takes the calendar, which a command over a file has no use for.
  const { make } = yield* Effect.promise(() => import("./Request.ts"))
  return yield* make(given)
})

/** @internal */
export const waitOptions = Effect.fnUntraced(function*(
  given: Flag.Given
): Effect.fn.Return<Pick<WaitOptions, "deadline" | "poll">, UsageError, Settings.Settings> {
  const deadline = yield* Settings.valueOf(given, Selection.timeout)
  const interval = yield* Settings.valueOf(given, Selection.poll)
  return { deadline, poll: interval === undefined ? undefined : Schedule.spaced(interval) }
})

/** @internal */
export const table = Effect.fnUntraced(function*(input: Input) {
  switch (input._tag) {
    case "File":
      return yield* Table.fromFile(input.path)
    case "Report":
      return yield* Effect.provide(Table.fromReport(input.id, input.wait), Session.datadog)
    case "Request":
      return yield* Effect.provide(Table.fromRequest(input.request, input.options), Session.datadog)
  }
})
