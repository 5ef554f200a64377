import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Random, type Scope } from "effect"
import * as Path from "node:path"
import { missing, postgres } from "./utils/postgres.ts"
import { bundle, start, temporaryFolder, until } from "./utils/processes.ts"
import type { Job } from "./utils/worker.ts"

const { FakeDatadog: Fake } = FakeDatadog
const { FakeDatadogServer: Server } = FakeDatadogServer

type World = FakeDatadog.FakeDatadog | FakeDatadogServer.FakeDatadogServer | Scope.Scope

const inWorld = <A>(test: Effect.Effect<A, never, World>, timeline = Timeline.after("1 hour", "completed")) =>
  test.pipe(
    Effect.scoped,
    Effect.provide(FakeDatadogServer.layerTest({ rateLimit: false, report: { timeline } }))
  )

const worker = (job: Job) =>
  Effect.flatMap(Server, ({ url }) => Effect.flatMap(bundle, (script) => start(script, url, job)))

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}:${index}`)

const polls = Effect.map(
  Fake.use((fake) => fake.requests),
  (all) => all.filter(({ operation }) => operation === "status")
)

/** Ends the process that polls for four, and tells when the others have polled for each of its waits. */
const takeOver = (signal: NodeJS.Signals) =>
  Effect.gen(function*() {
    const { url } = yield* postgres
    const folder = yield* temporaryFolder
    const workers = yield* Effect.forEach(
      [8, 8, 7, 7],
      (count, index) => worker({ url, folder, queries: names(count, `wait${index}`) }),
      { concurrency: "unbounded" }
    )
    const fake = yield* Fake
    const reports = Effect.map(polls, (all) => new Set(all.map(({ path }) => path)))
    yield* until(async () => (await Effect.runPromise(Effect.provideService(reports, Fake, fake))).size === 30)
    yield* Effect.sleep("2 seconds")
    const owner = (yield* polls).at(-1)!.headers["x-worker"]
    const before = (yield* polls).length
    const at = Date.now()
    const victim = workers.find(({ child }) => String(child.pid) === owner)!
    yield* Effect.forkChild(victim.kill(signal))
    const elsewhere = Effect.map(polls, (all) => {
      const first = new Map<string, number>()
      for (const { at: polled, headers, path } of all.slice(before)) {
        if (headers["x-worker"] !== owner && !first.has(path)) first.set(path, polled - at)
      }
      return [...first.values()].sort((a, b) => a - b)
    })
    const all = Effect.provideService(elsewhere, Fake, fake)
    yield* until(async () => (await Effect.runPromise(all)).length === 30).pipe(Effect.timeoutOption("60 seconds"))
    const after = yield* all
    console.log(`${signal}: first ${after[0]} ms, median ${after[15]} ms, last ${after[29]} ms`)
    const creates = (yield* fake.requests).filter(({ operation }) => operation === "create")
    assert.strictEqual(creates.length, 30)
    return after[29] ?? Infinity
  })

/** Durations as they are spread in life: a median of 20 seconds, some of minutes. */
const spread = (fake: FakeDatadog.Service) =>
  Effect.forkChild(Effect.forever(Effect.gen(function*() {
    const [a, b] = [yield* Random.next, yield* Random.next]
    const normal = Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b)
    yield* fake.setReportDefaults({ timeline: Timeline.after(20_000 * Math.exp(0.8 * normal), "completed") })
    yield* Effect.sleep("5 millis")
  })))

/** Three processes with 100 exports each. */
const crowd = (store: (index: number) => Effect.Effect<Pick<Job, "filename" | "url">, never, Scope.Scope>) =>
  Effect.gen(function*() {
    const fake = yield* Fake
    yield* fake.setRateLimit({ limit: 100, period: "10 seconds", name: "slo_report_status" }, "status")
    yield* spread(fake)
    const folder = yield* temporaryFolder
    const workers = yield* Effect.forEach(
      [0, 1, 2],
      (index) =>
        Effect.flatMap(store(index), (store) => worker({ ...store, folder, queries: names(100, `crowd${index}`) }))
    )
    yield* Effect.forEach(workers, ({ ended }) => ended, { concurrency: "unbounded", discard: true })
    const requests = yield* fake.requests
    const refused = requests.filter(({ status }) => status === 429)
    const endings = workers.flatMap(({ endings }) => endings())
    assert.deepStrictEqual(endings.filter(({ end }) => end !== "Done"), [])
    assert.strictEqual(endings.length, 300)
    return { polls: (yield* polls).length, refused: refused.length }
  })

describe.skipIf(missing !== undefined)(`processes of one store${missing === undefined ? "" : ` (${missing})`}`, {
  timeout: 400_000
}, () => {
  it.live("take over from one that is killed within 20 seconds", () =>
    inWorld(Effect.map(takeOver("SIGKILL"), (last) => assert.isAtMost(last, 20_000))))

  it.live("take over from one that is asked to end within 2 seconds", () =>
    inWorld(Effect.map(takeOver("SIGTERM"), (last) => assert.isAtMost(last, 2000))))

  it.live("share one pace: three with 100 exports each meet no 429", () =>
    Effect.gen(function*() {
      const shared = yield* inWorld(Effect.flatMap(postgres, ({ url }) => crowd(() => Effect.succeed({ url }))))
      const alone = yield* inWorld(
        crowd(() => Effect.map(temporaryFolder, (folder) => ({ filename: Path.join(folder, "exports.db") })))
      )
      console.log("one store:", shared, "three stores:", alone)
      assert.strictEqual(shared.refused, 0)
    }))
})
