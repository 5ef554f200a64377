import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { type Duration, Effect, Fiber, Metric, Stream, type Tracer } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, RetryPolicy, SloReportClient, SloReportMetrics } from "../src/index.ts"
import { collectSpans, parentOf } from "./utils/spans.ts"
import { begin, finish, inMemory, type Log, observe, waitFor, withLogs } from "./utils/wait.ts"

const every5s = { poll: PollPolicy.fixed("5 seconds") }

const tooMany = (seconds: number) => Fault.status(429, { headers: { "X-RateLimit-Reset": String(seconds) } })

const doneAfter = (age: Duration.Input) =>
  FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ timeline: Timeline.after(age, "completed") }))

const inject = (fault: Fault.Fault, times = 1) => FakeDatadog.FakeDatadog.use((fake) => fake.inject(fault, { times }))

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
    Effect.gen(function*() {
      const logs: Array<Log> = []
      const id = yield* doneAfter("10 seconds")
      yield* inject(Fault.status(503))
      yield* inject(tooMany(7))
      yield* inject(Fault.reset)
      yield* observe(waitFor(id)).pipe(withLogs(logs))
      assert.deepStrictEqual(aboveDebug(logs), [])
      assert.strictEqual(logs.filter(([level]) => level === "Debug").length, 3)
    }).pipe(Effect.provide(inMemory())))

  for (const [name, retry] of [["retries", RetryPolicy.default], ["polls", RetryPolicy.none]] as const) {
    it.effect(`says once, at info, that the rate limit has held it up for more than a minute: ${name}`, () =>
      Effect.gen(function*() {
        const logs: Array<Log> = []
        const id = yield* doneAfter("10 seconds")
        yield* inject(tooMany(25), 8)
        yield* observe(waitFor(id, every5s)).pipe(withLogs(logs))
        const notices = aboveDebug(logs)
        assert.deepStrictEqual(notices.map(([level]) => level), ["Info"])
        assert.include(notices[0]?.[1], id)
        assert.include(notices[0]?.[1], "rate limit")
      }).pipe(Effect.provide(inMemory({ retry }))))

    it.effect(`says nothing of the rate limit where it holds a wait up for a minute or less: ${name}`, () =>
      Effect.gen(function*() {
        const logs: Array<Log> = []
        const id = yield* doneAfter("10 seconds")
        yield* inject(tooMany(25), 2)
        yield* observe(waitFor(id, every5s)).pipe(withLogs(logs))
        assert.deepStrictEqual(aboveDebug(logs), [])
      }).pipe(Effect.provide(inMemory({ retry }))))

    it.effect(`doesn't call an outage a rate limit, also where its Retry-After is long: ${name}`, () =>
      Effect.gen(function*() {
        const logs: Array<Log> = []
        const id = yield* doneAfter("10 seconds")
        yield* inject(Fault.status(503, { headers: { "Retry-After": "90" } }), 3)
        yield* observe(waitFor(id, every5s)).pipe(withLogs(logs))
        assert.deepStrictEqual(aboveDebug(logs), [])
      }).pipe(Effect.provide(inMemory({ retry }))))
  }

  it.effect("has the notice once in each wait", () =>
    Effect.gen(function*() {
      const logs: Array<Log> = []
      const client = yield* SloReportClient.SloReportClient
      const stream = client.waitForReport(yield* doneAfter("10 seconds"), every5s)
      for (const _ of [1, 2]) {
        yield* inject(tooMany(90))
        yield* observe(stream).pipe(withLogs(logs))
      }
      assert.deepStrictEqual(aboveDebug(logs).map(([level]) => level), ["Info", "Info"])
    }).pipe(Effect.provide(inMemory())))
})

describe("the spans of a wait", () => {
  const attributesOf = (span: Tracer.NativeSpan | undefined) => Object.fromEntries(span?.attributes ?? [])

  it.effect("are one for the wait, and below it one for each poll, with what it saw", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      const id = yield* doneAfter("10 seconds")
      yield* inject(Fault.status(503), 2)
      yield* observe(waitFor(id, every5s)).pipe(traced)
      assert.deepStrictEqual(spans.map((span) => [span.name, parentOf(span), span.status._tag]), [
        ["SloReportClient.waitForReport", undefined, "Ended"],
        ["SloReportClient.getReportStatus", "SloReportClient.waitForReport", "Ended"],
        ["SloReportClient.getReportStatus", "SloReportClient.waitForReport", "Ended"],
        ["SloReportClient.getReportStatus", "SloReportClient.waitForReport", "Ended"]
      ])
      const [, first, second, third] = spans.map(attributesOf)
      const common = { "datadog.site": "datadoghq.com", "slo.report.id": id, "http.response.status_code": 200 }
      assert.deepInclude(first, { ...common, "retry.count": 2, "slo.report.status": "in_progress" })
      assert.deepInclude(second, { ...common, "retry.count": 0, "slo.report.status": "in_progress" })
      assert.deepInclude(third, { ...common, "retry.count": 0, "slo.report.status": "completed" })
    }).pipe(Effect.provide(inMemory())))

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

  it.effect("tell the status that ended a wait", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      const id = yield* doneAfter("1 hour")
      yield* inject(Fault.status(403))
      yield* observe(waitFor(id, every5s)).pipe(traced)
      assert.strictEqual(attributesOf(spans[1])["http.response.status_code"], 403)
    }).pipe(Effect.provide(inMemory())))
})

const outcomes = ["completed", "completed_with_errors", "failed", "WaitTimedOut", "interrupted", "DatadogForbidden"]

const readWaits = Effect.map(
  Effect.forEach(outcomes, (outcome) =>
    Effect.map(
      Metric.value(Metric.withAttributes(SloReportMetrics.waits, { outcome })),
      ({ count }) => [outcome, count] as const
    )),
  (counts) => Object.fromEntries(counts.filter(([, count]) => count > 0))
)

const readSlept = Effect.map(
  Effect.forEach(["backoff", "rate_limit", "poll"] as const, (cause) =>
    Effect.map(
      Metric.value(Metric.withAttributes(SloReportMetrics.sleptSeconds, { cause })),
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
