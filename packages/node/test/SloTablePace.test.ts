import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Stream } from "effect"
import type { Duration } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy, SloReportClient } from "../src/index.ts"
import { sent, sentTo, valueOf } from "./utils/flow.ts"
import { addSlos, historyOnly, requestOf, rowsOf, runStepwise } from "./utils/table.ts"
import { inMemory } from "./utils/wait.ts"

// The second of a window in which a table begins.
const at = (second: number) => TestClock.setTime(Date.UTC(2026, 0, 1) + second * 1000)

const utc = requestOf()

const kolkata = requestOf({ timezone: "Asia/Kolkata" })

const table = (request: typeof utc) => Stream.runCollect(rowsOf(request, historyOnly))

const step = "500 millis"

// With the limits of every recording.
const recorded = () => inMemory({ retry: RetryPolicy.none }, { rateLimit: undefined })

const slow = (latency: Duration.Input) =>
  FakeDatadog.FakeDatadog.use((fake) => fake.inject(Fault.latency(latency), { operation: "history", times: Infinity }))

const refusals = Effect.map(sent, (all) => all.filter(({ status }) => status === 429).length)

describe("the histories of 100 SLOs in 12 months", () => {
  // The second latency is that of a history of 24 hours that was recorded.
  for (const [latency, second] of [["0 millis", 0], ["169 millis", 7]] as const) {
    it.effect(`are 100 requests where they can be cut, ${latency} each, from second ${second} of a window`, () =>
      Effect.gen(function*() {
        yield* at(second)
        yield* slow(latency)
        yield* addSlos(100)
        const { exit, took } = yield* runStepwise(table(utc), step, 20_000)
        assert.strictEqual(valueOf({ exit, took }).length, 100)
        assert.strictEqual((yield* sentTo("history")).length, 100)
        assert.strictEqual((yield* sentTo("search")).length, 1)
        assert.strictEqual(yield* refusals, 0)
        assert.isAtMost(took, 10_000)
      }).pipe(Effect.provide(recorded())))

    it.effect(
      `are 1,200 where they can't, at the limit's pace, ${latency} each, from second ${second}`,
      () =>
        Effect.gen(function*() {
          yield* at(second)
          yield* slow(latency)
          yield* addSlos(100)
          const { exit, took } = yield* runStepwise(table(kolkata), step, 20_000)
          assert.strictEqual(valueOf({ exit, took }).length, 100)
          assert.strictEqual((yield* sentTo("history")).length, 1200)
          assert.strictEqual((yield* sentTo("search")).length, 1)
          assert.strictEqual(yield* refusals, 0)
          // 15 a second, and the answer to the last.
          assert.isAtMost(took, 80_000 * 1.05)
        }).pipe(Effect.provide(recorded())),
      60_000
    )
  }

  it.effect("hold no other call up, not even one for a history", () =>
    Effect.gen(function*() {
      yield* at(0)
      yield* slow("169 millis")
      const [id] = yield* addSlos(100)
      const fake = yield* FakeDatadog.FakeDatadog
      const report = yield* fake.addReport()
      const client = yield* SloReportClient.SloReportClient
      const fiber = yield* Effect.forkChild(runStepwise(table(kolkata), step, 20_000))
      const tooks: Array<number> = []
      for (let calls = 0; calls < 12; calls++) {
        yield* Effect.sleep("5700 millis")
        for (
          const call of [
            client.getReportStatus(report),
            client.getSloHistory(id!, { from: 0, to: 86_400 }),
            Stream.runDrain(client.searchSlos("env:prod"))
          ]
        ) {
          const before = yield* Clock.currentTimeMillis
          yield* call
          tooks.push((yield* Clock.currentTimeMillis) - before)
        }
      }
      const { took } = yield* Fiber.join(fiber)
      assert.isAtMost(Math.max(...tooks), 220)
      assert.strictEqual(yield* refusals, 0)
      assert.isAtMost(took, 80_000 * 1.05)
    }).pipe(Effect.provide(recorded())), 60_000)
})

describe("the pace of histories", () => {
  it.effect("leaves room for three calls to the end of each window", () =>
    Effect.gen(function*() {
      yield* at(0)
      const [id] = yield* addSlos(50)
      const client = yield* SloReportClient.SloReportClient
      const fiber = yield* Effect.forkChild(runStepwise(table(kolkata), step, 20_000))
      for (let windows = 0; windows < 3; windows++) {
        yield* Effect.sleep(windows === 0 ? "9900 millis" : "10 seconds")
        for (let calls = 0; calls < 3; calls++) yield* client.getSloHistory(id!, { from: 0, to: 86_400 })
      }
      yield* Fiber.join(fiber)
      assert.strictEqual(yield* refusals, 0)
    }).pipe(Effect.provide(recorded())), 60_000)

  it.effect("follows another limit that the headers name", () =>
    Effect.gen(function*() {
      yield* at(0)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.setRateLimit({ limit: 30, period: "5 seconds", name: "other" }, "history")
      yield* addSlos(20)
      const { took } = yield* runStepwise(table(kolkata), step, 20_000)
      assert.strictEqual(yield* refusals, 0)
      assert.isAtMost(took, 40_000 * 1.05)
    }).pipe(Effect.provide(recorded())))

  it.effect("waits after a 429 as long as it is told", () =>
    Effect.gen(function*() {
      yield* at(0)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* addSlos(5)
      yield* fake.inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "8" } }), { operation: "history" })
      const { exit, took } = yield* runStepwise(table(utc), step, 20_000)
      assert.isTrue(valueOf({ exit, took }).every(({ exportError }) => exportError === undefined))
      const times = (yield* sentTo("history")).map(({ at }) => at - Date.UTC(2026, 0, 1))
      assert.strictEqual(times[0], 0)
      assert.isAtLeast(times[1]!, 8000)
    }).pipe(Effect.provide(inMemory({}, { rateLimit: undefined }))))

  // A year's history has 158 kB, a month's 13.
  for (
    const { longest, most, request, what } of [
      { what: "at most 128 under way", request: kolkata, most: 128, longest: 13_000 },
      { what: "as many whole years under way as have 6 MiB", request: utc, most: 39, longest: 4000 }
    ]
  ) {
    it.effect(`is that of the answers where no header names a limit, with ${what}`, () =>
      Effect.gen(function*() {
        yield* at(0)
        yield* slow("1 second")
        yield* addSlos(100)
        const fake = yield* FakeDatadog.FakeDatadog
        let seen = 0
        yield* fake.inFlight.pipe(
          Effect.map((count) => void (seen = Math.max(seen, count))),
          Effect.delay("100 millis"),
          Effect.forever,
          Effect.forkChild
        )
        const { took } = yield* runStepwise(table(request), "100 millis")
        assert.strictEqual(seen, most)
        assert.isAtMost(took, longest)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("takes requests of other calls into account that have the same limit", () =>
    Effect.gen(function*() {
      yield* at(0)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.setRateLimit({ limit: 20, period: "10 seconds", name: "shared" })
      const ids = yield* addSlos(30)
      const client = yield* SloReportClient.SloReportClient
      for (const id of ids.slice(0, 10)) yield* client.getSloHistory(id, { from: 0, to: 86_400 })
      yield* runStepwise(table(utc), step, 20_000)
      assert.strictEqual(yield* refusals, 0)
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }, { rateLimit: undefined }))))
})
