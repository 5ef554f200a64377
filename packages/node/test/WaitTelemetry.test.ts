import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { type Duration, Effect, Fiber, Metric, Stream, type Tracer } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, RetryPolicy, SloReportClient, SloReportMetrics } from "../src/index.ts"
import { given } from "./utils/pacing.ts"
import { collectSpans, linksOf, parentOf, withSpans } from "./utils/spans.ts"
import { waitsOf } from "./utils/telemetry.ts"
import { begin, finish, inMemory, type Log, observe, waitFor, withLogs } from "./utils/wait.ts"

const every5s = { poll: PollPolicy.fixed("5 seconds") }

const tooMany = (seconds: number) => Fault.status(429, { headers: { "X-RateLimit-Reset": String(seconds) } })

const doneAfter = (age: Duration.Input) =>
  FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ timeline: Timeline.after(age, "completed") }))

const inject = (fault: Fault.Fault, times = 1) => FakeDatadog.FakeDatadog.use((fake) => fake.inject(fault, { times }))

// Logs of a test, its client's own too.
const logged = <A, E, R>(test: (logs: ReadonlyArray<Log>) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const logs: Array<Log> = []
    return withLogs(logs)(test(logs))
  })

const aboveDebug = (logs: ReadonlyArray<Log>) => logs.filter(([level]) => level !== "Debug" && level !== "Trace")

describe("the log of a wait", () => {
  it.effect("has nothing above debug where all goes well", () =>
    Effect.gen(function*() {
      const logs: Array<Log> = []
      const id = yield* doneAfter("10 minutes")
      yield* observe(waitFor(id)).pipe(withLogs(logs))
      assert.deepStrictEqual(aboveDebug(logs), [])
    }).pipe(Effect.provide(inMemory())))

  it.effect("has retries at debug, and nothing above it where they succeed", () =>
    logged(Effect.fnUntraced(function*(logs) {
      const id = yield* doneAfter("10 seconds")
      yield* inject(Fault.status(503))
      yield* inject(tooMany(7))
      yield* inject(Fault.reset)
      yield* observe(waitFor(id))
      assert.deepStrictEqual(aboveDebug(logs), [])
      assert.strictEqual(logs.filter(([level]) => level === "Debug").length, 3)
    }, Effect.provide(inMemory()))))

  for (const [name, retry] of [["retries", RetryPolicy.default], ["polls", RetryPolicy.none]] as const) {
    it.effect(`says once, at info, that the rate limit has held it up for more than a minute: ${name}`, () =>
      logged(Effect.fnUntraced(function*(logs) {
        const id = yield* doneAfter("10 seconds")
        yield* inject(tooMany(25), 8)
        yield* observe(waitFor(id, every5s))
        const notices = aboveDebug(logs)
        assert.deepStrictEqual(notices.map(([level]) => level), ["Info"])
        assert.include(notices[0]?.[1], id)
        assert.include(notices[0]?.[1], "rate limit")
      }, Effect.provide(inMemory({ retry })))))

    it.effect(`says nothing of the rate limit where it holds a wait up for a minute or less: ${name}`, () =>
      logged(Effect.fnUntraced(function*(logs) {
        const id = yield* doneAfter("10 seconds")
        yield* inject(tooMany(25), 2)
        yield* observe(waitFor(id, every5s))
        assert.deepStrictEqual(aboveDebug(logs), [])
      }, Effect.provide(inMemory({ retry })))))

    it.effect(`doesn't call an outage a rate limit, also where its Retry-After is long: ${name}`, () =>
      logged(Effect.fnUntraced(function*(logs) {
        const id = yield* doneAfter("10 seconds")
        yield* inject(Fault.status(503, { headers: { "Retry-After": "90" } }), 3)
        yield* observe(waitFor(id, every5s))
        assert.deepStrictEqual(aboveDebug(logs), [])
      }, Effect.provide(inMemory({ retry })))))
  }

  it.effect("has the notice once for all waits of a client", () =>
    logged(Effect.fnUntraced(function*(logs) {
      const client = yield* SloReportClient.SloReportClient
      const stream = client.waitForReport(yield* doneAfter("10 seconds"), every5s)
      for (const _ of [1, 2]) {
        yield* inject(tooMany(90))
        yield* observe(stream)
      }
      assert.deepStrictEqual(aboveDebug(logs).map(([level]) => level), ["Info"])
    }, Effect.provide(inMemory()))))

  it.effect("has the notice when it is true, not before", () =>
    logged(Effect.fnUntraced(function*(logs) {
      const id = yield* doneAfter("10 seconds")
      yield* inject(tooMany(300))
      const fiber = yield* begin(waitFor(id, every5s))
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual(aboveDebug(logs), [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(aboveDebug(logs), [
        ["Info", `The rate limit holds polls up: that of report ${id} for 60 s so far`]
      ])
      yield* Fiber.interrupt(fiber)
    }, Effect.provide(inMemory()))))
})

describe("the log of a status that is not documented", () => {
  it.effect("is one a wait, however often it comes", () =>
    logged(Effect.fnUntraced(function*(logs) {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("paused") })
      yield* observe(Stream.take(waitFor(id, every5s), 3))
      assert.strictEqual(logs.filter(([, message]) => message.includes("not documented")).length, 1)
    }, Effect.provide(inMemory()))))
})

