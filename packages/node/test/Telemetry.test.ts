import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Metric, Random, Stream, type Tracer } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { readFileSync } from "node:fs"
import { PollPolicy, RetryPolicy, SloReportClient, SloReportMetrics } from "../src/index.ts"
import { addReport, begin, call, gaps, getStatus, inject, reportId, requests, statusPath } from "./utils/client.ts"
import { collectSpans, linksOf, parentOf, withSpans } from "./utils/spans.ts"
import { inMemory, type Log, withLogs } from "./utils/wait.ts"

const tooMany = (seconds: number) => Fault.status(429, { headers: { "X-RateLimit-Reset": String(seconds) } })

// Without what a router in the same fiber adds: the fake's.
const attributesOf = (span: Tracer.NativeSpan | undefined) =>
  Object.fromEntries([...(span?.attributes ?? [])].filter(([name]) => name !== "http.route"))

describe("the span of a call", () => {
  it.effect("is one, however many attempts there are", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* addReport
      yield* inject(Fault.status(503), 2)
      yield* call().pipe(traced)
      assert.deepStrictEqual(spans.map(({ name }) => name), ["SloReportClient.getReportStatus"])
      assert.strictEqual(spans[0]?.status._tag, "Ended")
    }).pipe(Effect.provide(inMemory())))

  it.effect("tells the site, the report, its status, the HTTP status and no retries", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* addReport
      yield* call().pipe(traced)
      assert.deepStrictEqual(attributesOf(spans[0]), {
        "datadog.site": "datadoghq.com",
        "slo.report.id": reportId,
        "slo.report.status": "completed",
        "http.response.status_code": 200,
        "retry.count": 0
      })
    }).pipe(Effect.provide(inMemory())))

  it.effect("tells a status that is not documented as it is", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const { spans, traced } = collectSpans()
      yield* fake.addReport({ id: reportId, timeline: Timeline.always("paused") })
      yield* call().pipe(traced)
      assert.strictEqual(attributesOf(spans[0])["slo.report.status"], "paused")
    }).pipe(Effect.provide(inMemory())))

  for (const retries of [1, 3, 4]) {
    it.effect(`counts ${retries} retries`, () =>
      Effect.gen(function*() {
        const { spans, traced } = collectSpans()
        yield* addReport
        yield* inject(Fault.status(503), retries)
        yield* call().pipe(traced)
        assert.deepInclude(attributesOf(spans[0]), { "retry.count": retries, "http.response.status_code": 200 })
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("counts four retries where the fifth attempt fails as well, and tells its status", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* inject(Fault.status(503), 4)
      yield* inject(Fault.status(500))
      yield* call().pipe(traced)
      assert.deepInclude(attributesOf(spans[0]), { "retry.count": 4, "http.response.status_code": 500 })
      assert.notProperty(attributesOf(spans[0]), "slo.report.status")
      const { status } = spans[0]!
      assert.isTrue(status._tag === "Ended" && status.exit._tag === "Failure")
    }).pipe(Effect.provide(inMemory())))

  for (
    const [name, fault, status] of [["a 404", Fault.status(404), 404], ["HTML", Fault.html(), 200], [
      "a redirect",
      Fault.redirect("/x"),
      302
    ]] as const
  ) {
    it.effect(`counts no retry after ${name}, and tells its status`, () =>
      Effect.gen(function*() {
        const { spans, traced } = collectSpans()
        yield* inject(fault)
        yield* call().pipe(traced)
        assert.deepInclude(attributesOf(spans[0]), { "retry.count": 0, "http.response.status_code": status })
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("tells no HTTP status where nothing was answered", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* inject(Fault.refused, Infinity)
      yield* call().pipe(traced)
      assert.notProperty(attributesOf(spans[0]), "http.response.status_code")
    }).pipe(Effect.provide(inMemory())))

  it.effect("counts a retry as soon as it is decided, so that an interrupted call tells it", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* inject(tooMany(60))
      const fiber = yield* begin().pipe(traced)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(fiber)
      assert.deepInclude(attributesOf(spans[0]), { "retry.count": 1, "http.response.status_code": 429 })
      assert.strictEqual(spans[0]?.status._tag, "Ended")
    }).pipe(Effect.provide(inMemory())))

  it.effect("is a child of the application's, and lasts as long as the call", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* inject(Fault.status(503), 2)
      const { took } = yield* call().pipe(Effect.withSpan("application"), traced)
      const span = spans.find(({ name }) => name.startsWith("SloReportClient"))!
      assert.strictEqual(parentOf(span), "application")
      assert.isTrue(span.status._tag === "Ended")
      if (span.status._tag !== "Ended") return
      assert.strictEqual(Number(span.status.endTime - span.status.startTime) / 1e6, took)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is not made where the id is refused, since nothing is sent", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* call("..").pipe(traced)
      assert.deepStrictEqual(spans, [])
    }).pipe(Effect.provide(inMemory())))

  it.effect("of a poll is the client's, linked to the wait's, which is below that of awaitReport", () =>
    withSpans(Effect.fnUntraced(function*(spans) {
      yield* addReport
      const client = yield* SloReportClient.SloReportClient
      const fiber = yield* Effect.forkChild(Effect.withSpan(client.awaitReport(reportId), "application"))
      yield* TestClock.adjust(0)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(spans.map((span) => [span.name, parentOf(span)]), [
        ["application", undefined],
        ["SloReportClient.awaitReport", "application"],
        ["SloReportClient.waitForReport", "SloReportClient.awaitReport"],
        ["SloReportClient.getReportStatus", undefined]
      ])
      assert.deepStrictEqual(linksOf(spans[3]), ["SloReportClient.waitForReport"])
    }, Effect.provide(inMemory()))))
})

