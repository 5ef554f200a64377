/**
 * A table or a verdict as the bytes of a format.
 *
 * @since 0.1.0
 */
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import type { Verdict } from "@effect-datadog/slo-report/Verdict"
import * as Csv from "@effect-datadog/slo-report-render/Csv"
import * as GitHubAnnotations from "@effect-datadog/slo-report-render/GitHubAnnotations"
import * as Json from "@effect-datadog/slo-report-render/Json"
import * as Jsonl from "@effect-datadog/slo-report-render/Jsonl"
import * as JUnit from "@effect-datadog/slo-report-render/JUnit"
import * as Markdown from "@effect-datadog/slo-report-render/Markdown"
import * as SlackBlocks from "@effect-datadog/slo-report-render/SlackBlocks"
import * as Text from "@effect-datadog/slo-report-render/Text"
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import * as Stream from "effect/Stream"
import type { CommandError } from "./CommandError.ts"
import type { TableFormat, VerdictFormat } from "./OutputFlags.ts"
import type { Session } from "./Session.ts"
import * as Table from "./Table.ts"

/** @internal */
export type Bytes = Stream.Stream<Uint8Array, CommandError, FileSystem | Session>

/** @internal */
export interface Options {
  /** A CSV for a spreadsheet. */
  readonly spreadsheet: boolean
}

/**
 * A table in a format; row by row where the format allows it.
 *
 * @internal
 */
export const table = (format: TableFormat, table: Table.Table, { spreadsheet }: Options): Bytes => {
  const rows = Table.rows(table)
  switch (format) {
    case "csv":
      return spreadsheet ? encode(Csv.stream(rows, { spreadsheet })) : Table.bytes(table)
    case "json":
      return encode(Json.stream(rows, table))
    case "jsonl":
      return encode(Jsonl.stream(rows, table))
    case "html":
      return Stream.encodeText(Stream.fromEffect(page(table)))
    case "markdown":
      return whole(rows, Markdown.fromRows)
    case "slack":
      return whole(rows, SlackBlocks.fromRows)
  }
}

/** @internal */
export const verdict = (format: VerdictFormat, verdict: Verdict, options: Text.Options): Bytes =>
  Stream.encodeText(Stream.make(verdictTexts[format](verdict, options)))

/**
 * The line that sums a verdict up.
 *
 * @internal
 */
export const summary = (verdict: Verdict): string => Text.fromVerdict(verdict).trimEnd().split("\n").at(-1) ?? ""

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const verdictTexts: {
  readonly [F in VerdictFormat]: (verdict: Verdict, options: Text.Options) => string
} = {
  text: Text.fromVerdict,
  json: Json.fromVerdict,
  jsonl: Jsonl.fromVerdict,
  markdown: Markdown.fromVerdict,
  junit: JUnit.fromVerdict,
  github: GitHubAnnotations.fromVerdict,
  slack: SlackBlocks.fromVerdict
}

type Rows = ReturnType<typeof Table.rows>

const page = Effect.fnUntraced(function*(table: Table.Table) {
  const { make } = yield* Effect.promise(() => import("./Page.ts"))
  return yield* make(yield* Stream.runCollect(Table.rows(table)), table)
})

// A write for many rows, not one for each.
const encode = <E, R>(texts: Stream.Stream<string, E, R>): Stream.Stream<Uint8Array, E, R> =>
  texts.pipe(Stream.grouped(100), Stream.map((texts) => texts.join("")), Stream.encodeText)

const whole = (rows: Rows, text: (rows: ReadonlyArray<SloReportRow>) => string): Bytes =>
  rows.pipe(Stream.runCollect, Effect.map(text), Stream.fromEffect, Stream.encodeText)
