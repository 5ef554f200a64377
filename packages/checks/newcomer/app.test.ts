import { SloReportClient } from "@effect-datadog/slo-report-node"
import { FakeDatadog, Fault, TestTime, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { announce, type Progress, progress, verdict } from "./reports.ts"

const layer = SloReportClient.layerConfig().pipe(
  Layer.provide(FakeDatadog.layerEnvironment),
  Layer.provideMerge(FakeDatadog.layerMemory())
)

it.effect("streams progress", () =>
  Effect.gen(function*() {
    const fake = yield* FakeDatadog.FakeDatadog
    const client = yield* SloReportClient.SloReportClient
    const id = yield* fake.addReport({ timeline: Timeline.after("2 seconds", "completed") })
    const seen = yield* TestTime.run(Stream.runCollect(progress(client, id)), "1 minute")
    assert.deepStrictEqual(seen.at(0), { type: "progress", status: "in_progress" })
    assert.deepStrictEqual(seen.at(-1), { type: "progress", status: "completed" })
  }).pipe(Effect.provide(layer)))

it.effect("tells a failure as the last event", () =>
  Effect.gen(function*() {
    const client = yield* SloReportClient.SloReportClient
    const seen: ReadonlyArray<Progress> = yield* Stream.runCollect(progress(client, "../secrets"))
    assert.deepStrictEqual(seen.map(({ type }) => type), ["failure"])
  }).pipe(Effect.provide(layer)))

it.effect.each([
  { timeline: Timeline.after("5 minutes", "completed"), says: "Your report is completed." },
  { timeline: Timeline.after("5 minutes", "failed"), says: "Datadog could not make" },
  { timeline: Timeline.always("in_progress"), says: "Your report is in_progress after 10m." }
])("announces: $says", ({ says, timeline }) =>
  Effect.gen(function*() {
    const fake = yield* FakeDatadog.FakeDatadog
    yield* fake.inject(Fault.status(503), { times: 2 })
    const id = yield* fake.addReport({ timeline })
    assert.include(yield* TestTime.run(announce(id), "1 hour"), says)
  }).pipe(Effect.provide(layer)))

it.effect("judges a service", () =>
  Effect.gen(function*() {
    const [from, to] = [new Date("2026-01-01"), new Date("2026-04-01")]
    // It is 1970 otherwise.
    yield* TestClock.setTime(to.getTime())
    const fake = yield* FakeDatadog.FakeDatadog
    yield* fake.addSlo({ name: "Checkout", tags: ["service:checkout"] })
    const { counts } = yield* TestTime.run(verdict("checkout", from, to), "1 hour")
    assert.deepInclude(counts, { slos: 1, passed: 1 })
  }).pipe(Effect.provide(layer)))