describe("trace headers", () => {
  const traceHeaders = Effect.map(
    requests,
    (all) =>
      all.flatMap(({ headers }) =>
        Object.keys(headers).filter((name) => /^(b3|x-b3-.*|traceparent|tracestate|baggage|x-datadog-.*)$/.test(name))
      )
  )

  it.effect("are not sent by default, in a span of the application's or not", () =>
    Effect.gen(function*() {
      const { traced } = collectSpans()
      yield* addReport
      yield* getStatus()
      yield* getStatus().pipe(Effect.withSpan("application"), traced)
      const client = yield* SloReportClient.SloReportClient
      yield* Stream.runDrain(client.waitForReport(reportId)).pipe(Effect.withSpan("application"), traced)
      assert.strictEqual((yield* requests).length, 3)
      assert.deepStrictEqual(yield* traceHeaders, [])
    }).pipe(Effect.provide(inMemory())))

  it.effect("are not sent by default, also where the application has asked for propagation", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* getStatus().pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, true))
      assert.deepStrictEqual(yield* traceHeaders, [])
    }).pipe(Effect.provide(inMemory({ tracePropagation: false }))))

  it.effect("are sent with tracePropagation, of the attempt's own span", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* addReport
      yield* inject(Fault.status(503))
      yield* call().pipe(Effect.withSpan("application"), traced)
      const attempts = spans.filter(({ name }) => name.includes("GET"))
      assert.deepStrictEqual(attempts.map(parentOf), Array(2).fill("SloReportClient.getReportStatus"))
      const sent = yield* requests
      assert.strictEqual(sent.length, 2)
      sent.forEach(({ headers }, index) => {
        const { spanId, traceId } = attempts[index]!
        assert.strictEqual(headers["traceparent"], `00-${traceId}-${spanId}-01`)
        assert.include(headers["b3"], `${traceId}-${spanId}`)
      })
    }).pipe(Effect.provide(inMemory({ tracePropagation: true }))))

  it.effect("with tracePropagation leave the application its own word on which requests are traced", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* addReport
      yield* getStatus().pipe(traced, Effect.provideService(HttpClient.TracerDisabledWhen, () => true))
      assert.deepStrictEqual(spans.map(({ name }) => name), ["SloReportClient.getReportStatus"])
    }).pipe(Effect.provide(inMemory({ tracePropagation: true }))))

  it.effect("with tracePropagation put the attempt's status at the operation's span, too", () =>
    Effect.gen(function*() {
      const { spans, traced } = collectSpans()
      yield* addReport
      yield* getStatus().pipe(traced)
      const operation = spans.find(({ name }) => name === "SloReportClient.getReportStatus")
      assert.strictEqual(attributesOf(operation)["http.response.status_code"], 200)
    }).pipe(Effect.provide(inMemory({ tracePropagation: true }))))
})

