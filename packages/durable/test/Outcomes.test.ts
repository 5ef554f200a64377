import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { type Duration, Effect, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ReportExport } from "../src/index.ts"
import { errorOf, Exports, fails, layer, makeFiles, request, requestOf, run, sentTo, valueOf } from "./utils/world.ts"

const { FakeDatadog: Fake } = FakeDatadog

const reports = Fake.use((fake) => fake.reportIds)

const exporting = (options?: ReportExport.Options, step: Duration.Input = "10 seconds") =>
  run(Exports.use((exports) => exports.exportReport(request, options)), "2 days", step)

const inject = (fault: Fault.Fault, options?: FakeDatadog.Target) => Fake.use((fake) => fake.inject(fault, options))

const untyped = <A>(value: unknown) => value as A

const start = (options?: ReportExport.Options) =>
  Effect.map(run(Exports.use((exports) => exports.start(request, options))), valueOf)

const stateOf = (id: string) => Exports.use((exports) => Effect.map(exports.state(id), Option.getOrThrow))

const again = (id: string) =>
  Exports.use((exports) => run(Effect.flatMap(exports.retry(id), exports.await), "2 days", "1 minute"))

const inWorld = <A, E>(
  effect: Effect.Effect<A, E, Exports | FakeDatadog.FakeDatadog>,
  fake?: FakeDatadog.Options,
  files = makeFiles()
) => Effect.provide(effect, layer(files, fake))

