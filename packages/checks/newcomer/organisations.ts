/**
 * Two Datadog organisations, each asked by a client of its own.
 */
import { DatadogConfig, NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Config, Context, Layer } from "effect"

export class America extends Context.Service<America, SloReportClient.Service>()("newcomer/America") {}
export class Europe extends Context.Service<Europe, SloReportClient.Service>()("newcomer/Europe") {}

// Reads US_DD_SITE, US_DD_API_KEY and so on.
const client = (prefix: string) =>
  NodeSloReportClient.layerNode({ config: Config.nested(DatadogConfig.config, prefix), attemptTimeout: "10 seconds" })

export const america = Layer.effect(America, SloReportClient.SloReportClient).pipe(Layer.provide(client("US")))
export const europe = Layer.effect(Europe, SloReportClient.SloReportClient).pipe(Layer.provide(client("EU")))

export const organisations = Layer.merge(america, europe)
