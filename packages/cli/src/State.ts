/**
 * The store of `--state`, and whose exports of it are meant. It takes the engine, which other commands have no use for.
 *
 * @since 0.1.0
 */
import { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import type { StoreFailed, StoreInUse } from "@effect-datadog/slo-report-durable/ExportError"
import * as ReportExports from "@effect-datadog/slo-report-durable/ReportExports"
import { ReportSink } from "@effect-datadog/slo-report-durable/ReportSink"
import { SloReportClient } from "@effect-datadog/slo-report-node/SloReportClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { dirname } from "node:path"
import { UsageError } from "./CommandError.ts"
import type { Given } from "./Flag.ts"
import * as Session from "./Session.ts"
import * as Settings from "./Settings.ts"
import * as StateFlags from "./StateFlags.ts"

/** @internal */
export interface State {
  readonly exports: ReportExports.Service
  /** Of which site, in words. */
  readonly site: string
}

/**
 * Opens it. With a client this process goes on with the exports that are open there; without one it only asks.
 *
 * @internal
 */
export const open = Effect.fnUntraced(function*<E = never, R = never>(
  given: Given,
  client?: Layer.Layer<SloReportClient, E, R>
): Effect.fn.Return<
  State,
  E | StoreFailed | StoreInUse | UsageError,
  R | Session.Session | Settings.Settings | FileSystem.FileSystem | Scope.Scope
> {
  const where = yield* Settings.valueOf(given, StateFlags.state)
  if (where === undefined) {
    return yield* Effect.fail(
      new UsageError({
        message: "It isn't said where exports are kept.",
        hint: "Give --state, such as --state exports.db."
      })
    )
  }
  const site = yield* siteOf
  const options = { account: `cli-${site.replaceAll(/[^a-z0-9]+/g, "-")}`, serve: client !== undefined }
  const store = isUrl(where)
    ? ReportExports.layerPostgres({ ...options, url: Redacted.make(where) })
    : ReportExports.layerSqlite({ ...options, filename: yield* fileOf(where) })
  const layer = Layer.provide(store, [client ?? nobody, sink])
  return { exports: Context.get(yield* Layer.build(layer), ReportExports.ReportExports), site }
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const isUrl = (where: string): boolean => /^postgres(?:ql)?:\/\//.test(where)

const fileOf = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const folder = dirname(path)
  const isThere = yield* Effect.orElseSucceed(fs.exists(folder), () => true)
  return isThere
    ? path
    : yield* Effect.fail(new UsageError({ message: `--state: there is no folder ${JSON.stringify(folder)}.` }))
})

// Two sites have exports of their own in one store: a report of one is unknown to the other.
const siteOf = Effect.gen(function*() {
  const { credentials, isDemo } = yield* Session.Session
  if (isDemo) return "demo"
  const { DD_HOST, DD_SITE } = yield* credentials
  const text = DD_HOST?.value ?? DD_SITE?.value ?? "datadoghq.com"
  return Option.getOrElse(readSite(text), () => text.toLowerCase())
})

const readSite = Schema.decodeUnknownOption(DatadogSite)

// Who asks for an export takes its file, wherever that process is.
const sink = Layer.succeed(ReportSink, { put: () => Effect.succeed({ location: "", bytes: 0 }) })

const nobody = Layer.mock(SloReportClient, {})
