import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import type { Operation } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Metric, Schema, Stream } from "effect"
import type { Duration } from "effect"
import { TestClock } from "effect/testing"
import { ExportProgress, PollPolicy, SloReportClient, SloReportError, SloReportMetrics } from "../src/index.ts"
import { inFlight } from "./utils/client.ts"
import {
  bytesOf,
  errorOf,
  exporting,
  injectInto,
  madeReports,
  request,
  run,
  sent,
  sentTo,
  short,
  smallCsv,
  valueOf
} from "./utils/flow.ts"
import { parentOf, withSpans } from "./utils/spans.ts"
import { inMemory, withChance, withCountedSleeps } from "./utils/wait.ts"

const size = bytesOf(smallCsv).length
const inTenSeconds = { report: { csv: smallCsv, timeline: Timeline.after("10 seconds", "completed") } }
const atOnce = { report: { csv: smallCsv, timeline: Timeline.always("completed") } }
const everySecond = { poll: PollPolicy.fixed("1 second") }

const collect = (options?: SloReportClient.ExportOptions) => Stream.runCollect(exporting(options))

// What came, with the second it came in, and how it ended.
const watch = (options?: SloReportClient.ExportOptions) =>
  Effect.suspend(() => {
    const seen: Array<readonly [second: number, progress: string]> = []
    return exporting(options).pipe(
      Stream.runForEach((progress) =>
        Effect.map(Clock.currentTimeMillis, (now) => void seen.push([now / 1000, short(progress)]))
      ),
      Effect.exit,
      Effect.map((exit) => ({ seen, ended: { exit, took: 0 } }))
    )
  })

