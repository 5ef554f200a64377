import type { DatadogError, SloReport } from "@effect-datadog/slo-report"
import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import type { Fault } from "@effect-datadog/slo-report-testing"
import { assert } from "@effect/vitest"
import { Clock, Effect, type Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { SloReportClient, type SloReportError } from "../../src/index.ts"
import { failureOf } from "./wait.ts"

export const reportId = "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"

export const statusPath = `/api/v2/slo/report/${reportId}/status`

export type StatusError = DatadogError.DatadogError | SloReportError.InvalidReportId

export const getStatus = (id: string = reportId) =>
  SloReportClient.SloReportClient.use((client) => client.getReportStatus(id))

export interface Called {
  readonly exit: Exit.Exit<SloReport.SloReport, StatusError>
  // From the call to its end, in milliseconds.
  readonly took: number
}

// A call that runs in the background, at its first sleep or at its end.
export const begin = (id?: string): Effect.Effect<Fiber.Fiber<Called>, never, SloReportClient.SloReportClient> =>
  Effect.flatMap(Clock.currentTimeMillis, (startedAt) =>
    getStatus(id).pipe(
      Effect.exit,
      Effect.flatMap((exit) => Effect.map(Clock.currentTimeMillis, (endedAt) => ({ exit, took: endedAt - startedAt }))),
      Effect.forkChild({ startImmediately: true })
    ))

// A call, run to its end in virtual time.
export const call = Effect.fnUntraced(function*(id?: string) {
  const fiber = yield* begin(id)
  yield* TestClock.adjust("1 day")
  assert.isDefined(fiber.pollUnsafe(), "the call has ended")
  return yield* Fiber.join(fiber)
})

export const callError = (id?: string) => Effect.map(call(id), ({ exit }) => failureOf(exit))

export const assertTag: <Tag extends StatusError["_tag"]>(
  error: StatusError,
  tag: Tag
) => asserts error is Extract<StatusError, { readonly _tag: Tag }> = (error, tag) =>
  assert.strictEqual(error._tag, tag, error.message)

export const addReport = FakeDatadog.FakeDatadog.use((fake) =>
  fake.addReport({ id: reportId, timeline: [{ after: 0, status: "completed" }] })
)

export const inject = (fault: Fault.Fault, times = 1) =>
  FakeDatadog.FakeDatadog.use((fake) => fake.inject(fault, { times }))

export const requests = FakeDatadog.FakeDatadog.use((fake) => fake.requests)

export const inFlight = FakeDatadog.FakeDatadog.use((fake) => fake.inFlight)

// The times between one request and the next, in milliseconds.
export const gaps = Effect.map(requests, (all) => all.slice(1).map(({ at }, index) => at - all[index]!.at))
