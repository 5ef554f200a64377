import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { missing, postgres } from "./utils/postgres.ts"
import { bundle, start, temporaryFolder, until } from "./utils/processes.ts"
import type { Job } from "./utils/worker.ts"

const { FakeDatadog: Fake } = FakeDatadog
const { FakeDatadogServer: Server } = FakeDatadogServer

type World = FakeDatadog.FakeDatadog | FakeDatadogServer.FakeDatadogServer | Scope.Scope

const inWorld = <A>(test: Effect.Effect<A, never, World>) =>
  test.pipe(
    Effect.scoped,
    Effect.provide(
      FakeDatadogServer.layerTest({
        rateLimit: false,
        report: { timeline: Timeline.after("6 seconds", "completed") }
      })
    )
  )

const queries = ["backup:0", "backup:1", "backup:2"]

const worker = (store: Pick<Job, "filename" | "url">, folder: string, asked: ReadonlyArray<string> = queries) =>
  Effect.flatMap(
    Server,
    ({ url }) => Effect.flatMap(bundle, (script) => start(script, url, { ...store, folder, queries: asked }))
  )

const polled = Effect.flatMap(Fake, (fake) =>
  until(async () => {
    const requests = await Effect.runPromise(fake.requests)
    return new Set(requests.flatMap(({ operation, path }) => operation === "status" ? [path] : [])).size ===
      queries.length
  }))

/** A restored store goes on with the reports that there are, and puts whole files. */
const goesOn = Effect.fnUntraced(function*(store: Pick<Job, "filename" | "url">) {
  const folder = yield* temporaryFolder
  const second = yield* worker(store, folder)
  yield* second.ended
  const endings = second.endings()
  assert.deepStrictEqual(endings.map(({ end }) => end), ["Done", "Done", "Done"], second.errors())
  for (const { bytes, query } of endings) {
    assert.strictEqual(Fs.statSync(Path.join(folder, `${query.replace(":", "-")}.csv`)).size, bytes)
  }
  assert.strictEqual((yield* (yield* Fake).reportIds).length, queries.length)
})

describe("a copy", { timeout: 120_000, concurrent: true }, () => {
  it.live("of the files of SQLite, made after a kill, is gone on with; so is one by VACUUM INTO", () =>
    inWorld(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const filename = Path.join(folder, "exports.db")
      const first = yield* worker({ filename }, folder)
      yield* polled
      yield* first.kill()
      const copies = yield* temporaryFolder
      const [files, vacuumed] = [Path.join(copies, "files.db"), Path.join(copies, "vacuumed.db")]
      // What was stored last is in the second file.
      assert.isAbove(Fs.statSync(`${filename}-wal`).size, 0)
      for (const suffix of ["", "-wal"]) Fs.copyFileSync(`${filename}${suffix}`, `${files}${suffix}`)
      new DatabaseSync(filename).exec(`VACUUM INTO '${vacuumed}'`)
      yield* goesOn({ filename: files })
      yield* goesOn({ filename: vacuumed })
    })))

  it.live("of the file of SQLite alone, made after its process was asked to end, is gone on with", () =>
    inWorld(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const filename = Path.join(folder, "exports.db")
      const first = yield* worker({ filename }, folder)
      yield* polled
      yield* first.kill("SIGTERM")
      assert.isFalse(Fs.existsSync(`${filename}-wal`))
      const copy = Path.join(yield* temporaryFolder, "exports.db")
      Fs.copyFileSync(filename, copy)
      yield* goesOn({ filename: copy })
    })))

  const why = missing === undefined ? "" : ` (${missing})`

  it.live.skipIf(missing !== undefined)(
    `of the tables in Postgres, made by pg_dump beside workers, is gone on with in another server${why}`,
    () =>
      inWorld(Effect.gen(function*() {
        const folder = yield* temporaryFolder
        const [old, restored] = yield* Effect.all([postgres, postgres], { concurrency: "unbounded" })
        const first = yield* worker(old, folder)
        yield* polled
        const dump = yield* old.tool("pg_dump", ["--no-owner", "-t", "slo_report_*", "postgres"])
        yield* first.kill()
        yield* restored.tool("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"], dump)
        yield* goesOn(restored)
      }))
  )
})
