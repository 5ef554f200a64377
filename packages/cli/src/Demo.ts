/**
 * A fake of Datadog in this process: twelve SLOs, and reports that take three seconds.
 *
 * @since 0.1.0
 */
import { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import * as SloReportClient from "@effect-datadog/slo-report-node/SloReportClient"
import * as Credentials from "@effect-datadog/slo-report-testing/Credentials"
import * as FakeDatadog from "@effect-datadog/slo-report-testing/FakeDatadog"
import * as Slo from "@effect-datadog/slo-report-testing/Slo"
import * as Timeline from "@effect-datadog/slo-report-testing/Timeline"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Datadog } from "./Datadog.ts"

const { apiKey, applicationKey } = Credentials.standard

/** @internal */
export const layer: Layer.Layer<Datadog> = Layer.effect(Datadog, SloReportClient.SloReportClient).pipe(
  Layer.provide(SloReportClient.layer({
    site: DatadogSite.make("datadoghq.com"),
    credentials: { apiKey: Redacted.make(apiKey), appKey: Redacted.make(applicationKey) }
  })),
  Layer.provide(FakeDatadog.layerMemory({
    slos: Slo.standard,
    report: { timeline: Timeline.after("3 seconds", "completed") }
  }))
)
