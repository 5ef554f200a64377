import { type FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, type Exit, Random, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ExportError, ReportExport } from "../../src/index.ts"
import { makeOutside, makeProcess, type Mishap, type Outside, type Process } from "../utils/crash.ts"
import { errorOf, type Files, makeFiles, request, settle, valueOf } from "../utils/world.ts"

type Ended = Exit.Exit<
  ReportExport.Done,
  ExportError.ExportError | ExportError.InvalidExport | ExportError.StoreFailed | ExportError.UnknownExport
>

const beginIn = ({ exports }: Process, options?: ReportExport.Options) =>
  Effect.forkDetach(Effect.exit(exports.exportReport(request, options)), { startImmediately: true })

/** Ends a process; one whose store is away takes a while. */
const close = (process: Process) => Effect.flatMap(Effect.forkDetach(process.close), (fiber) => settle(fiber))

/** Runs an export until its process dies; or, where it doesn't, for long enough after it has ended to write the last. */
const untilDeath = Effect.fnUntraced(function*(process: Process, options?: ReportExport.Options) {
  const fiber = yield* beginIn(process, options)
  for (let i = 0, after = 0; i < 600 && after < 5 && !Deferred.isDoneUnsafe(process.died); i++) {
    yield* TestClock.adjust("1 second")
    if (fiber.pollUnsafe() !== undefined) after++
  }
})

/** An export whose process dies, and another process, where it is asked for again; in a world of its own. */
const crashAt = Effect.fnUntraced(function*(plan: Plan, mishap: Mishap) {
  const files = makeFiles()
  const outside = yield* makeOutside(files, plan.fake)
  const { died, writes } = yield* Effect.tap(makeProcess(outside, mishap), (first) => untilDeath(first, plan.options))
  assert.isTrue(Deferred.isDoneUnsafe(died), `it died at write ${mishap.at}`)
  assert.strictEqual(writes.length, mishap.isDone ? mishap.at : mishap.at - 1)
  return { writes, exit: yield* end(outside, plan.options), files, outside }
})

/** An export in a process that nothing happens to. */
const end = Effect.fnUntraced(function*(outside: Outside, options?: ReportExport.Options) {
  const process = yield* makeProcess(outside)
  const exit = yield* settle(yield* beginIn(process, options))
  yield* close(process)
  return exit
})

interface Plan {
  readonly what: string
  readonly fake?: FakeDatadog.Options
  readonly options?: ReportExport.Options
  /** What must be at the end, wherever it died. */
  readonly check: (end: Ended, outside: Outside, files: Files) => Effect.Effect<void>
}

const oneReport = ({ fake }: Outside) => Effect.map(fake.reportIds, (ids) => assert.strictEqual(ids.length, 1))

const slos = Array.from({ length: 45 }, (_, index) => ({ name: `SLO ${index}`, tags: ["env:prod"] }))

export const plans: ReadonlyArray<Plan> = [
  {
    what: "a report that completes",
    check: Effect.fnUntraced(function*(end, outside, { files }) {
      const { bytes, report } = valueOf(end)
      assert.strictEqual(report?.status, "completed")
      assert.deepStrictEqual([...files.values()].map(({ length }) => length), [bytes])
      yield* oneReport(outside)
    })
  },
  {
    what: "a report that fails",
    fake: { report: { timeline: Timeline.after("10 seconds", "failed") } },
    check: Effect.fnUntraced(function*(end, outside, { files }) {
      assert.strictEqual(errorOf(end)._tag, "ReportFailed")
      assert.strictEqual(files.size, 0)
      yield* oneReport(outside)
    })
  },
  {
    what: "a table of histories",
    fake: { slos },
    options: { source: "history" },
    check: Effect.fnUntraced(function*(end, { fake }, { files }) {
      assert.strictEqual(valueOf(end).exportErrors, 0)
      assert.deepStrictEqual([...files.values()].map((text) => text.split("\n").length), [47])
      const histories = (yield* fake.requests).filter(({ operation }) => operation === "history")
      // A history an SLO; a death costs those of one batch at most.
      assert.isAtMost(histories.length, 45 + 20)
    })
  }
]

/** The writes of an export that nothing happens to. */
const wholeOf = Effect.fnUntraced(function*({ check, fake, options }: Plan) {
  const files = makeFiles()
  const outside = yield* makeOutside(files, fake)
  const process = yield* makeProcess(outside)
  yield* check(yield* settle(yield* beginIn(process, options)), outside, files)
  // The last may come after the end.
  for (let i = 0; i < 5; i++) yield* TestClock.adjust("1 second")
  const writes = [...process.writes]
  yield* close(process)
  return writes
})

/** Whether a process that has made these writes has begun to create, and not stored how that ended. */
const isInterrupted = (writes: ReadonlyArray<string>): boolean =>
  writes.some((what) => what.startsWith("deferred create/1/begun")) && !writes.includes("reply activity create/1")

