import { SloReportClient } from "@effect-datadog/slo-report-node"
import { Credentials, FakeDatadog, Fault, TestTime, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"

// Stands for your application.
const announce = Effect.fn(function*(id: string) {
  const client = yield* SloReportClient.SloReportClient
  return yield* client.awaitReport(id, { deadline: "10 minutes" }).pipe(
    Effect.map((report) => `The report is ${report.status}`),
    Effect.catchTag("WaitTimedOut", ({ last }) => Effect.succeed(`The report is still ${last?.status}`))
  )
})

// The client over a fake Datadog in memory; each test gets its own.
const layer = Layer.provideMerge(
  SloReportClient.layer({
    site: "datadoghq.com",
    credentials: { accessToken: Redacted.make(Credentials.standard.accessToken) }
  }),
  FakeDatadog.layerMemory()
)

// An hour passes at once: the client sleeps on Effect's clock, and so does the fake.
const withinAnHour = <A, E, R>(effect: Effect.Effect<A, E, R>) => TestTime.run(effect, "1 hour")

it.effect("announces a report that takes five minutes", () =>
  Effect.gen(function*() {
    const fake = yield* FakeDatadog.FakeDatadog
    const id = yield* fake.addReport({ timeline: Timeline.after("5 minutes", "completed") })
    assert.strictEqual(yield* withinAnHour(announce(id)), "The report is completed")
  }).pipe(Effect.provide(layer)))

it.effect("gets through an outage and a rate limit", () =>
  Effect.gen(function*() {
    const fake = yield* FakeDatadog.FakeDatadog
    const id = yield* fake.addReport({ timeline: Timeline.always("completed") })
    yield* fake.inject(Fault.status(503), { times: 2 })
    yield* fake.inject(Fault.status(429))
    assert.strictEqual(yield* withinAnHour(announce(id)), "The report is completed")
    const requests = yield* fake.requests
    assert.deepStrictEqual(requests.map(({ status }) => status), [503, 503, 429, 200])
  }).pipe(Effect.provide(layer)))

it.effect("says after ten minutes that there is no report yet", () =>
  Effect.gen(function*() {
    const fake = yield* FakeDatadog.FakeDatadog
    const id = yield* fake.addReport({ timeline: Timeline.always("in_progress") })
    assert.strictEqual(yield* withinAnHour(announce(id)), "The report is still in_progress")
    const last = (yield* fake.requests).at(-1)
    assert.strictEqual(last?.at, 600_000)
  }).pipe(Effect.provide(layer)))
