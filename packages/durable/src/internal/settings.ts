/**
 * How the engine is set: the same in all processes of a store.
 *
 * @since 0.1.0
 */
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as Duration from "effect/Duration"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** @internal */
export interface Settings {
  readonly account: string
  readonly host: string
  readonly port: number
  /** Whether it goes on with exports; by default it does. */
  readonly serve?: boolean | undefined
}

/**
 * **Details**
 *
 * An account's exports are in one shard, so that one process has them all, and its client all that they send: the
 * shared pace is exact. Shards of another account are in another group, which no process of this one takes. A process
 * that no longer answers is taken for dead after `shardLockExpiration`. What the environment says (`PORT`, `HOST`, …)
 * is not read.
 *
 * @internal
 */
export const layer = ({ account, host, port, serve = true }: Settings): Layer.Layer<ShardingConfig.ShardingConfig> =>
  ShardingConfig.layer({
    runnerAddress: serve ? Option.some(RunnerAddress.make(host, port)) : Option.none(),
    availableShardGroups: [account],
    assignedShardGroups: [account],
    shardsPerGroup: 1,
    shardLockExpiration: Duration.seconds(15),
    shardLockRefreshInterval: Duration.seconds(5),
    refreshAssignmentsInterval: Duration.millis(500),
    entityMessagePollInterval: Duration.seconds(1),
    entityReplyPollInterval: Duration.millis(200),
    // A step under way is given up, and begun anew elsewhere; a create call is waited for before (`calls.ts`).
    entityTerminationTimeout: Duration.millis(200)
  })
