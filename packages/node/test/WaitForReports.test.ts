import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Result, Stream } from "effect"
import type { SloReportClient, WaitEvent } from "../src/index.ts"
import { advance, every, finishOne, given, ids, limit, times } from "./utils/pacing.ts"
import { begin, countSleeps, withChance } from "./utils/wait.ts"

const doneAt = (seconds: Record<string, number>) => (id: string) => ({ doneAt: (seconds[id] ?? Infinity) * 1000 })

interface Watched {
  // When it came in whole seconds (the pacer may set polls of one moment a little apart), the id, and the status
  // or the error's tag.
  readonly events: ReadonlyArray<readonly [at: number, id: string, outcome: string]>
  readonly endedAt: number
}

const outcomeOf = ({ result }: WaitEvent.WaitEvent): string =>
  Result.isSuccess(result) ? result.success.rawStatus : result.failure._tag

const watch = (
  stream: Stream.Stream<WaitEvent.WaitEvent>,
  onEvent: (event: WaitEvent.WaitEvent) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<Fiber.Fiber<Watched>> =>
  Effect.suspend(() => {
    const events: Array<readonly [number, string, string]> = []
    return stream.pipe(
      Stream.runForEach((event) =>
        Effect.flatMap(Clock.currentTimeMillis, (at) => {
          events.push([Math.floor(at / 1000), event.id, outcomeOf(event)])
          return onEvent(event)
        })
      ),
      Effect.flatMap(() => Effect.map(Clock.currentTimeMillis, (now) => ({ events, endedAt: Math.floor(now / 1000) }))),
      Effect.forkChild({ startImmediately: true })
    )
  })

const finish = Effect.fnUntraced(function*(fiber: Fiber.Fiber<Watched>) {
  yield* advance("1 day")
  assert.isDefined(fiber.pollUnsafe(), "the stream has ended")
  return yield* Fiber.join(fiber)
})

const of = (id: string, { events }: Watched) => events.filter(([, of]) => of === id).map(([at, , what]) => [at, what])

describe("waiting for several reports", () => {
  it.effect("tells what every poll of every report saw, as it comes, and ends with the last report", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt({ a: 5, b: 12, c: 3 }) })
      const watched = yield* finish(yield* watch(client.waitForReports(["a", "b", "c"], every("5 seconds"))))
      assert.deepStrictEqual(of("a", watched), [[0, "in_progress"], [5, "completed"]])
      assert.deepStrictEqual(of("b", watched), [
        [0, "in_progress"],
        [5, "in_progress"],
        [10, "in_progress"],
        [15, "completed"]
      ])
      assert.deepStrictEqual(of("c", watched), [[0, "in_progress"], [5, "completed"]])
      assert.deepStrictEqual([watched.events.length, watched.endedAt, server.log.length], [8, 15, 8])
      const at = watched.events.map(([at]) => at)
      assert.deepStrictEqual(at, at.toSorted((a, b) => a - b))
    }))

  it.effect("ends at once, without a request, where there are none", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const events = yield* Stream.runCollect(client.waitForReports([]))
      assert.deepStrictEqual(events, [])
      assert.deepStrictEqual(server.log, [])
    }))

  it.effect("takes any iterable, each time that it is run", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt({ a: 0, b: 0 }) })
      const stream = client.waitForReports(new Set(["a", "b"]))
      for (const run of [1, 2]) {
        const { events } = yield* finish(yield* watch(stream))
        assert.deepStrictEqual(events.map(([, id]) => id).sort(), ["a", "b"])
        assert.strictEqual(server.log.length, 2 * run)
      }
      const generated = (function*() {
        yield "a"
        yield "b"
      })()
      const { events } = yield* finish(yield* watch(client.waitForReports(generated)))
      assert.deepStrictEqual(events.map(([, id]) => id).sort(), ["a", "b"])
    }))

  it.effect("waits once for an id that is given twice", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt({ a: 10, b: 10 }) })
      const watched = yield* finish(yield* watch(client.waitForReports(["a", "b", "a", "a"], every("5 seconds"))))
      assert.deepStrictEqual(of("a", watched), [[0, "in_progress"], [5, "in_progress"], [10, "completed"]])
      assert.strictEqual(watched.events.length, 6)
      assert.strictEqual(server.log.length, 6)
    }))

  it.effect("shares the polls of a report with other waits for it", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt({ a: 10, b: 10 }) })
      const alone = yield* begin(client.waitForReport("a", every("5 seconds")))
      const one = yield* watch(client.waitForReports(["a", "b"], every("5 seconds")))
      const other = yield* watch(client.waitForReports(["b", "a"], every("5 seconds")))
      const watched = [yield* finish(one), yield* finish(other)]
      assert.strictEqual((yield* finishOne(alone)).values.length, 3)
      for (const each of watched) assert.strictEqual(each.events.length, 6)
      assert.strictEqual(server.log.length, 6)
    }))

  it.effect("gives each the deadline and the policy, from when the stream is run", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const stream = client.waitForReports(["a", "b"], every("5 seconds", { deadline: "12 seconds" }))
      yield* advance("10 seconds")
      assert.strictEqual(server.log.length, 0)
      const watched = yield* finish(yield* watch(stream))
      for (const id of ["a", "b"]) {
        const [last, ...earlier] = of(id, watched).reverse()
        assert.deepStrictEqual(last, [22, "WaitTimedOut"])
        assert.deepStrictEqual(earlier.filter(([at]) => at !== 22).reverse(), [
          [10, "in_progress"],
          [15, "in_progress"],
          [20, "in_progress"]
        ])
      }
      assert.strictEqual(watched.endedAt, 22)
    }))

  it.effect("polls as a single wait does where nothing is said", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ job: doneAt({ a: 100 }) })
      yield* finish(yield* watch(client.waitForReports(["a"])).pipe(withChance(0.5)))
      const start = yield* Clock.currentTimeMillis
      const late = yield* given({ job: () => ({ doneAt: start + 100_000 }) })
      yield* finishOne(yield* begin(late.client.waitForReport("a")).pipe(withChance(0.5)))
      assert.deepStrictEqual(times(server.log), times(late.server.log).map((at) => at - start))
    }))

  it.effect("tells onSleep of every wait", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: doneAt({ a: 10, b: 5 }) })
      let told = 0
      const onSleep: SloReportClient.WaitOptions["onSleep"] = ({ cause }) =>
        Effect.sync(() => {
          if (cause === "poll") told += 1
        })
      yield* finish(yield* watch(client.waitForReports(["a", "b"], every("5 seconds", { onSleep }))))
      assert.strictEqual(told, 3)
    }))
})