describe("an export", () => {
  it.effect("tells that it has created, polled and downloaded the report, in virtual time", () =>
    Effect.gen(function*() {
      const { seen } = valueOf(yield* run(watch({ poll: PollPolicy.fixed("4 seconds") })))
      assert.deepStrictEqual(seen, [
        [0, "SourceChosen report open"],
        [0, "Created"],
        [0, "Polled in_progress"],
        [4, "Polled in_progress"],
        [8, "Polled in_progress"],
        [12, "Polled completed"],
        [12, `Downloading ${size}/${size}`],
        [12, `Done completed ${size}`]
      ])
      assert.deepStrictEqual((yield* sent).map(({ operation }) => operation), [
        "create",
        "status",
        "status",
        "status",
        "status",
        "download"
      ])
    }).pipe(Effect.provide(inMemory({}, inTenSeconds))))

  it.effect("names the report that Datadog made, from the first value on", () =>
    Effect.gen(function*() {
      const [, created, ...more] = valueOf(yield* run(collect()))
      const [id] = yield* madeReports
      assert.strictEqual(created?._tag === "Created" ? String(created.id) : created?._tag, id)
      for (const progress of more) {
        if (progress._tag === "Polled" || progress._tag === "Done") {
          assert.strictEqual(String(progress.report?.id), id)
        }
      }
    }).pipe(Effect.provide(inMemory({}, atOnce))))

  it.effect("hands on every byte, counts them, and waits for who takes them", () =>
    Effect.gen(function*() {
      const chunks: Array<Uint8Array> = []
      yield* injectInto("download", Fault.slowBody({ bytes: 50, gap: 0 }))
      const onChunk = (chunk: Uint8Array) => Effect.delay(Effect.sync(() => chunks.push(chunk)), "1 minute")
      const { seen } = valueOf(yield* run(watch({ onChunk })))
      assert.deepStrictEqual(seen.slice(3), [
        [60, `Downloading 50/${size}`],
        [120, `Downloading 100/${size}`],
        [180, `Downloading 150/${size}`],
        [240, `Downloading ${size}/${size}`],
        [240, `Done completed ${size}`]
      ])
      assert.strictEqual(Buffer.concat(chunks).toString(), smallCsv)
    }).pipe(Effect.provide(inMemory({}, atOnce))))

  it.effect("has no total where Datadog doesn't tell one", () =>
    Effect.gen(function*() {
      const progress = valueOf(yield* run(collect()))
      const last = progress.findLast(({ _tag }) => _tag === "Downloading")
      assert.isFalse(last !== undefined && "total" in last)
    }).pipe(Effect.provide(inMemory({}, { report: { timeline: Timeline.always("completed"), csv: { rows: 3 } } }))))

  it.effect("ends with the error of who takes the bytes, and with the request", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.slowBody({ bytes: 50, gap: "1 second" }))
      const client = yield* SloReportClient.SloReportClient
      const full = client.exportReport(request, { onChunk: () => Effect.fail("full" as const) })
      assert.strictEqual(errorOf(yield* run(Stream.runDrain(full))), "full")
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory({}, atOnce))))

  it.effect("downloads a report that is completed with errors, and says so", () =>
    Effect.gen(function*() {
      const { seen } = valueOf(yield* run(watch()))
      assert.deepStrictEqual(seen.map(([, progress]) => progress), [
        "SourceChosen report open",
        "Created",
        "Polled completed_with_errors",
        `Downloading ${size}/${size}`,
        `Done completed_with_errors ${size}`
      ])
    }).pipe(Effect.provide(
      inMemory({}, { report: { csv: smallCsv, timeline: Timeline.always("completed_with_errors") } })
    )))

  it.effect("ends as ReportFailed where the report fails, after it has told so, without a download", () =>
    Effect.gen(function*() {
      const { ended, seen } = valueOf(yield* run(watch(everySecond)))
      assert.deepStrictEqual(seen.map(([, progress]) => progress), [
        "SourceChosen report open",
        "Created",
        "Polled in_progress",
        "Polled in_progress",
        "Polled failed"
      ])
      const error = errorOf(ended)
      assert.instanceOf(error, SloReportError.ReportFailed)
      assert.deepStrictEqual([String(error.report.id)], yield* madeReports)
      assert.deepStrictEqual(yield* sentTo("download"), [])
    }).pipe(Effect.provide(inMemory({}, { report: { timeline: Timeline.after("2 seconds", "failed") } }))))

  it.effect("ends as WaitTimedOut at its deadline, without a download", () =>
    Effect.gen(function*() {
      const ended = yield* run(collect({ deadline: "5 seconds", ...everySecond }))
      assert.deepInclude(errorOf(ended), { _tag: "WaitTimedOut", polls: 6 })
      assert.strictEqual(ended.took, 5000)
      assert.deepStrictEqual(yield* sentTo("download"), [])
    }).pipe(Effect.provide(inMemory({}, inTenSeconds))))

  it.effect("has no deadline for the download", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.slowBody({ bytes: 20, gap: "20 seconds" }))
      const ended = yield* run(collect({ deadline: "15 seconds", ...everySecond }))
      assert.isAbove(ended.took, 150_000)
      assert.strictEqual(short(valueOf(ended).at(-1)!), `Done completed ${size}`)
    }).pipe(Effect.provide(inMemory({}, inTenSeconds))))

  it.effect("ends as CreateOutcomeUnknown where the creation's answer is lost, and asks nothing more", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.lostAnswer, Infinity)
      assert.strictEqual(errorOf(yield* run(collect()))._tag, "CreateOutcomeUnknown")
      assert.strictEqual((yield* sent).length, 1)
    }).pipe(Effect.provide(inMemory({}, atOnce))))

  it.effect("is a new report each time that it is run", () =>
    Effect.gen(function*() {
      const one = exporting()
      yield* run(Effect.andThen(Stream.runDrain(one), Stream.runDrain(one)))
      assert.strictEqual((yield* madeReports).length, 2)
    }).pipe(Effect.provide(inMemory({}, atOnce))))
})

