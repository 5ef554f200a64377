import { DatadogError, SloReportRequest } from "@effect-datadog/slo-report"
import { Credentials, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Exit, Fiber, Metric, Schema, Stream } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import { TestClock } from "effect/testing"
import { RetryPolicy, SloReportClient, SloReportError, SloReportMetrics } from "../src/index.ts"
import { create, errorOf, injectInto, madeReports, request, run, sent, valueOf } from "./utils/flow.ts"
import { inMemory, withChance } from "./utils/wait.ts"

const recordedAnswer = "{\"data\":{\"id\":\"69cfaa02-6640-11ef-8501-33b2b403f044\",\"type\":\"report_id\"}}"
const recordedBadInterval =
  "{\"errors\":[{\"title\":\"Invalid Argument\",\"detail\":\"bad-interval is not a valid interval\"}]}"
const jsonApi = { contentType: "application/vnd.api+json" }

describe("the request that creates a report", () => {
  it.effect("is the specification's, byte for byte, without a type", () =>
    Effect.gen(function*() {
      yield* create()
      const [request, ...more] = yield* sent
      assert.deepStrictEqual(more, [])
      assert.strictEqual(
        request?.body,
        "{\"data\":{\"attributes\":{\"from_ts\":1690901870,\"to_ts\":1706803070," +
          "\"query\":\"slo_type:metric \\\"SLO Reporting Test\\\"\"," +
          "\"interval\":\"monthly\",\"timezone\":\"America/New_York\"}}}"
      )
      assert.strictEqual(`${request?.method} ${request?.url}`, "POST https://api.datadoghq.com/api/v2/slo/report")
      const { accept, "content-length": length, "content-type": type, "dd-api-key": key } = request!.headers
      assert.deepStrictEqual([accept, type, key], [
        "application/json",
        "application/json",
        Credentials.standard.apiKey
      ])
      assert.strictEqual(length, String(new TextEncoder().encode(request?.body).length))
    }).pipe(Effect.provide(inMemory())))

  it.effect("leaves out what was not asked for", () =>
    Effect.gen(function*() {
      yield* create(yield* SloReportRequest.make({ query: "ü 検索", from: "2024-01-01", to: "2024-02-01" }))
      const [request] = yield* sent
      assert.strictEqual(
        request?.body,
        "{\"data\":{\"attributes\":{\"from_ts\":1704067200,\"to_ts\":1706745600,\"query\":\"ü 検索\"}}}"
      )
    }).pipe(Effect.provide(inMemory())))
})

describe("creating a report", () => {
  it.effect("gives the id of the recorded answer", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.body(recordedAnswer, jsonApi))
      assert.strictEqual(yield* create(), "69cfaa02-6640-11ef-8501-33b2b403f044")
    }).pipe(Effect.provide(inMemory())))

  it.effect("gives the id of the one report that Datadog made", () =>
    Effect.gen(function*() {
      const id = yield* create()
      assert.deepStrictEqual(yield* madeReports, [id])
    }).pipe(Effect.provide(inMemory())))

  it.effect("fails with the recorded words about a bad interval", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.body(recordedBadInterval, { status: 400, ...jsonApi }))
      const error = errorOf(yield* run(create()))
      assert.instanceOf(error, DatadogError.DatadogBadRequest)
      assert.include(error.message, "POST /api/v2/slo/report: 400 Bad Request.")
      assert.include(error.message, "bad-interval is not a valid interval")
    }).pipe(Effect.provide(inMemory())))

  const refusals: Readonly<Record<number, DatadogError.DatadogError["_tag"]>> = {
    302: "DatadogUnexpectedStatus",
    400: "DatadogBadRequest",
    401: "DatadogUnauthorized",
    403: "DatadogForbidden",
    404: "DatadogNotFound",
    405: "DatadogUnexpectedStatus",
    410: "DatadogUnexpectedStatus",
    413: "DatadogUnexpectedStatus",
    431: "DatadogUnexpectedStatus",
    501: "DatadogServerError",
    505: "DatadogServerError",
    409: "DatadogUnexpectedStatus",
    422: "DatadogUnexpectedStatus"
  }
  for (const [status, tag] of Object.entries(refusals)) {
    it.effect(`is refused by ${status} after one request, with ${tag}`, () =>
      Effect.gen(function*() {
        yield* injectInto("create", Fault.status(Number(status)), Infinity)
        assert.strictEqual(errorOf(yield* run(create()))._tag, tag)
        assert.strictEqual((yield* sent).length, 1)
      }).pipe(Effect.provide(inMemory())))
  }
})