describe("the user agent", () => {
  it.effect("names the client, its version and Node's", () =>
    Effect.gen(function*() {
      const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
        readonly version: string
      }
      yield* addReport
      yield* getStatus()
      assert.strictEqual(
        (yield* requests)[0]?.headers["user-agent"],
        `effect-datadog-slo-report/${version} (node ${process.version})`
      )
    }).pipe(Effect.provide(inMemory())))
})

describe("the log of a call", () => {
  const aboveDebug = (logs: ReadonlyArray<Log>) => logs.filter(([level]) => level !== "Debug" && level !== "Trace")

  it.effect("is empty where the first attempt succeeds", () =>
    Effect.gen(function*() {
      const logs: Array<Log> = []
      yield* addReport
      yield* call().pipe(withLogs(logs))
      assert.deepStrictEqual(logs, [])
    }).pipe(Effect.provide(inMemory())))

  it.effect("has one line at debug for each retry: which, in how long, and why", () =>
    Effect.gen(function*() {
      const logs: Array<Log> = []
      yield* addReport
      yield* inject(Fault.status(503, { messages: ["Something is off"] }))
      yield* inject(tooMany(7))
      yield* inject(Fault.reset)
      yield* call().pipe(withLogs(logs), Random.withSeed("log"))
      assert.deepStrictEqual(logs.map(([level]) => level), ["Debug", "Debug", "Debug"])
      const delays = yield* gaps
      logs.forEach(([, message], index) => {
        assert.include(message, `Retry ${index + 1}`)
        assert.include(message, `${delays[index]! % 1000}ms`)
        assert.include(message, statusPath)
        assert.notInclude(message, "\n")
      })
      assert.include(logs[0]![1], "Something is off")
      assert.include(logs[1]![1], "7s")
      assert.include(logs[1]![1], "429")
    }).pipe(Effect.provide(inMemory())))

  for (
    const [name, fault] of Object.entries({
      "a 403": Fault.status(403),
      "an outage": Fault.status(503),
      "HTML": Fault.html()
    })
  ) {
    it.effect(`has nothing above debug where the call fails: the error tells all, after ${name}`, () =>
      Effect.gen(function*() {
        const logs: Array<Log> = []
        yield* inject(fault, Infinity)
        yield* call().pipe(withLogs(logs))
        assert.deepStrictEqual(aboveDebug(logs), [])
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("has no line for an error that is not retried", () =>
    Effect.gen(function*() {
      const logs: Array<Log> = []
      yield* inject(Fault.status(503))
      yield* call().pipe(withLogs(logs))
      yield* inject(tooMany(3600))
      yield* call().pipe(withLogs(logs))
      assert.deepStrictEqual(logs, [])
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ times: 0 }) }))))
})

// All counters that were touched: "name{attributes}" and the count.
const snapshot: Effect.Effect<Readonly<Record<string, number>>> = Effect.map(
  Metric.snapshot,
  (metrics) =>
    Object.fromEntries(
      metrics.filter(({ id }) => id.startsWith("datadog.")).flatMap((metric) => {
        const { unit: _, "datadog.site": site, ...attributes } = metric.attributes ?? {}
        assert.strictEqual(site, "datadoghq.com")
        return metric.type === "Counter" && Number(metric.state.count) > 0
          ? [[
            `${metric.id.replace("datadog.slo_report.", "")} ${Object.values(attributes).join()}`,
            Number(metric.state.count)
          ]]
          : []
      })
    )
)

const withOwnMetrics = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(self, Metric.MetricRegistry, new Map()))

const without = (record: Readonly<Record<string, number>>, name: string) => {
  const { [name]: value = 0, ...rest } = record
  return [value, rest] as const
}