describe("an export that meets trouble", () => {
  it.effect("passes a 429 in each phase, none sooner than its hint", () =>
    Effect.gen(function*() {
      const phases: ReadonlyArray<Operation.Operation> = ["create", "status", "download"]
      for (const phase of phases) {
        yield* injectInto(phase, Fault.status(429, { headers: { "X-RateLimit-Reset": "7" } }))
      }
      const { seen } = valueOf(yield* run(watch()))
      assert.deepStrictEqual(seen, [
        [7.35, "SourceChosen report open"],
        [7.35, "Created"],
        [14.7, "Polled completed"],
        [22.05, `Downloading ${size}/${size}`],
        [22.05, `Done completed ${size}`]
      ])
      assert.strictEqual((yield* madeReports).length, 1)
      assert.deepStrictEqual((yield* sent).map(({ operation, status }) => `${operation} ${status}`), [
        "create 429",
        "create 200",
        "status 429",
        "status 200",
        "download 429",
        "download 200"
      ])
    }).pipe(Effect.provide(inMemory({}, atOnce)), withChance(0.5)))

  it.effect("passes an outage of the status and of the download", () =>
    Effect.gen(function*() {
      yield* injectInto("status", Fault.status(503), 12)
      yield* injectInto("download", Fault.reset, 4)
      assert.strictEqual(short(valueOf(yield* run(collect())).at(-1)!), `Done completed ${size}`)
    }).pipe(Effect.provide(inMemory({}, atOnce))))

  it.effect("passes lost connections before the first answer to a poll: Datadog has answered already", () =>
    Effect.gen(function*() {
      yield* injectInto("status", Fault.reset, 12)
      assert.strictEqual(short(valueOf(yield* run(collect())).at(-1)!), `Done completed ${size}`)
    }).pipe(Effect.provide(inMemory({}, atOnce))))

  for (const [status, tag] of [[400, "DatadogBadRequest"], [403, "DatadogForbidden"]] as const) {
    for (const phase of ["create", "status", "download"] as const) {
      it.effect(`ends at once with ${tag} where the ${phase} meets ${status}`, () =>
        Effect.gen(function*() {
          yield* injectInto(phase, Fault.status(status), Infinity)
          const ended = yield* run(collect({ source: "report" }))
          assert.strictEqual(errorOf(ended)._tag, tag)
          assert.strictEqual(ended.took, 0)
          assert.strictEqual((yield* sentTo(phase)).length, 1)
        }).pipe(Effect.provide(inMemory({}, atOnce))))
    }
  }

  it.effect("ends where the download is cut after its first byte, and never as Done", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.truncate(60))
      const { ended, seen } = valueOf(yield* run(watch()))
      assert.deepInclude(errorOf(ended), { _tag: "DatadogTransportError", reason: "reset" })
      assert.deepStrictEqual(seen.map(([, progress]) => progress).slice(3), [`Downloading 60/${size}`])
    }).pipe(Effect.provide(inMemory({}, atOnce))))
})

describe("a report that Datadog doesn't know yet", () => {
  const hidden = (hiddenFor: Duration.Input) =>
    inMemory({}, { report: { csv: smallCsv, timeline: Timeline.always("completed"), hiddenFor } })

  it.effect("is asked for again at the pace of the polls", () =>
    Effect.gen(function*() {
      const { seen } = valueOf(yield* run(watch({ poll: PollPolicy.fixed("2 seconds") })))
      assert.deepStrictEqual(seen[2], [6, "Polled completed"])
      assert.deepStrictEqual((yield* sentTo("status")).map(({ at, status }) => [at, status]), [
        [0, 404],
        [2000, 404],
        [4000, 404],
        [6000, 200]
      ])
    }).pipe(Effect.provide(hidden("5 seconds"))))

  it.effect("is not found where it is unknown after 15 seconds", () =>
    Effect.gen(function*() {
      const ended = yield* run(collect(everySecond))
      assert.strictEqual(errorOf(ended)._tag, "DatadogNotFound")
      assert.strictEqual(ended.took, 15_000)
      const statuses = yield* sentTo("status")
      assert.strictEqual(statuses.length, 16)
    }).pipe(Effect.provide(hidden("1 hour"))))

  it.effect("is forgiven from its creation on, not from the request for it", () =>
    Effect.gen(function*() {
      yield* injectInto("create", Fault.latency("10 seconds"))
      const ended = yield* run(collect(everySecond))
      assert.strictEqual(errorOf(ended)._tag, "DatadogNotFound")
      assert.strictEqual(ended.took, 25_000)
    }).pipe(Effect.provide(hidden("1 hour"))))

  it.effect("ends the wait at a deadline that comes sooner", () =>
    Effect.gen(function*() {
      const ended = yield* run(collect({ deadline: "3 seconds", ...everySecond }))
      const error = errorOf(ended)
      assert.strictEqual(error._tag, "WaitTimedOut")
      assert.strictEqual(ended.took, 3000)
    }).pipe(Effect.provide(hidden("1 hour"))))

  it.effect("is asked for again, a second later, where only the download doesn't know it", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.status(404), 3)
      const { seen } = valueOf(yield* run(watch()))
      assert.deepStrictEqual(seen.at(-1), [3, `Done completed ${size}`])
      assert.deepStrictEqual((yield* sentTo("download")).map(({ at }) => at), [0, 1000, 2000, 3000])
    }).pipe(Effect.provide(inMemory({}, atOnce))))

  it.effect("is not found where the download doesn't know it after 15 seconds", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.status(404), Infinity)
      const ended = yield* run(collect())
      assert.strictEqual(errorOf(ended)._tag, "DatadogNotFound")
      assert.strictEqual(ended.took, 15_000)
    }).pipe(Effect.provide(inMemory({}, atOnce))))

  it.effect("is not found at once where it once was known for longer", () =>
    Effect.gen(function*() {
      const ended = yield* run(collect(everySecond))
      assert.strictEqual(errorOf(ended)._tag, "DatadogNotFound")
      assert.strictEqual(ended.took, 20_000)
    }).pipe(Effect.provide(
      inMemory({}, { report: { timeline: Timeline.after("1 hour", "completed"), goneAfter: "20 seconds" } })
    )))

  it.effect("is not forgiven in a wait that did not create it", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ hiddenFor: "5 seconds" })
      const client = yield* SloReportClient.SloReportClient
      assert.strictEqual(errorOf(yield* run(Stream.runDrain(client.waitForReport(id))))._tag, "DatadogNotFound")
      assert.strictEqual((yield* sent).length, 1)
    }).pipe(Effect.provide(inMemory())))
})

