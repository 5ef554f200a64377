import { SloReport } from "@effect-datadog/slo-report"
import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, SloReportClient, SloReportError } from "../src/index.ts"
import { failureOf, inMemory, plain, requestTimes } from "./utils/wait.ts"

const every5s = { poll: PollPolicy.fixed("5 seconds") }

const add = (timeline: Timeline.Timeline) => FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ timeline }))

const awaiting = Effect.fnUntraced(function*(id: string, options: SloReportClient.WaitOptions = every5s) {
  const client = yield* SloReportClient.SloReportClient
  const fiber = yield* Effect.forkChild(Effect.exit(client.awaitReport(id, options)))
  yield* TestClock.adjust("1 hour")
  return yield* Fiber.join(fiber)
})

describe("awaiting a report", () => {
  for (const status of ["completed", "completed_with_errors"] as const) {
    it.effect(`succeeds where it is ${status}, and says so`, () =>
      Effect.gen(function*() {
        const id = yield* add(Timeline.after("12 seconds", status))
        const exit = yield* awaiting(id)
        assert.deepStrictEqual(exit, Exit.succeed(SloReport.fromStatus(SloReport.ReportId.make(id), status)))
        assert.deepStrictEqual(yield* requestTimes, [0, 5000, 10_000, 15_000])
      }).pipe(Effect.provide(inMemory())))
  }

  const failedAlready = Timeline.always("failed")
  for (const timeline of [Timeline.after("12 seconds", "failed"), failedAlready]) {
    it.effect(`fails with the report where it ${timeline === failedAlready ? "had failed before" : "fails"}`, () =>
      Effect.gen(function*() {
        const id = yield* add(timeline)
        const error = failureOf(yield* awaiting(id))
        assert.instanceOf(error, SloReportError.ReportFailed)
        if (error._tag !== "ReportFailed") return
        assert.deepStrictEqual(error.report, SloReport.fromStatus(SloReport.ReportId.make(id), "failed"))
        assert.include(error.message, id)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("passes on that the wait timed out, with all that is known", () =>
    Effect.gen(function*() {
      const id = yield* add(Timeline.always("in_progress"))
      const error = failureOf(yield* awaiting(id, { ...every5s, deadline: "12 seconds" }))
      assert.instanceOf(error, SloReportError.WaitTimedOut)
      if (error._tag !== "WaitTimedOut") return
      const expected = { _tag: error._tag, id, last: "in_progress", polls: 4, elapsed: Duration.seconds(12) }
      assert.deepStrictEqual(plain(error), expected)
      assert.include(error.message, "in_progress")
      assert.include(error.message, "12s")
      assert.include(error.message, "4 polls")
    }).pipe(Effect.provide(inMemory())))

  it.effect("gives a report that is done at the deadline", () =>
    Effect.gen(function*() {
      const id = yield* add(Timeline.after("12 seconds", "completed"))
      const exit = yield* awaiting(id, { ...every5s, deadline: "12 seconds" })
      assert.isTrue(Exit.isSuccess(exit))
    }).pipe(Effect.provide(inMemory())))

  it.effect("has the default policy and deadline where no options are given", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const id = yield* add(Timeline.always("in_progress"))
      const fiber = yield* Effect.forkChild(Effect.flip(client.awaitReport(id)))
      yield* TestClock.adjust("1 hour")
      const error = yield* Fiber.join(fiber)
      assert.deepInclude(error, { _tag: "WaitTimedOut", elapsed: Duration.minutes(30) })
    }).pipe(Effect.provide(inMemory())))

  it.effect("passes on a typed error of the API", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* add(Timeline.always("in_progress"))
      yield* fake.inject(Fault.status(403))
      assert.strictEqual(failureOf(yield* awaiting(id))._tag, "DatadogForbidden")
    }).pipe(Effect.provide(inMemory())))

  it.effect("refuses an id that can't be one, before anything is sent", () =>
    Effect.gen(function*() {
      assert.strictEqual(failureOf(yield* awaiting("../x"))._tag, "InvalidReportId")
      assert.deepStrictEqual(yield* requestTimes, [])
    }).pipe(Effect.provide(inMemory())))

  it.effect("sends nothing more once it is interrupted", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* add(Timeline.always("in_progress"))
      const fiber = yield* Effect.forkChild(client.awaitReport(id, every5s))
      yield* TestClock.adjust("12 seconds")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* requestTimes, [0, 5000, 10_000])
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(Effect.provide(inMemory())))
})
