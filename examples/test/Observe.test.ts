import { Credentials, FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Collector from "./utils/collector.ts"
import { run } from "./utils/run.ts"

const collecting = (answer?: number | "none") =>
  Effect.acquireRelease(Effect.promise(() => Collector.start(answer)), ({ close }) => Effect.promise(close))

const secrets = Object.values(Credentials.standard).filter((secret) => secret.length > 8)

const observe = (environment: Readonly<Record<string, string>>) => Effect.promise(() => run("observe", environment))

describe.concurrent("observe", () => {
  it.live(
    "sends a collector the spans, the metrics and the log of a wait, and no secret",
    () =>
      Effect.gen(function*() {
        const collector = yield* collecting()
        const { code, errors, output } = yield* observe({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
        assert.strictEqual(code, 0, errors)
        const [, id] = /^Report (\S+) is completed\.\n$/.exec(output) ?? []
        assert.isDefined(id, output)
        assert.match(errors, /^No Datadog keys .*\nTraces, metrics and logs go to http:\/\/127\.0\.0\.1:\d+\n$/)

        const spans = collector.spans()
        const named = (name: string) => spans.filter((span) => span.name === name)
        const [root] = named("observe")
        const [wait, ...otherWaits] = named("SloReportClient.waitForReport")
        const polls = named("SloReportClient.getReportStatus")
        assert.deepStrictEqual(otherWaits, [])
        assert.isAtLeast(polls.length, 3)
        assert.strictEqual(spans.length, polls.length + 2)
        assert.strictEqual(wait?.parentSpanId, root?.spanId)
        assert.deepStrictEqual(Collector.attributes(wait!), {
          "datadog.site": "datadoghq.com",
          "slo.report.id": id,
          "slo.report.status": "completed"
        })
        polls.forEach((poll, index) => {
          assert.strictEqual(poll.parentSpanId, wait?.spanId)
          assert.strictEqual(poll.traceId, wait?.traceId)
          assert.deepStrictEqual(Collector.attributes(poll), {
            "datadog.site": "datadoghq.com",
            "slo.report.id": id,
            "slo.report.status": index === polls.length - 1 ? "completed" : "in_progress",
            "http.response.status_code": 200,
            "retry.count": index === 0 ? 2 : 0
          })
        })

        const counts = collector.metrics().flatMap(({ name, sum, unit }) =>
          (sum?.dataPoints ?? []).map((point) => {
            const { unit: _, ...attributes } = Collector.attributes(point)
            return { name, unit, attributes, count: Number(point.asInt ?? point.asDouble) }
          })
        ).filter(({ count }) => count > 0)
        const counted = (name: string) =>
          Object.fromEntries(
            counts.filter((each) => each.name === `datadog.slo_report.${name}`)
              .map(({ attributes, count, unit }) => [`${Object.entries(attributes).join()} ${unit}`, count])
          )
        assert.deepStrictEqual(counted("requests"), {
          "outcome,success 1": polls.length,
          "outcome,DatadogTooManyRequests 1": 1,
          "outcome,DatadogServerError 1": 1
        })
        assert.deepStrictEqual(counted("retries"), {
          "cause,DatadogTooManyRequests 1": 1,
          "cause,DatadogServerError 1": 1
        })
        assert.deepStrictEqual(counted("waits"), { "outcome,completed 1": 1 })
        const { "cause,backoff s": backoff, "cause,poll s": poll, "cause,rate_limit s": rateLimit, ...others } =
          counted(
            "slept"
          )
        assert.deepStrictEqual(others, {})
        assert.isAtLeast(rateLimit!, 1)
        assert.isAtLeast(poll!, 5)
        assert.isBelow(backoff ?? 0, 30)

        const logs = collector.logs().map(({ body, severityText }) => `${severityText} ${body.stringValue}`)
        assert.strictEqual(logs.length, 2)
        assert.match(logs[0]!, /^DEBUG Retry 1 in 1s.*429 Too Many Requests/i)
        assert.match(logs[1]!, /^DEBUG Retry 2 in .*503/i)

        assert.deepStrictEqual(collector.paths(), new Set(["/v1/traces", "/v1/metrics", "/v1/logs"]))
        assert.isAtLeast(secrets.length, 3)
        for (const secret of secrets) assert.notInclude(collector.text(), secret)
      }),
    60_000
  )

  it.live(
    "sends no secret where Datadog echoes the keys in an error, which is printed as in any example",
    () =>
      Effect.gen(function*() {
        const collector = yield* collecting()
        const fake = yield* FakeDatadog.FakeDatadog
        const { url } = yield* FakeDatadogServer.FakeDatadogServer
        const { apiKey, applicationKey } = fake.credentials
        yield* fake.inject(Fault.status(403, { messages: [`no: ${apiKey} ${applicationKey}`] }))
        const { code, errors, output } = yield* observe({
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          DD_HOST: url,
          DD_API_KEY: apiKey,
          DD_APP_KEY: applicationKey,
          REPORT_DATA_ID: yield* fake.addReport({ timeline: Timeline.always("completed") })
        })
        assert.strictEqual(code, 2, errors)
        assert.strictEqual(output, "")
        assert.match(
          errors,
          /^Traces, .*\nGET .*: 403 Forbidden\. Datadog says: Forbidden: no: <redacted> <redacted>\. .*\n$/
        )
        const told = collector.spans().flatMap(({ events }) => events.map((event) => Collector.attributes(event)))
        assert.include(JSON.stringify(told), "Forbidden: no: <redacted> <redacted>")
        for (const secret of [apiKey, applicationKey]) assert.notInclude(collector.text() + errors, secret)
      }).pipe(Effect.provide(FakeDatadogServer.layerTest())),
    60_000
  )

  for (
    const [name, answer] of [
      ["without a collector", undefined],
      ["where something else answers", 404],
      ["where nothing is ever answered", "none"]
    ] as const
  ) {
    it.live(`works ${name}, and says so in one line`, () =>
      Effect.gen(function*() {
        const collector = yield* collecting(answer)
        if (answer === undefined) yield* Effect.promise(collector.close)
        const fake = yield* FakeDatadog.FakeDatadog
        const { url } = yield* FakeDatadogServer.FakeDatadogServer
        const { code, errors, output } = yield* observe({
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          DD_HOST: url,
          DD_ACCESS_TOKEN: fake.credentials.accessToken,
          REPORT_DATA_ID: yield* fake.addReport({ timeline: Timeline.always("failed") })
        })
        assert.strictEqual(code, 1, errors)
        assert.match(output, /^Report \S+ is failed\.\n$/)
        assert.strictEqual(
          errors,
          `No collector at ${collector.url} (OTEL_EXPORTER_OTLP_ENDPOINT): nothing is sent\n`
        )
      }).pipe(Effect.provide(FakeDatadogServer.layerTest())), 60_000)
  }
})
