/**
 * Datadog over the network.
 *
 * @since 0.1.0
 */
import * as NodeSloReportClient from "@effect-datadog/slo-report-node/NodeSloReportClient"
import * as SloReportClient from "@effect-datadog/slo-report-node/SloReportClient"
import type { ConfigError } from "effect/Config"
import * as Layer from "effect/Layer"
import { Datadog } from "./Datadog.ts"

export {
  /** @internal */
  ReportFailed
} from "@effect-datadog/slo-report-node/SloReportError"

/** @internal */
export const layer: Layer.Layer<Datadog, ConfigError | NodeSloReportClient.UndiciUnavailable> = Layer.provide(
  Layer.effect(Datadog, SloReportClient.SloReportClient),
  NodeSloReportClient.layerNode()
)
