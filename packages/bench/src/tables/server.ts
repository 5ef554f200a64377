/** The fake on a loopback port, with 1,000 SLOs. */
import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { Effect } from "effect"

const program = Effect.gen(function*() {
  const fake = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  for (let index = 0; index < 1000; index++) {
    const tags = ["size:large", ...(index < 20 ? ["size:small"] : [])]
    yield* fake.addSlo({ name: `SLO ${index}`, tags })
  }
  process.send?.(url)
  return yield* Effect.never
})

process.once("disconnect", () => process.exit())
void Effect.runPromise(Effect.provide(program, FakeDatadogServer.layerTest({ rateLimit: false })))
