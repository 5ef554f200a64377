/**
 * Where the configuration of two organisations comes from: the environment, or a fake for each where no keys are set.
 */
import { FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { ConfigProvider, Console, Effect, Layer } from "effect"

const prefixes = ["US", "EU"]

const names = prefixes.flatMap((prefix) =>
  ["DD_API_KEY", "DD_APP_KEY", "DD_ACCESS_TOKEN"].map((name) => `${prefix}_${name}`)
)

/** The variables of one organisation, which has SLOs and keys of its own. */
const variablesOf = Effect.fn(function*(prefix: string) {
  const keys = { apiKey: `${prefix}-api-key`, applicationKey: `${prefix}-app-key`, accessToken: `${prefix}-token` }
  const slos = [{ name: `Checkout in ${prefix}`, tags: ["team:pay"] }]
  // Each has a fake of its own, which lives as long as the program.
  const context = yield* Layer.build(Layer.fresh(FakeDatadogServer.layerTest({ credentials: keys, slos })))
  const { url } = yield* Effect.provide(FakeDatadogServer.FakeDatadogServer, context)
  yield* Console.error(`No keys for ${prefix} in the environment: using a fake at ${url}`)
  return {
    [`${prefix}_DD_HOST`]: url,
    [`${prefix}_DD_API_KEY`]: keys.apiKey,
    [`${prefix}_DD_APP_KEY`]: keys.applicationKey
  }
})

const fakes = Layer.unwrap(Effect.map(
  Effect.forEach(prefixes, variablesOf),
  (variables) =>
    ConfigProvider.layer(
      ConfigProvider.fromEnvRecord(Object.assign({ SLO_QUERY: "team:pay" }, process.env, ...variables))
    )
))

export const twoEnvironments = names.some((name) => (process.env[name] ?? "") !== "") ? Layer.empty : fakes
