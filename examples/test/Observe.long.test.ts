import { Credentials } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Collector from "./utils/collector.ts"
import { collecting, itWorks, observe } from "./utils/observe.ts"

const secrets = Object.values(Credentials.standard).filter((secret) => secret.length > 8)

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
        assert.isAtLeast(polls.length, 5)
        assert.strictEqual(spans.length, polls.length + 2)
        assert.strictEqual(wait?.parentSpanId, root?.spanId)
        assert.deepStrictEqual(Collector.attributes(wait!), {
          "datadog.site": "datadoghq.com",
          "slo.report.id": id,
          "slo.report.status": "completed"
        })
        polls.forEach((poll, index) => {
          assert.notStrictEqual(poll.traceId, wait?.traceId, "polls are the client's")
          assert.deepStrictEqual(poll.links?.map(({ spanId }) => spanId), [wait?.spanId])
          const status = index === polls.length - 1 ? "completed" : "in_progress"
          assert.deepStrictEqual(Collector.attributes(poll), {
            "datadog.site": "datadoghq.com",
            "slo.report.id": id,
            ...(index < 2 ? {} : { "slo.report.status": status }),
            "http.response.status_code": [429, 503][index] ?? 200,
            "retry.count": index < 3 ? index : 0
          })
        })

        const counts = collector.metrics().flatMap(({ name, sum, unit }) =>
          (sum?.dataPoints ?? []).map((point) => {
            const { unit: _, "datadog.site": site, ...attributes } = Collector.attributes(point)
            return { name, unit, site, attributes, count: Number(point.asInt ?? point.asDouble) }
          })
        ).filter(({ count }) => count > 0)
        const ours = counts.filter(({ name }) => name.startsWith("datadog.slo_report."))
        assert.deepStrictEqual(new Set(ours.map(({ site }) => site)), new Set(["datadoghq.com"]))
        const counted = (name: string) =>
          Object.fromEntries(
            counts.filter((each) => each.name === `datadog.slo_report.${name}`)
              .map(({ attributes, count, unit }) => [`${Object.entries(attributes).join()} ${unit}`, count])
          )
        assert.deepStrictEqual(counted("requests"), {
          "outcome,success 1": polls.length - 2,
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

  itWorks("where something else answers", 404)

  itWorks("where nothing is ever answered", "none")
})
