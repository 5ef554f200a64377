import { Credentials, FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Random, Redacted, type Scope } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { bundle, start, temporaryFolder, until, type Worker } from "./utils/processes.ts"
import { missing, type Postgres, postgres } from "./utils/postgres.ts"

const { FakeDatadog: Fake } = FakeDatadog
const { FakeDatadogServer: Server } = FakeDatadogServer

interface World {
  readonly database: Postgres
  readonly folder: string
  /** A worker with so many exports of its own; none: it serves. */
  readonly worker: (
    queries: ReadonlyArray<string>
  ) => Effect.Effect<Worker, never, Scope.Scope | FakeDatadogServer.FakeDatadogServer>
}

const withPostgres = <A, E>(
  test: (
    world: World
  ) => Effect.Effect<A, E, FakeDatadog.FakeDatadog | FakeDatadogServer.FakeDatadogServer | Scope.Scope>,
  fake: FakeDatadog.Options = { report: { timeline: Timeline.after("3 seconds", "completed") } }
) =>
  Effect.gen(function*() {
    const script = yield* bundle
    const folder = yield* temporaryFolder
    const database = yield* postgres
    const worker: World["worker"] = (queries) =>
      Effect.flatMap(Server, ({ url }) => start(script, url, { url: database.url, folder, queries }))
    return yield* test({ database, folder, worker })
  }).pipe(
    Effect.scoped,
    Effect.provide(FakeDatadogServer.layerTest({ rateLimit: false, ...fake }))
  )

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}:${index}`)

/** The invariants: a report for each done export, or one whose id is known to be lost; whole files; no key stored. */
const check = Effect.fnUntraced(
  function*({ database, folder }: World, endings: ReadonlyArray<Worker["endings"]>, count: number) {
    const all = endings.flatMap((endings) => endings())
    const byQuery = new Map(all.map((ending) => [ending.query, ending]))
    assert.strictEqual(byQuery.size, count)
    const done = [...byQuery.values()].filter(({ end }) => end === "Done")
    const interrupted = [...byQuery.values()].filter(({ end }) => end === "CreateInterrupted")
    assert.strictEqual(done.length + interrupted.length, count, JSON.stringify(all.filter(({ end }) => end !== "Done")))
    for (const { bytes, query } of done) {
      assert.strictEqual(Fs.statSync(Path.join(folder, `${query.replace(":", "-")}.csv`)).size, bytes)
    }
    const requests = yield* Fake.use((fake) => fake.requests)
    const creates = requests.filter(({ operation }) => operation === "create")
    for (const { query } of byQuery.values()) {
      const made = creates.filter(({ body }) => body.includes(`"${query}"`)).length
      assert.isAtMost(made, 1, query)
    }
    const reports = (yield* Fake.use((fake) => fake.reportIds)).length
    const lost = reports - done.length
    assert.isAtLeast(lost, 0)
    assert.isAtMost(lost, interrupted.length)
    const rows = yield* dump(database.url)
    for (const key of [Credentials.standard.apiKey, Credentials.standard.applicationKey]) assert.notInclude(rows, key)
    return { done: done.length, interrupted: interrupted.length, lost, requests: requests.length }
  }
)

/** All rows of all tables, as text. */
const dump = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    const tables = yield* sql<{ readonly tablename: string }>`
      SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
    assert.isTrue(tables.every(({ tablename }) => tablename.startsWith("slo_report_")))
    const rows = yield* Effect.forEach(tables, ({ tablename }) => sql`SELECT t::text AS row FROM ${sql(tablename)} t`)
    return JSON.stringify(rows)
  }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url) })), Effect.scoped)

