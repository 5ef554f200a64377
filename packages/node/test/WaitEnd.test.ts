import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Metric, Stream } from "effect"
import { TestClock } from "effect/testing"
import { SloReportMetrics } from "../src/index.ts"
import { advance, every, given } from "./utils/pacing.ts"
import { collectSpans } from "./utils/spans.ts"
import { begin } from "./utils/wait.ts"

const id = "report"

const withOwnMetrics = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(self, Metric.MetricRegistry, new Map()))

const waitSpan = (spans: ReturnType<typeof collectSpans>["spans"]) =>
  spans.find(({ name }) => name === "SloReportClient.waitForReport")!

const readAndStay = (stream: Stream.Stream<unknown, unknown>) =>
  Effect.scoped(
    Effect.flatMap(Stream.toPull(stream), (pull) => Effect.andThen(Effect.exit(Effect.forever(pull)), Effect.never))
  )

describe("the end of a wait", () => {
  it.effect("comes with its last report, though its reader's scope stays open", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: () => ({ doneAt: 7000 }) })
      const { spans, traced } = collectSpans()
      yield* Effect.forkChild(readAndStay(client.waitForReport(id, every("5 seconds"))).pipe(traced))
      yield* advance("1 hour")
      const { status } = waitSpan(spans)
      assert.isTrue(status._tag === "Ended" && Exit.isSuccess(status.exit))
      assert.strictEqual(status._tag === "Ended" ? status.endTime : undefined, 10_000_000_000n)
    }))

  it.effect("comes with its error, which its span tells, though its reader's scope stays open", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ fate: () => ({ status: 404 }) })
      const { spans, traced } = collectSpans()
      yield* Effect.forkChild(readAndStay(client.waitForReport(id)).pipe(traced))
      yield* advance("1 hour")
      const { status } = waitSpan(spans)
      assert.isTrue(status._tag === "Ended" && Exit.isFailure(status.exit))
      assert.strictEqual(status._tag === "Ended" ? status.endTime : undefined, 0n)
    }))

  it.effect("counts the seconds that it has slept, where it is interrupted asleep", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      const fiber = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("8 seconds")
      yield* Fiber.interrupt(fiber)
      const slept = Metric.withAttributes(SloReportMetrics.sleptSeconds, { cause: "poll" })
      assert.strictEqual((yield* Metric.value(slept)).count, 8)
    }).pipe(withOwnMetrics))

  it.effect("leaves the next poll to those that stay, in their context and with their deadline", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      const { spans, traced } = collectSpans()
      const first = yield* begin(client.waitForReport(id, every("5 seconds")))
      const second = yield* begin(client.waitForReport(id, every("5 seconds"))).pipe(traced)
      yield* advance("7 seconds")
      yield* Fiber.interrupt(first)
      assert.strictEqual(spans.length, 1)
      yield* TestClock.setTime(10_000)
      assert.strictEqual(yield* Clock.currentTimeMillis, 10_000)
      assert.deepStrictEqual(spans.map(({ name }) => name), [
        "SloReportClient.waitForReport",
        "SloReportClient.getReportStatus"
      ])
      yield* Fiber.interrupt(second)
    }))
})