describe("a request to create a report that may have been processed", () => {
  const losses: Readonly<Record<string, readonly [fault: Fault.Fault, tag: DatadogError.DatadogError["_tag"]]>> = {
    "meets 408": [Fault.status(408), "DatadogServerError"],
    "meets 500": [Fault.status(500), "DatadogServerError"],
    "meets 502 from the edge": [Fault.status(502, { family: "edge" }), "DatadogServerError"],
    "meets 503": [Fault.status(503), "DatadogServerError"],
    "meets 503 that asks to come again": [
      Fault.status(503, { headers: { "Retry-After": "1" } }),
      "DatadogServerError"
    ],
    "meets 504 as HTML": [Fault.html(504), "DatadogServerError"],
    "is not answered in time": [Fault.hang, "DatadogTransportError"],
    "is answered, and the answer is lost": [Fault.lostAnswer, "DatadogTransportError"],
    "is reset": [Fault.reset, "DatadogTransportError"],
    "is lost for a reason that nobody knows": [Fault.noAnswer("EWHATEVER"), "DatadogTransportError"],
    "times out in the connection": [Fault.noAnswer("ETIMEDOUT"), "DatadogTransportError"],
    "is answered by a body that is cut off": [Fault.truncate(20), "DatadogTransportError"],
    "is answered by a body that is reset": [Fault.resetBody(20), "DatadogTransportError"],
    "is answered by a body that stops": [Fault.stall(20), "DatadogTransportError"],
    "is answered by HTML with 200": [Fault.html(), "DatadogProtocolError"],
    "is answered by an empty object": [Fault.body("{}"), "DatadogProtocolError"],
    "is answered by an id that can't be one": [
      Fault.body("{\"data\":{\"id\":\"../x\",\"type\":\"report_id\"}}"),
      "DatadogProtocolError"
    ],
    "is shown the result elsewhere by 303": [Fault.redirect("/x", 303), "DatadogUnexpectedStatus"],
    "meets a status that no standard knows": [Fault.status(600), "DatadogUnexpectedStatus"],
    "is answered by an id that is a secret": [
      Fault.body(JSON.stringify({ data: { id: Credentials.standard.apiKey } })),
      "DatadogProtocolError"
    ],
    "is answered by nothing": [Fault.body("", { status: 204 }), "DatadogProtocolError"]
  }
  for (const [name, [fault, tag]] of Object.entries(losses)) {
    it.effect(`is sent once where it ${name}`, () =>
      Effect.gen(function*() {
        yield* injectInto("create", fault, Infinity)
        const error = errorOf(yield* run(create()))
        assert.instanceOf(error, SloReportError.CreateOutcomeUnknown)
        assert.strictEqual(error.error._tag, tag)
        assert.strictEqual((yield* sent).length, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("says that a report may exist, that nothing was sent twice, what to do, and what happened", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.lostAnswer)
      const error = errorOf(yield* run(create()))
      assert.match(error.message, /may exist/)
      assert.match(error.message, /Nothing was sent twice/)
      assert.match(error.message, /Create the report again/)
      assert.match(error.message, /^POST \/api\/v2\/slo\/report: the connection broke/)
      assert.strictEqual((yield* madeReports).length, 1)
    }).pipe(Effect.provide(inMemory())))

  for (
    const fault of [
      Fault.status(503),
      Fault.status(503, { headers: { "Retry-After": "7" } }),
      Fault.html(),
      Fault.reset
    ]
  ) {
    it.effect(`gives no advice but its own after ${fault.name}`, () =>
      Effect.gen(function*() {
        yield* injectInto("create", fault)
        const error = errorOf(yield* run(create()))
        assert.match(error.message, /the first is then of no use to anybody\.$/)
        assert.notMatch(error.message, /Try again|Check that/)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is an error that can be written and read", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.status(503, { headers: { "Retry-After": "7" } }))
      const error = errorOf(yield* run(create()))
      assert.instanceOf(error, SloReportError.CreateOutcomeUnknown)
      const codec = Schema.toCodecJson(SloReportError.CreateOutcomeUnknown)
      const json = JSON.stringify(yield* Schema.encodeEffect(codec)(error))
      const read = yield* Schema.decodeUnknownEffect(codec)(JSON.parse(json))
      assert.deepStrictEqual(read, error)
      assert.strictEqual(read.message, error.message)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is sent once also where a refused one went before it", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.refused)
      yield* injectInto("create", Fault.status(429))
      yield* injectInto("create", Fault.status(500), Infinity)
      assert.strictEqual(errorOf(yield* run(create()))._tag, "CreateOutcomeUnknown")
      assert.deepStrictEqual((yield* sent).map(({ status }) => status), [undefined, 429, 500])
    }).pipe(Effect.provide(inMemory())))
})

describe("a request to create a report that was not processed", () => {
  it.effect("is sent again after a 429, not before its hint", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.status(429, { headers: { "X-RateLimit-Reset": "7" } }))
      const ended = yield* run(create())
      assert.deepStrictEqual(yield* madeReports, [valueOf(ended)])
      const [first, second, ...more] = yield* sent
      assert.deepStrictEqual(more, [])
      assert.strictEqual(first?.body, second?.body)
      assert.isAtLeast(second!.at - first!.at, 7000)
      assert.isAtMost(second!.at - first!.at, 7700)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is not sent again where a 429's hint is beyond what the policy waits", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.status(429, { headers: { "Retry-After": "3600" } }))
      const ended = yield* run(create())
      assert.deepInclude(errorOf(ended), { _tag: "DatadogTooManyRequests", retryAfter: Duration.hours(1) })
      assert.strictEqual(ended.took, 0)
    }).pipe(Effect.provide(inMemory())))

  for (
    const [name, code] of [
      ["is refused", "ECONNREFUSED"],
      ["finds no host", "ENOTFOUND"],
      ["finds no name service", "EAI_AGAIN"],
      ["finds no route", "EHOSTUNREACH"],
      ["finds no network", "ENETUNREACH"],
      ["does not come about in time", "UND_ERR_CONNECT_TIMEOUT"],
      ["breaks in its handshake", "EPROTO"],
      ["finds a proxy closed", "UND_ERR_PRX_CONN"]
    ] as const
  ) {
    it.effect(`is sent again where the connection ${name}`, () =>
      Effect.gen(function*() {
        yield* injectInto("create", Fault.noAnswer(code), 4)
        assert.deepStrictEqual([valueOf(yield* run(create()))], yield* madeReports)
        assert.strictEqual((yield* sent).length, 5)
      }).pipe(Effect.provide(inMemory())))

    it.effect(`keeps its own error where the connection ${name} every time`, () =>
      Effect.gen(function*() {
        yield* injectInto("create", Fault.noAnswer(code), Infinity)
        const error = errorOf(yield* run(create()))
        assert.strictEqual(error._tag, "DatadogTransportError")
        assert.strictEqual((yield* sent).length, 5)
      }).pipe(Effect.provide(inMemory())))
  }

  for (
    const [name, code, reason] of [
      ["the server's certificate is not trusted", "CERT_HAS_EXPIRED", "tls"],
      ["the client is closed", "UND_ERR_DESTROYED", "closed"],
      ["a header can't be sent", "ERR_INVALID_CHAR", "invalid"]
    ] as const
  ) {
    it.effect(`keeps its own error where ${name}, and is tried once`, () =>
      Effect.gen(function*() {
        yield* injectInto("create", Fault.noAnswer(code), Infinity)
        assert.deepInclude(errorOf(yield* run(create())), { _tag: "DatadogTransportError", reason, sent: "no" })
        assert.strictEqual((yield* sent).length, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("follows the policy that is in force", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.status(429), Infinity)
      const once = Effect.provideService(create(), RetryPolicy.Current, RetryPolicy.none)
      assert.strictEqual(errorOf(yield* run(once))._tag, "DatadogTooManyRequests")
      assert.strictEqual((yield* sent).length, 1)
    }).pipe(Effect.provide(inMemory())))
})

describe("a request that is no SloReportRequest", () => {
  const plain = {
    query: "service:x",
    from: DateTime.makeUnsafe("2024-01-01"),
    to: DateTime.makeUnsafe("2024-02-01")
  }

  it.effect("is sent all the same where it has its form", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual([yield* create(plain)], yield* madeReports)
      yield* create(yield* SloReportRequest.make(plain))
      const [first, second] = yield* sent
      assert.strictEqual(first?.body, second?.body)
    }).pipe(Effect.provide(inMemory())))

  const wrong: Readonly<Record<string, readonly [request: unknown, says: string]>> = {
    "a period that ends before it begins": [{ ...plain, from: plain.to, to: plain.from }, `before "to"`],
    "no query": [{ ...plain, query: " " }, "query"],
    "a time zone that isn't one": [{ ...plain, timezone: "Mars/Phobos" }, "time zone"],
    "no times": [{ query: "x" }, "from"],
    "a number": [5, "object"],
    "null": [null, "object"]
  }
  for (const [name, [given, says]] of Object.entries(wrong)) {
    it.effect(`is refused with its reason before anything is sent: ${name}`, () =>
      Effect.gen(function*() {
        const error = errorOf(yield* run(create(given as SloReportRequest.SloReportRequest)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "invalid", sent: "no", isTransient: false })
        assert.include(error.message, says)
        assert.deepStrictEqual(yield* sent, [])
      }).pipe(Effect.provide(inMemory())))
  }
})