describe("a report that can't be waited for", () => {
  it.effect("is one failure with its id, and the others go on", () =>
    Effect.gen(function*() {
      const { client } = yield* given({
        job: doneAt({ good: 10 }),
        fate: ({ at, id }) =>
          id === "gone" ? { status: 404 } : id === "forbidden" && at >= 5000 ? { status: 403 } : undefined
      })
      const reports = ["a/b", "gone", "forbidden", "good", ""]
      const watched = yield* finish(yield* watch(client.waitForReports(reports, every("5 seconds"))))
      assert.deepStrictEqual(of("a/b", watched), [[0, "InvalidReportId"]])
      assert.deepStrictEqual(of("", watched), [[0, "InvalidReportId"]])
      assert.deepStrictEqual(of("gone", watched), [[0, "DatadogNotFound"]])
      assert.deepStrictEqual(of("forbidden", watched), [[0, "in_progress"], [5, "DatadogForbidden"]])
      assert.deepStrictEqual(of("good", watched), [[0, "in_progress"], [5, "in_progress"], [10, "completed"]])
      assert.strictEqual(watched.endedAt, 10)
    }))

  it.effect("is one failure also where it is given twice, and where there is no other", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      const { endedAt, events } = yield* finish(yield* watch(client.waitForReports(["a b", "a b"])))
      assert.deepStrictEqual(events, [[0, "a b", "InvalidReportId"]])
      assert.deepStrictEqual([endedAt, server.log.length], [0, 0])
    }))

  it.effect("carries the typed error whole", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ fate: () => ({ status: 403 }) })
      const [event] = yield* Stream.runCollect(client.waitForReports(["a"]))
      assert.isTrue(Result.isFailure(event!.result))
      if (Result.isFailure(event!.result)) {
        const error = event!.result.failure
        assert.strictEqual(error._tag, "DatadogForbidden")
        assert.include(error.message, "403")
      }
    }))

  it.effect("is no failure where its export failed: that is a report", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: () => ({ doneAt: 0, status: "failed" }) })
      const events = yield* Stream.runCollect(client.waitForReports(["a"]))
      assert.deepStrictEqual(events.map(outcomeOf), ["failed"])
      assert.isTrue(events.every(({ result }) => Result.isSuccess(result)))
    }))
})