describe("an export that is interrupted", () => {
  const phases: Readonly<Record<string, readonly [Operation.Operation, Fault.Fault]>> = {
    "in the request to create": ["create", Fault.hang],
    "in the sleep before a second one": ["create", Fault.status(429, { headers: { "Retry-After": "60" } })],
    "in a poll": ["status", Fault.hang],
    "in the sleep after a forgiven 404": ["status", Fault.status(404)],
    "in the request for the file": ["download", Fault.hang],
    "in the sleep before it is asked for again": ["download", Fault.status(404)],
    "in the file": ["download", Fault.stall(50)]
  }
  for (const [name, [operation, fault]] of Object.entries(phases)) {
    it.effect(`leaves neither a request nor a timer ${name}`, () =>
      withCountedSleeps(Effect.fnUntraced(function*(pending) {
        yield* injectInto(operation, fault, Infinity)
        const fiber = yield* collect({ poll: PollPolicy.fixed("7 seconds") }).pipe(
          Effect.forkChild({ startImmediately: true })
        )
        yield* TestClock.adjust("500 millis")
        assert.isUndefined(fiber.pollUnsafe())
        assert.isAbove(pending(), 0)
        const before = (yield* sent).length
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* inFlight, 0)
        assert.strictEqual(pending(), 0)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual((yield* sent).length, before)
      }, Effect.provide(inMemory({}, atOnce)))))
  }

  it.effect("ends the same where the program has seen enough", () =>
    Effect.gen(function*() {
      yield* injectInto("download", Fault.slowBody({ bytes: 20, gap: "1 second" }))
      yield* run(Stream.runDrain(Stream.take(exporting(), 4)))
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory({}, atOnce))))
})

describe("an export's telemetry", () => {
  it.effect("is a span over those of its steps", () =>
    withSpans(Effect.fnUntraced(function*(spans) {
      yield* run(collect())
      const parents = spans.map((span) => [span.name, parentOf(span)])
      assert.deepStrictEqual(parents, [
        ["SloReportClient.exportReport", undefined],
        ["SloReportClient.createReport", "SloReportClient.exportReport"],
        ["SloReportClient.waitForReport", "SloReportClient.exportReport"],
        ["SloReportClient.getReportStatus", undefined],
        ["SloReportClient.downloadReport", "SloReportClient.exportReport"]
      ])
      const [id] = yield* madeReports
      assert.strictEqual(spans[1]?.attributes.get("slo.report.id"), id)
      assert.strictEqual(spans[0]?.attributes.get("slo.report.id"), id)
    }, Effect.provide(inMemory({}, atOnce)))))

  it.effect("counts its requests and its wait", () =>
    Effect.gen(function*() {
      yield* run(collect())
      const success = Metric.withAttributes(SloReportMetrics.requests, {
        "datadog.site": "datadoghq.com",
        outcome: "success"
      })
      assert.strictEqual((yield* Metric.value(success)).count, 3)
      const waits = Metric.withAttributes(SloReportMetrics.waits, {
        "datadog.site": "datadoghq.com",
        outcome: "completed"
      })
      assert.strictEqual((yield* Metric.value(waits)).count, 1)
    }).pipe(Effect.provide(inMemory({}, atOnce)), Effect.provideService(Metric.MetricRegistry, new Map())))
})

describe("an export's progress", () => {
  it.effect("can be written and read", () =>
    Effect.gen(function*() {
      const progress = valueOf(yield* run(collect()))
      const codec = Schema.toCodecJson(Schema.Array(ExportProgress.ExportProgress))
      const json = JSON.stringify(yield* Schema.encodeEffect(codec)(progress))
      assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(codec)(JSON.parse(json)), progress)
    }).pipe(Effect.provide(inMemory({}, atOnce))))
})
