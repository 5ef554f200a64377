/**
 * A client of SQL over Node's own SQLite, of one process: it has the file to itself.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"

/** @internal */
export interface Options {
  readonly filename: string
  readonly synchronous: "FULL" | "NORMAL"
}

/** @internal */
export const make = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<SqlClient.SqlClient, SqlError, Scope.Scope> {
  const database = yield* Effect.acquireRelease(open(options), (database) => Effect.sync(() => database.close()))
  const connection = toConnection(database)
  const semaphore = yield* Semaphore.make(1)
  return yield* SqlClient.make({
    ...SqlClient.makeSqliteAcquirers({
      connection: Effect.succeed(connection),
      semaphore,
      isTransaction: () => database.isTransaction
    }),
    compiler: Statement.makeCompilerSqlite(),
    driver: "sqlite-node",
    // A transaction that will write takes the lock for it at once.
    beginTransaction: "BEGIN IMMEDIATE",
    spanAttributes: [["db.system.name", "sqlite"]]
  }).pipe(Effect.provide(Reactivity.layer))
})

// The lock is taken by the first write, and held until the process ends, however it does.
const open = ({ filename, synchronous }: Options): Effect.Effect<DatabaseSync, SqlError> =>
  tried("open", () => new DatabaseSync(filename)).pipe(
    Effect.tap((database) =>
      tried("open", () => {
        if (database.location() === null) throw new Error(`no file, but a database in memory: "${filename}"`)
        database.exec("PRAGMA locking_mode = EXCLUSIVE")
        database.exec("PRAGMA journal_mode = WAL")
        database.exec(`PRAGMA synchronous = ${synchronous}`)
        database.exec("BEGIN EXCLUSIVE")
        database.exec("COMMIT")
      }).pipe(Effect.onError(() => Effect.sync(() => database.close())))
    )
  )

const tried = <A>(operation: string, run: () => A): Effect.Effect<A, SqlError> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new SqlError({ reason: classifySqliteError(known(cause), { message: "SQLite failed", operation }) })
  })

// Node's name for SQLite's own code is not the one that is looked for.
const known = (cause: unknown) =>
  Predicate.hasProperty(cause, "errcode") && Predicate.hasProperty(cause, "message")
    ? {
      errno: cause.errcode,
      message: cause.errcode === unlockable ? "read-only, or on a disk without locks" : String(cause.message)
    }
    : cause

// SQLITE_IOERR_LOCK: what the lock of a file that can't be written is refused with.
const unlockable = 3850

const toConnection = (database: DatabaseSync): Connection => {
  // The engine's statements are few; what has a list of shards in it is prepared each time.
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    if (prepared.size < 200) prepared.set(sql, statement)
    return statement
  }
  const rows = (sql: string, params: ReadonlyArray<unknown>, transform: Transform) =>
    tried("execute", () => {
      const found = prepare(sql).all(...params.map(toInput))
      return transform === undefined ? found : transform(found)
    })
  const values = (sql: string, params: ReadonlyArray<unknown>) =>
    tried("execute", () => prepare(sql).all(...params.map(toInput)).map((row) => Object.values(row)))
  return {
    execute: rows,
    executeRaw: (sql, params) => tried("execute", () => prepare(sql).run(...params.map(toInput))),
    executeStream: (sql, params, transform) => Stream.fromIterableEffect(rows(sql, params, transform)),
    executeValues: values,
    executeValuesUnprepared: values,
    executeUnprepared: (sql, params, transform) => rows(sql, params, transform)
  }
}

type Transform = Parameters<Connection["execute"]>[2]

const toInput = (param: unknown): SQLInputValue =>
  typeof param === "boolean"
    ? Number(param)
    : param === null || typeof param === "string" || typeof param === "number" || typeof param === "bigint" ||
        param instanceof Uint8Array
    ? param
    : param instanceof Date
    ? param.toISOString()
    : String(JSON.stringify(param))

/** @internal */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.effect(SqlClient.SqlClient, make(options))
