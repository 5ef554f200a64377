import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Pull, Schedule, Scope, Stream } from "effect"
import { PollPolicy, SloReportError } from "../src/index.ts"
import { advance, all, every, finishAll, finishOne, given, ids, limit, times } from "./utils/pacing.ts"
import { collectSpans } from "./utils/spans.ts"
import { sleptFor, withOwnMetrics } from "./utils/telemetry.ts"
import { begin, failureOf } from "./utils/wait.ts"

const id = "a-report"

const doneAt = (seconds: number) => () => ({ doneAt: seconds * 1000 })

const seconds = (...all: ReadonlyArray<number>) => all.map((at) => at * 1000)

describe("a wait that has ended", () => {
  it.effect("has nothing more for whoever pulls it again, and sends nothing", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const pull = yield* Stream.toPull(client.waitForReport(id, every("5 seconds", { deadline: 0 })))
      yield* pull
      const ends = [yield* Effect.exit(pull), yield* Effect.exit(pull)]
      assert.strictEqual(failureOf(ends[0]!)._tag, "WaitTimedOut")
      assert.isTrue(Exit.isFailure(ends[1]!) && Pull.isDoneCause(ends[1].cause))
      assert.strictEqual(server.log.length, 1)
    }))
})

describe("a wait that has timed out", () => {
  it.effect("tells how long the rate limit held it up beyond its own interval", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(1, 60), client: all })
      const wait = (id: string) => begin(client.waitForReport(id, every("5 seconds", { deadline: "30 seconds" })))
      const observed = yield* finishAll([yield* wait("a"), yield* wait("b")])
      const [polled, unpolled] = server.log[0]!.id === "a" ? observed : observed.toReversed()
      for (const [{ exit }, heldUp] of [[polled!, 25], [unpolled!, 30]] as const) {
        const error = failureOf(exit)
        assert.strictEqual(error._tag, "WaitTimedOut")
        if (error._tag !== "WaitTimedOut") continue
        assert.strictEqual(Duration.toSeconds(error.heldUp.rateLimit), heldUp)
        assert.strictEqual(Duration.toSeconds(error.heldUp.backoff), 0)
        assert.isFalse("lastError" in error)
        assert.include(error.message, "rate limit")
        assert.include(error.message, `${heldUp}s`)
      }
    }))

  it.effect("tells how long failures held it up, and the last of them", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        fate: ({ index }) => index > 0 ? { status: 503, retryAfter: 20 } : undefined
      })
      const wait = client.waitForReport(id, every("5 seconds", { deadline: "65 seconds" }))
      const error = failureOf((yield* finishOne(yield* begin(wait))).exit)
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 25, 45, 65))
      assert.strictEqual(error._tag, "WaitTimedOut")
      if (error._tag !== "WaitTimedOut") return
      assert.strictEqual(error.polls, 5)
      assert.strictEqual(Duration.toSeconds(error.heldUp.backoff), 45)
      assert.strictEqual(Duration.toSeconds(error.heldUp.rateLimit), 0)
      assert.deepInclude(error.lastError, { _tag: "DatadogServerError", status: 503 })
      assert.include(error.message, "45s")
      assert.include(error.message, "503")
      assert.notInclude(error.message, "rate limit")
    }))

  // What it was held up for, in seconds: by the rate limit, and by backoff.
  const heldUp = (exit: Exit.Exit<unknown, unknown>) => {
    const error = failureOf(exit)
    return error instanceof SloReportError.WaitTimedOut
      ? [Duration.toSeconds(error.heldUp.rateLimit), Duration.toSeconds(error.heldUp.backoff)]
      : error
  }

  it.effect("tells of the rate limit from the end of a backoff on", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        rule: limit(1, 60),
        fate: ({ index }) => index === 0 ? { status: 503 } : undefined,
        client: { ...all, retry: Schedule.spaced("10 seconds") }
      })
      const wait = client.waitForReport(id, every("5 seconds", { deadline: "40 seconds" }))
      assert.deepStrictEqual(heldUp((yield* finishOne(yield* begin(wait))).exit), [30, 10])
    }))

  it.effect("tells each of several backoffs once", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        fate: ({ index }) => index > 0 ? { status: 503 } : undefined,
        client: { retry: Schedule.spaced("10 seconds") }
      })
      const wait = client.waitForReport(id, every("5 seconds", { deadline: "40 seconds" }))
      assert.deepStrictEqual(heldUp((yield* finishOne(yield* begin(wait))).exit), [0, 35])
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 15, 25, 35, 40))
    }))

  it.effect("tells of the rate limit from its own interval on, as long as a 429 has asked to wait", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        fate: ({ index }) => index === 0 ? { status: 429, retryAfter: 20 } : undefined
      })
      const wait = client.waitForReport(id, every("5 seconds", { deadline: "30 seconds" }))
      assert.deepStrictEqual(heldUp((yield* finishOne(yield* begin(wait))).exit), [15, 0])
    }))

  it.effect("tells nothing of a backoff that was over before it wanted a poll", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        fate: ({ index }) => index === 1 ? { status: 503 } : undefined,
        client: { retry: Schedule.spaced("30 seconds") }
      })
      const [patient] = yield* finishAll([
        yield* begin(client.waitForReport(id, every("20 seconds", { deadline: "1 minute" }))),
        yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "10 seconds" })))
      ])
      assert.deepStrictEqual(heldUp(patient!.exit), [0, 0])
    }))

  it.effect("tells of the rate limit from when it wanted a poll on, where its consumer was slow", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ rule: limit(1, 60), client: all })
      const wait = client.waitForReport(id, every("5 seconds", { deadline: "50 seconds" }))
      const { exit } = yield* finishOne(yield* begin(wait, () => Effect.sleep("20 seconds")))
      assert.deepStrictEqual(heldUp(exit), [30, 0])
      assert.deepStrictEqual([yield* sleptFor("rate_limit"), yield* sleptFor("poll")], [30, 0])
    }).pipe(withOwnMetrics))

  it.effect("has slept for its interval, and from then on for the rate limit", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ rule: limit(1, 60), client: all })
      const wait = client.waitForReport(id, every("5 seconds", { deadline: "50 seconds" }))
      yield* finishOne(yield* begin(wait))
      assert.deepStrictEqual([yield* sleptFor("rate_limit"), yield* sleptFor("poll")], [45, 5])
    }).pipe(withOwnMetrics))

  it.effect("tells times in whole milliseconds, whatever fractions the answers took", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        rule: limit(2, 60),
        latency: () => 0.4,
        fate: ({ index }) => index === 1 ? { status: 503 } : undefined,
        client: { ...all, retry: Schedule.spaced(Duration.micros(1_000_600n)) }
      })
      const poll = Schedule.spaced("5 seconds").pipe(Schedule.upTo({ times: 1 }))
      const fibers = [
        yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "30 seconds" }))),
        yield* begin(client.waitForReport(id, { poll }))
      ]
      for (const { exit } of yield* finishAll(fibers, "5 minutes")) {
        const error = failureOf(exit)
        assert.strictEqual(error._tag, "WaitTimedOut")
        if (error._tag !== "WaitTimedOut") continue
        for (const time of [error.elapsed, error.heldUp.rateLimit, error.heldUp.backoff]) {
          assert.isTrue(Number.isInteger(Duration.toMillis(time)))
        }
      }
    }))

  it.effect("tells no failure that an answer has followed", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ fate: ({ index }) => index === 1 ? { status: 503 } : undefined })
      const wait = client.waitForReport(id, every("5 seconds", { deadline: "12 seconds" }))
      const error = failureOf((yield* finishOne(yield* begin(wait))).exit)
      assert.strictEqual(error._tag, "WaitTimedOut")
      assert.isFalse("lastError" in error)
    }))

  it.effect("says nothing of what didn't hold it up", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      const wait = client.waitForReport(id, every("5 seconds", { deadline: "12 seconds" }))
      const error = failureOf((yield* finishOne(yield* begin(wait))).exit)
      assert.strictEqual(error._tag, "WaitTimedOut")
      if (error._tag !== "WaitTimedOut") return
      assert.deepStrictEqual(
        [Duration.toMillis(error.heldUp.rateLimit), Duration.toMillis(error.heldUp.backoff), error.lastError],
        [0, 0, undefined]
      )
      assert.notInclude(error.message, "rate limit")
    }))
})