describe.skipIf(missing !== undefined)(
  `processes over one Postgres${missing === undefined ? "" : ` (${missing})`}`,
  {
    timeout: 300_000,
    concurrent: true
  },
  () => {
    it.live.each(
      [
        ["answers are quick", Fault.latency("300 millis")],
        ["answers are slow", Fault.make("slow answer", (answer) => Effect.tap(answer, Effect.sleep("1200 millis")))]
      ] as const
    )(
      "are killed at random, and no export is lost or has two reports: %s",
      ([, fault]) =>
        withPostgres(Effect.fnUntraced(function*(world) {
          yield* Fake.use((fake) => fake.inject(fault, { operation: "create", times: Infinity }))
          const count = 60
          const queries = [0, 1, 2].map((worker) => names(count / 3, `worker${worker}`))
          const endings: Array<Worker["endings"]> = []
          const kills = yield* Random.withSeed(
            Effect.gen(function*() {
              const workers = yield* Effect.forEach(queries, world.worker, { concurrency: "unbounded" })
              let kills = 0
              for (let i = 0; i < 6; i++) {
                yield* Effect.sleep(yield* Random.nextIntBetween(300, 2500))
                const victim = yield* Random.nextIntBetween(0, 2)
                yield* workers[victim]!.kill()
                kills++
                endings.push(workers[victim]!.endings)
                workers[victim] = yield* world.worker(queries[victim]!)
              }
              for (const worker of workers) {
                yield* worker.ended
                endings.push(worker.endings)
              }
              return kills
            }),
            "postgres"
          )
          const result = yield* check(world, endings, count)
          console.log(`${kills} kills:`, result)
          assert.isAtMost(result.interrupted, 5 * kills)
        }))
    )

    it.live("tell which five creates were under way in one that was killed, and send none again", () =>
      withPostgres(Effect.fnUntraced(function*(world) {
        const count = 20
        let creates = 0
        let isSlow = true
        const slow = Fault.make(
          "slow answer",
          (answer) =>
            Effect.suspend(() => creates++ > 0 && isSlow ? Effect.tap(answer, Effect.sleep("20 seconds")) : answer)
        )
        const fake = yield* Fake
        yield* fake.inject(slow, { operation: "create", times: Infinity })
        const first = yield* world.worker(names(count, "begun"))
        const made = Effect.map(fake.reportIds, ({ length }) => length)
        yield* until(async () => (await Effect.runPromise(made)) === 6)
        // What was answered is stored, what was not is in the air, and nothing else was sent.
        yield* Effect.sleep("2 seconds")
        assert.strictEqual(yield* made, 6)
        yield* first.kill()
        isSlow = false
        const second = yield* world.worker(names(count, "begun"))
        yield* second.ended
        const { done, interrupted, lost } = yield* check(world, [second.endings], count)
        assert.deepStrictEqual({ done, interrupted, lost }, { done: count - 5, interrupted: 5, lost: 5 })
      })))

    it.live("go on when one was frozen for longer than its locks are kept", () =>
      withPostgres(
        Effect.fnUntraced(function*(world) {
          const first = yield* world.worker(names(20, "frozen"))
          yield* first.ready
          yield* Effect.sleep("3 seconds")
          const second = yield* world.worker(names(1, "other"))
          yield* second.ready
          yield* Effect.sleep("2 seconds")
          first.child.kill("SIGSTOP")
          yield* Effect.sleep("25 seconds")
          first.child.kill("SIGCONT")
          yield* first.ended
          yield* second.ended
          console.log(yield* check(world, [first.endings, second.endings], 21))
        }),
        { report: { timeline: Timeline.after("15 seconds", "completed") } }
      ))

    it.live("go on when the server was away for 8 seconds", () =>
      withPostgres(
        Effect.fnUntraced(function*(world) {
          const workers = yield* Effect.forEach([0, 1], (worker) => world.worker(names(10, `away${worker}`)))
          for (const { ready } of workers) yield* ready
          yield* Effect.sleep("4 seconds")
          yield* world.database.crash
          yield* Effect.sleep("8 seconds")
          yield* world.database.restart
          for (const { ended } of workers) yield* ended
          console.log(yield* check(world, workers.map(({ endings }) => endings), 20))
        }),
        { report: { timeline: Timeline.after("10 seconds", "completed") } }
      ))
  }
)
