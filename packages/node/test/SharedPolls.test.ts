import type { SloReport } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Option, Schedule, Stream } from "effect"
import { RetryPolicy, type SloReportClient } from "../src/index.ts"
import { advance, between, every, finishAll, finishOne, given, times } from "./utils/pacing.ts"
import { collectSpans } from "./utils/spans.ts"
import { collectLogs, listen, type Told, waitsOf, withOwnMetrics } from "./utils/telemetry.ts"
import { begin, failureOf, withChance } from "./utils/wait.ts"

const id = "a-report"

const doneAt = (seconds: number) => () => ({ doneAt: seconds * 1000 })

const seconds = (...all: ReadonlyArray<number>) => all.map((at) => at * 1000)

const policies = { "with the default retries": RetryPolicy.default, "without retries": RetryPolicy.none }

describe("a wait that joins late", () => {
  for (const [name, retry] of Object.entries(policies)) {
    it.effect(`fails at once, with the hint, where its report is refused beyond its deadline: ${name}`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          fate: ({ index }) => index === 1 ? { status: 429, retryAfter: 600 } : undefined,
          client: { retry }
        })
        const long = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "30 minutes" })))
        yield* advance("6 seconds")
        const late = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "10 seconds" })))
        const { endedAt, exit } = yield* finishOne(late, "1 minute")
        assert.deepInclude(failureOf(exit), { _tag: "DatadogTooManyRequests", retryAfter: Duration.seconds(600) })
        assert.strictEqual(endedAt, 6000)
        yield* advance("10 minutes")
        assert.isUndefined(long.pollUnsafe())
        assert.deepStrictEqual(between(server.log, 5001, 605_000), [])
        assert.isAbove(server.log.length, 2)
        yield* Fiber.interrupt(long)
      }))

    it.effect(`fails at once where a 503 asks for more than it has: ${name}`, () =>
      Effect.gen(function*() {
        const { client } = yield* given({
          fate: ({ index }) => index === 1 ? { status: 503, retryAfter: 90 } : undefined,
          client: { retry }
        })
        const long = yield* begin(client.waitForReport(id, every("5 seconds")))
        yield* advance("6 seconds")
        const late = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "10 seconds" })))
        const { endedAt, exit } = yield* finishOne(late, "1 minute")
        assert.deepInclude(failureOf(exit), { _tag: "DatadogServerError", retryAfter: Duration.seconds(90) })
        assert.strictEqual(endedAt, 6000)
        yield* Fiber.interrupt(long)
      }))
  }

  it.effect("waits for a hint that fits its deadline", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        job: doneAt(10),
        fate: ({ index }) => index === 1 ? { status: 429, retryAfter: 30 } : undefined
      })
      yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("6 seconds")
      const late = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "1 minute" })))
      const { endedAt, exit } = yield* finishOne(late, "2 minutes")
      assert.deepStrictEqual(exit, Exit.void)
      assert.isAtLeast(endedAt, 35_000)
      assert.isAtMost(endedAt, 38_000)
    }))

  it.effect("has its last poll at its deadline, though its report backs off for longer without a hint", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        job: doneAt(9),
        fate: ({ index }) => index === 1 ? { status: 503 } : undefined,
        client: { retry: Schedule.spaced("10 minutes") }
      })
      const long = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("6 seconds")
      const told: Array<Told> = []
      const options = every("5 seconds", { deadline: "10 seconds", onSleep: listen(told) })
      const { endedAt, exit } = yield* finishOne(yield* begin(client.waitForReport(id, options)), "1 minute")
      assert.deepStrictEqual([endedAt, exit], [16_000, Exit.void])
      assert.deepStrictEqual(told, [{ at: 6000, cause: "backoff", seconds: 10 }])
      assert.strictEqual(server.log[2]!.at, 16_000)
      assert.isDefined(long.pollUnsafe(), "what one wait has caused, all hear")
    }))

  it.effect("ends the backoff of its report by a last poll that is answered", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        fate: ({ index }) => index === 1 ? { status: 503 } : undefined,
        client: { retry: Schedule.spaced("10 minutes") }
      })
      const long = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("6 seconds")
      yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "10 seconds" })))
      yield* advance("25 seconds")
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 16, 21, 26, 31))
      yield* Fiber.interrupt(long)
    }))

  it.effect("ends at most one attempt after its deadline, though a poll that another caused gets no answer", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        fate: ({ index }) => index >= 1 && index < 6 ? "hang" : undefined,
        client: { retry: RetryPolicy.default }
      })
      const long = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("6 seconds")
      const late = yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "5 seconds" })))
      const { endedAt, exit } = yield* finishOne(late, "3 minutes")
      assert.strictEqual(failureOf(exit)._tag, "WaitTimedOut")
      assert.isAtLeast(endedAt, 11_000)
      assert.isAtMost(endedAt, 41_000)
      assert.isUndefined(long.pollUnsafe())
      yield* Fiber.interrupt(long)
    }))

  it.effect("is told at once what holds its report up", () =>
    Effect.gen(function*() {
      const told: Array<Told> = []
      const { client } = yield* given({
        fate: ({ index }) => index === 1 ? { status: 429, retryAfter: 40 } : undefined
      })
      yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("6 seconds")
      const late = yield* begin(client.waitForReport(id, every("5 seconds", { onSleep: listen(told) })))
      yield* advance("5 seconds")
      const heldUp = told.find(({ cause }) => cause === "rate_limit")
      assert.isDefined(heldUp)
      assert.isAtMost(heldUp.at, 11_000)
      assert.isAtLeast(heldUp.at + heldUp.seconds * 1000, 45_000)
      yield* Fiber.interrupt(late)
    }))
})

