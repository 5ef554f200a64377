import { DatadogSite, SloReportRequest } from "@effect-datadog/slo-report"
import { SloReportClient, SloReportMetrics } from "@effect-datadog/slo-report-node"
import { Credentials, FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Metric, Redacted, References, Stream, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { tableOf } from "./utils/tables.ts"
import { glob, read } from "./utils/workspace.ts"

const readme = read("README.md")
const table = (...head: ReadonlyArray<string>) => tableOf(readme, ...head)
const sources = glob("packages/node/src/**/*.ts").map(read).join("\n")

/** What stands in backticks. */
const quoted = (text: string | undefined): ReadonlyArray<string> =>
  [...(text ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

// What is below a span is told after a semicolon.
const spanRows = table("span", "attributes").map(([span, cell]) => [span, cell?.split(";")[0]] as const)
const attributeRows = table("attribute", "value")
const metricRows = table("metric", "unit", "attribute")
const logRows = table("level", "log")

const layer = Layer.provideMerge(
  SloReportClient.layer({
    site: DatadogSite.DatadogSite.make("datadoghq.com"),
    credentials: { accessToken: Redacted.make(Credentials.standard.accessToken) }
  }),
  FakeDatadog.layerMemory({ rateLimit: false })
)

const request = SloReportRequest.make({
  query: "slo_type:metric",
  from: "2023-08-01T14:57:50Z",
  to: "2024-02-01T15:57:50Z",
  interval: "monthly"
})

const tooMany = Fault.status(429, { headers: { "X-RateLimit-Reset": "70" } })

/** Does all that the client can do, with calls that go wrong on the way, and gives what it told. */
const told = Effect.gen(function*() {
  const spans = new Map<string, Map<string, unknown>>()
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      const attributes = spans.get(options.name) ?? new Map<string, unknown>()
      spans.set(options.name, attributes)
      span.attribute = (name, value) => {
        // Told by the fake's router, which runs in the same fiber.
        if (name !== "http.route") attributes.set(name, value)
      }
      return span
    }
  })
  const logs: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    logs.push(`${logLevel}: ${String(message)}`)
  })

  const all = Effect.gen(function*() {
    const fake = yield* FakeDatadog.FakeDatadog
    const client = yield* SloReportClient.SloReportClient
    const id = yield* fake.addReport({ timeline: Timeline.after("1 minute", "completed") })
    const odd = yield* fake.addReport({
      timeline: [{ after: 0, status: "paused" }, { after: "5 minutes", status: "completed" }]
    })
    const slo = yield* fake.addSlo({ tags: ["service:checkout"] })
    yield* fake.inject(tooMany)
    yield* fake.inject(Fault.status(503), { times: 3 })
    yield* Stream.runDrain(client.waitForReport(odd))
    yield* client.getReportStatus(id)
    yield* client.awaitReport(id)
    yield* client.createReport(yield* request)
    yield* Stream.runDrain(client.downloadReport(id))
    yield* Stream.runDrain(client.exportReport(yield* request))
    yield* Stream.runDrain(client.searchSlos("service:checkout"))
    yield* client.getSloHistory(slo, { from: 0, to: 86_400 })
    yield* Stream.runDrain(client.rows(yield* request))
  })
  const fiber = yield* all.pipe(
    Effect.provide(layer),
    Effect.withTracer(tracer),
    Effect.provide(Logger.layer([logger])),
    Effect.provideService(References.MinimumLogLevel, "Trace"),
    Effect.forkChild
  )
  yield* TestClock.adjust("2 hours")
  yield* Fiber.join(fiber)
  return { spans, logs, metrics: yield* Metric.snapshot }
}).pipe((self) => Effect.suspend(() => Effect.provideService(self, Metric.MetricRegistry, new Map())))

describe("README.md, of what the client tells,", () => {
  it.effect("lists every span with the attributes that it has, and no other", () =>
    Effect.gen(function*() {
      const { spans } = yield* told
      assert.deepStrictEqual(
        Object.fromEntries(spanRows.map(([span, attributes]) => [quoted(span).join(), [...quoted(attributes)].sort()])),
        Object.fromEntries([...spans].map(([name, attributes]) => [name, [...attributes.keys()].sort()]))
      )
    }))

  it("lists every span that is named in the code", () => {
    const named = [...sources.matchAll(/(?:Effect\.fn|withSpan|(?:use|make)Span)\(\s*"([^"]+)"/g)].map(([, name]) =>
      name!
    )
    assert.isAtLeast(named.length, 6)
    assert.sameMembers(spanRows.flatMap(([span]) => quoted(span)), [...new Set(named)])
  })

  it.effect("lists every attribute, with the type of its value, and no other", () =>
    Effect.gen(function*() {
      const { spans } = yield* told
      const values = [...spans.values()].flatMap((attributes) => [...attributes])
      assert.deepStrictEqual(
        Object.fromEntries(attributeRows.map(([name, type]) => [quoted(name).join(), type])),
        Object.fromEntries(values.map(([name, value]) => [name, typeof value]))
      )
    }))

  it("lists every attribute that is named in the code", () => {
    const named = [...sources.matchAll(/"((?:datadog|slo|http|retry)\.[a-z_.]+)"/g)].map(([, name]) => name!)
      .filter((name) => !name.startsWith("datadog.slo_report."))
    assert.isAtLeast(named.length, 5)
    assert.sameMembers(attributeRows.flatMap(([name]) => quoted(name)), [...new Set(named)])
  })

  it("lists every metric with its unit", () => {
    const metrics = Object.values(SloReportMetrics).map(({ attributes, id }) => [
      id,
      attributes === undefined || !("unit" in attributes) ? "1" : attributes["unit"]
    ])
    assert.sameDeepMembers(metricRows.map(([metric, unit]) => [quoted(metric).join(), unit]), metrics)
    const named = [...sources.matchAll(/Metric\.(?:counter|gauge|histogram|frequency|summary|timer)\(\s*"([^"]+)"/g)]
    assert.sameMembers(named.map(([, name]) => name), metrics.map(([id]) => id))
  })

  it.effect("lists every metric with its attribute, and the causes of a sleep", () =>
    Effect.gen(function*() {
      const { metrics } = yield* told
      const keys = new Map<string, Set<string>>()
      for (const { attributes, id } of metrics) {
        const known = keys.get(id) ?? new Set()
        for (const key of Object.keys(attributes ?? {})) if (key !== "unit") known.add(key)
        keys.set(id, known)
      }
      assert.deepStrictEqual(
        Object.fromEntries(metricRows.map(([metric, , attribute]) => [quoted(metric).join(), [...quoted(attribute)]])),
        Object.fromEntries([...keys].map(([id, names]) => [id, [...names]]))
      )
      const causes = metrics.filter(({ id }) => id === SloReportMetrics.sleptSeconds.id)
        .flatMap(({ attributes }) => attributes?.["cause"] ?? [])
      const row = metricRows.find(([metric]) => metric === `\`${SloReportMetrics.sleptSeconds.id}\``)
      assert.sameMembers([...quoted(row?.[3])], [...new Set(causes)])
    }))

  it.effect("lists every log by its level", () =>
    Effect.gen(function*() {
      const { logs } = yield* told
      assert.sameMembers([...new Set(logRows.map(([level]) => level!))], [
        ...new Set(logs.map((log) => log.split(":")[0]!.toLowerCase()))
      ])
      // An example logs too.
      const calls = [...sources.matchAll(/^(?! *\*).*\bEffect\.log(?:Trace|Debug|Info|Warning|Error|Fatal)?\(/gm)]
      assert.strictEqual(logRows.length, calls.length)
    }))
})
