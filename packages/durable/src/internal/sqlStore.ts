/**
 * A store over a client of SQL.
 *
 * @since 0.1.0
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import type { RunnerStorage } from "effect/cluster/RunnerStorage"
import type { ShardingConfig } from "effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "effect/cluster/SqlMessageStorage"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { StoreFailed } from "../ExportError.ts"
import * as ExportStore from "../ExportStore.ts"
import * as Cluster from "./cluster.ts"
import * as Format from "./format.ts"
import * as Messages from "./messages.ts"
import type { Settings } from "./settings.ts"
import * as SqlJournal from "./sqlJournal.ts"
import * as StoreError from "./storeError.ts"

/** @internal */
export const layer = <E, E2>(
  settings: Settings & { readonly prefix: string; readonly isShared: boolean },
  client: Layer.Layer<SqlClient.SqlClient, SqlError | E>,
  runners: Layer.Layer<RunnerStorage, E2, SqlClient.SqlClient | ShardingConfig>
): Layer.Layer<ExportStore.Services, Exclude<E | E2, StoreError.Engine> | StoreFailed> => {
  const { account, isShared, prefix } = settings
  // Processes that begin at once make the same table, and one of them may be refused.
  const check = Effect.retry(Format.check(prefix), { while: ({ _tag }) => _tag === "SqlError", times: 2 })
  const checked = Layer.effect(
    SqlClient.SqlClient,
    Effect.tap(SqlClient.SqlClient, (client) => Effect.provideService(check, SqlClient.SqlClient, client))
  )
  const store = Layer.effect(
    ExportStore.ExportStore,
    Effect.map(SqlJournal.make(prefix), (journal) => ({ account, isShared, journal }))
  ).pipe(
    Layer.provideMerge(Cluster.layer(settings, Messages.layer(SqlMessageStorage.makeEncoded({ prefix })), runners)),
    Layer.provide(NodeCrypto.layerDigest),
    Layer.provide(Layer.provide(checked, client))
  )
  // The engine dies of a database that fails it at its start.
  return Layer.effectContext(StoreError.typed(Layer.build(store)))
}
