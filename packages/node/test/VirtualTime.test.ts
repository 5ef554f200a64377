import { NodeFileSystem } from "@effect/platform-node"
import { DatadogSite, SloReportRequest } from "@effect-datadog/slo-report"
import { Credentials, FakeDatadog, TestTime, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { PollPolicy, SloReportClient } from "../src/index.ts"

// The layer of the README's recipe.
const layer = Layer.provideMerge(
  SloReportClient.layer({
    site: DatadogSite.DatadogSite.make("datadoghq.com"),
    credentials: { accessToken: Redacted.make(Credentials.standard.accessToken) }
  }),
  FakeDatadog.layerMemory({ rateLimit: false })
)

describe("the recipe of virtual time", () => {
  it.effect("sees every poll of 50 reports at its exact time", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const fake = yield* FakeDatadog.FakeDatadog
      const ids = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, index) => index),
        (index) => fake.addReport({ timeline: Timeline.after(`${index * 7 + 3} seconds`, "completed") })
      )
      const waits = client.waitForReports(ids, { poll: PollPolicy.fixed("5 seconds") })
      const events = yield* TestTime.run(Stream.runCollect(waits), "1 hour")
      assert.strictEqual(events.length, yield* fake.requestCount)
      const requests = yield* fake.requests
      for (const [index, id] of ids.entries()) {
        const times = requests.filter(({ path }) => path.includes(id)).map(({ at }) => at)
        const polls = Math.ceil((index * 7 + 3) / 5) + 1
        assert.deepStrictEqual(times, Array.from({ length: polls }, (_, poll) => poll * 5000), `report ${index}`)
      }
    }).pipe(Effect.provide(layer)))

  it.effect("goes through every operation of a report, files too", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.setReportDefaults({ timeline: Timeline.after("12 seconds", "completed") })
      const request = yield* SloReportRequest.make({ query: "service:checkout", from: "2025-01-01", to: "2025-07-01" })
      const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "virtual-time-"))
      const path = Path.join(folder, "report.csv")
      const exporting = client.exportReportTo(path, request, { poll: PollPolicy.fixed("5 seconds") })
      yield* TestTime.run(Stream.runDrain(exporting), "1 hour")
      assert.strictEqual(Fs.readFileSync(path, "utf8").trimEnd().split("\n").length, 13)
      assert.deepStrictEqual((yield* fake.requests).map(({ at, operation }) => [operation, at]), [
        ["create", 0],
        ["status", 0],
        ["status", 5000],
        ["status", 10_000],
        ["status", 15_000],
        ["download", 15_000]
      ])
      Fs.rmSync(folder, { recursive: true })
    }).pipe(Effect.provide([layer, NodeFileSystem.layer])))
})