describe("the schedule of a wait", () => {
  it.effect("begins with the answer to a poll that was on its way when the wait began", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ latency: ({ index }) => index === 0 ? 3000 : 0 })
      const first = yield* begin(client.waitForReport(id, every("20 seconds")))
      yield* advance("1 second")
      const second = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("15 seconds")
      assert.deepStrictEqual(times(server.log), seconds(0, 8, 13))
      yield* Fiber.interruptAll([first, second])
    }))

  const tenMinutes = Schedule.spaced("1 minute").pipe(Schedule.upTo({ times: 10 }))

  it.effect("isn't ended by the polls of an eager neighbour", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: doneAt(300) })
      const lazy = yield* begin(client.waitForReport(id, { poll: tenMinutes }))
      const eager = yield* begin(client.waitForReport(id, every("1 second")))
      for (const { endedAt, exit } of yield* finishAll([lazy, eager], "10 minutes")) {
        assert.deepStrictEqual([exit, endedAt], [Exit.void, 300_000])
      }
    }))

  it.effect("has all its polls left when an eager neighbour leaves", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const lazy = yield* begin(client.waitForReport(id, { poll: tenMinutes, deadline: "1 day" }))
      const eager = yield* begin(client.waitForReport(id, every("1 second")))
      yield* advance("100 seconds")
      yield* Fiber.interrupt(eager)
      const { exit } = yield* finishOne(lazy)
      assert.strictEqual(failureOf(exit)._tag, "WaitTimedOut")
      const own = times(between(server.log, 100_001, Infinity))
      // The first was stepped by its own poll at 0.
      assert.deepStrictEqual(own, seconds(160, 220, 280, 340, 400, 460, 520, 580, 640, 700).slice(0, own.length))
      assert.isAtLeast(own.length, 9)
    }))

  it.effect("isn't grown by them: the interval that it was at begins anew with each answer", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(15) })
      const growing = yield* begin(client.waitForReport(id, { poll: Schedule.exponential("1 second") }))
      const eager = yield* begin(client.waitForReport(id, every("1 second")))
      yield* advance("11 seconds")
      yield* Fiber.interrupt(eager)
      const { endedAt, exit } = yield* finishOne(growing)
      // Of the answers up to 11 s, those asked at 0 and 1 s were its own: its interval is 2 s, then 4 s.
      assert.deepStrictEqual([exit, endedAt], [Exit.void, 17_000])
      assert.deepStrictEqual(times(between(server.log, 11_001, Infinity)), seconds(13, 17))
    }))

  it.effect("isn't stepped by failures that an eager neighbour has asked for", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        fate: ({ index }) => index >= 1 && index < 4 ? { status: 503 } : undefined
      })
      const growing = yield* begin(client.waitForReport(id, { poll: Schedule.exponential("4 seconds") }))
      const eager = yield* begin(client.waitForReport(id, every("1 second")))
      yield* advance("3500 millis")
      yield* Fiber.interrupt(eager)
      yield* advance("20 seconds")
      assert.deepStrictEqual(times(server.log), seconds(0, 1, 2, 3, 4, 12))
      yield* Fiber.interrupt(growing)
    }))

  it.effect("is stepped by the last report that was seen, where a poll of its own has failed", () =>
    Effect.gen(function*() {
      const inputs: Array<string> = []
      const { client } = yield* given({ fate: ({ index }) => index > 0 ? { status: 503 } : undefined })
      const poll = Schedule.identity<SloReport.SloReport>().pipe(
        Schedule.addDelay(({ output }) => {
          inputs.push(output.rawStatus)
          return Effect.succeed("5 seconds")
        })
      )
      const fiber = yield* begin(client.waitForReport(id, { poll }))
      yield* advance("11 seconds")
      assert.deepStrictEqual(inputs, ["in_progress", "in_progress", "in_progress"])
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("isn't stepped by the answer to a poll that was sent before it was due", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ latency: ({ index }) => index === 1 ? 3000 : 0 })
      const growing = yield* begin(client.waitForReport(id, { poll: Schedule.exponential("5 seconds") }))
      const eager = yield* begin(client.waitForReport(id, every("4 seconds")))
      // The eager one asks at 4 s, is answered at 7 s; the other was due at 5 s, and is due at 12 s now.
      yield* advance("8 seconds")
      yield* Fiber.interrupt(eager)
      yield* advance("40 seconds")
      assert.deepStrictEqual(times(server.log), seconds(0, 4, 12, 22, 42))
      yield* Fiber.interrupt(growing)
    }))
})