describe("the consumer of several waits", () => {
  for (const [name, at] of [["between polls", 7000], ["with calls in flight", 12_000]] as const) {
    it.effect(`leaves no timer and no call: ${name}`, () =>
      Effect.gen(function*() {
        const { clock, pending } = yield* countSleeps
        yield* Effect.gen(function*() {
          const { client, server } = yield* given({ latency: ({ at }) => at >= 10_000 ? 5000 : 0 })
          const fiber = yield* watch(client.waitForReports(ids(20), every("5 seconds")))
          yield* advance(at)
          assert.isUndefined(fiber.pollUnsafe())
          yield* Fiber.interrupt(fiber)
          yield* advance(0)
          assert.strictEqual(pending(), 0)
          assert.strictEqual(server.inFlight(), 0)
          const before = server.log.length
          yield* advance("1 hour")
          assert.strictEqual(server.log.length, before)
        }).pipe(Effect.provideService(Clock.Clock, clock))
      }))
  }

  it.effect("that has seen enough leaves nothing either", () =>
    Effect.gen(function*() {
      const { clock, pending } = yield* countSleeps
      yield* Effect.gen(function*() {
        const { client, server } = yield* given()
        const events = yield* Stream.runCollect(Stream.take(client.waitForReports(["a", "b"], every("5 seconds")), 2))
        assert.strictEqual(events.length, 2)
        assert.strictEqual(pending(), 0)
        const before = server.log.length
        yield* advance("1 hour")
        assert.strictEqual(server.log.length, before)
      }).pipe(Effect.provideService(Clock.Clock, clock))
    }))

  it.effect("misses nothing where it is slow, and holds up no other", () =>
    Effect.gen(function*() {
      const { client } = yield* given({ job: doneAt({ a: 20, b: 20 }) })
      const slow = yield* watch(client.waitForReports(["a", "b"], every("5 seconds")), () => Effect.sleep("1 minute"))
      const quick = yield* watch(client.waitForReports(["a", "b"], every("5 seconds")))
      const watched = yield* finish(quick)
      assert.strictEqual(watched.endedAt, 20)
      assert.strictEqual(watched.events.length, 10)
      const late = yield* finish(slow)
      for (const id of ["a", "b"]) {
        assert.deepStrictEqual(of(id, late).map(([, what]) => what), of(id, watched).map(([, what]) => what))
      }
    }))
})

describe("several reports under a limit", () => {
  it.effect("are all seen through, with no more requests than it allows", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ rule: limit(20, 10), job: () => ({ doneAt: 60_000 }) })
      const { events } = yield* finish(yield* watch(client.waitForReports(ids(60), every("5 seconds"))))
      assert.strictEqual(events.filter(([, , what]) => what === "completed").length, 60)
      assert.isTrue(server.log.every(({ status }) => status === 200))
    }))

  it.effect("poll by themselves where the client doesn't pace", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ client: { pacing: false }, job: () => ({ doneAt: 5000 }) })
      const watched = yield* finish(yield* watch(client.waitForReports(["a", "b", "b"], every("5 seconds"))))
      assert.strictEqual(watched.events.length, 4)
      assert.deepStrictEqual(times(server.log), [0, 0, 5000, 5000])
    }))
})