describe("the scope of a client", () => {
  it.effect("interrupts its waits and their polls when it is closed", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { client, server } = yield* Scope.provide(given({ latency: () => 3000 }), scope)
      const fibers = yield* Effect.forEach([id, id, "another"], (id) =>
        begin(client.waitForReport(id, every("5 seconds"))))
      yield* advance("9 seconds")
      assert.isAbove(server.inFlight(), 0)
      yield* Scope.close(scope, Exit.void)
      yield* advance(0)
      for (const fiber of fibers) {
        const exit = fiber.pollUnsafe()
        assert.isDefined(exit)
        if (exit !== undefined) {
          assert.isTrue(Exit.hasInterrupts(Exit.isSuccess(exit) ? exit.value.exit : exit))
        }
      }
      assert.strictEqual(server.inFlight(), 0)
      const before = server.log.length
      yield* advance("1 hour")
      assert.strictEqual(server.log.length, before)
    }))
})

describe("a wait of a client whose scope is closed", () => {
  it.effect("is interrupted at once, and sends nothing", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { client, server } = yield* Scope.provide(given(), scope)
      yield* Scope.close(scope, Exit.void)
      const { endedAt, exit } = yield* finishOne(yield* begin(client.waitForReport(id, every("5 seconds"))))
      assert.isTrue(Exit.hasInterrupts(exit))
      assert.deepStrictEqual([endedAt, server.log], [0, []])
    }))
})