describe("a failed poll", () => {
  for (const order of ["first", "second"] as const) {
    it.effect(`is followed as the client's policy says, whatever policy is around a wait: the ${order} retries`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({
          job: doneAt(0),
          fate: ({ index }) => index < 3 ? { status: 503 } : undefined,
          client: { retry: RetryPolicy.default }
        })
        const around = order === "first"
          ? [RetryPolicy.make({ times: 8, base: "30 seconds" }), RetryPolicy.none]
          : [RetryPolicy.none, RetryPolicy.make({ times: 8, base: "30 seconds" })]
        const fibers = yield* Effect.forEach(around, (policy) =>
          begin(
            client.waitForReport(id, every("1 minute")).pipe(
              Stream.provideService(RetryPolicy.Current, policy)
            )
          ))
        for (const { endedAt, exit } of yield* finishAll(fibers, "10 minutes")) {
          assert.deepStrictEqual([exit, endedAt], [Exit.void, 1750])
        }
        assert.deepStrictEqual(times(server.log), [0, 250, 750, 1750])
      }).pipe(withChance(0.5)))
  }

  it.effect("is followed by polls at the waits' own intervals when the client's policy has ended", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        job: doneAt(60),
        fate: ({ at }) => at >= 10_000 && at < 40_000 ? { status: 503 } : undefined,
        client: { retry: RetryPolicy.make({ times: 2, base: "1 second" }) }
      })
      const fiber = yield* begin(client.waitForReport(id, every("10 seconds")))
      const { exit } = yield* finishOne(fiber, "10 minutes")
      assert.deepStrictEqual(exit, Exit.void)
      // 500 and 1000 ms after 10 s, then its interval: whether a new outage begins with each is open.
      assert.deepStrictEqual(times(server.log).slice(0, 5), [0, 10_000, 10_500, 11_500, 21_500])
    }).pipe(withChance(0.5)))

  it.effect("ends all waits for its report where the client's policy dies, with that", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        fate: ({ index }) => index === 1 ? { status: 503 } : undefined,
        client: { retry: Schedule.addDelay(Schedule.recurs(3), () => Effect.die("a bug")) }
      })
      const wait = client.waitForReport(id, every("5 seconds"))
      for (const { endedAt, exit } of yield* finishAll([yield* begin(wait), yield* begin(wait)], "1 minute")) {
        assert.deepStrictEqual([exit, endedAt], [Exit.die("a bug"), 5000])
      }
    }))

  it.effect("is said to be sent again when it is, where a hint is longer than the client's backoff", () =>
    Effect.gen(function*() {
      const { logged, logs } = collectLogs()
      const { client, server } = yield* logged(given({
        job: doneAt(0),
        fate: ({ index }) => index < 2 ? { status: 503, retryAfter: 30 } : undefined,
        client: { retry: Schedule.spaced("1 second") }
      }))
      yield* finishOne(yield* begin(client.waitForReport(id, every("5 seconds"))), "2 minutes")
      assert.deepStrictEqual(times(server.log), seconds(0, 30, 60))
      const said = logs.filter(([level]) => level === "Debug").map(([, message]) => message.split(".")[0])
      assert.deepStrictEqual(said, ["Retry 1 in 30s", "Retry 2 in 30s"])
    }))

  it.effect("counts as a poll of every wait that hears of it", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        latency: () => 10,
        fate: ({ index }) => index === 1 ? { status: 503 } : undefined
      })
      const fibers = [
        yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "12 seconds" }))),
        yield* begin(client.waitForReport(id, every("5 seconds", { deadline: "12 seconds" })))
      ]
      for (const { exit } of yield* finishAll(fibers, "1 minute")) {
        assert.deepInclude(failureOf(exit), { _tag: "WaitTimedOut", polls: 4 })
      }
    }))

  const pages = {
    "a 409": { status: 409 },
    "a 425": { status: 425 },
    "a redirect": { status: 302 },
    "a page in place of an answer": { status: 200 }
  }
  for (const [name, fate] of Object.entries(pages)) {
    it.effect(`doesn't end a wait by one bad page in its middle: ${name}`, () =>
      Effect.gen(function*() {
        const { client } = yield* given({
          job: doneAt(30),
          refusalBody: "html",
          fate: ({ index }) => index === 3 ? fate : undefined
        })
        const { endedAt, exit } = yield* finishOne(yield* begin(client.waitForReport(id, every("5 seconds"))))
        assert.deepStrictEqual([exit, endedAt], [Exit.void, 30_000])
      }))
  }
})

