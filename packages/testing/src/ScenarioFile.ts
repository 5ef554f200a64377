/**
 * Scenarios of your own as JSON, for `fake-datadog --scenario file.json` and for suites in other languages.
 *
 * **Details**
 *
 * Every member may be left out; one that isn't listed is an error. Durations are texts such as `"10 seconds"`.
 *
 * - `description`: text
 * - `report`: how reports behave that are created: `timeline` (`[{ "after": "10 seconds", "status": "completed" }]`),
 *   `csv` (the file's exact text) or `rows` (how many made up ones, or a list with `id`, `sloType`, `name`, `target`,
 *   `exportError` and `cells`, each with `start` and `status`), `hiddenFor` and `goneAfter` (404 until, or from, this
 *   age)
 * - `reports`: reports that begin with the scenario, as `report`, each with an `id` if you like
 * - `slos`: the SLOs that there are, in place of the standard ones: `id`, `name`, `description`, `tags`, `thresholds`,
 *   `createdAt`, `model`, `exportError`, as `Slo.Options` has them
 * - `rateLimit`: `{ "limit": 3, "period": "10 seconds" }` for every operation, with `name` if you like, or `false`
 * - `reportEndpoints`: `"open"`, `"deprecated"`, or `{ "closed": 410 }` (403, 404, 405, 410 or 501)
 * - `faults`: faults that wait for requests, each with `fault` (`status`, `body`, `html`, `redirect`, `headers`,
 *   `latency`, `hang`, `reset`, `lostAnswer`, `resetBody`, `truncate`, `stall`, `slowBody` or `gzip`), the parameters of
 *   that function of `Fault` by name (`duration` of `latency`), `times` (how many requests, or `"always"`) and
 *   `operation`
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as FakeDatadog from "./FakeDatadog.ts"
import * as Decode from "./internal/scenario/decode.ts"
import * as FaultSpec from "./internal/scenario/fault.ts"
import * as ReportSpec from "./internal/scenario/report.ts"
import { SloSpec } from "./internal/scenario/slo.ts"
import * as ReportEndpoints from "./ReportEndpoints.ts"
import type { Scenario } from "./Scenario.ts"

/**
 * The text is no scenario; `message` is one line that says where.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidScenario extends Data.TaggedError("InvalidScenario")<{
  /** What the text is called, such as its file. */
  readonly source: string
  /** Where and what, such as `faults[0].status: Expected number`. */
  readonly problem: string
}> {
  override get message(): string {
    return `${this.source} is no scenario: ${this.problem}`
  }
  override toJSON(): object {
    return Object.assign({}, this, { message: this.message })
  }
}

/**
 * Reads a scenario from its JSON text.
 *
 * **Example** (An outage of the status calls)
 *
 * ```ts
 * import { FakeDatadog, ScenarioFile } from "@effect-datadog/slo-report-testing"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const fake = yield* FakeDatadog.FakeDatadog
 *   const text = `{ "faults": [{ "fault": "status", "status": 503, "times": 5, "operation": "status" }] }`
 *   const outage = yield* ScenarioFile.fromJson("outage", text)
 *   return yield* outage.setup(fake)
 * })
 * ```
 *
 * @param name what the scenario is called, such as its path
 * @category constructors
 * @since 0.1.0
 */
export const fromJson = (name: string, text: string): Effect.Effect<Scenario, InvalidScenario> =>
  Effect.fromResult(
    Decode.decode(File, text).pipe(
      Result.mapError((problem) => new InvalidScenario({ source: name, problem })),
      Result.map((file) => ({
        name,
        description: file.description ?? "a scenario of your own",
        setup: (fake) => setup(fake, file)
      }))
    )
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const File = Schema.Struct({
  description: Schema.optionalKey(Schema.String),
  report: Schema.optionalKey(ReportSpec.ReportSpec),
  reports: Schema.optionalKey(Schema.Array(ReportSpec.OneReportSpec)),
  slos: Schema.optionalKey(Schema.Array(SloSpec)),
  rateLimit: Schema.optionalKey(Schema.Union([
    Schema.Struct({
      limit: Schema.Natural,
      period: Decode.Span,
      name: Schema.optionalKey(Schema.String)
    }),
    Schema.Literal(false)
  ])),
  reportEndpoints: Schema.optionalKey(Schema.Union([
    Schema.Literals(["open", "deprecated"]),
    Schema.Struct({ closed: Schema.Literals([403, 404, 405, 410, 501]) })
  ])),
  faults: Schema.optionalKey(Schema.Array(FaultSpec.FaultSpec))
})

const setup = Effect.fnUntraced(function*(fake: FakeDatadog.Service, file: typeof File.Type) {
  const { faults = [], rateLimit, report, reportEndpoints, reports = [], slos } = file
  if (slos !== undefined) {
    yield* Effect.forEach(yield* fake.slos, ({ id }) => fake.removeSlo(id))
    yield* Effect.forEach(slos, fake.addSlo)
  }
  if (report !== undefined) yield* fake.setReportDefaults(ReportSpec.toOptions(report))
  if (rateLimit !== undefined) {
    yield* fake.setRateLimit(rateLimit === false ? false : { name: "slo_report", ...rateLimit })
  }
  if (reportEndpoints !== undefined) yield* fake.setReportEndpoints(endpointsOf(reportEndpoints))
  yield* Effect.forEach(faults, (fault) => FaultSpec.inject(fake, fault))
  const [first, ...others] = reports
  const id = yield* fake.addReport(first === undefined ? {} : optionsOf(first))
  yield* Effect.forEach(others, (report) => fake.addReport(optionsOf(report)))
  return id
})

const optionsOf = ({ id, ...report }: typeof ReportSpec.OneReportSpec.Type) => ({ ...ReportSpec.toOptions(report), id })

const endpointsOf = (endpoints: NonNullable<typeof File.Type["reportEndpoints"]>): ReportEndpoints.ReportEndpoints =>
  endpoints === "open"
    ? ReportEndpoints.open
    : endpoints === "deprecated"
    ? ReportEndpoints.deprecated()
    : ReportEndpoints.closed(endpoints.closed)
