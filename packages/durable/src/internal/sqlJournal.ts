/**
 * The journal over the engine's tables, as they are in Effect 4.1.
 *
 * @since 0.1.0
 */
import { PersistenceError } from "effect/cluster/ClusterError"
import * as Snowflake from "effect/cluster/Snowflake"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { Journal } from "../ExportStore.ts"
import { isComplete, messageId } from "./journal.ts"

const refail = <A, E, R>(self: Effect.Effect<A, E, R>) => PersistenceError.refail(self)

interface RunRow {
  readonly entity_id: string
  readonly payload: string
  readonly reply_id: string | null
  readonly exit: string | null
}

/** @internal */
export const make = (prefix: string): Effect.Effect<Journal, never, SqlClient.SqlClient> =>
  Effect.map(SqlClient.SqlClient, (client) => {
    const sql = client.withoutTransforms()
    const messages = sql(`${prefix}_messages`)
    const replies = sql(`${prefix}_replies`)

    return {
      // What isn't processed has no end, and most runs have one: those with a reply are read with it.
      runs: (entityType) =>
        sql<RunRow>`
          SELECT m.entity_id, m.payload, CAST(r.id AS CHAR(20)) AS reply_id, r.payload AS exit
          FROM ${messages} m LEFT JOIN ${replies} r ON r.request_id = m.id AND r.kind = 0
          WHERE m.entity_type = ${entityType} AND m.tag = 'run' ORDER BY m.id`.pipe(
          Effect.map((rows) => rows.map(toRun)),
          refail
        ),
      payload: (address) =>
        sql<{ readonly payload: string }>`
          SELECT payload FROM ${messages} WHERE message_id = ${messageId(address)}`.pipe(
          Effect.map(([row]): unknown => row && JSON.parse(row.payload)),
          refail
        ),
      remove: (entityTypes, ids, addresses) => {
        const rows = sql.or([
          sql.and([sql.in("entity_type", entityTypes), sql.in("entity_id", ids)]),
          sql.in("message_id", addresses.map(messageId))
        ])
        return sql`DELETE FROM ${replies} WHERE request_id IN (SELECT request_id FROM ${messages} WHERE ${rows})`.pipe(
          Effect.andThen(sql`DELETE FROM ${messages} WHERE ${rows}`),
          sql.withTransaction,
          Effect.asVoid,
          refail
        )
      }
    }
  })

const toRun = ({ entity_id, exit, payload, reply_id }: RunRow) => {
  const isEnded = exit !== null && isComplete(JSON.parse(exit))
  return {
    id: entity_id,
    payload: JSON.parse(payload),
    endedAt: isEnded && reply_id !== null ? Snowflake.timestamp(Snowflake.Snowflake(reply_id.trim())) : undefined
  }
}
