/**
 * The version of what is stored. An older one is brought up to this one; a newer one is left alone.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { StoreFailed } from "../ExportError.ts"

/** @internal */
export const version = 1

/** The first write, before the engine's own. @internal */
export const check = Effect.fnUntraced(function*(
  prefix: string
): Effect.fn.Return<void, StoreFailed | SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const table = sql(`${prefix}_version`)
  const found = yield* sql.withTransaction(Effect.gen(function*() {
    yield* sql`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)`
    yield* sql`INSERT INTO ${table} (id, version) VALUES (1, ${version}) ON CONFLICT (id) DO NOTHING`
    return yield* sql<{ readonly version: number }>`SELECT version FROM ${table}`
  }))
  const newest = Math.max(...found.map(({ version }) => Number(version)))
  if (newest > version) {
    return yield* new StoreFailed({
      reason: "newer",
      issue: `it has version ${newest}, and this library knows version ${version}`
    })
  }
})
