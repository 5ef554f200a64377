/**
 * The engine put together, over what a store gives: no port, nothing of the environment.
 *
 * @since 0.1.0
 */
import * as ClusterWorkflowEngine from "effect/cluster/ClusterWorkflowEngine"
import type { MessageStorage } from "effect/cluster/MessageStorage"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import type { RunnerStorage } from "effect/cluster/RunnerStorage"
import * as Sharding from "effect/cluster/Sharding"
import type { ShardingConfig } from "effect/cluster/ShardingConfig"
import * as Layer from "effect/Layer"
import type { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import * as Settings from "./settings.ts"

/** @internal */
export const layer = <E, R, R2>(
  settings: Settings.Settings,
  messages: Layer.Layer<MessageStorage, never, R>,
  runners: Layer.Layer<RunnerStorage, E, R2>
): Layer.Layer<WorkflowEngine | Sharding.Sharding | MessageStorage, E, Exclude<R | R2, ShardingConfig>> =>
  Layer.provideMerge(
    ClusterWorkflowEngine.layer,
    Sharding.layer.pipe(
      Layer.provide(Runners.layerNoop),
      Layer.provideMerge(messages),
      Layer.provide([runners, RunnerHealth.layerNoop]),
      Layer.provide(Settings.layer(settings))
    )
  )