describe("options of a wait", () => {
  it.effect("that are no duration end that wait alone, and send nothing", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(5) })
      const { spans, traced } = collectSpans()
      const other = yield* begin(client.waitForReport(id, every("5 seconds")))
      const deadline: Duration.Input = JSON.parse("\"soon\"")
      const broken = yield* traced(begin(client.waitForReport("broken", { poll: PollPolicy.default, deadline })))
      const [first, second] = yield* finishAll([broken, other], "1 minute")
      assert.isTrue(Exit.isFailure(first!.exit))
      assert.deepStrictEqual(second!.exit, Exit.void)
      assert.deepStrictEqual(server.log.filter((request) => request.id === "broken"), [])
      assert.deepStrictEqual(spans.filter(({ status }) => status._tag !== "Ended"), [])
    }))
})

describe("with deadlines that differ, under a limit", () => {
  it.effect("a wait goes on when another for its report has missed its last poll", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ rule: limit(1, 60), job: doneAt(90), client: all })
      const wait = (deadline: Duration.Input) => begin(client.waitForReport(id, every("20 seconds", { deadline })))
      const [short, long] = yield* finishAll([yield* wait("30 seconds"), yield* wait("10 minutes")], "1 hour")
      assert.deepStrictEqual([failureOf(short!.exit)._tag, short!.endedAt], ["WaitTimedOut", 30_000])
      assert.deepStrictEqual(long!.exit, Exit.void)
      assert.isAtLeast(long!.endedAt, 120_000)
      assert.isAtMost(long!.endedAt, 140_000)
    }))

  it.effect("a wait is polled when another, which went first, is done with its first answer", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ latency: () => 100, job: doneAt(0) })
      const fibers = yield* Effect.forEach(ids(2), (id) => begin(client.waitForReport(id)))
      const ends = (yield* finishAll(fibers, "1 hour")).map(({ endedAt }) => endedAt)
      assert.deepStrictEqual(ends, [100, 200])
    }))
})
