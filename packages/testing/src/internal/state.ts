/**
 * All that a fake knows, and that resetting it makes anew.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type * as Credentials from "../Credentials.ts"
import type * as RateLimit from "../RateLimit.ts"
import type * as Report from "../Report.ts"
import type * as ReportEndpoints from "../ReportEndpoints.ts"
import type * as Slo from "../Slo.ts"
import type * as SloApi from "../SloApi.ts"
import * as Faults from "./faults.ts"
import * as Journal from "./journal.ts"
import * as Middleware from "./middleware.ts"
import * as SloStore from "./slo/store.ts"

/** @internal */
export interface Settings {
  readonly credentials: Credentials.Credentials
  readonly rateLimit: RateLimit.Rule | false | undefined
  readonly reportEndpoints: ReportEndpoints.ReportEndpoints
  readonly sloApi: SloApi.Options
  readonly slos: ReadonlyArray<Slo.Options>
  readonly report: Report.Options
  readonly requestLimit: number
  readonly reportLimit: number
}

/** @internal */
export interface State {
  readonly middleware: Middleware.Middleware
  readonly faults: Faults.Faults
  readonly journal: Journal.Journal
  readonly reports: Map<string, Report.Report>
  /** How many there have been. */
  reportCount: number
  readonly slos: SloStore.Store
  reportDefaults: Report.Options
  reportEndpoints: ReportEndpoints.ReportEndpoints
}

/** @internal */
export const make = (settings: Settings, now: number): State => {
  const slos = SloStore.make(Duration.toMillis(Duration.fromInputUnsafe(settings.sloApi.indexLag ?? 0)))
  for (const slo of settings.slos) slos.add(slo, now)
  return {
    middleware: Middleware.make(settings.credentials, settings.rateLimit),
    faults: Faults.make(),
    journal: Journal.make(settings.requestLimit),
    reports: new Map(),
    reportCount: 0,
    slos,
    reportDefaults: settings.report,
    reportEndpoints: settings.reportEndpoints
  }
}
