/** The fake on a loopback port, with a small report and a large one. */
import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { Effect } from "effect"

const year = { from: 1_672_531_200, to: 1_704_067_200, interval: "daily", timezone: "UTC" } as const
const done = Timeline.always("completed")

const program = Effect.gen(function*() {
  const fake = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  yield* fake.addReport({ id: "small", timeline: done, csv: { rows: 2000, period: year } })
  yield* fake.addReport({ id: "large", timeline: done, csv: { rows: 100_000, period: year } })
  process.send?.(url)
  return yield* Effect.never
})

process.once("disconnect", () => process.exit())
void Effect.runPromise(Effect.provide(program, FakeDatadogServer.layerTest({ rateLimit: false })))
