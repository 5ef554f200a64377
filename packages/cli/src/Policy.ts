/**
 * The policy: rules of some SLOs, which go before what the flags say of all.
 *
 * @since 0.1.0
 */
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import * as SloVerdict from "@effect-datadog/slo-report/SloVerdict"
import * as Verdict from "@effect-datadog/slo-report/Verdict"
import { VerdictRule } from "@effect-datadog/slo-report/VerdictRule"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"
import { UsageError } from "./CommandError.ts"
import * as Judgement from "./Judgement.ts"

/** @internal */
export interface Policy {
  readonly judge: (judgement: Judgement.Judgement, rows: ReadonlyArray<SloReportRow>) => Verdict.Verdict
  /** What is wrong with it, as far as these rows show. */
  readonly warnings: (rows: ReadonlyArray<SloReportRow>) => ReadonlyArray<string>
}

/** @internal */
export const load = Effect.fnUntraced(function*(
  path: string
): Effect.fn.Return<Policy, UsageError | PlatformError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(path)
  const wrong = (issue: string) => new UsageError({ message: `${path}: ${issue}` })
  const json = yield* Effect.mapError(decodeJson(text), () => wrong("it is no JSON."))
  const entries = yield* Effect.mapError(decode(json), ({ message }) => wrong(toLine(message)))
  return make(path, entries)
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const Percent = Schema.Finite.check(Schema.isLessThanOrEqualTo(100))

const Entry = Schema.Struct({
  match: Schema.NonEmptyString,
  min_budget: Schema.optionalKey(Percent),
  min_status: Schema.optionalKey(Percent),
  warn_budget: Schema.optionalKey(Percent),
  target: Schema.optionalKey(Percent),
  missing: Schema.optionalKey(Schema.Literals(["ignore", "warn", "fail"]))
}).check(
  Schema.makeFilter(({ min_budget, min_status }) =>
    min_budget === undefined || min_status === undefined ? undefined : "Expected either min_budget or min_status"
  )
)

type Entry = typeof Entry.Type

const decodeJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))

const decode = Schema.decodeUnknownEffect(Schema.Array(Entry), { onExcessProperty: "error" })

// Each problem is a line, and another that says where: the first is told.
const toLine = (message: string): string => {
  const [problem = "", at = ""] = (message.split(/\n(?! {2}at )/)[0] ?? "").split("\n  at ")
  const path = at.replaceAll(/\["([^"]*)"\]/g, ".$1")
  const words = problem.replaceAll(/\s+/g, " ").replace("Expected no excess property", "there is no such member")
  return path === "" ? words : `${path}: ${words}`
}

const make = (path: string, entries: ReadonlyArray<Entry>): Policy => {
  const patterns = entries.map((entry) => ({ entry, pattern: patternOf(entry.match) }))
  const isOf = ({ id, name }: SloReportRow) => ({ pattern }: { readonly pattern: RegExp }): boolean =>
    pattern.test(name) || pattern.test(id)
  return {
    judge: (judgement, rows) => {
      const { rule } = judgement
      const { starts } = Verdict.fromRows(rows, rule)
      const slos = rows.map((row) => {
        const entry = patterns.find(isOf(row))?.entry
        const target = entry?.target ?? judgement.target
        const [targeted = row] = Judgement.rows({ target }, [row])
        return SloVerdict.fromRow(targeted, starts, entry === undefined ? rule : ruleOf(entry, rule))
      })
      return Verdict.fromSlos(slos, starts, rule)
    },
    warnings: (rows) =>
      patterns.filter((one) => !rows.some((row) => isOf(row)(one))).map(({ entry }) =>
        `warning: ${path}: ${JSON.stringify(entry.match)} matches no SLO.`
      )
  }
}

// Of the name or the id, in any case; * is any text.
const patternOf = (match: string): RegExp =>
  new RegExp(`^${match.replaceAll(/[.*+?^${}()|[\]\\/-]/g, (one) => one === "*" ? "[^]*" : `\\${one}`)}$`, "i")

const ruleOf = ({ min_budget, min_status, missing, warn_budget }: Entry, rule: VerdictRule): VerdictRule => {
  const { minBudget, minStatus, ...rest } = rule
  const least = min_status !== undefined
    ? { minStatus: min_status }
    : min_budget !== undefined
    ? { minBudget: min_budget }
    : { ...(minBudget === undefined ? {} : { minBudget }), ...(minStatus === undefined ? {} : { minStatus }) }
  return new VerdictRule({
    ...rest,
    ...least,
    ...(warn_budget === undefined ? {} : { warnBudget: warn_budget }),
    ...(missing === undefined ? {} : { missing })
  })
}
