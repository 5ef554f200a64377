/**
 * A store in Postgres, for any number of processes and hosts.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { StoreFailed } from "./ExportError.ts"
import type * as ExportStore from "./ExportStore.ts"

/**
 * Where the database is.
 *
 * **Details**
 *
 * - `url`: such as `postgres://user:password@host:5432/database`. The processes hold advisory locks: a pooler between
 *   them and the database must keep sessions. Tables are made where they are missing
 * - `prefix`: of the tables' names: lower-case letters, digits and `_`. `@default` `"slo_report"`
 * - `account`: whose exports these are, where several accounts have one database: a process takes those of its own
 *   alone. Lower-case letters, digits, `-` and `_`. `@default` `"default"`
 * - `serve`: whether this process goes on with exports, or only asks and tells the store. `@default` true
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly url: string | Redacted.Redacted
  readonly prefix?: string | undefined
  readonly account?: string | undefined
  readonly serve?: boolean | undefined
}

/**
 * A store in Postgres 14 or later, by the package `@effect/sql-pg`.
 *
 * **Details**
 *
 * Exports of a process that is killed go on in another one within 20 seconds, those of one that is asked to end within
 * 2. Processes don't connect to each other.
 *
 * **Example** (A database that the environment names)
 *
 * ```ts
 * import { PostgresStore } from "@effect-datadog/slo-report-durable"
 * import { Config, Effect, Layer } from "effect"
 *
 * const store = Layer.unwrap(Effect.map(Config.Redacted("DATABASE_URL"), (url) => PostgresStore.layer({ url })))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { account = "default", prefix = "slo_report", serve, url }: Options
): Layer.Layer<ExportStore.Services, StoreFailed> =>
  Layer.unwrap(
    Effect.map(loaded, (Postgres) =>
      Postgres.layer({ account, prefix, serve, url: Redacted.isRedacted(url) ? url : Redacted.make(url) }))
  )

// The package is for those alone who use it.
const loaded = Effect.tryPromise({
  try: () => import("./internal/postgres.ts"),
  catch: (cause) =>
    new StoreFailed({ reason: "unavailable", issue: `@effect/sql-pg can't be loaded (${String(cause)})` })
})
