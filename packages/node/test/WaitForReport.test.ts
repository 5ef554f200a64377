import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, SloReportClient } from "../src/index.ts"
import {
  begin,
  failureOf,
  finish,
  inMemory,
  type Log,
  observe,
  plain,
  requestTimes,
  waitFor,
  withChance,
  withLogs
} from "./utils/wait.ts"

const every5s = { poll: PollPolicy.fixed("5 seconds") }

describe("what a wait emits", () => {
  for (const terminal of ["completed", "completed_with_errors", "failed"]) {
    it.effect(`is every poll's status in order and ${terminal} last, then it ends`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport({ timeline: Timeline.after("12 seconds", terminal) })
        const { endedAt, exit, values } = yield* observe(waitFor(id, every5s))
        assert.deepStrictEqual(values, [
          [0, "in_progress"],
          [5000, "in_progress"],
          [10_000, "in_progress"],
          [15_000, terminal]
        ])
        assert.deepStrictEqual(exit, Exit.void)
        assert.strictEqual(endedAt, 15_000)
        assert.deepStrictEqual(yield* requestTimes, [0, 5000, 10_000, 15_000])
      }).pipe(Effect.provide(inMemory())))

    it.effect(`is ${terminal} alone, in one request and no time, where the first poll sees it`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport({ timeline: Timeline.always(terminal) })
        const report = yield* Stream.runCollect(waitFor(id))
        assert.deepStrictEqual(report.map(({ id, rawStatus, status }) => [id, status, rawStatus]), [
          [id, terminal, terminal]
        ])
        assert.deepStrictEqual(yield* requestTimes, [0])
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("goes through a status that nobody knows, at the same pace, and says so once", () =>
    Effect.gen(function*() {
      const logs: Array<Log> = []
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({
        timeline: [
          { after: "5 seconds", status: "paused" },
          { after: "15 seconds", status: "in_progress" },
          { after: "20 seconds", status: "paused" },
          { after: "25 seconds", status: "completed" }
        ]
      })
      const seen: Array<string> = []
      const { exit, values } = yield* observe(
        waitFor(id, every5s),
        ({ status }) => Effect.sync(() => seen.push(status))
      )
        .pipe(withLogs(logs))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values, [
        [0, "in_progress"],
        [5000, "paused"],
        [10_000, "paused"],
        [15_000, "in_progress"],
        [20_000, "paused"],
        [25_000, "completed"]
      ])
      assert.deepStrictEqual(seen, ["in_progress", "unknown", "unknown", "in_progress", "unknown", "completed"])
      const notices = logs.filter(([level]) => level !== "Debug")
      assert.deepStrictEqual(notices.map(([level]) => level), ["Warn"])
      assert.include(notices[0]?.[1], "paused")
      assert.include(notices[0]?.[1], id)
    }).pipe(Effect.provide(inMemory())))

  it.effect("reports the literal status unknown as any unlisted one", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({
        timeline: [{ after: 0, status: "unknown" }, { after: "5 seconds", status: "completed" }]
      })
      const { values } = yield* observe(waitFor(id, every5s))
      assert.deepStrictEqual(values, [[0, "unknown"], [5000, "completed"]])
    }).pipe(Effect.provide(inMemory())))

  it.effect("never takes statuses for terminal that look like it", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const looks = ["Completed", "COMPLETED", " completed", "completed_", "error", "done", "", "__proto__", "toString"]
      const id = yield* fake.addReport({
        timeline: [
          ...looks.map((status, index) => ({ after: Duration.seconds(index), status })),
          { after: Duration.seconds(looks.length), status: "failed" }
        ]
      })
      const { values } = yield* observe(waitFor(id, { poll: PollPolicy.fixed("1 second") }))
      assert.deepStrictEqual(values.map(([, status]) => status), [...looks, "failed"])
    }).pipe(Effect.provide(inMemory())))
})

