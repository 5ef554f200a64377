import { type FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Definition from "../src/internal/definition.ts"
import { makeOutside, makeProcess } from "./utils/crash.ts"
import { errorOf, makeFiles, request, requestOf, run, valueOf } from "./utils/world.ts"

const inStore = Effect.fnUntraced(function*(fake?: FakeDatadog.Options, isLost?: (entityType: string) => boolean) {
  const outside = yield* makeOutside(makeFiles(), fake)
  const process = yield* makeProcess(outside, undefined, isLost)
  return { ...outside, ...process }
})

const week = "7 days"

describe("a store", () => {
  it.effect("knows which exports are open", () =>
    Effect.gen(function*() {
      const { exports } = yield* inStore()
      const first = valueOf(yield* run(exports.start(request)))
      yield* TestClock.adjust("30 seconds")
      const second = valueOf(yield* run(exports.start(requestOf({ query: "env:dev" }))))
      assert.deepStrictEqual(yield* Stream.runCollect(exports.open), [second])
      assert.deepStrictEqual(yield* Stream.runCollect(exports.all), [first, second])
    }))

  it.effect("forgets an export with all its tries, and can make it anew at once", () =>
    Effect.gen(function*() {
      const { driver, exports, fake } = yield* inStore({ report: { timeline: Timeline.after("10 seconds", "failed") } })
      const id = valueOf(yield* run(exports.start(request)))
      errorOf(yield* run(exports.await(id)))
      const second = valueOf(yield* run(exports.retry(id)))
      errorOf(yield* run(exports.await(second)))
      yield* exports.forget(second)
      assert.strictEqual(driver.requests.size, 0)
      assert.isTrue(Option.isNone(yield* exports.state(id)))

      yield* fake.setReportDefaults({ timeline: Timeline.standard })
      assert.strictEqual(valueOf(yield* run(exports.start(request))), id)
      assert.strictEqual(valueOf(yield* run(exports.await(id))).report?.status, "completed")
      assert.strictEqual((yield* fake.reportIds).length, 3)
    }))

  it.effect("forgets an export that goes on, which ends its polls", () =>
    Effect.gen(function*() {
      const { driver, exports, fake } = yield* inStore({ report: { timeline: Timeline.after("1 hour", "completed") } })
      const id = valueOf(yield* run(exports.start(request)))
      yield* TestClock.adjust("1 minute")
      valueOf(yield* run(exports.forget(id)))
      const polls = (yield* fake.requests).length
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* fake.requests).length, polls)
      assert.strictEqual(driver.requests.size, 0)
    }))

  it.effect("is pruned of what ended long ago, and of nothing else", () =>
    Effect.gen(function*() {
      const { driver, exports, fake } = yield* inStore({ report: { timeline: Timeline.after("10 seconds", "failed") } })
      const old = valueOf(yield* run(exports.start(request)))
      errorOf(yield* run(exports.await(old)))
      const retried = valueOf(yield* run(exports.start(requestOf({ query: "env:retried" }))))
      errorOf(yield* run(exports.await(retried)))
      assert.strictEqual(valueOf(yield* run(exports.prune(week))), 0)
      // Time alone: a week of this process would be a week of its own polls.
      const later = 8 * 24 * 3_600_000
      for (const entry of driver.requests.values()) {
        entry.replies = entry.replies.map((reply) => ({
          ...reply,
          id: String(BigInt(reply.id) - (BigInt(later) << 22n))
        }))
      }
      yield* fake.setReportDefaults({ timeline: Timeline.after("1 day", "completed") })
      const open = valueOf(yield* run(exports.start(requestOf({ query: "env:open" }))))
      const again = valueOf(yield* run(exports.retry(retried)))
      yield* TestClock.adjust("1 minute")

      assert.strictEqual(valueOf(yield* run(exports.prune(week))), 1)
      assert.deepStrictEqual(yield* Stream.runCollect(exports.all), [retried, open, again])
      assert.isTrue(Option.isNone(yield* exports.state(old)))
      assert.isFalse([...driver.requests.values()].some(({ envelope }) => JSON.stringify(envelope).includes(old)))
    }))

  it.effect("is not pruned by an age that is none", () =>
    Effect.gen(function*() {
      const { exports } = yield* inStore({ report: { timeline: Timeline.after("10 seconds", "failed") } })
      const id = valueOf(yield* run(exports.start(request)))
      errorOf(yield* run(exports.await(id)))
      for (const age of [NaN, { days: NaN }, -1]) {
        const exit = yield* Effect.exit(exports.prune(age))
        const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
        assert.instanceOf(defect, RangeError)
        assert.match(String(defect), /olderThan must be a duration of at least 0 ms/)
      }
      assert.deepStrictEqual(yield* Stream.runCollect(exports.all), [id])
      assert.strictEqual(yield* exports.prune("Infinity"), 0)
      assert.strictEqual(yield* exports.prune(0), 1)
    }))

  it.effect("that has lost a wait ends it soon after its deadline, with one last poll", () =>
    Effect.gen(function*() {
      const { exports, fake } = yield* inStore({}, (entityType) => entityType === Definition.watcherType)
      const end = yield* run(exports.exportReport(request, { deadline: "10 minutes" }), "12 minutes")
      assert.strictEqual(valueOf(end).report?.status, "completed")
      assert.strictEqual((yield* fake.requests).filter(({ operation }) => operation === "status").length, 1)
    }))
})
