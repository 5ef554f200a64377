import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { run } from "./utils/run.ts"

/** A fake organisation, with the variables that lead to it. */
const organisation = Effect.fn(function*(prefix: string, site: string, name: string) {
  const credentials = { apiKey: `${prefix}-api`, applicationKey: `${prefix}-app`, accessToken: `${prefix}-token` }
  const slos = [{ name, tags: ["team:pay"] }, { name: "Of others", tags: ["team:other"] }]
  const context = yield* Layer.build(Layer.fresh(FakeDatadogServer.layerTest({ credentials, slos })))
  return {
    fake: Context.get(context, FakeDatadog.FakeDatadog),
    variables: {
      [`${prefix}_DD_SITE`]: site,
      [`${prefix}_DD_HOST`]: Context.get(context, FakeDatadogServer.FakeDatadogServer).url,
      [`${prefix}_DD_API_KEY`]: credentials.apiKey,
      [`${prefix}_DD_APP_KEY`]: credentials.applicationKey
    }
  }
})

const both = Effect.all([organisation("US", "datadoghq.com", "Checkout"), organisation("EU", "datadoghq.eu", "Kasse")])

describe.concurrent("two-organisations", () => {
  it.live("asks each with its own keys", () =>
    Effect.gen(function*() {
      const [us, eu] = yield* both
      const environment = { ...us.variables, ...eu.variables, SLO_QUERY: "team:pay" }
      const { code, errors, output } = yield* Effect.promise(() => run("two-organisations", environment))
      assert.strictEqual(code, 0, errors)
      assert.sameMembers(output.trimEnd().split("\n"), ["US\tCheckout", "EU\tKasse"])
      for (const { fake } of [us, eu]) {
        assert.deepStrictEqual((yield* fake.requests).map(({ status }) => status), [200])
      }
    }), 30_000)

  it.live("names the variable of the organisation that has none, and prints no key", () =>
    Effect.gen(function*() {
      const [us] = yield* both
      const { code, errors } = yield* Effect.promise(() =>
        run("two-organisations", { ...us.variables, DD_API_KEY: "canary", SLO_QUERY: "team:pay" })
      )
      assert.strictEqual(code, 2)
      assert.match(
        errors,
        /^DD_API_KEY is not set\. Set DD_API_KEY and DD_APP_KEY.*\n {2}at \["EU"\]\["DD_API_KEY"\]\n$/
      )
      assert.notInclude(errors, "canary")
    }), 30_000)

  it.live("runs over fakes of its own where there are no keys", () =>
    Effect.gen(function*() {
      const { code, output } = yield* Effect.promise(() => run("two-organisations", {}))
      assert.strictEqual(code, 0)
      assert.sameMembers(output.trimEnd().split("\n"), ["US\tCheckout in US", "EU\tCheckout in EU"])
    }), 30_000)
})
