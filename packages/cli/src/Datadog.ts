/**
 * Datadog, as the commands use it: the client's operations.
 *
 * @since 0.1.0
 */
import type { Service } from "@effect-datadog/slo-report-node/SloReportService"
import * as Context from "effect/Context"

/** @internal */
export class Datadog extends Context.Service<Datadog, Service>()("@effect-datadog/slo-report-cli/Datadog") {}
