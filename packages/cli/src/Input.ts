/**
 * What a command takes its table from: exactly one of a file, a report, and SLOs that are asked for.
 *
 * @since 0.1.0
 */
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { TableOptions } from "@effect-datadog/slo-report-node/TableOptions"
import type { WaitOptions } from "@effect-datadog/slo-report-node/WaitOptions"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { UsageError } from "./CommandError.ts"
import * as Selection from "./Selection.ts"
import * as Session from "./Session.ts"
import * as Table from "./Table.ts"
import * as Waiting from "./Waiting.ts"

const report = Flag.String("report").pipe(
  Flag.withMetavar("id"),
  Flag.withDescription("a report that is there already: waits for it, and takes it"),
  Flag.optional
)

/** @internal */
export const flags = { ...Selection.flags, ...Selection.sourceFlags, ...Waiting.flags, report }

type Given = { readonly [Name in keyof typeof flags]: Option.Option<string> }

/** @internal */
export type Input =
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "Report"; readonly id: string; readonly wait: WaitOptions }
  | { readonly _tag: "Request"; readonly request: SloReportRequest; readonly options: TableOptions }

/** @internal */
export const read = Effect.fnUntraced(function*(given: Given, file: Option.Option<string>) {
  const names = [
    ...(Option.isSome(file) ? ["a file"] : []),
    ...(Option.isSome(given.report) ? ["--report"] : []),
    ...(Selection.isAsked(given) ? ["--query with its period"] : [])
  ]
  if (names.length > 1) {
    return yield* Effect.fail(new UsageError({ message: `Give either ${names.join(" or ")}.` }))
  }
  const wait = yield* Waiting.options(given)
  if (Option.isSome(file)) return { _tag: "File", path: file.value } satisfies Input
  if (Option.isSome(given.report)) return { _tag: "Report", id: given.report.value, wait } satisfies Input
  const request = yield* Selection.request(given)
  const source = yield* Selection.readSource(given)
  return { _tag: "Request", request, options: { ...wait, ...source } } satisfies Input
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
