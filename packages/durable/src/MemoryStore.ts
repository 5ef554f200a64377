/**
 * A store in memory: for tests, and to try things out. Nothing outlives the layer.
 *
 * @since 0.1.0
 */
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as Layer from "effect/Layer"
import * as ExportStore from "./ExportStore.ts"
import * as Cluster from "./internal/cluster.ts"
import * as MemoryJournal from "./internal/memoryJournal.ts"
import * as Messages from "./internal/messages.ts"

/**
 * A store in memory.
 *
 * **Example** (A process that is tested)
 *
 * ```ts
 * import { MemoryStore, ReportExports } from "@effect-datadog/slo-report-durable"
 * import { Layer } from "effect"
 *
 * const exportsOfTest = Layer.provide(ReportExports.layer, MemoryStore.layer)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<ExportStore.Services> = Layer.effect(
  ExportStore.ExportStore,
  MessageStorage.MemoryDriver.useSync((driver) => ({
    account: "default",
    isShared: false,
    journal: MemoryJournal.make(driver)
  }))
).pipe(
  Layer.provideMerge(
    Cluster.layer(
      { account: "default", host: "memory", port: 1 },
      Messages.layer(MessageStorage.MemoryDriver.useSync(({ encoded }) => encoded)),
      RunnerStorage.layerMemory
    )
  ),
  Layer.provide(MessageStorage.MemoryDriver.layer)
)
