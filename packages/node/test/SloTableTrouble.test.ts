import type { ReportIntervals, SloReportRequest } from "@effect-datadog/slo-report"
import { FakeDatadog, Fault, type Operation, ReportEndpoints, Slo } from "@effect-datadog/slo-report-testing"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Exit, Fiber, FileSystem, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy, SloReportClient } from "../src/index.ts"
import { inFlight } from "./utils/client.ts"
import { errorOf, injectInto, sent, sentTo, valueOf } from "./utils/flow.ts"
import { settle } from "./utils/pacing.ts"
import { addSlos, cellsOf, exported, exportOf, historyOnly, requestOf, rowsOf, runStepwise } from "./utils/table.ts"
import { inMemory, withCountedSleeps } from "./utils/wait.ts"

const now = TestClock.setTime(Date.UTC(2026, 0, 1))

const request = requestOf()

const table = (of: SloReportRequest.SloReportRequest = request, options = {}) =>
  Stream.runCollect(rowsOf(of, { ...historyOnly, ...options }))

// Its months begin within buckets, so that each is asked for.
const kolkata = requestOf({ timezone: "Asia/Kolkata" })

describe("a table of histories that meets trouble", () => {
  const faults = {
    "a 429": Fault.status(429, { headers: { "X-RateLimit-Reset": "3" } }),
    "a 500": Fault.status(500),
    "a 512": Fault.status(512),
    "a reset": Fault.reset,
    "a lost answer": Fault.lostAnswer,
    "a truncated body": Fault.truncate(60),
    "a reset within the body": Fault.resetBody(60)
  }
  const phases: ReadonlyArray<readonly [string, Operation.Operation, SloReportRequest.SloReportRequest]> = [
    ["the search", "search", request],
    ["a history that is cut", "history", request],
    ["a history of one interval", "history", kolkata]
  ]
  for (const [phase, operation, of] of phases) {
    for (const [name, fault] of Object.entries(faults)) {
      it.effect(`passes ${name} in ${phase}, and is the same table`, () =>
        Effect.gen(function*() {
          yield* now
          yield* addSlos(3)
          const calm = valueOf(yield* runStepwise(table(of)))
          yield* injectInto(operation, fault, 2)
          assert.deepStrictEqual(valueOf(yield* runStepwise(table(of))), calm)
        }).pipe(Effect.provide(inMemory())))
    }
  }

  for (const [status, tag] of [[401, "DatadogUnauthorized"], [403, "DatadogForbidden"]] as const) {
    it.effect(`ends with ${tag} where the first history meets ${status}, and asks for no other`, () =>
      Effect.gen(function*() {
        yield* now
        yield* addSlos(100)
        yield* injectInto("history", Fault.status(status), Infinity)
        assert.strictEqual(errorOf(yield* runStepwise(table(kolkata)))._tag, tag)
        assert.strictEqual((yield* sentTo("history")).length, 1)
      }).pipe(Effect.provide(inMemory())))
  }

  for (const status of [400, 401, 403, 404, 503]) {
    it.effect(`ends where the search meets ${status}`, () =>
      Effect.gen(function*() {
        yield* now
        yield* injectInto("search", Fault.status(status), Infinity)
        assert.deepInclude(errorOf(yield* runStepwise(table())), { status })
        assert.deepStrictEqual(yield* sentTo("history"), [])
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))
  }

  it.effect("ends where a later page of the search fails", () =>
    Effect.gen(function*() {
      yield* now
      yield* addSlos(101)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.status(500), {
        operation: "search",
        when: ({ query }) => query["page[number]"] === "1",
        times: Infinity
      })
      assert.deepInclude(errorOf(yield* runStepwise(table())), { status: 500 })
      assert.deepStrictEqual(yield* sentTo("history"), [])
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))

  for (const status of [400, 403, 404, 409, 429, 500, 512]) {
    for (const  of of[request, kolkata]) {
      it.effect(`has an export error in the row of an SLO that meets ${status}, and in no other (${of.timezone})`, () =>
        Effect.gen(function*() {
          yield* now
          const ids = yield* addSlos(4)
          const fake = yield* FakeDatadog.FakeDatadog
          yield* fake.inject(Fault.status(status), {
            operation: "history",
            when: ({ path }) => path.includes(ids[2]!),
            times: Infinity
          })
          const rows = valueOf(yield* runStepwise(table(of)))
          assert.deepStrictEqual(rows.map(({ exportError }) => exportError !== undefined), [false, false, true, false])
          assert.match(rows[2]!.exportError!, new RegExp(`^GET /api/v1/slo/${ids[2]}/history: .*${status}`))
          assert.isTrue(cellsOf(rows)[2]!.every((cell) => cell === ""))
          assert.strictEqual(rows[2]!.target, 99.9)
        }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))
    }
  }

  it.effect("has an export error in the row of an SLO that is deleted after the search", () =>
    Effect.gen(function*() {
      yield* now
      const ids = yield* addSlos(3)
      yield* TestClock.adjust("2 hours")
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.removeSlo(ids[1]!)
      const rows = valueOf(yield* runStepwise(table()))
      assert.deepStrictEqual(rows.map(({ exportError }) => exportError !== undefined), [false, true, false])
      // The history of the whole period was enough to know.
      assert.strictEqual((yield* sentTo("history")).length, 3)
    }).pipe(Effect.provide(inMemory({}, { sloApi: { indexLag: "1 hour" } }))))

  it.effect("asks no more for an SLO once one of its intervals has failed", () =>
    Effect.gen(function*() {
      yield* now
      const ids = yield* addSlos(2)
      yield* TestClock.adjust("2 hours")
      yield* injectInto("history", Fault.latency("100 millis"), Infinity)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.removeSlo(ids[1]!)
      valueOf(yield* runStepwise(table(kolkata), "50 millis"))
      assert.strictEqual((yield* sentTo("history")).filter(({ path }) => path.includes(ids[0]!)).length, 12)
      // Those that were under way.
      assert.isAtMost((yield* sentTo("history")).filter(({ path }) => path.includes(ids[1]!)).length, 4)
    }).pipe(Effect.provide(inMemory({}, { rateLimit: undefined, sloApi: { indexLag: "1 hour" } }))))

  it.effect("asks for each interval where the history of the whole period is refused", () =>
    Effect.gen(function*() {
      yield* now
      yield* addSlos(1)
      const calm = valueOf(yield* runStepwise(table()))
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.status(400, { messages: ["The query is too long"] }), { operation: "history" })
      assert.deepStrictEqual(valueOf(yield* runStepwise(table())), calm)
    }).pipe(Effect.provide(inMemory())))

  for (
    const message of [
      "Queries ending outside the retention date are invalid",
      "The timeframe is incorrect: slo from_ts must be greater than something"
    ]
  ) {
    it.effect(`has an empty cell where Datadog says "${message}"`, () =>
      Effect.gen(function*() {
        yield* now
        yield* addSlos(1)
        const fake = yield* FakeDatadog.FakeDatadog
        yield* fake.inject(Fault.status(400, { family: "strings", messages: [message] }), { operation: "history" })
        const [row] = valueOf(yield* runStepwise(table(kolkata)))
        assert.isUndefined(row?.exportError)
        assert.deepStrictEqual(row?.cells.map(({ raw }) => raw !== ""), [
          false,
          ...Array(row!.cells.length - 1).fill(true)
        ])
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("ends with the error where nothing came through: there is no table of errors alone", () =>
    Effect.gen(function*() {
      yield* now
      yield* addSlos(3)
      yield* injectInto("history", Fault.status(503), Infinity)
      assert.strictEqual(errorOf(yield* runStepwise(table()))._tag, "DatadogServerError")
    }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))

  it.effect("retries by the policy in force", () =>
    Effect.gen(function*() {
      yield* now
      yield* addSlos(2)
      yield* injectInto("history", Fault.status(503), 1)
      const once = Effect.provideService(table(requestOf({ to: "2024-02-01" })), RetryPolicy.Current, RetryPolicy.none)
      const rows = valueOf(yield* runStepwise(once))
      assert.deepStrictEqual(rows.map(({ exportError }) => exportError !== undefined), [true, false])
      assert.strictEqual((yield* sentTo("history")).length, 2)
    }).pipe(Effect.provide(inMemory())))
})

describe("a table of histories that can't be", () => {
  const times = { from: DateTime.makeUnsafe("2024-01-01"), to: DateTime.makeUnsafe("2024-03-01") }
  const plain: Readonly<Record<ReportIntervals.InvalidReportPeriod["member"], SloReportRequest.SloReportRequest>> = {
    timezone: { query: "a", ...times, interval: "daily", timezone: "Mars/Olympus" },
    from: { query: "a", from: times.to, to: times.from, interval: "daily" },
    interval: { query: "a", ...times },
    to: { query: "a", from: times.from, to: DateTime.makeUnsafe("2024-01-20"), interval: "monthly" }
  }
  for (const member of ["timezone", "from", "interval", "to"] as const) {
    it.effect(`is InvalidReportPeriod, and nothing is sent: ${member}`, () =>
      Effect.gen(function*() {
        yield* now
        assert.deepInclude(errorOf(yield* runStepwise(table(plain[member]))), { _tag: "InvalidReportPeriod", member })
        assert.deepStrictEqual(yield* sent, [])
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is an error as that of a report where the query is empty, and nothing is sent", () =>
    Effect.gen(function*() {
      yield* now
      const error = errorOf(yield* runStepwise(table({ query: " ", ...times, interval: "daily" })))
      assert.strictEqual(error._tag, "DatadogTransportError")
      assert.deepStrictEqual(yield* sent, [])
    }).pipe(Effect.provide(inMemory())))

  it.effect("is InvalidReportPeriod where every interval ends in the future", () =>
    Effect.gen(function*() {
      yield* now
      const future = requestOf({ from: "2026-02-01", to: "2027-01-01" })
      assert.strictEqual(errorOf(yield* runStepwise(table(future)))._tag, "InvalidReportPeriod")
    }).pipe(Effect.provide(inMemory())))

  it.effect("is SloTableTooLarge after the first page, before any history", () =>
    Effect.gen(function*() {
      yield* now
      yield* addSlos(251)
      assert.deepInclude(errorOf(yield* runStepwise(table(request, { maxSlos: 250 }))), {
        _tag: "SloTableTooLarge",
        found: 251,
        limit: 250
      })
      assert.deepStrictEqual((yield* sent).length, 1)
      assert.strictEqual(valueOf(yield* runStepwise(table(request, { maxSlos: 251 }))).length, 251)
    }).pipe(Effect.provide(inMemory())), 30_000)

  it.effect("has no more than 1,000 SLOs unless it is told so", () =>
    Effect.gen(function*() {
      yield* now
      yield* addSlos(1001)
      assert.deepInclude(errorOf(yield* runStepwise(table())), { _tag: "SloTableTooLarge", limit: 1000 })
    }).pipe(Effect.provide(inMemory())))

  it.effect("has no row, and its file only a header, where the query finds nothing", () =>
    Effect.gen(function*() {
      yield* now
      const { csv } = valueOf(
        yield* runStepwise(exported(requestOf({ query: "service:none", to: "2024-03-01" }), historyOnly))
      )
      assert.strictEqual(csv, "id,slo_type,name,target,export_error,2024-01-01,2024-02-01\n")
      assert.deepStrictEqual((yield* sent).map(({ operation }) => operation), ["search"])
    }).pipe(Effect.provide(inMemory({}, { slos: Slo.standard }))))
})

describe("a table of histories that is given up", () => {
  const phases: Readonly<
    Record<string, readonly [Operation.Operation, Fault.Fault, SloReportRequest.SloReportRequest]>
  > = {
    "in the search": ["search", Fault.hang, request],
    "in the sleep before it is asked again": [
      "search",
      Fault.status(429, { headers: { "Retry-After": "60" } }),
      request
    ],
    "in histories that are cut": ["history", Fault.hang, request],
    "in histories of one interval": ["history", Fault.hang, kolkata],
    "in the body of a history": ["history", Fault.stall(50), kolkata],
    "in the sleep before a history is asked for again": [
      "history",
      Fault.status(503, { headers: { "Retry-After": "60" } }),
      kolkata
    ],
    "while the limit has no room": ["history", Fault.status(429, { headers: { "X-RateLimit-Reset": "60" } }), kolkata]
  }
  for (const [name, [operation, fault, of]] of Object.entries(phases)) {
    it.effect(`leaves neither a request nor a timer ${name}`, () =>
      withCountedSleeps(Effect.fnUntraced(function*(pending) {
        yield* now
        yield* addSlos(20)
        yield* injectInto(operation, fault, Infinity)
        const fiber = yield* Effect.forkChild(table(of), { startImmediately: true })
        for (let steps = 0; steps < 5; steps++) yield* Effect.andThen(settle, TestClock.adjust("500 millis"))
        assert.isUndefined(fiber.pollUnsafe())
        assert.isAtLeast((yield* inFlight) + pending(), 1)
        yield* Fiber.interrupt(fiber)
        yield* settle
        assert.deepStrictEqual([yield* inFlight, pending()], [0, 0])
      }, Effect.provide(inMemory()))))
  }

  it.effect("ends with the listener that takes no more of it, and so do its requests", () =>
    Effect.gen(function*() {
      yield* now
      yield* addSlos(20)
      const rows = valueOf(yield* runStepwise(Stream.runCollect(Stream.take(rowsOf(kolkata, historyOnly), 1))))
      assert.strictEqual(rows.length, 1)
      yield* settle
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory())))
})

describe("a file of histories", () => {
  const layer = Layer.mergeAll(
    inMemory({ retry: RetryPolicy.none }, { reportEndpoints: ReportEndpoints.closed(403) }),
    NodeServices.layer
  )

  const inFolder = Effect.gen(function*() {
    yield* now
    const fs = yield* FileSystem.FileSystem
    return { fs, folder: yield* fs.makeTempDirectoryScoped() }
  })

  const exportTo = (path: string) =>
    Stream.unwrap(SloReportClient.SloReportClient.useSync((client) => client.exportReportTo(path, request)))

  it.effect("appears whole, and is what an export hands on", () =>
    Effect.gen(function*() {
      const { folder, fs } = yield* inFolder
      yield* addSlos(3)
      const exit = yield* TestClock.withLive(Effect.exit(Stream.runDrain(exportTo(`${folder}/a.csv`))))
      assert.isTrue(Exit.isSuccess(exit))
      const { csv } = valueOf(yield* runStepwise(exported(request)))
      assert.strictEqual(yield* fs.readFileString(`${folder}/a.csv`), csv)
    }).pipe(Effect.provide(layer)))

  it.live("is not there, nor a part of it, where a search or every history fails", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* addSlos(3)
      for (const operation of ["history", "search"] as const) {
        yield* injectInto(operation, Fault.status(500), Infinity)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Stream.runDrain(exportTo(`${folder}/a.csv`)))))
        assert.deepStrictEqual(yield* fs.readDirectory(folder), [])
      }
    }).pipe(Effect.provide(layer)))

  it.live("is not there, nor a part of it, where the export is interrupted between two rows", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* addSlos(5)
      yield* exportTo(`${folder}/a.csv`).pipe(
        Stream.takeUntil(({ _tag }) => _tag === "RowDone"),
        Stream.runDrain
      )
      assert.deepStrictEqual(yield* fs.readDirectory(folder), [])
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(layer)))

  it.effect("says how many rows have an export error", () =>
    Effect.gen(function*() {
      yield* now
      yield* addSlos(2, (index) => index === 1 ? { exportError: "Query timed out" } : {})
      const progress = valueOf(yield* runStepwise(Stream.runCollect(exportOf(request))))
      const last = progress.at(-1)
      assert.strictEqual(last?._tag === "Done" ? last.exportErrors : last?._tag, 1)
    }).pipe(Effect.provide(layer)))
})
