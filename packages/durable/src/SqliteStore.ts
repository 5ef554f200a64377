/**
 * A store in a file of SQLite, for one process at a time.
 *
 * @since 0.1.0
 */
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { type StoreFailed, StoreInUse } from "./ExportError.ts"
import type * as ExportStore from "./ExportStore.ts"
import * as Sqlite from "./internal/sqlite.ts"
import * as SqlStore from "./internal/sqlStore.ts"

/**
 * Where the file is, and how it is written.
 *
 * **Details**
 *
 * - `filename`: made where it is missing; its folder must be there. What is gone with its process, such as `:memory:`,
 *   is refused
 * - `synchronous`: `"NORMAL"` is faster and bears a kill, but not a power cut, after which a report may be created
 *   twice. `@default` `"FULL"`
 * - `account`: whose exports these are, where several accounts have one file, one at a time: lower-case letters,
 *   digits, `-` and `_`. `@default` `"default"`
 * - `serve`: whether this process goes on with exports, or only asks and tells the store. `@default` true
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly filename: string
  readonly synchronous?: "FULL" | "NORMAL" | undefined
  readonly account?: string | undefined
  readonly serve?: boolean | undefined
}

/**
 * A store in a file of SQLite, which this process has to itself until the layer ends, or the process does.
 *
 * **Example** (A file for each account)
 *
 * ```ts
 * import { ReportExports, SqliteStore } from "@effect-datadog/slo-report-durable"
 * import { Layer } from "effect"
 *
 * const exportsOf = (account: string) =>
 *   Layer.provide(ReportExports.layer, SqliteStore.layer({ filename: `${account}.sqlite`, account }))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { account = "default", filename, serve, synchronous = "FULL" }: Options
): Layer.Layer<ExportStore.Services, StoreInUse | StoreFailed> =>
  SqlStore.layer(
    { account, prefix: "slo_report", isShared: false, host: "localhost", port: 1, serve },
    Layer.effect(
      SqlClient.SqlClient,
      Effect.mapError(
        Sqlite.make({ filename, synchronous }),
        (error) => error.reason._tag === "LockTimeoutError" ? new StoreInUse({ filename }) : error
      )
    ),
    RunnerStorage.layerMemory
  )