describe("an export", () => {
  it.effect("is one for two callers, and the same once it is done", () =>
    inWorld(Effect.gen(function*() {
      const exports = yield* Exports
      const both = yield* run(Effect.all([exports.exportReport(request), exports.exportReport(request)], {
        concurrency: "unbounded"
      }))
      const [one, other] = valueOf(both)
      assert.deepStrictEqual(one, other)
      assert.deepStrictEqual(valueOf(yield* exporting()), one)
      assert.strictEqual((yield* reports).length, 1)
    })))

  it.effect("is another with another key, another source or another table", () =>
    inWorld(Effect.gen(function*() {
      const exports = yield* Exports
      const ids = valueOf(
        yield* run(Effect.all([
          exports.start(request),
          exports.start(request, { key: "nightly" }),
          exports.start(request, { source: "report" }),
          exports.start(requestOf({ query: "env:dev" })),
          exports.start(request, { deadline: "1 hour", name: "a.csv", onLostCreate: "again" })
        ]))
      )
      assert.strictEqual(new Set(ids).size, 4)
      assert.strictEqual(ids[0], ids[4])
      assert.deepStrictEqual(yield* Stream.runCollect(exports.all), ids.slice(0, 4))
    })))

  it.effect("of a report that fails is a failure, which is kept until it is retried", () =>
    inWorld(
      Effect.gen(function*() {
        const failure = errorOf(yield* exporting())
        assert.strictEqual(failure._tag, "ReportFailed")
        yield* Fake.use((fake) => fake.setReportDefaults({ timeline: Timeline.standard }))
        assert.deepStrictEqual(errorOf(yield* exporting()), failure)
        assert.strictEqual((yield* reports).length, 1)

        const id = yield* start()
        assert.strictEqual((yield* stateOf(id))._tag, "Failed")
        assert.strictEqual(valueOf(yield* again(id)).report?.status, "completed")
        assert.strictEqual((yield* reports).length, 2)
        assert.match(yield* start(), /-2$/)
        assert.strictEqual(valueOf(yield* Exports.use((exports) => run(exports.retry(id)))), yield* start())
      }),
      { report: { timeline: Timeline.after("10 seconds", "failed") } }
    ))

  it.effect("that isn't done in time ends at its deadline, and its next try waits for the same report", () =>
    inWorld(
      Effect.gen(function*() {
        const failure = errorOf(yield* exporting({ deadline: "1 hour" }, "2 minutes"))
        assert.strictEqual(failure._tag, "WaitTimedOut")
        const id = yield* start()
        assert.strictEqual(valueOf(yield* again(id)).report?.id, (yield* reports)[0])
        assert.strictEqual((yield* reports).length, 1)
      }),
      { report: { timeline: Timeline.after("90 minutes", "completed") } }
    ))

  it.effect("waits out a create call that is refused, for as long as Datadog asks", () =>
    inWorld(Effect.gen(function*() {
      yield* inject(Fault.status(429, { headers: { "Retry-After": "600" } }), { operation: "create", times: 2 })
      valueOf(yield* exporting())
      const sent = yield* sentTo("create")
      assert.strictEqual(sent.length, 3)
      assert.isAtLeast(sent[1]!.at - sent[0]!.at, 600_000)
      assert.isAtMost(sent[1]!.at - sent[0]!.at, 612_000)
      assert.strictEqual((yield* reports).length, 1)
    })))

  it.effect("waits until Datadog can be reached", () =>
    inWorld(Effect.gen(function*() {
      yield* inject(Fault.refused, { operation: "create", times: 5 })
      valueOf(yield* exporting())
      assert.strictEqual((yield* reports).length, 1)
    })))

  it.effect("whose create call's answer is lost fails, and never sends it twice", () =>
    inWorld(Effect.gen(function*() {
      yield* inject(Fault.lostAnswer, { operation: "create" })
      assert.strictEqual(errorOf(yield* exporting())._tag, "CreateOutcomeUnknown")
      assert.strictEqual((yield* sentTo("create")).length, 1)
    })))

  it.effect(`creates a second report where it is told to`, () =>
    inWorld(Effect.gen(function*() {
      yield* inject(Fault.lostAnswer, { operation: "create" })
      valueOf(yield* exporting({ onLostCreate: "again" }))
      assert.strictEqual((yield* reports).length, 2)
    })))

  it.effect("is refused for good where Datadog says so, and goes on with the same report when retried", () =>
    inWorld(Effect.gen(function*() {
      yield* inject(Fault.status(403), { operation: "status" })
      assert.strictEqual(errorOf(yield* exporting())._tag, "DatadogForbidden")
      valueOf(yield* again(yield* start()))
      assert.strictEqual((yield* reports).length, 1)
    })))

  it.effect("of a report that is gone ends at once, and its next try creates another", () =>
    inWorld(
      Effect.gen(function*() {
        yield* inject(Fault.status(404), { operation: "download" })
        assert.strictEqual(errorOf(yield* exporting())._tag, "DatadogNotFound")
        valueOf(yield* again(yield* start()))
        assert.strictEqual((yield* reports).length, 2)
      }),
      { report: { timeline: Timeline.after("1 minute", "completed") } }
    ))

  it.effect("gets over an outage of an hour, in the wait and in the download", () =>
    inWorld(
      Effect.gen(function*() {
        yield* inject(Fault.status(503), {
          operation: "status",
          when: ({ at }) => at > 60_000 && at < 3_660_000,
          times: Infinity
        })
        yield* inject(Fault.status(503), { operation: "download", when: ({ at }) => at < 7_200_000, times: Infinity })
        valueOf(yield* exporting({}, "1 minute"))
        assert.strictEqual((yield* reports).length, 1)
      }),
      { report: { timeline: Timeline.after("10 minutes", "completed") } }
    ))

  it.effect("that is cancelled ends with its polls, and goes on with the same report when retried", () =>
    inWorld(
      Effect.gen(function*() {
        const exports = yield* Exports
        const id = yield* start()
        yield* TestClock.adjust("1 minute")
        yield* exports.cancel(id)
        const failure = errorOf(yield* run(exports.await(id), "5 seconds"))
        assert.strictEqual(failure._tag, "ExportCancelled")
        const polls = (yield* sentTo("status")).length
        yield* TestClock.adjust("30 minutes")
        assert.strictEqual((yield* sentTo("status")).length, polls)
        yield* exports.cancel(id)
        valueOf(yield* again(id))
        assert.strictEqual((yield* reports).length, 1)
      }),
      { report: { timeline: Timeline.after("1 hour", "completed") } }
    ))

  it.effect("that is cancelled before it could create a report never does", () =>
    inWorld(Effect.gen(function*() {
      yield* inject(Fault.status(429), { operation: "create", times: Infinity })
      const id = yield* start()
      yield* TestClock.adjust("1 minute")
      yield* Exports.use((exports) => exports.cancel(id))
      const failure = errorOf(yield* Exports.use((exports) => run(exports.await(id), "3 minutes")))
      assert.strictEqual(failure._tag, "ExportCancelled")
      assert.strictEqual((yield* reports).length, 0)
    })))

  it.effect("whose sink fails tries it five times, then keeps the report for the next try", () => {
    const files = makeFiles()
    files.failures = 5
    return inWorld(
      Effect.gen(function*() {
        assert.strictEqual(errorOf(yield* exporting())._tag, "SinkFailed")
        assert.strictEqual(files.failures, 0)
        valueOf(yield* again(yield* start()))
        assert.strictEqual((yield* reports).length, 1)
      }),
      {},
      files
    )
  })

  it.effect("whose sink dies is broken, and can be retried", () => {
    const files = makeFiles()
    files.deaths = 1
    return inWorld(
      Effect.gen(function*() {
        const failure = errorOf(yield* exporting())
        assert.strictEqual(failure._tag, "ExportBroken")
        assert.match(failure.message, /a bug of the sink/)
        const id = yield* start()
        assert.strictEqual((yield* stateOf(id))._tag, "Failed")
        valueOf(yield* again(id))
        assert.strictEqual((yield* reports).length, 1)
      }),
      {},
      files
    )
  })

  it.effect("has the name that it was given, else its id's", () => {
    const files = makeFiles()
    return inWorld(
      Effect.gen(function*() {
        valueOf(yield* exporting({ name: "Q1 report.csv", key: "a" }))
        valueOf(yield* exporting())
        assert.deepStrictEqual(files.puts, ["Q1 report.csv", `${yield* start()}.csv`])
      }),
      {},
      files
    )
  })

  it.effect.each(
    [
      ["a folder's name", { name: "a/b.csv" }, /file's name/],
      ["no name", { name: "" }, /file's name/],
      ["the folder above", { name: ".." }, /file's name/],
      ["a name that no file system takes", { name: "é".repeat(128) }, /file's name.*255 bytes/],
      ["an endless deadline", { deadline: "Infinity" }, /deadline/],
      ["a deadline that is no number", { deadline: NaN }, /deadline/],
      ["a deadline of members that are no number", { deadline: { hours: NaN } }, /deadline/],
      ["a deadline before its beginning", { deadline: -1 }, /deadline/],
      ["a deadline that is no duration", { deadline: untyped<Duration.Input>("soon") }, /deadline/],
      ["a limit of SLOs that is no number", { maxSlos: NaN }, /maxSlos/],
      ["a limit of no SLOs", { maxSlos: 0 }, /maxSlos/]
    ] as const
  )("that can't be is refused before anything is stored: %s", ([, options, words]) =>
    inWorld(Effect.gen(function*() {
      const exports = yield* Exports
      const failure = errorOf(yield* run(exports.start(request, options)))
      assert.strictEqual(failure._tag, "InvalidExport")
      assert.match(failure.message, words)
      assert.deepStrictEqual(yield* Stream.runCollect(exports.all), [])
    })))

  it.effect("that nobody knows is told as such", () =>
    inWorld(Effect.gen(function*() {
      const exports = yield* Exports
      for (const id of ["", "nonsense", `${"0".repeat(32)}-1`]) {
        assert.isTrue(Option.isNone(yield* exports.state(id)))
        assert.isTrue(fails(yield* Effect.exit(exports.await(id)), "UnknownExport"))
        assert.isTrue(fails(yield* Effect.exit(exports.retry(id)), "UnknownExport"))
        assert.isTrue(fails(yield* Effect.exit(exports.cancel(id)), "UnknownExport"))
        assert.isTrue(fails(yield* Effect.exit(exports.forget(id)), "UnknownExport"))
      }
    })))
})
