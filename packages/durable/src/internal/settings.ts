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
 * A process that no longer answers is taken for dead after `shardLockExpiration`; it must be able to give up all its
 * shards, one by one, within a third of that: hence few shards. Shards of another account are in another group, which
 * no process of this one takes. What the environment says (`PORT`, `HOST`, …) is not read.
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
    refreshAssignmentsInterval: Duration.seconds(1),
    entityMessagePollInterval: Duration.seconds(1),
    entityReplyPollInterval: Duration.millis(200),
    // A create call under way has so long to be answered; a download is begun anew elsewhere.
    entityTerminationTimeout: Duration.millis(200)
  })