describe("the metrics of a call", () => {
  it.effect("are one success where all goes well", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* call()
      yield* call()
      assert.deepStrictEqual(yield* snapshot, { "requests success": 2 })
      const successes = Metric.withAttributes(SloReportMetrics.requests, {
        "datadog.site": "datadoghq.com",
        outcome: "success"
      })
      assert.strictEqual((yield* Metric.value(successes)).count, 2)
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))

  const outcomes: ReadonlyArray<readonly [fault: Fault.Fault, tag: string]> = [
    [Fault.status(400), "DatadogBadRequest"],
    [Fault.status(401), "DatadogUnauthorized"],
    [Fault.status(403), "DatadogForbidden"],
    [Fault.status(404), "DatadogNotFound"],
    [Fault.status(429), "DatadogTooManyRequests"],
    [Fault.status(408), "DatadogServerError"],
    [Fault.status(503), "DatadogServerError"],
    [Fault.redirect("/x"), "DatadogUnexpectedStatus"],
    [Fault.html(), "DatadogProtocolError"],
    [Fault.refused, "DatadogTransportError"],
    [Fault.hang, "DatadogTransportError"],
    [Fault.resetBody(10), "DatadogTransportError"]
  ]

  for (const [fault, tag] of outcomes) {
    it.effect(`count a request by its error's tag: ${fault.name} is ${tag}`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* inject(fault)
        yield* call()
        assert.deepStrictEqual(yield* snapshot, { [`requests ${tag}`]: 1 })
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none })), withOwnMetrics))
  }

  it.effect("count every attempt, every retry by its cause, and the seconds slept by theirs", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* inject(Fault.status(503), 2)
      yield* inject(tooMany(7))
      yield* inject(Fault.reset)
      yield* call()
      const [first, second, third, fourth] = yield* gaps
      const [backoff, others] = without(yield* snapshot, "slept backoff")
      const [rateLimit, counts] = without(others, "slept rate_limit")
      assert.deepStrictEqual(counts, {
        "requests success": 1,
        "requests DatadogServerError": 2,
        "requests DatadogTooManyRequests": 1,
        "requests DatadogTransportError": 1,
        "retries DatadogServerError": 2,
        "retries DatadogTooManyRequests": 1,
        "retries DatadogTransportError": 1
      })
      assert.closeTo(backoff, (first! + second! + fourth!) / 1000, 1e-9)
      assert.closeTo(rateLimit, third! / 1000, 1e-9)
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))

  it.effect("count no retry where there is none: after the last attempt, a lasting error, a hint too far", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), 2)
      yield* call()
      yield* inject(Fault.status(404))
      yield* call()
      yield* inject(tooMany(3600))
      yield* call()
      const [, counts] = without(yield* snapshot, "slept backoff")
      assert.deepStrictEqual(counts, {
        "requests DatadogServerError": 2,
        "requests DatadogNotFound": 1,
        "requests DatadogTooManyRequests": 1,
        "retries DatadogServerError": 1
      })
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.make({ times: 1 }) })), withOwnMetrics))

  it.effect("count nothing where the id is refused", () =>
    Effect.gen(function*() {
      yield* call("..")
      assert.deepStrictEqual(yield* snapshot, {})
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))

  it.effect("count no seconds that an interruption spared", () =>
    Effect.gen(function*() {
      yield* inject(tooMany(60))
      const fiber = yield* begin()
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(fiber)
      const [slept] = without(yield* snapshot, "slept rate_limit")
      assert.isAtMost(slept, 10)
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))

  it.effect("count the polls of a wait as requests, and its pauses as polls", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.addReport({ id: reportId, timeline: Timeline.after("12 seconds", "completed") })
      const client = yield* SloReportClient.SloReportClient
      const wait = client.awaitReport(reportId, { poll: PollPolicy.fixed("5 seconds") })
      const fiber = yield* Effect.forkChild(wait)
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(yield* snapshot, { "requests success": 4, "slept poll": 15, "waits completed": 1 })
    }).pipe(Effect.provide(inMemory()), withOwnMetrics))
})
