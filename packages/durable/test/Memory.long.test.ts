import { FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Path from "node:path"
import { bundleOf, start, temporaryFolder } from "./utils/processes.ts"

const waits = 1000

describe("an export that waits", { timeout: 240_000 }, () => {
  it.live("keeps at most 35 kB in memory, of 1,000", () =>
    Effect.gen(function*() {
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      const folder = yield* temporaryFolder
      const queries = Array.from({ length: waits + 20 }, (_, index) => `wait:${index}`)
      const job = { filename: Path.join(folder, "exports.db"), folder, queries }
      const worker = yield* start(yield* bundleOf("waits.ts"), url, job)
      yield* worker.ended
      const [measured] = worker.endings()
      assert.isDefined(measured, worker.errors())
      const each = measured.bytes! / waits
      console.log(`${(each / 1000).toFixed(1)} kB a wait`)
      assert.isAtMost(each, 35_000)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        FakeDatadogServer.layerTest({ rateLimit: false, report: { timeline: Timeline.after("1 hour", "completed") } })
      )
    ))
})