describe("the spans of a wait", () => {
  // Without what a router in the same fiber adds: the fake's.
  const attributesOf = (span: Tracer.NativeSpan | undefined) =>
    Object.fromEntries([...(span?.attributes ?? [])].filter(([name]) => name !== "http.route"))

  it.effect("are one for the wait, and one for each poll that is linked to it, with what it saw", () =>
    withSpans(Effect.fnUntraced(function*(spans) {
      const id = yield* doneAfter("10 seconds")
      yield* inject(Fault.status(503), 2)
      yield* Effect.withSpan(observe(waitFor(id, every5s)), "application")
      const [, wait, ...polls] = spans
      assert.deepStrictEqual([wait?.name, parentOf(wait)], ["SloReportClient.waitForReport", "application"])
      assert.deepStrictEqual(
        polls.map((span) => [span.name, parentOf(span), linksOf(span), span.kind, span.status._tag]),
        polls.map(() => [
          "SloReportClient.getReportStatus",
          undefined,
          ["SloReportClient.waitForReport"],
          "client",
          "Ended"
        ])
      )
      const common = { "datadog.site": "datadoghq.com", "slo.report.id": id }
      assert.deepStrictEqual(polls.map(attributesOf), [
        { ...common, "retry.count": 0, "http.response.status_code": 503 },
        { ...common, "retry.count": 1, "http.response.status_code": 503 },
        { ...common, "retry.count": 2, "http.response.status_code": 200, "slo.report.status": "in_progress" },
        { ...common, "retry.count": 0, "http.response.status_code": 200, "slo.report.status": "in_progress" },
        { ...common, "retry.count": 0, "http.response.status_code": 200, "slo.report.status": "completed" }
      ])
    }, Effect.provide(inMemory()))))

  it.effect("tell the report and its last status at the wait's own", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      const id = yield* doneAfter("10 seconds")
      yield* observe(waitFor(id, every5s)).pipe(traced)
      assert.deepInclude(attributesOf(spans[0]), {
        "datadog.site": "datadoghq.com",
        "slo.report.id": id,
        "slo.report.status": "completed"
      })
    }).pipe(Effect.provide(inMemory())))

  it.effect("are below the application's, and the wait's ends when the wait does", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      const id = yield* doneAfter("10 seconds")
      yield* observe(waitFor(id, every5s)).pipe(Effect.withSpan("application"), traced)
      const wait = spans.find(({ name }) => name === "SloReportClient.waitForReport")
      assert.strictEqual(parentOf(wait), "application")
      assert.strictEqual(wait!.status._tag, "Ended")
      if (wait!.status._tag === "Ended") assert.strictEqual(wait!.status.endTime, 10_000_000_000n)
    }).pipe(Effect.provide(inMemory())))

  it.effect("end also where the consumer leaves early or is interrupted", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      const id = yield* doneAfter("1 hour")
      yield* observe(Stream.take(waitFor(id, every5s), 2)).pipe(traced)
      const fiber = yield* begin(waitFor(id, every5s)).pipe(traced)
      yield* TestClock.adjust("7 seconds")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([...new Set(spans.map(({ status }) => status._tag))], ["Ended"])
    }).pipe(Effect.provide(inMemory())))

  it.effect("have below them what its listener does", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      const id = yield* doneAfter("10 seconds")
      const onSleep = () => Effect.withSpan(Effect.void, "listener")
      yield* observe(waitFor(id, { ...every5s, onSleep })).pipe(traced)
      const listeners = spans.filter(({ name }) => name === "listener")
      assert.deepStrictEqual(listeners.map(parentOf), [
        "SloReportClient.waitForReport",
        "SloReportClient.waitForReport"
      ])
    }).pipe(Effect.provide(inMemory())))

  it.effect("end without a time where time is not traced", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      const id = yield* doneAfter("10 seconds")
      yield* observe(waitFor(id, every5s)).pipe(Effect.withTracerTiming(false), traced)
      assert.deepInclude(spans[0]!.status, { _tag: "Ended", endTime: 0n })
    }).pipe(Effect.provide(inMemory())))

  it.effect("tell the status that ended a wait", () =>
    withSpans(Effect.fnUntraced(function*(spans) {
      const id = yield* doneAfter("1 hour")
      yield* inject(Fault.status(403))
      yield* observe(waitFor(id, every5s))
      assert.strictEqual(attributesOf(spans[1])["http.response.status_code"], 403)
    }, Effect.provide(inMemory()))))
})

const outcomes = ["completed", "completed_with_errors", "failed", "WaitTimedOut", "interrupted", "DatadogForbidden"]

const readWaits = Effect.map(
  Effect.forEach(outcomes, (outcome) =>
    Effect.map(
      Metric.value(Metric.withAttributes(SloReportMetrics.waits, { "datadog.site": "datadoghq.com", outcome })),
      ({ count }) => [outcome, count] as const
    )),
  (counts) => Object.fromEntries(counts.filter(([, count]) => count > 0))
)

