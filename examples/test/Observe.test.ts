import { FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Collector from "./utils/collector.ts"
import { collecting, itWorks, observe } from "./utils/observe.ts"

describe.concurrent("observe", () => {
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

  itWorks("without a collector", undefined)
})
