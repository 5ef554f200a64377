/**
 * Ready-made situations, each with a report to wait for.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as FakeDatadog from "./FakeDatadog.ts"
import * as Fault from "./Fault.ts"
import type * as Report from "./Report.ts"
import * as ReportEndpoints from "./ReportEndpoints.ts"
import * as Timeline from "./Timeline.ts"

/**
 * A situation: what it shows, and how a fake gets into it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Scenario {
  readonly name: string
  readonly description: string
  /** Brings a fake into the situation and returns the id of a report that begins now. */
  readonly setup: (fake: FakeDatadog.Service) => Effect.Effect<string>
}

/**
 * The plain scenario: the report is completed after 10 seconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const happy: Scenario = scenario("happy", "the report is completed after 10 seconds", {
  timeline: Timeline.standard
})

/**
 * All scenarios, the plain one first.
 *
 * @category constructors
 * @since 0.1.0
 */
export const all: ReadonlyArray<Scenario> = [
  happy,
  scenario("slow", "the report is completed after 2 minutes", { timeline: Timeline.after("2 minutes", "completed") }),
  scenario("with-errors", "the report is completed with errors after 10 seconds", {
    timeline: Timeline.after("10 seconds", "completed_with_errors")
  }),
  scenario("failed", "the report fails after 10 seconds", { timeline: Timeline.after("10 seconds", "failed") }),
  scenario("unlisted-status", "the report has a status that nobody documented, then it is completed", {
    timeline: [{ after: 0, status: "queued" }, ...Timeline.standard]
  }),
  scenario(
    "rate-limited",
    "3 requests are allowed in each 10 seconds",
    {},
    (fake) => fake.setRateLimit({ limit: 3, period: "10 seconds", name: "slo_report" })
  ),
  scenario("flaky", "every other request meets a 503, a reset or a 429", {}, (fake) =>
    Effect.all([
      fake.inject(Fault.status(503, { family: "html" }), every(6, 2)),
      fake.inject(Fault.reset, every(6, 4)),
      fake.inject(Fault.status(429), every(6, 0))
    ])),
  scenario(
    "outage",
    "the first 5 requests meet a 502 from the edge proxy",
    {},
    (fake) => fake.inject(Fault.status(502, { family: "edge" }), { times: 5 })
  ),
  scenario(
    "forbidden",
    "every request is refused",
    {},
    (fake) => fake.inject(Fault.status(403, { family: "edge" }), { times: Infinity })
  ),
  scenario(
    "html",
    "an HTML page with 200 answers every request",
    {},
    (fake) => fake.inject(Fault.html(), { times: Infinity })
  ),
  scenario(
    "closed",
    "the endpoints of reports are closed, searches and histories answer",
    {},
    (fake) => fake.setReportEndpoints(ReportEndpoints.closed(403, {}))
  ),
  scenario(
    "deprecated",
    "the endpoints of reports announce their end",
    {},
    (fake) => fake.setReportEndpoints(ReportEndpoints.deprecated())
  ),
  scenario("large", "the report has 100,000 rows of 365 days, about 290 MB", {
    csv: { rows: 100_000, period: { from: 1_672_531_200, to: 1_704_067_200, interval: "daily", timezone: "UTC" } }
  })
]

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

function scenario(
  name: string,
  description: string,
  report: Report.Options,
  setup: (fake: FakeDatadog.Service) => Effect.Effect<unknown> = () => Effect.void
): Scenario {
  return {
    name,
    description,
    setup: (fake) =>
      fake.setReportDefaults(report).pipe(
        Effect.andThen(setup(fake)),
        Effect.andThen(fake.addReport())
      )
  }
}

function every(requests: number, rest: number): FakeDatadog.Target {
  return { times: Infinity, when: ({ sequence }) => sequence % requests === rest }
}
