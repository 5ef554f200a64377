import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Metric, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { SloReportMetrics } from "../src/index.ts"
import { advance, every, finishOne, given, times } from "./utils/pacing.ts"
import { collectSpans, withSpans } from "./utils/spans.ts"
import { begin, withCountedSleeps } from "./utils/wait.ts"

const id = "report"

const withOwnMetrics = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(self, Metric.MetricRegistry, new Map()))

const slept = Effect.map(
  Metric.value(
    Metric.withAttributes(SloReportMetrics.sleptSeconds, { "datadog.site": "datadoghq.com", cause: "poll" })
  ),
  ({ count }) => count
)

const waits = (outcome: string) =>
  Effect.map(
    Metric.value(Metric.withAttributes(SloReportMetrics.waits, { "datadog.site": "datadoghq.com", outcome })),
    ({ count }) => count
  )

const waitSpan = (spans: ReturnType<typeof collectSpans>["spans"]) =>
  spans.find(({ name }) => name === "SloReportClient.waitForReport")!

const readAndStay = (stream: Stream.Stream<unknown, unknown>) =>
  Effect.scoped(
    Effect.flatMap(Stream.toPull(stream), (pull) => Effect.andThen(Effect.exit(Effect.forever(pull)), Effect.never))
  )

describe("the beginning of a wait", () => {
  it.effect("comes with the first pull of its stream", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const lateReader = Effect.scoped(Effect.gen(function*() {
        const pull = yield* Stream.toPull(client.waitForReport(id, every("5 seconds", { deadline: "8 seconds" })))
        yield* Effect.sleep("1 minute")
        return yield* Effect.exit(Effect.forever(pull))
      }))
      yield* Effect.forkChild(lateReader)
      yield* advance("2 minutes")
      assert.deepStrictEqual(times(server.log), [60_000, 65_000, 68_000])
    }))
})

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
      assert.strictEqual(yield* slept, 8)
    }).pipe(withOwnMetrics))

  it.effect("counts in the context of the wait, where its scope is closed in another", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      const registry = new Map()
      const fiber = yield* begin(
        client.waitForReport(id, every("5 seconds")).pipe(Stream.provideService(Metric.MetricRegistry, registry))
      )
      yield* advance("8 seconds")
      yield* Fiber.interrupt(fiber)
      const counted = Effect.all([slept, waits("interrupted")])
      assert.deepStrictEqual(yield* Effect.provideService(counted, Metric.MetricRegistry, registry), [8, 1])
      assert.deepStrictEqual(yield* counted, [0, 0])
    }).pipe(withOwnMetrics))

  it.effect("counts a sleep as long as its pull, where that is given up", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      yield* Effect.forkChild(Effect.scoped(Effect.gen(function*() {
        const pull = yield* Stream.toPull(client.waitForReport(id, every("5 seconds")))
        yield* pull
        yield* Effect.timeoutOption(pull, "2 seconds")
        return yield* Effect.never
      })))
      yield* advance("1 hour")
      assert.strictEqual(yield* slept, 2)
    }).pipe(withOwnMetrics))

  it.effect("comes with a defect too, though its reader's scope stays open", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const { spans, traced } = collectSpans()
      const onSleep = () => Effect.die("no sleep")
      yield* Effect.forkChild(readAndStay(client.waitForReport(id, every("5 seconds", { onSleep }))).pipe(traced))
      yield* advance("1 hour")
      const { status } = waitSpan(spans)
      assert.isTrue(status._tag === "Ended" && Exit.hasDies(status.exit))
      assert.strictEqual(server.log.length, 1)
    }))

  it.effect("is that of its report, where it joins one that is done", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: () => ({ doneAt: 0 }) })
      const busy = yield* begin(client.waitForReport(id), () => Effect.never)
      yield* advance("1 second")
      const { values } = yield* finishOne(yield* begin(client.waitForReport(id)))
      assert.deepStrictEqual(values, [[1000, "completed"]])
      assert.strictEqual(yield* waits("completed"), 1)
      yield* Fiber.interrupt(busy)
    }).pipe(withOwnMetrics))

  it.effect("isn't put off by the retries of a poll that another wait has caused", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        fate: ({ index }) => index === 1 ? { status: 503, retryAfter: 60 } : undefined,
        client: { retry: Schedule.recurs(4) }
      })
      const long = yield* begin(client.waitForReport(id, every("5 seconds")))
      const short = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "8 seconds" })))
      const { endedAt } = yield* finishOne(short, "1 minute")
      assert.isAtMost(endedAt, 8000)
      yield* advance("10 seconds")
      assert.deepStrictEqual(times(server.log), [0, 5000, 65_000, 70_000])
      yield* Fiber.interrupt(long)
    }))

  it.effect("leaves nothing asleep", () =>
    withCountedSleeps(Effect.fnUntraced(function*(pending) {
      const { client, server } = yield* given({ job: () => ({ doneAt: 7000 }) })
      yield* Effect.forkChild(readAndStay(client.waitForReport(id, every("5 seconds"))))
      yield* advance("8 seconds")
      assert.strictEqual(pending(), 1)
      yield* advance("1 hour")
      assert.deepStrictEqual([pending(), server.log.length], [0, 3])
    })))

  it.effect("leaves the next poll to those that stay", () =>
    withSpans(Effect.fnUntraced(function*(spans) {
      const { client } = yield* given()
      const first = yield* begin(client.waitForReport(id, every("5 seconds")))
      const second = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("7 seconds")
      yield* Fiber.interrupt(first)
      yield* TestClock.setTime(10_000)
      const polls = spans.filter(({ name }) => name === "SloReportClient.getReportStatus")
      assert.deepStrictEqual(polls.map(({ links }) => links.length), [1, 2, 1])
      yield* Fiber.interrupt(second)
    })))
})
