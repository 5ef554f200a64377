import { Credentials, FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import type { Operation } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Random, type Scope } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { bundle, start, temporaryFolder, until } from "./utils/processes.ts"
import type { Job } from "./utils/worker.ts"

const { FakeDatadog: Fake } = FakeDatadog
const { FakeDatadogServer: Server } = FakeDatadogServer

const worker = Effect.fnUntraced(function*(job: Omit<Job, "filename" | "folder">, folder: string) {
  const { url } = yield* Server
  const paths = { filename: Path.join(folder, "exports.db"), folder: Path.join(folder, "reports") }
  return yield* start(yield* bundle, url, { ...job, ...paths })
})

const withKills = <A, E>(
  test: (
    folder: string
  ) => Effect.Effect<A, E, FakeDatadog.FakeDatadog | FakeDatadogServer.FakeDatadogServer | Scope.Scope>,
  timeline = Timeline.after("2 seconds", "completed")
) =>
  Effect.scoped(Effect.flatMap(temporaryFolder, test)).pipe(
    Effect.provide(FakeDatadogServer.layerTest({ rateLimit: false, report: { timeline } }))
  )

const reports = Fake.use((fake) => fake.reportIds)

/** A request of an operation is on its way. */
const requested = (operation: Operation.Operation, count = 1) =>
  Effect.flatMap(
    Fake,
    (fake) =>
      until(async () =>
        (await Effect.runPromise(fake.requests)).filter((one) => one.operation === operation).length >= count
      )
  )

const query = "env:prod"

const slowAnswer = Fault.make("slow answer", (answer) => Effect.tap(answer, Effect.sleep("20 seconds")))

const filesOf = (folder: string) => {
  const reports = Path.join(folder, "reports")
  return Fs.existsSync(reports) ? Fs.readdirSync(reports).sort() : []
}

const bytesOf = (folder: string, name: string) => Fs.statSync(Path.join(folder, "reports", name)).size

/** The same worker again, to its end. */
const again = (folder: string, job: Omit<Job, "filename" | "folder"> = { queries: [query] }) =>
  Effect.flatMap(worker(job, folder), (one) => Effect.suspend(() => Effect.map(one.ended, () => one.endings()[0])))

interface Point {
  readonly what: string
  readonly fault?: Fault.Fault
  readonly operation: Operation.Operation
  readonly job?: Partial<Job>
  readonly end: string
  readonly reports: number
}

const points: ReadonlyArray<Point> = [
  {
    what: "before Datadog has seen the create call",
    fault: Fault.latency("20 seconds"),
    operation: "create",
    end: "CreateInterrupted",
    reports: 0
  },
  {
    what: "before the create call's answer is there",
    fault: slowAnswer,
    operation: "create",
    end: "CreateInterrupted",
    reports: 1
  },
  {
    what: "the same, of an export that may create a second report",
    fault: slowAnswer,
    operation: "create",
    job: { onLostCreate: "again" },
    end: "Done",
    reports: 2
  },
  { what: "in the wait", operation: "status", end: "Done", reports: 1 },
  {
    what: "in the download",
    fault: Fault.slowBody({ bytes: 100, gap: "1 second" }),
    operation: "download",
    end: "Done",
    reports: 1
  }
]

