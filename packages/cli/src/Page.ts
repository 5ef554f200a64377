/**
 * A table as a web page, with links to its SLOs where it is known which Datadog they are in.
 *
 * @since 0.1.0
 */
import { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import type { SloReportRow } from "@effect-datadog/slo-report/SloReportRow"
import * as Html from "@effect-datadog/slo-report-render/Html"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Session } from "./Session.ts"
import type { Table } from "./Table.ts"

/** @internal */
export const make = Effect.fnUntraced(function*(rows: ReadonlyArray<SloReportRow>, table: Table) {
  return Html.fromRows(rows, { ...table, site: yield* siteOf(table), madeAt: yield* DateTime.now })
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// A CSV alone doesn't tell where its SLOs are.
const siteOf = Effect.fnUntraced(function*({ source }: Table) {
  const { credentials, isDemo } = yield* Session
  // Who only converts a file has no use for keys that can't be read.
  const found = yield* Effect.orElseSucceed(credentials, () => undefined)
  if (isDemo || found === undefined) return undefined
  if (found.DD_SITE !== undefined) return Option.getOrUndefined(decode(found.DD_SITE.value))
  return source === undefined || found.DD_HOST !== undefined ? undefined : usual
})

const decode = Schema.decodeOption(DatadogSite)

const usual = DatadogSite.make("datadoghq.com")