describe("a request to create a report", () => {
  it.effect("is counted with its outcome, its retries and its sleeps", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.status(429, { headers: { "Retry-After": "4" } }))
      yield* run(create())
      yield* injectInto("create", Fault.status(500))
      yield* run(create())
      const requests = (outcome: string) =>
        Effect.map(
          Metric.value(Metric.withAttributes(SloReportMetrics.requests, { "datadog.site": "datadoghq.com", outcome })),
          ({ count }) => count
        )
      assert.deepStrictEqual(
        yield* Effect.all([requests("success"), requests("DatadogTooManyRequests"), requests("DatadogServerError")]),
        [1, 1, 1]
      )
      const retries = Metric.withAttributes(SloReportMetrics.retries, {
        "datadog.site": "datadoghq.com",
        cause: "DatadogTooManyRequests"
      })
      assert.strictEqual((yield* Metric.value(retries)).count, 1)
      const slept = Metric.withAttributes(SloReportMetrics.sleptSeconds, {
        "datadog.site": "datadoghq.com",
        cause: "rate_limit"
      })
      assert.strictEqual((yield* Metric.value(slept)).count, 4.2)
    }).pipe(
      withChance(0.5),
      Effect.provideService(Metric.MetricRegistry, new Map()),
      Effect.provide(inMemory())
    ))

  it.effect("ends with the caller, in flight and in a sleep", () =>
    Effect.gen(function*() {
      for (const fault of [Fault.hang, Fault.status(429, { headers: { "Retry-After": "60" } })]) {
        yield* injectInto("create", fault)
        const fiber = yield* Effect.forkChild(create(), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(fiber)
        const before = (yield* sent).length
        yield* TestClock.adjust("1 hour")
        assert.strictEqual((yield* sent).length, before)
      }
    }).pipe(Effect.provide(inMemory())))

  it.effect("is a stream's element where a program wants many, each sent once", () =>
    Effect.gen(function*() {
      const ids = yield* Stream.runCollect(Stream.mapEffect(Stream.range(1, 3), () => create()))
      assert.deepStrictEqual(ids, yield* madeReports)
      assert.strictEqual(new Set(ids).size, 3)
    }).pipe(Effect.provide(inMemory())))
})

describe("a client whose transport was changed", () => {
  const broken: SloReportClient.ClientOptions = {
    transformClient: HttpClient.transform((_, request) =>
      Effect.fail(
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, description: "no reason at all" })
        })
      )
    )
  }

  it.effect("takes what it can't place for a lost answer", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const exit = yield* Effect.exit(client.createReport(request))
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual(errorOf({ exit, took: 0 })._tag, "CreateOutcomeUnknown")
    }).pipe(Effect.provide(inMemory(broken))))

  it.effect("says so of a mistake in it, which is tried once and leaves nothing unknown", () =>
    Effect.gen(function*() {
      let attempts = 0
      const mistaken: SloReportClient.ClientOptions = {
        transformClient: HttpClient.transform((_, request) => {
          attempts += 1
          const cause = new TypeError("kept.compose is not a function")
          return Effect.fail(
            new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
          )
        })
      }
      const error = errorOf(yield* Effect.provide(run(create()), inMemory(mistaken)))
      assert.instanceOf(error, DatadogError.DatadogTransportError)
      assert.strictEqual(String(error.cause), "TypeError: kept.compose is not a function")
      assert.strictEqual(attempts, 1)
    }))
})
