import { DatadogSite } from "@effect-datadog/slo-report"
import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Context, Effect, Exit, Layer, Redacted } from "effect"
import { DatadogConfig, DatadogSettings, NodeSloReportClient, RetryPolicy, SloReportClient } from "../src/index.ts"
import { requests } from "./utils/client.ts"
import { credentials } from "./utils/wait.ts"

const status = (options: SloReportClient.Options) =>
  Effect.gen(function*() {
    const fake = yield* FakeDatadog.FakeDatadog
    const id = yield* fake.addReport({ timeline: Timeline.always("completed") })
    const client = yield* SloReportClient.make(options)
    yield* client.getReportStatus(id)
    return (yield* requests).map(({ url }) => new URL(url).host)
  }).pipe(Effect.scoped, Effect.provide(FakeDatadog.layerMemory()))

const defectOf = (options: SloReportClient.Options) =>
  Effect.map(Effect.exit(status(options)), (exit) => {
    const [reason] = Exit.isFailure(exit) ? exit.cause.reasons : []
    return reason?._tag === "Die" ? reason.defect : undefined
  })

describe("a site", () => {
  for (const { length, ...site } of DatadogSite.known.map((site) => ({ site, length: site.length }))) {
    it.effect(`is a plain text of a known one: ${site.site} (${length})`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* status({ ...site, credentials }), [`api.${site.site}`])
      }))
  }

  it.effect("is any other text that is checked, as people type it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* status({ site: "https://app.US3.datadoghq.com/", credentials }), [
        "api.us3.datadoghq.com"
      ])
      assert.deepStrictEqual(yield* status({ site: "new.datadoghq.eu", credentials }), ["api.new.datadoghq.eu"])
    }))

  for (const site of ["datadoghq.con", "EU", "evil.example", "", "datadoghq.com.evil.example"]) {
    it.effect(`that is none is a RangeError that names it, and nothing is sent: ${JSON.stringify(site)}`, () =>
      Effect.gen(function*() {
        const defect = yield* defectOf({ site, credentials })
        assert.instanceOf(defect, RangeError)
        assert.match(String(defect), /^RangeError: Expected a Datadog site.*at \["site"\]$/s)
      }))
  }
})

describe("an API's URL", () => {
  it.effect("is text that is checked", () =>
    Effect.gen(function*() {
      const site = "datadoghq.com"
      assert.deepStrictEqual(yield* status({ site, credentials, apiUrl: " https://proxy.internal/api/v2/ " }), [
        "proxy.internal"
      ])
      const defect = yield* defectOf({ site, credentials, apiUrl: "http://proxy.internal" })
      assert.match(String(defect), /^RangeError: Expected an https URL.*at \["apiUrl"\]$/s)
    }))
})

describe("settings that are not sure to be right", () => {
  const canary = Redacted.make("${canary}")

  it.effect("are a ConfigError that says what is wrong, and shows no key", () =>
    Effect.gen(function*() {
      const wrong: ReadonlyArray<readonly [DatadogSettings.DatadogSettings, RegExp]> = [
        [{ site: "datadog", credentials }, /Expected a Datadog site.*\["site"\]/s],
        [{ site: "datadoghq.eu", apiUrl: "x", credentials }, /Expected a URL.*\["apiUrl"\]/s],
        [{ site: "datadoghq.eu", credentials: { accessToken: canary } }, /credentials\.accessToken: Expected a key/],
        [
          { site: "datadoghq.eu", credentials: { ...credentials, appKey: canary } },
          /credentials\.appKey: Expected a key/
        ]
      ]
      for (const [settings, message] of wrong) {
        for (const layer of [NodeSloReportClient.layerNode, SloReportClient.layerConfig]) {
          const error = yield* Effect.flip(Effect.provide(
            SloReportClient.SloReportClient,
            Layer.provide(layer({ config: settings }), FakeDatadog.layerMemory())
          ))
          assert.strictEqual(error._tag, "ConfigError")
          assert.match(error.message, message)
          assert.notInclude(JSON.stringify(error) + String(error), "canary")
        }
      }
    }))

  it.effect("are what they say where they are right", () =>
    Effect.gen(function*() {
      const config = yield* DatadogSettings.toConfig({ site: "DATADOGHQ.EU", credentials })
      assert.deepStrictEqual({ ...config }, {
        site: DatadogSite.DatadogSite.make("datadoghq.eu"),
        apiUrl: undefined,
        credentials
      })
    }))
})

class Europe extends Context.Service<Europe, SloReportClient.Service>()("test/Europe") {}
class America extends Context.Service<America, SloReportClient.Service>()("test/America") {}

describe("two organisations in one application", () => {
  const serving = FakeDatadogServer.layerTest({
    credentials: { apiKey: "europe-api-key", applicationKey: "europe-app-key", accessToken: "europe-token" }
  })
  const keys = { apiKey: Redacted.make("europe-api-key"), appKey: Redacted.make("europe-app-key") }

  const clientOf = (options: SloReportClient.LayerOptions) =>
    Layer.provide(
      Layer.effect(Europe, SloReportClient.SloReportClient),
      NodeSloReportClient.layerNode({ ...options, retry: RetryPolicy.none })
    )

  const asks = (config: SloReportClient.LayerOptions["config"]) =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("completed") })
      yield* Effect.provide(Effect.flatMap(Europe, (client) => client.getReportStatus(id)), clientOf({ config }))
      return (yield* requests).map(({ status }) => status)
    })

  it.live("have clients with settings of their own, whatever the environment says", () =>
    Effect.gen(function*() {
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      assert.deepStrictEqual(yield* asks({ site: "datadoghq.eu", apiUrl: url, credentials: keys }), [200])
    }).pipe(Effect.provide([serving, ConfigProvider.layer(ConfigProvider.fromUnknown({ DD_API_KEY: "not this" }))])))

  it.live("have them by variables of their own", () =>
    Effect.gen(function*() {
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      const environment = ConfigProvider.fromEnvRecord({
        EU_DD_SITE: "datadoghq.eu",
        EU_DD_HOST: url,
        EU_DD_API_KEY: "europe-api-key",
        EU_DD_APP_KEY: "europe-app-key",
        OTHER_KEY: "europe-token"
      })
      const byPrefix = asks(Config.nested(DatadogConfig.config, "EU"))
      assert.deepStrictEqual(yield* Effect.provide(byPrefix, ConfigProvider.layer(environment)), [200])
      const byName = asks(Config.all({
        site: Config.succeed("datadoghq.eu"),
        apiUrl: Config.succeed(url),
        credentials: Config.all({ accessToken: Config.Redacted("OTHER_KEY") })
      }))
      assert.deepStrictEqual(yield* Effect.provide(byName, ConfigProvider.layer(environment)), [200, 200])
    }).pipe(Effect.provide(serving)))

  it.effect("are two services, with one client each", () =>
    Effect.gen(function*() {
      const one = { config: { site: "datadoghq.eu", credentials } }
      const two = { config: { site: "datadoghq.com", credentials } }
      const [europe, america] = yield* Effect.all([Europe, America]).pipe(Effect.provide([
        Layer.provide(Layer.effect(Europe, SloReportClient.SloReportClient), SloReportClient.layerConfig(one)),
        Layer.provide(Layer.effect(America, SloReportClient.SloReportClient), SloReportClient.layerConfig(two))
      ]))
      const hosts = yield* Effect.forEach([europe, america], (client) =>
        Effect.map(Effect.flip(client.getReportStatus("none")), (error) =>
          "host" in error ? error.host : undefined))
      assert.deepStrictEqual(hosts, ["api.datadoghq.eu", "api.datadoghq.com"])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})
