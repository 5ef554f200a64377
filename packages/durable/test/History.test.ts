import { FakeDatadog, Fault, ReportEndpoints } from "@effect-datadog/slo-report-testing"
import { SloReportClient } from "@effect-datadog/slo-report-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import {
  errorOf,
  Exports,
  layer,
  layerClient,
  makeFiles,
  request,
  requestOf,
  run,
  sentTo,
  valueOf
} from "./utils/world.ts"

const { FakeDatadog: Fake } = FakeDatadog

const slos = Array.from({ length: 45 }, (_, index) => ({ name: `SLO ${index}`, tags: ["env:prod"] }))

// A day after the period's end.
const later = "2024-02-02T00:00:00Z"

/** Begins the world at a time. */
const inWorld = <A, E>(
  effect: Effect.Effect<A, E, Exports | FakeDatadog.FakeDatadog | HttpClient.HttpClient>,
  fake: FakeDatadog.Options = {},
  files = makeFiles(),
  at = later
) => Effect.andThen(TestClock.setTime(Date.parse(at)), Effect.provide(effect, layer(files, { slos, ...fake })))

describe("an export of histories", () => {
  it.effect("has the file that the client makes of them at once", () => {
    const files = makeFiles()
    return inWorld(
      Effect.gen(function*() {
        const done = valueOf(
          yield* run(Exports.use((exports) => exports.exportReport(request, { source: "history", name: "a.csv" })))
        )
        const chunks: Array<Uint8Array> = []
        const onChunk = (chunk: Uint8Array) => Effect.sync(() => chunks.push(chunk))
        yield* SloReportClient.SloReportClient.use((client) =>
          Stream.runDrain(client.exportReport(request, { source: "history", onChunk }))
        ).pipe(Effect.provide(layerClient))
        assert.strictEqual(files.files.get("a.csv"), Buffer.concat(chunks).toString())
        assert.strictEqual(done.exportErrors, 0)
        assert.strictEqual(done.source, "history")
      }),
      {},
      files
    )
  })

  it.effect("is one where reports are closed, and tells how far it has come", () => {
    const files = makeFiles()
    return inWorld(
      Effect.gen(function*() {
        yield* Fake.use((fake) => fake.inject(Fault.latency("10 seconds"), { operation: "history", times: Infinity }))
        const exports = yield* Exports
        const id = valueOf(yield* run(exports.start(requestOf({ interval: "daily" }))))
        const seen: Array<string> = []
        for (let i = 0; i < 200; i++) {
          const state = Option.getOrThrow(yield* exports.state(id))
          const words = state._tag === "Computing" ? `${state.rows}/${state.total}` : state._tag
          if (seen.at(-1) !== words) seen.push(words)
          yield* TestClock.adjust("1 second")
        }
        assert.deepStrictEqual(seen, ["Creating", "0/45", "20/45", "40/45", "Done"])
      }),
      { reportEndpoints: ReportEndpoints.closed(410, {}) },
      files
    )
  })

  it.effect("that is refused too fails as the report was refused", () =>
    inWorld(
      Effect.gen(function*() {
        yield* Fake.use((fake) => fake.inject(Fault.status(403), { operation: "search", times: Infinity }))
        const failure = errorOf(yield* run(Exports.use((exports) => exports.exportReport(request))))
        assert.strictEqual(failure._tag, "DatadogNotFound")
      }),
      { reportEndpoints: ReportEndpoints.closed(404, {}) }
    ))

  it.effect("keeps its columns, however long it takes", () => {
    const files = makeFiles()
    return inWorld(
      Effect.gen(function*() {
        const daily = requestOf({ from: "2024-01-25", to: "2024-02-25", interval: "daily" })
        yield* Fake.use((fake) => fake.inject(Fault.latency("20 seconds"), { operation: "history", times: Infinity }))
        valueOf(yield* run(Exports.use((exports) => exports.exportReport(daily, { source: "history", name: "a.csv" }))))
        const [header, ...rows] = files.files.get("a.csv")!.trimEnd().split("\n")
        assert.strictEqual(header!.split(",").at(-1), "2024-01-30")
        assert.deepStrictEqual(new Set(rows.map((row) => row.split(",").length)), new Set([header!.split(",").length]))
      }),
      {},
      files,
      "2024-01-31T23:59:00Z"
    )
  })

  it.effect("gets over an outage", () =>
    inWorld(Effect.gen(function*() {
      const before = Date.parse("2024-02-02T00:05:00Z")
      const when = ({ at }: { readonly at: number }) => at < before
      yield* Fake.use((fake) => fake.inject(Fault.status(503), { when, times: Infinity }))
      valueOf(
        yield* run(
          Exports.use((exports) => exports.exportReport(request, { source: "history" })),
          "20 minutes",
          "10 seconds"
        )
      )
      assert.isAtMost((yield* sentTo("search")).length, 400)
    })))

  it.effect("of too many SLOs asks for no history", () =>
    inWorld(Effect.gen(function*() {
      const failure = errorOf(
        yield* run(Exports.use((exports) => exports.exportReport(request, { source: "history", maxSlos: 44 })))
      )
      assert.strictEqual(failure._tag, "SloTableTooLarge")
      assert.deepStrictEqual(yield* sentTo("history"), [])
    })))
})