const readSlept = Effect.map(
  Effect.forEach(["backoff", "rate_limit", "poll"] as const, (cause) =>
    Effect.map(
      Metric.value(Metric.withAttributes(SloReportMetrics.sleptSeconds, { "datadog.site": "datadoghq.com", cause })),
      ({ count }) => [cause, count] as const
    )),
  (counts): Record<string, number> => Object.fromEntries(counts)
)

const withOwnMetrics = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(self, Metric.MetricRegistry, new Map()))

describe("the metric of waits", () => {
  for (const terminal of ["completed", "completed_with_errors", "failed"]) {
    it.effect(`counts a report that is ${terminal}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport({ timeline: Timeline.after("7 seconds", terminal) })
        yield* observe(waitFor(id, every5s))
        assert.deepStrictEqual(yield* readWaits, { [terminal]: 1 })
      }).pipe(Effect.provide(inMemory()), withOwnMetrics))
  }

  it.effect("counts timeouts, errors, early leaves and interruptions, once each", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("1 day")
      yield* observe(waitFor(id, { ...every5s, deadline: "11 seconds" }))
      assert.deepStrictEqual(yield* readWaits, { WaitTimedOut: 1 })
      yield* inject(Fault.status(403))
      yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual(yield* readWaits, { WaitTimedOut: 1, DatadogForbidden: 1 })
      const fiber = yield* begin(waitFor(id, every5s))
      yield* TestClock.adjust("12 seconds")
      yield* Fiber.interrupt(fiber)
      yield* finish(yield* begin(Stream.take(waitFor(id, every5s), 2)))
      assert.deepStrictEqual(yield* readWaits, { WaitTimedOut: 1, DatadogForbidden: 1, interrupted: 2 })
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))
})

describe("the context of a wait", () => {
  it.effect("is what its end is counted in, too, where the consumer leaves it", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      const registry = new Map()
      const wait = client.waitForReport("a-report", every5s).pipe(
        Stream.provideService(Metric.MetricRegistry, registry)
      )
      yield* Stream.runHead(wait)
      const counted = waitsOf("interrupted")
      assert.strictEqual(yield* Effect.provideService(counted, Metric.MetricRegistry, registry), 1)
      assert.strictEqual(yield* counted, 0)
    }).pipe(withOwnMetrics))
})

describe("the metric of seconds slept", () => {
  it.effect("is polls alone where all goes well, and equals the time that passed", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("10 minutes")
      const { endedAt } = yield* observe(waitFor(id))
      const slept = yield* readSlept
      assert.deepStrictEqual([slept["backoff"], slept["rate_limit"]], [0, 0])
      assert.closeTo(slept["poll"]!, endedAt / 1000, 1e-6)
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))

  for (const [name, retry] of [["retries", RetryPolicy.default], ["polls", RetryPolicy.none]] as const) {
    it.effect(`adds up to the time that passed, by cause: ${name}`, () =>
      Effect.gen(function*() {
        const id = yield* doneAfter("1 minute")
        yield* inject(Fault.status(503), 3)
        yield* inject(tooMany(33), 2)
        yield* inject(Fault.status(503, { headers: { "Retry-After": "20" } }))
        const { endedAt } = yield* observe(waitFor(id, every5s))
        const slept = yield* readSlept
        assert.closeTo(slept["backoff"]! + slept["rate_limit"]! + slept["poll"]!, endedAt / 1000, 1e-6)
        assert.isAtLeast(slept["rate_limit"]!, 66)
        assert.isAtMost(slept["rate_limit"]!, 70)
      }).pipe(Effect.provide(inMemory({ retry })), withOwnMetrics))
  }

  it.effect("is not the time of the requests", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ latency: () => 2000, job: () => ({ doneAt: 12_000 }) })
      const { endedAt } = yield* finish(yield* begin(client.waitForReport("a-report", every5s)))
      assert.strictEqual(endedAt, 16_000)
      assert.strictEqual((yield* readSlept)["poll"], 10)
    }).pipe(withOwnMetrics))

  it.effect("is not the time of a request that its wait was interrupted in, either", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ latency: () => 2000 })
      const fiber = yield* begin(client.waitForReport("a-report", every5s))
      yield* TestClock.adjust("8 seconds")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* readSlept)["poll"], 5)
    }).pipe(withOwnMetrics))

  it.effect("counts the last, shortened sleep before a deadline as long as it was", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("1 hour")
      yield* observe(waitFor(id, { ...every5s, deadline: "12 seconds" }))
      assert.strictEqual((yield* readSlept)["poll"], 12)
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))

  it.effect("doesn't count what an interruption spared", () =>
    Effect.gen(function*() {
      const id = yield* doneAfter("1 hour")
      yield* inject(tooMany(600))
      const fiber = yield* begin(waitFor(id, every5s))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(fiber)
      assert.isAtMost((yield* readSlept)["rate_limit"]!, 10)
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))
})