describe.concurrent("a process that is killed", { timeout: 120_000 }, () => {
  it.live.each(points)(
    "$what",
    ({ end, fault, job, operation, reports: made }) =>
      withKills(Effect.fnUntraced(function*(folder) {
        const fake = yield* Fake
        if (fault !== undefined) yield* fake.inject(fault, { operation })
        const first = yield* worker({ queries: [query], ...job }, folder)
        yield* requested(operation)
        yield* Effect.sleep("100 millis")
        yield* first.kill()
        const ending = yield* again(folder, { queries: [query], ...job })
        assert.strictEqual(ending?.end, end, ending?.message)
        assert.strictEqual((yield* reports).length, made)
        if (end === "Done") {
          assert.deepStrictEqual(filesOf(folder), ["env-prod.csv"])
          assert.strictEqual(bytesOf(folder, "env-prod.csv"), ending?.bytes)
        }
      }))
  )

  it.live("in the wait, and nobody asks for its export any more", () =>
    withKills(Effect.fnUntraced(function*(folder) {
      const first = yield* worker({ queries: [query] }, folder)
      yield* requested("status")
      yield* first.kill()
      const second = yield* worker({ queries: [] }, folder)
      yield* until(() => filesOf(folder).includes("env-prod.csv"))
      yield* second.kill()
      assert.strictEqual((yield* reports).length, 1)
    })))

  it.live("among the histories of a table, and goes on where it was", () =>
    withKills(Effect.fnUntraced(function*(folder) {
      const fake = yield* Fake
      for (let i = 0; i < 60; i++) yield* fake.addSlo({ name: `Kill ${i}`, tags: [query] })
      yield* fake.inject(Fault.latency("100 millis"), { operation: "history", times: Infinity })
      const histories = Effect.map(
        fake.requests,
        (all) => all.filter(({ operation }) => operation === "history").length
      )
      const job = { queries: [query], source: "history" } as const
      const whole = yield* again(yield* temporaryFolder, job)
      const needed = yield* histories
      const first = yield* worker(job, folder)
      yield* requested("history", needed + 50)
      yield* first.kill()
      const ending = yield* again(folder, job)
      assert.strictEqual(ending?.end, "Done", ending?.message)
      assert.strictEqual(bytesOf(folder, "env-prod.csv"), whole?.bytes)
      // A third of the rows had been stored.
      assert.isAtMost((yield* histories) - needed, needed + 50 - needed / 3)
    })))

  it.live("is told in one line that another has the store", () =>
    withKills(Effect.fnUntraced(function*(folder) {
      const first = yield* worker({ queries: [] }, folder)
      yield* first.ready
      const second = yield* worker({ queries: [query] }, folder)
      yield* second.ended
      assert.match(second.errors(), /^.*exports\.db is in use by another process.*\n$/)
      assert.notStrictEqual(second.child.exitCode, 0)
      yield* first.kill()
    })))

  it.live.each([1, 2])(
    "at random, in 25 exports, leaves each with one report and one file, or tells that it can't: seed %i",
    (seed) =>
      withKills(Effect.fnUntraced(function*(folder) {
        const fake = yield* Fake
        yield* fake.inject(Fault.latency("100 millis"), { operation: "create", times: Infinity })
        let kills = 0
        let interrupted = 0
        yield* Random.withSeed(
          Effect.gen(function*() {
            for (let round = 0; round < 5; round++) {
              const queries = Array.from({ length: 5 }, (_, index) => `kill:${round}x${index}`)
              const count = yield* Random.nextIntBetween(1, 4)
              for (let kill = 0; kill < count; kill++) {
                const one = yield* worker({ queries }, folder)
                yield* one.ready
                yield* Effect.sleep(yield* Random.nextIntBetween(0, 1500))
                yield* one.kill()
                kills++
              }
              const last = yield* worker({ queries }, folder)
              yield* last.ended
              const endings = last.endings()
              assert.strictEqual(endings.length, 5, last.errors())
              for (const { bytes, end, query } of endings) {
                const made = (yield* fake.requests).filter((one) =>
                  one.operation === "create" && one.body.includes(query)
                )
                const answered = made.filter(({ status }) => status === 200)
                assert.isAtMost(made.length, 1, query)
                if (end === "Done") {
                  assert.strictEqual(bytesOf(folder, `${query.replace(":", "-")}.csv`), bytes)
                  assert.strictEqual(answered.length, 1)
                } else {
                  assert.strictEqual(end, "CreateInterrupted")
                  interrupted++
                }
              }
            }
          }),
          `kills ${seed}`
        )
        const done = filesOf(folder)
        assert.strictEqual(done.length + interrupted, 25)
        assert.isTrue(done.every((name) => name.endsWith(".csv")))
        const lost = (yield* reports).length - done.length
        console.log(`${kills} kills: ${done.length} done, ${interrupted} interrupted, ${lost} reports whose id is lost`)
        assert.isAtMost(lost, interrupted)
        assert.isAtLeast(lost, 0)
        const rows = Fs.readFileSync(Path.join(folder, "exports.db"), "latin1")
        for (const key of [Credentials.standard.apiKey, Credentials.standard.applicationKey]) {
          assert.notInclude(rows, key)
        }
      })),
    300_000
  )
})

describe("a process that was killed", { timeout: 60_000 }, () => {
  it.live("goes on within a second of its next start, and ends within one when it is asked to", () =>
    withKills(
      Effect.fnUntraced(function*(folder) {
        const fake = yield* Fake
        const first = yield* worker({ queries: [query] }, folder)
        yield* requested("status")
        yield* first.kill()
        const polls = (yield* fake.requests).length
        const second = yield* worker({ queries: [] }, folder)
        yield* second.ready
        const readyAt = performance.now()
        yield* until(async () => (await Effect.runPromise(fake.requests)).length > polls)
        const resumed = performance.now() - readyAt
        const askedAt = performance.now()
        yield* second.kill("SIGTERM")
        const ended = performance.now() - askedAt
        console.log(`resumed after ${Math.round(resumed)} ms, ended after ${Math.round(ended)} ms`)
        assert.isAtMost(resumed, 1000)
        assert.isAtMost(ended, 2000)
      }),
      Timeline.after("1 minute", "completed")
    ))
})
