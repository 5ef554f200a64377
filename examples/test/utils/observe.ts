import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Collector from "./collector.ts"
import { run } from "./run.ts"

/** A collector for as long as a test runs. */
export const collecting = (answer?: number | "none") =>
  Effect.acquireRelease(Effect.promise(() => Collector.start(answer)), ({ close }) => Effect.promise(close))

/** Runs the example. */
export const observe = (environment: Readonly<Record<string, string>>) =>
  Effect.promise(() => run("observe", environment))

/** The example where no collector answers as one. */
export const itWorks = (name: string, answer: number | "none" | undefined): void =>
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
