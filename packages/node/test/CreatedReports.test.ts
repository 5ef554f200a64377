import { SloReport } from "@effect-datadog/slo-report"
import { FakeDatadog, Fault, type Operation } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, RetryPolicy, SloReportClient } from "../src/index.ts"
import * as Counts from "../src/internal/http/counts.ts"
import * as CreatedReports from "../src/internal/report/createdReports.ts"
import { create, errorOf, injectInto, run, sentTo } from "./utils/flow.ts"
import { inMemory } from "./utils/wait.ts"

const every5s = { poll: PollPolicy.fixed("5 seconds") }

type Client = SloReportClient.Service

// What can be done with an id.
const operations: Record<
  string,
  readonly [Operation.Operation, (client: Client, id: string) => Effect.Effect<unknown, unknown>]
> = {
  getReportStatus: ["status", (client, id) => client.getReportStatus(id)],
  waitForReport: ["status", (client, id) => Stream.runDrain(client.waitForReport(id, every5s))],
  awaitReport: ["status", (client, id) => client.awaitReport(id, every5s)],
  downloadReport: ["download", (client, id) => Stream.runDrain(client.downloadReport(id))],
  reportRows: ["download", (client, id) => Stream.runDrain(client.reportRows(id))]
}

// Datadog doesn't know the report for so many seconds.
const unknownFor = (operation: Operation.Operation, seconds: number) =>
  Effect.gen(function*() {
    yield* injectInto(operation, Fault.status(404), Infinity)
    const fake = yield* FakeDatadog.FakeDatadog
    yield* Effect.forkChild(Effect.andThen(Effect.sleep(seconds * 1000), fake.clearFaults))
  })

describe("a 404 of a report that this client has created", () => {
  for (const [name, [operation, use]] of Object.entries(operations)) {
    it.effect(`is no answer in the report's first 15 seconds: ${name}`, () =>
      Effect.gen(function*() {
        const client = yield* SloReportClient.SloReportClient
        const { exit } = yield* run(Effect.gen(function*() {
          const id = yield* create()
          yield* unknownFor(operation, 12)
          yield* use(client, id)
        }))
        assert.isTrue(Exit.isSuccess(exit), String(exit))
        assert.isAtLeast((yield* sentTo(operation)).length, 3)
      }).pipe(Effect.provide(inMemory({}, { report: { timeline: [{ after: 0, status: "completed" }] } }))))

    it.effect(`is one after them: ${name}`, () =>
      Effect.gen(function*() {
        const client = yield* SloReportClient.SloReportClient
        const ended = yield* run(Effect.gen(function*() {
          const id = yield* create()
          yield* unknownFor(operation, 60)
          yield* use(client, id)
        }))
        assert.deepInclude(errorOf(ended), { _tag: "DatadogNotFound" })
        assert.isAtLeast(ended.took, 15_000)
        assert.isAtMost(ended.took, 20_000)
      }).pipe(Effect.provide(inMemory())))

    it.effect(`is one at once, where another client has created it: ${name}`, () =>
      Effect.gen(function*() {
        const client = yield* SloReportClient.SloReportClient
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport()
        yield* injectInto(operation, Fault.status(404), Infinity)
        const ended = yield* run(use(client, id))
        assert.deepInclude(errorOf(ended), { _tag: "DatadogNotFound" })
        assert.strictEqual(ended.took, 0)
        yield* TestClock.adjust(0)
        assert.strictEqual((yield* sentTo(operation)).length, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is asked again every second by a single call, whatever its policy", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const id = yield* create()
      const { exit, took } = yield* run(
        client.getReportStatus(id).pipe(
          Effect.provideService(RetryPolicy.Current, RetryPolicy.none)
        )
      )
      assert.deepStrictEqual([Exit.isSuccess(exit), took], [true, 5000])
      assert.deepStrictEqual((yield* sentTo("status")).map(({ at }) => at), [0, 1000, 2000, 3000, 4000, 5000])
    }).pipe(Effect.provide(inMemory({}, { report: { hiddenFor: "5 seconds" } }))))
})

describe("the reports that a client has created", () => {
  it.effect("are remembered, the last 10,000 of them", () =>
    Effect.gen(function*() {
      const created = CreatedReports.make(Counts.make("datadoghq.com"))
      const ids = Array.from({ length: 10_001 }, (_, index) => SloReport.ReportId.make(`report-${index}`))
      yield* Effect.forEach(ids, created.add, { discard: true })
      assert.deepStrictEqual(ids.filter((id) => !created.has(id)), ["report-0"])
    }))
})
