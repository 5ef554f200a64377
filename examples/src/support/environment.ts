/**
 * Where an example's configuration comes from: the environment, or a fake Datadog where no keys are set.
 */
import { FakeDatadog, FakeDatadogServer, type Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { ConfigProvider, Console, Effect, Layer } from "effect"

const names = ["DD_API_KEY", "DD_APP_KEY", "DD_ACCESS_TOKEN", "DD_HOST"]

// The fake takes the place of Datadog alone: all else, such as PORT, is still the environment's.
const fake = (faults: ReadonlyArray<Fault.Fault>) =>
  Layer.unwrap(Effect.gen(function*() {
    const datadog = yield* FakeDatadog.FakeDatadog
    const server = yield* FakeDatadogServer.FakeDatadogServer
    const id = yield* datadog.addReport({ timeline: Timeline.after("8 seconds", "completed") })
    yield* Effect.forEach(faults, (fault) => datadog.inject(fault))
    yield* Console.error(
      `No Datadog keys in the environment (${names.slice(0, 3).join(", ")}): using a fake at ${server.url}`
    )
    return ConfigProvider.layer(ConfigProvider.fromEnvRecord({
      REPORT_QUERY: "service:checkout",
      ...process.env,
      DD_HOST: server.url,
      DD_API_KEY: datadog.credentials.apiKey,
      DD_APP_KEY: datadog.credentials.applicationKey,
      REPORT_DATA_ID: id
    }))
  })).pipe(Layer.provide(FakeDatadogServer.layerTest()))

/** The first requests to the fake, where there is one, meet these faults. */
export const environmentWith = (...faults: ReadonlyArray<Fault.Fault>) =>
  names.some((name) => (process.env[name] ?? "") !== "") ? Layer.empty : fake(faults)

export const environment = environmentWith()