describe("a consumer that is slow beside an eager one", () => {
  it.effect("gets the latest answer that it hasn't taken, and the last", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt(40) })
      const slow = yield* begin(client.waitForReport(id, every("5 seconds")), () => Effect.sleep("22 seconds"))
      const eager = yield* begin(client.waitForReport(id, every("5 seconds")))
      const [first] = yield* finishAll([slow, eager], "5 minutes")
      assert.deepStrictEqual(first!.values, [[0, "in_progress"], [22_000, "in_progress"], [44_000, "completed"]])
      assert.deepStrictEqual(first!.exit, Exit.void)
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 10, 15, 20, 25, 30, 35, 40))
    }))

  const slowOnce = (client: SloReportClient.Service, duration: Duration.Input) => {
    let isFirst = true
    return begin(client.waitForReport(id, every("5 seconds")), () => {
      const pause = isFirst ? Effect.sleep(duration) : Effect.void
      isFirst = false
      return pause
    })
  }

  it.effect("takes each answer once", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: doneAt(20) })
      const slow = yield* slowOnce(client, "7 seconds")
      yield* begin(client.waitForReport(id, every("5 seconds")))
      const { values } = yield* finishOne(slow, "1 minute")
      assert.deepStrictEqual(values.map(([at]) => at), seconds(0, 7, 10, 15, 20))
    }))

  it.effect("takes the latest report, though a failure has followed it", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        fate: ({ index }) => index === 2 ? { status: 503 } : undefined,
        job: doneAt(20)
      })
      const slow = yield* slowOnce(client, "12 seconds")
      yield* begin(client.waitForReport(id, every("5 seconds")))
      const { values } = yield* finishOne(slow, "1 minute")
      assert.deepStrictEqual(values.map(([at]) => at), seconds(0, 12, 12, 17, 22))
    }))

  it.effect("takes the latest failure, where no report has come", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        fate: ({ index }) => index === 1 ? { status: 503 } : index === 2 ? { status: 403 } : undefined
      })
      const slow = yield* slowOnce(client, "12 seconds")
      yield* begin(client.waitForReport(id, every("5 seconds")))
      const { endedAt, exit } = yield* finishOne(slow, "1 minute")
      assert.deepStrictEqual([failureOf(exit)._tag, endedAt], ["DatadogForbidden", 12_000])
    }))

  it.effect("has its last poll though its deadline is over, where a hint beyond that is over too", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({
        job: doneAt(20),
        fate: ({ index }) => index === 1 ? { status: 429, retryAfter: 35 } : undefined
      })
      const wait = client.waitForReport(id, every("10 seconds", { deadline: "30 seconds" }))
      const slow = yield* begin(wait, () => Effect.sleep("50 seconds"))
      const eager = yield* begin(client.waitForReport(id, every("5 seconds")))
      yield* advance("6 seconds")
      yield* Fiber.interrupt(eager)
      const { exit, values } = yield* finishOne(slow, "5 minutes")
      assert.deepStrictEqual([exit, values], [Exit.void, [[0, "in_progress"], [50_000, "completed"]]])
      assert.deepStrictEqual(times(server.log), seconds(0, 5, 50))
    }))

  it.effect("wants nothing when it has given a pull up, and takes what came then with the next", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const seen: Array<readonly [at: number, status: string | undefined]> = []
      const slow = Effect.gen(function*() {
        const pull = yield* Stream.toPull(client.waitForReport(id, every("5 seconds")))
        for (const patience of ["1 second", "1 second", "1 second", "1 minute", "1 minute"] as const) {
          const chunk = yield* Effect.timeoutOption(pull, patience)
          seen.push([yield* Clock.currentTimeMillis, Option.getOrUndefined(chunk)?.[0].rawStatus])
          if (seen.length === 3) yield* Effect.sleep("20 seconds")
        }
      })
      const fiber = yield* Effect.forkChild(Effect.scoped(slow), { startImmediately: true })
      yield* advance("12 seconds")
      assert.deepStrictEqual(times(server.log), [0])
      const other = yield* begin(client.waitForReport(id, every("1 minute")))
      yield* begin(client.waitForReport(id, every("1 minute", { deadline: "5 seconds" })))
      yield* advance("20 seconds")
      assert.deepStrictEqual(times(server.log), seconds(0, 17, 22))
      assert.deepStrictEqual(seen, [
        [0, "in_progress"],
        [1000, undefined],
        [2000, undefined],
        [22_000, "in_progress"],
        [22_000, "in_progress"]
      ])
      yield* Fiber.interruptAll([fiber, other])
    }))

  it.effect("finds one answer after a thousand polls", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      yield* begin(client.waitForReport(id, every("100 millis")))
      let taken = 0
      const slow = yield* begin(client.waitForReport(id, every("1 hour")), () => {
        taken += 1
        return taken <= 2 ? Effect.sleep("100 seconds") : Effect.never
      })
      yield* advance("150 seconds")
      assert.strictEqual(taken, 2)
      yield* advance("51 seconds")
      assert.strictEqual(taken, 3)
      assert.isAtLeast(server.log.length, 2000)
      yield* Fiber.interrupt(slow)
    }))
})

