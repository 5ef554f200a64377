/**
 * Where exports are kept: the engine's services over one database, and what it has no words for.
 *
 * @since 0.1.0
 */
import type { PersistenceError } from "effect/cluster/ClusterError"
import type { MessageStorage } from "effect/cluster/MessageStorage"
import type { Sharding } from "effect/cluster/Sharding"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { WorkflowEngine } from "effect/workflow/WorkflowEngine"

/**
 * A run as the engine has stored it.
 *
 * **Details**
 *
 * `endedAt` is in milliseconds since 1970, and absent while it goes on.
 *
 * @category models
 * @since 0.1.0
 */
export interface StoredRun {
  readonly id: string
  readonly payload: unknown
  readonly endedAt: number | undefined
}

/**
 * Where the engine has a message that has a key.
 *
 * @category models
 * @since 0.1.0
 */
export interface RowAddress {
  readonly entityType: string
  readonly entityId: string
  readonly tag: string
  readonly key: string
}

/**
 * What is stored of all runs, and how to remove it.
 *
 * **Details**
 *
 * - `runs`: those of a type of entity, the oldest first
 * - `payload`: of a message; `undefined` where there is none
 * - `remove`: removes all messages of the entities with these types and ids, and those with these addresses
 *
 * @category models
 * @since 0.1.0
 */
export interface Journal {
  readonly runs: (entityType: string) => Effect.Effect<ReadonlyArray<StoredRun>, PersistenceError>
  readonly payload: (address: RowAddress) => Effect.Effect<unknown, PersistenceError>
  readonly remove: (
    entityTypes: ReadonlyArray<string>,
    ids: ReadonlyArray<string>,
    messages: ReadonlyArray<RowAddress>
  ) => Effect.Effect<void, PersistenceError>
}

/**
 * Whose exports a process goes on with, and what is stored of them.
 *
 * **Details**
 *
 * A process takes exports of its own `account` alone. `isShared`: whether other processes may have the store at the same
 * time.
 *
 * @category services
 * @since 0.1.0
 */
export class ExportStore extends Context.Service<ExportStore, {
  readonly account: string
  readonly isShared: boolean
  readonly journal: Journal
}>()("@effect-datadog/slo-report-durable/ExportStore") {}

/**
 * What the layer of a store gives.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = ExportStore | WorkflowEngine | Sharding | MessageStorage
