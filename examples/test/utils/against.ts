import { FakeDatadog, FakeDatadogServer, type Timeline } from "@effect-datadog/slo-report-testing"
import { Effect } from "effect"
import { run } from "./run.ts"

export const withFake = FakeDatadogServer.layerTest()

/** Runs an example against the fake, waiting for one report with this timeline. */
export const against = Effect.fn(function*(
  name: string,
  timeline: Timeline.Timeline,
  environment: Readonly<Record<string, string>> = {},
  onOutput?: Parameters<typeof run>[2]
) {
  const fake = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  const id = yield* fake.addReport({ timeline })
  const { apiKey, applicationKey } = fake.credentials
  return yield* Effect.promise(() =>
    run(
      name,
      { DD_HOST: url, DD_API_KEY: apiKey, DD_APP_KEY: applicationKey, REPORT_DATA_ID: id, ...environment },
      onOutput
    )
  )
})