describe("when a wait polls", () => {
  it.effect("is after √t seconds since the first answer, from an answer to the next request", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("20 seconds", "completed") })
      yield* fake.inject(Fault.latency("2 seconds"), { times: Infinity })
      const { values } = yield* observe(waitFor(id))
      const answers = [2000, 5000, 2000 + 3000 + 1732 + 2000]
      const fourth = answers[2]! + Math.round(Math.sqrt((answers[2]! - 2000) / 1000) * 1000) + 2000
      const fifth = fourth + Math.round(Math.sqrt((fourth - 2000) / 1000) * 1000) + 2000
      const sixth = fifth + Math.round(Math.sqrt((fifth - 2000) / 1000) * 1000) + 2000
      assert.deepStrictEqual(values.map(([at]) => at), [...answers, fourth, fifth, sixth])
      assert.deepStrictEqual(yield* requestTimes, values.map(([at]) => at - 2000))
      assert.isAtLeast(sixth - 2000, 20_000)
    }).pipe(Effect.provide(inMemory()), withChance(0.5)))

  it.effect("is within 10 % of √t seconds, 1 and 30, over a whole hour", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("1 hour", "completed") })
      yield* observe(waitFor(id, { deadline: "2 hours" }))
      const times = yield* requestTimes
      assert.isAbove(times.length, 100)
      for (const [index, time] of times.slice(0, -1).entries()) {
        const interval = Math.min(30_000, Math.max(1000, Math.sqrt(time / 1000) * 1000))
        assert.closeTo((times[index + 1]! - time) / interval, 1, 0.101)
      }
    }).pipe(Effect.provide(inMemory())))

  it.effect("is what a schedule of one's own says, which sees each poll's report", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({
        timeline: [{ after: "10 seconds", status: "almost" }, { after: "13 seconds", status: "completed" }]
      })
      const inputs: Array<string> = []
      const poll: PollPolicy.PollPolicy = Schedule.forever.pipe(
        Schedule.modifyDelay(({ input }: { readonly input: unknown }) => {
          const { rawStatus } = input as { readonly rawStatus: string }
          inputs.push(rawStatus)
          return Effect.succeed(rawStatus === "almost" ? Duration.seconds(1) : Duration.seconds(4))
        })
      )
      const { exit, values } = yield* observe(waitFor(id, { poll }))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values.map(([at]) => at), [0, 4000, 8000, 12_000, 13_000])
      assert.deepStrictEqual(inputs, ["in_progress", "in_progress", "in_progress", "almost"])
    }).pipe(Effect.provide(inMemory())))

  it.effect("is exponential where one composes it so", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("1 minute", "completed") })
      const poll = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("20 seconds")])
      yield* observe(waitFor(id, { poll }))
      assert.deepStrictEqual(yield* requestTimes, [0, 1000, 3000, 7000, 15_000, 31_000, 51_000, 71_000])
    }).pipe(Effect.provide(inMemory())))

  it.effect("never comes again where the schedule has ended, and the wait has timed out", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("in_progress") })
      const poll = PollPolicy.fixed("3 seconds").pipe(Schedule.upTo({ times: 2 }))
      const { endedAt, exit, values } = yield* observe(waitFor(id, { poll }))
      assert.deepStrictEqual(values.map(([at]) => at), [0, 3000, 6000])
      const error = failureOf(exit)
      assert.strictEqual(error._tag, "WaitTimedOut")
      if (error._tag !== "WaitTimedOut") return
      assert.deepStrictEqual(plain(error), {
        _tag: "WaitTimedOut",
        id,
        last: "in_progress",
        polls: 3,
        elapsed: Duration.seconds(6)
      })
      assert.strictEqual(endedAt, 6000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is at once after a poll where the last poll of an ended schedule saw the end", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("6 seconds", "completed") })
      const poll = PollPolicy.fixed("3 seconds").pipe(Schedule.upTo({ times: 2 }))
      const { exit, values } = yield* observe(waitFor(id, { poll }))
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values.at(-1), [6000, "completed"])
    }).pipe(Effect.provide(inMemory())))
})