describe("the telemetry of polls that waits share", () => {
  const telemetry = () => ({ ...collectSpans(), ...collectLogs() })

  const run = Effect.gen(function*() {
    const [ofClient, ofFirst, ofSecond] = [telemetry(), telemetry(), telemetry()]
    const { client } = yield* given({
      job: doneAt(20),
      fate: ({ index }) => index >= 1 && index < 4 ? { status: 503, retryAfter: 10 } : undefined,
      client: { retry: RetryPolicy.default }
    }).pipe(ofClient.traced, ofClient.logged, Effect.annotateLogs("user", "client"))
    const wait = Stream.runDrain(client.waitForReport(id, every("5 seconds")))
    const as = (name: string, { logged, traced }: ReturnType<typeof telemetry>) =>
      Effect.forkChild(
        wait.pipe(Effect.withSpan(`request of ${name}`), traced, Effect.annotateLogs("user", name), logged),
        { startImmediately: true }
      )
    const first = yield* as("first", ofFirst)
    const second = yield* as("second", ofSecond)
    yield* advance("6 seconds")
    yield* Fiber.interrupt(first)
    yield* advance("10 minutes")
    yield* Fiber.join(second)
    return { ofClient, ofFirst, ofSecond }
  })

  it.effect("has each poll as a span of the client, without a parent, linked to the waits that hear of it", () =>
    Effect.gen(function*() {
      const { ofClient, ofFirst, ofSecond } = yield* run
      assert.isAtLeast(ofClient.spans.length, 5)
      for (const { kind, name, parent, status } of ofClient.spans) {
        assert.deepStrictEqual([name, parent._tag, kind, status._tag], [
          "SloReportClient.getReportStatus",
          "None",
          "client",
          "Ended"
        ])
      }
      const idOf = (spans: typeof ofClient.spans) =>
        spans.find(({ name }) => name === "SloReportClient.waitForReport")!.spanId
      const [one, other] = [idOf(ofFirst.spans), idOf(ofSecond.spans)]
      const linked = ofClient.spans.map(({ links }) => links.map(({ span }) => span.spanId).toSorted())
      assert.deepStrictEqual(linked[1], [one, other].toSorted())
      for (const links of linked.slice(2)) assert.deepStrictEqual(links, [other])
    }))

  it.effect("has nothing in the trace of a wait but the wait", () =>
    Effect.gen(function*() {
      const { ofFirst, ofSecond } = yield* run
      for (const { spans } of [ofFirst, ofSecond]) {
        assert.deepStrictEqual(spans.map(({ name }) => name.replace(/ (first|second)$/, "")), [
          "request of",
          "SloReportClient.waitForReport"
        ])
      }
    }))

  it.effect("logs in the client's log alone, under nobody's name", () =>
    Effect.gen(function*() {
      const { ofClient, ofFirst, ofSecond } = yield* run
      const users = (logs: typeof ofClient.logs) => [...new Set(logs.map(([, , { user }]) => user))]
      assert.isAtLeast(ofClient.logs.length, 3)
      assert.deepStrictEqual(users(ofClient.logs), ["client"])
      assert.deepStrictEqual(ofFirst.logs, [])
      assert.deepStrictEqual(ofSecond.logs, [])
    }))

  it.effect("counts a wait that ends by a defect as that", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      const onSleep = () => Effect.die("a bug")
      yield* finishOne(yield* begin(client.waitForReport(id, every("5 seconds", { onSleep }))), "1 minute")
      assert.deepStrictEqual([yield* waitsOf("defect"), yield* waitsOf("interrupted")], [1, 0])
    }).pipe(withOwnMetrics))
})