/** Dies at each write in turn. */
export const each = (plans: ReadonlyArray<Plan>, isDone: boolean): void => {
  it.effect.each(
    plans.map((plan) => [plan.what, isDone ? "done" : "undone", plan, isDone] as const)
  )(
    "leaves nothing that the next one doesn't end as if nothing had happened: %s, the write %s",
    ([, , plan, isDone]) =>
      Effect.gen(function*() {
        yield* TestClock.setTime(Date.parse("2024-02-02T00:00:00Z"))
        const writes = yield* wholeOf(plan)
        assert.isAbove(writes.length, 10)
        let interrupted = 0
        for (let at = 1; at <= writes.length; at++) {
          const { exit, files, outside, writes } = yield* crashAt(plan, { at, isDone })
          if (isInterrupted(writes)) {
            assert.strictEqual(errorOf(exit)._tag, "CreateInterrupted")
            assert.isAtMost((yield* outside.fake.reportIds).length, 1)
            interrupted++
          } else yield* plan.check(exit, outside, files)
        }
        assert.strictEqual(interrupted, plan.options?.source === "history" ? 0 : 1)
      })
  )
}

/** Dies at each write, and nobody asks for the export any more. */
export const serving = (plan: Plan): void => {
  it.effect("leaves nothing that the next one needs to be asked for", () =>
    Effect.gen(function*() {
      const writes = yield* wholeOf(plan)
      for (let at = 1; at <= writes.length; at++) {
        const files = makeFiles()
        const outside = yield* makeOutside(files)
        const first = yield* makeProcess(outside, { at, isDone: true })
        yield* untilDeath(first)
        assert.isTrue(Deferred.isDoneUnsafe(first.died), "it died")
        const second = yield* makeProcess(outside)
        const { exports } = second
        for (let i = 0; i < 40; i++) yield* TestClock.adjust("1 second")
        const [id] = yield* Stream.runCollect(exports.all)
        const exit = yield* settle(yield* Effect.forkChild(Effect.exit(exports.await(id!))), "1 second")
        yield* close(second)
        if (isInterrupted(first.writes)) assert.strictEqual(errorOf(exit)._tag, "CreateInterrupted")
        else yield* plan.check(exit, outside, files)
      }
    }))
}

/** Dies at random writes. */
export const again = (plan: Plan, seeds: ReadonlyArray<number>): void => {
  it.effect.each(seeds)("may do so again and again: seed %i", (seed) =>
    Random.withSeed(
      Effect.gen(function*() {
        for (let i = 0; i < 10; i++) {
          const files = makeFiles()
          const outside = yield* makeOutside(files)
          for (let deaths = 0; deaths < 4; deaths++) {
            const at = yield* Random.nextIntBetween(1, 20)
            yield* untilDeath(yield* makeProcess(outside, { at, isDone: yield* Random.nextBoolean }))
          }
          const exit = yield* end(outside)
          if (exit._tag === "Success") yield* plan.check(exit, outside, files)
          else {
            assert.strictEqual(errorOf(exit)._tag, "CreateInterrupted")
            assert.isAtMost((yield* outside.fake.reportIds).length, 1)
          }
        }
      }),
      `deaths ${seed}`
    ))
}

/** Dies, and is away until shortly before the deadline. */
export const deadline = (): void => {
  it.effect("doesn't give its export more time", () =>
    Effect.gen(function*() {
      const outside = yield* makeOutside(makeFiles(), { report: { timeline: Timeline.after("1 day", "completed") } })
      const first = yield* makeProcess(outside, { at: 10, isDone: true })
      yield* untilDeath(first, { deadline: "10 minutes" })
      yield* TestClock.adjust("9 minutes")
      const { exports } = yield* makeProcess(outside)
      const exit = yield* settle(yield* beginIn({ ...first, exports }), "70 seconds")
      assert.strictEqual(errorOf(exit)._tag, "WaitTimedOut")
    }))
}

/** Has a store that is away at each write in turn, for longer than the engine tries. */
export const away = (plans: ReadonlyArray<Plan>, isDone: boolean): void => {
  it.effect.each(
    plans.map((plan) => [plan.what, isDone ? "done" : "undone", plan, isDone] as const)
  )(
    "goes on where its store is away for a while, as if nothing had happened: %s, the write %s",
    ([, , plan, isDone]) =>
      Effect.gen(function*() {
        yield* TestClock.setTime(Date.parse("2024-02-02T00:00:00Z"))
        const writes = yield* wholeOf(plan)
        for (let at = 1; at <= writes.length; at++) {
          const files = makeFiles()
          const outside = yield* makeOutside(files, plan.fake)
          const process = yield* makeProcess(outside, { at, isDone, away: 8000 })
          const patient = Effect.retry(process.exports.exportReport(request, plan.options), {
            while: ({ _tag }) => _tag === "StoreFailed",
            schedule: Schedule.spaced("1 second")
          })
          const exit = yield* settle(yield* Effect.forkDetach(Effect.exit(patient)))
          yield* plan.check(exit, outside, files)
          yield* close(process)
        }
      })
  )
}
