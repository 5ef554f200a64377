import { FakeDatadog, FakeDatadogServer, Fault, ReportEndpoints, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Config, ConfigProvider, Effect, Fiber, Layer, Stream } from "effect"
import { HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { call, create, createPath, downloadPath, searchPath, send, statuses, statusPath, unknownId } from "./support.ts"

const Fake = FakeDatadog.FakeDatadog

describe("a fake", () => {
  it.effect("is as it was made after a reset", () =>
    Effect.gen(function*() {
      const fake = yield* Fake
      const before = yield* fake.slos
      yield* fake.setReportDefaults({ timeline: Timeline.always("failed") })
      yield* fake.setReportEndpoints(ReportEndpoints.closed(410))
      yield* fake.setRateLimit(false)
      yield* fake.addSlo({ name: "More" })
      yield* fake.addReport({ id: "old" })
      yield* call(statusPath("old"))
      yield* fake.inject(Fault.html(), { times: 3 })
      yield* fake.advance("1 day")
      yield* fake.reset
      assert.deepStrictEqual(yield* fake.slos, before)
      assert.deepStrictEqual(yield* fake.reportIds, [])
      assert.deepStrictEqual(yield* fake.requests, [])
      assert.deepStrictEqual(yield* fake.pendingFaults, [])
      assert.strictEqual(yield* fake.now, 0)
      assert.strictEqual(yield* fake.requestCount, 0)
      const { body, headers } = yield* create()
      assert.strictEqual(headers["x-ratelimit-remaining"], "2")
      assert.include((yield* call(statusPath(JSON.parse(body).data.id))).body, "in_progress")
      const [first] = yield* fake.requests
      assert.deepInclude(first, { sequence: 1, path: createPath, at: 0 })
    }).pipe(Effect.provide(FakeDatadog.layerMemory({
      slos: [{ name: "One" }],
      rateLimit: { limit: 3, period: "1 minute", name: "x" }
    }))))

  it.effect("still answers what was in flight when it was reset, off the record", () =>
    Effect.gen(function*() {
      const fake = yield* Fake
      yield* fake.inject(Fault.latency("5 seconds"))
      const late = yield* Effect.forkChild(call(statusPath(unknownId)), { startImmediately: true })
      yield* fake.reset
      assert.strictEqual(yield* fake.inFlight, 1)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(late)).status, 404)
      assert.deepStrictEqual(yield* fake.requests, [])
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("forgets requests when it is told to, and the oldest beyond its limit", () =>
    Effect.gen(function*() {
      const fake = yield* Fake
      for (let index = 0; index < 5; index++) yield* call(statusPath(unknownId))
      assert.deepStrictEqual((yield* fake.requests).map(({ sequence }) => sequence), [3, 4, 5])
      assert.deepStrictEqual(statuses(yield* fake.requests), [404, 404, 404])
      yield* fake.clearRequests
      assert.deepStrictEqual(yield* fake.requests, [])
      yield* call(statusPath(unknownId))
      assert.deepStrictEqual((yield* fake.requests).map(({ sequence }) => sequence), [6])
      assert.strictEqual(yield* fake.requestCount, 6)
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ requestLimit: 3 }))))

  it.effect("forgets the oldest reports beyond its limit, and never gives an id twice", () =>
    Effect.gen(function*() {
      const fake = yield* Fake
      const ids = yield* Effect.forEach([1, 2, 3, 4], () => fake.addReport())
      assert.strictEqual(new Set(ids).size, 4)
      assert.deepStrictEqual(yield* fake.reportIds, ids.slice(2))
      assert.strictEqual((yield* call(statusPath(ids[0]!))).status, 404)
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ reportLimit: 2 }))))

  it.effect("tells which faults still wait", () =>
    Effect.gen(function*() {
      const fake = yield* Fake
      yield* fake.inject(Fault.status(503), { times: 2, operation: "status" })
      yield* fake.inject(Fault.gzip, { times: Infinity })
      yield* call(statusPath(unknownId))
      assert.deepStrictEqual(yield* fake.pendingFaults, [
        { name: "status 503", left: 1, operation: "status" },
        { name: "gzip", left: Infinity, operation: undefined }
      ])
      yield* call(statusPath(unknownId))
      assert.deepStrictEqual((yield* fake.pendingFaults).map(({ name }) => name), ["gzip"])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("has a clock of its own", () =>
    Effect.gen(function*() {
      const fake = yield* Fake
      yield* TestClock.setTime(1_000)
      const id = yield* fake.addReport({ timeline: Timeline.after("10 minutes", "completed"), csv: "x".repeat(10) })
      yield* fake.useRateLimit(100)
      assert.strictEqual((yield* call(statusPath(id))).status, 429)
      yield* fake.advance("10 minutes")
      assert.strictEqual(yield* fake.now, 601_000)
      assert.strictEqual(yield* Clock.currentTimeMillis, 1_000)
      assert.include((yield* call(statusPath(id))).body, "\"completed\"")
      assert.strictEqual((yield* fake.requests).at(-1)?.at, 601_000)
      yield* fake.advance("-1 hour")
      yield* fake.advance("Infinity")
      assert.strictEqual(yield* fake.now, 601_000)
      yield* fake.setNow(5)
      assert.strictEqual(yield* fake.now, 5)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* fake.now, 1_005)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("lets faults and slow bodies go by its clock, and by the caller's", () =>
    Effect.gen(function*() {
      const fake = yield* Fake
      const id = yield* fake.addReport({ timeline: Timeline.always("completed"), csv: "x".repeat(30) })
      const settled = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow)
      yield* fake.inject(Fault.latency("1 hour"))
      const late = yield* Effect.forkChild(call(statusPath(id)), { startImmediately: true })
      yield* fake.advance("30 minutes")
      yield* fake.setNow(0)
      yield* TestClock.adjust("29 minutes")
      yield* settled
      assert.isUndefined(late.pollUnsafe())
      yield* TestClock.adjust("1 minute")
      assert.isDefined(late.pollUnsafe())
      yield* fake.inject(Fault.slowBody({ bytes: 10, gap: "1 hour" }))
      const body = HttpClientResponse.stream(send(downloadPath(id)))
      const slow = yield* Effect.forkChild(Stream.runCount(body), { startImmediately: true })
      for (let gap = 0; gap < 2; gap++) {
        yield* settled
        assert.isUndefined(slow.pollUnsafe())
        yield* fake.advance("1 hour")
      }
      yield* settled
      assert.isDefined(slow.pollUnsafe())
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("has one clock also where its hook uses it", () =>
    Effect.gen(function*() {
      const times: Array<number> = []
      const made: { fake?: FakeDatadog.Service } = {}
      const fake = yield* FakeDatadog.make({
        onRequest: () => Effect.map(made.fake!.now, (now) => void times.push(now))
      })
      made.fake = fake
      yield* fake.advance("1 minute")
      yield* fake.handle({ method: "GET", url: "http://a/b", path: "/b", headers: {}, body: "" })
      assert.deepStrictEqual(times, [60_000])
    }))

  it.effect("names its routes in a header where a path is unknown, and is faithful in the body", () =>
    Effect.gen(function*() {
      const unknown = yield* call("/api/v2/slo/reports")
      assert.deepInclude(unknown, { status: 404, body: "{\"errors\":[\"Not found\"]}" })
      assert.strictEqual(
        unknown.headers["x-fake-datadog-routes"],
        "POST /api/v2/slo/report, GET /api/v2/slo/report/{report_id}/status, GET /api/v2/slo/report/{report_id}/download, "
          + "GET /api/v1/slo/search, GET /api/v1/slo/{slo_id}, GET /api/v1/slo/{slo_id}/history"
      )
      assert.notProperty((yield* call(statusPath(unknownId))).headers, "x-fake-datadog-routes")
      assert.notProperty((yield* call(searchPath(""))).headers, "x-fake-datadog-routes")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("the environment of a fake", () => {
  const names = ["DD_SITE", "DD_HOST", "DD_API_KEY", "DD_APP_KEY", "DD_ACCESS_TOKEN", "DATADOG_API_KEY", "OTHER"]
  const variables = Effect.map(
    Effect.forEach(names, (name) => Effect.option(Config.String(name))),
    (values) =>
      Object.fromEntries(values.flatMap((value, index) => value._tag === "Some" ? [[names[index], value.value]] : []))
  )
  const real = ConfigProvider.layer(ConfigProvider.fromUnknown({
    DD_ACCESS_TOKEN: "real",
    DD_SITE: "us5.datadoghq.com",
    DATADOG_API_KEY: "real",
    OTHER: "other"
  }))
  const keys = { DD_SITE: "datadoghq.com", DD_API_KEY: "fake-api-key", DD_APP_KEY: "fake-application-key" }

  it.effect("has its keys in place of all of Datadog's that are set", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* variables, { ...keys, OTHER: "other" })
    }).pipe(
      Effect.provide(FakeDatadog.layerEnvironment.pipe(Layer.provide(FakeDatadog.layer()), Layer.provide(real)))
    ))

  it.live("has the URL of its port", () =>
    Effect.gen(function*() {
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      assert.deepStrictEqual(yield* variables, { ...keys, DD_HOST: url, OTHER: "other" })
    }).pipe(
      Effect.provide(
        FakeDatadogServer.layerEnvironment.pipe(Layer.provideMerge(FakeDatadogServer.layerTest()), Layer.provide(real))
      )
    ))
})
