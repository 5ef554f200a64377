import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { NodeSloReportClient } from "../src/index.ts"
import { getStatus } from "./utils/client.ts"

const errorOf = (environment: Readonly<Record<string, string>>) => {
  const provider = ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment))
  return Effect.flip(Effect.provide(getStatus(), Layer.provide(NodeSloReportClient.layerNode(), provider)))
}

const keys = { DD_API_KEY: "fake-api-key", DD_APP_KEY: "fake-application-key" }

const undici = "@effect/platform-node/Undici"

describe("layerNode", () => {
  afterEach(() => {
    vi.doUnmock(undici)
    vi.resetModules()
  })

  it.effect("fails with the ConfigError of what is not set", () =>
    Effect.gen(function*() {
      const error = yield* errorOf({})
      assert.strictEqual(error._tag, "ConfigError")
      assert.include(error.message, "DD_API_KEY")
    }))

  it.effect("names the layer to use where the runtime has another undici", () =>
    Effect.gen(function*() {
      vi.doMock(undici, () => ({ default: { Agent: Map } }))
      const error = yield* errorOf(keys)
      assert.instanceOf(error, NodeSloReportClient.UndiciUnavailable)
      assert.strictEqual(
        error.message,
        "layerNode can't use undici here: this runtime replaces it by its own, which has no dispatchers. " +
          "Provide SloReportClient.layerConfig() with FetchHttpClient.layer of effect/http instead, which needs none."
      )
    }))

  it.effect("names it where undici can't be loaded, and tells why", () =>
    Effect.gen(function*() {
      vi.doMock(undici, () => ({
        get default() {
          throw new Error("Dynamic require of \"node:assert\" is not supported")
        }
      }))
      const error = yield* errorOf(keys)
      assert.instanceOf(error, NodeSloReportClient.UndiciUnavailable)
      assert.include(error.message, "here: Dynamic require of \"node:assert\" is not supported. Provide")
    }))
})