describe("several waits", () => {
  it.effect("share their polls where one stream is run twice, and each has its own deadline", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("12 seconds", "completed") })
      const stream = client.waitForReport(id, { ...every5s, deadline: "11 seconds" })
      const first = yield* begin(stream)
      yield* TestClock.adjust("7 seconds")
      const second = yield* begin(stream)
      const { exit: firstExit, values: firstValues } = yield* finish(first)
      const { exit: secondExit, values: secondValues } = yield* finish(second)
      assert.deepStrictEqual(firstValues.map(([at]) => at), [0, 5000, 10_000, 11_000])
      assert.strictEqual(failureOf(firstExit)._tag, "WaitTimedOut")
      assert.deepStrictEqual(secondValues, [
        [7000, "in_progress"],
        [10_000, "in_progress"],
        [11_000, "in_progress"],
        [16_000, "completed"]
      ])
      assert.deepStrictEqual(yield* requestTimes, [0, 5000, 10_000, 11_000, 16_000])
      assert.deepStrictEqual(secondExit, Exit.void)
    }).pipe(Effect.provide(inMemory())))

  it.effect("start their policy anew in every run of the same stream", () =>
    Effect.gen(function*() {
      const client = yield* SloReportClient.SloReportClient
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("in_progress") })
      const stream = client.waitForReport(id, { deadline: "9 seconds" })
      const runs = [yield* observe(stream), yield* observe(stream)]
      const ages = runs.map(({ endedAt, values }) => values.map(([at]) => at - endedAt + 9000))
      assert.deepStrictEqual(ages[0], [0, 1000, 2000, 3414, 5262, 7556, 9000])
      assert.deepStrictEqual(ages[1], ages[0])
    }).pipe(Effect.provide(inMemory()), withChance(0.5)))

  it.effect("don't disturb each other: an outage and a failure of one leave the other on its beat", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const calm = yield* fake.addReport({ timeline: Timeline.after("20 seconds", "completed") })
      const troubled = yield* fake.addReport({ timeline: Timeline.after("2 minutes", "completed") })
      const isTroubled = (request: { readonly path: string }) => request.path.includes(troubled)
      const fibers = [yield* begin(waitFor(calm, every5s)), yield* begin(waitFor(troubled, every5s))] as const
      yield* TestClock.adjust(0)
      yield* fake.inject(Fault.status(503, { headers: { "Retry-After": "31" } }), { when: isTroubled })
      yield* fake.inject(Fault.status(403), { when: isTroubled })
      const [first, second] = [yield* finish(fibers[0]), yield* finish(fibers[1])]
      assert.deepStrictEqual(first.values.map(([at]) => at), [0, 5000, 10_000, 15_000, 20_000])
      assert.deepStrictEqual(first.exit, Exit.void)
      assert.deepStrictEqual(second.values.map(([at]) => at), [0])
      assert.strictEqual(failureOf(second.exit)._tag, "DatadogForbidden")
      assert.isAtLeast(second.endedAt, 36_000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("are all held up by a rate limit that one of them meets", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const ids = [
        yield* fake.addReport({ timeline: Timeline.after("20 seconds", "completed") }),
        yield* fake.addReport({ timeline: Timeline.after("20 seconds", "completed") })
      ]
      const fibers = [yield* begin(waitFor(ids[0]!, every5s)), yield* begin(waitFor(ids[1]!, every5s))] as const
      yield* fake.inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "31" } }), {
        when: (request) => request.path.includes(ids[1]!) && request.at === 5000
      })
      const [first, second] = [yield* finish(fibers[0]), yield* finish(fibers[1])]
      assert.deepStrictEqual([first.exit, second.exit], [Exit.void, Exit.void])
      const times = yield* requestTimes
      assert.deepStrictEqual(times.slice(0, 4), [0, 0, 5000, 5000])
      assert.isAtLeast(times[4]!, 36_000)
    }).pipe(Effect.provide(inMemory())))

  it.effect("go on where one of two waits for the same report is interrupted", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.after("20 seconds", "completed") })
      const one = yield* begin(waitFor(id, every5s))
      const other = yield* begin(waitFor(id, every5s))
      yield* TestClock.adjust("7 seconds")
      one.interruptUnsafe()
      const { exit, values } = yield* finish(other)
      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(values.map(([at]) => at), [0, 5000, 10_000, 15_000, 20_000])
      assert.deepStrictEqual(yield* requestTimes, [0, 5000, 10_000, 15_000, 20_000])
    }).pipe(Effect.provide(inMemory())))
})
