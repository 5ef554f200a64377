import { FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { missing, postgres } from "./utils/postgres.ts"
import { temporaryFolder, until } from "./utils/processes.ts"
import type { Job } from "./utils/worker.ts"
import { inWorld, worker } from "./utils/workers.ts"

const { FakeDatadog: Fake } = FakeDatadog

const timeline = Timeline.after("6 seconds", "completed")

const queries = ["backup:0", "backup:1", "backup:2"]

const polled = Effect.flatMap(Fake, (fake) =>
  until(async () => {
    const requests = await Effect.runPromise(fake.requests)
    return new Set(requests.flatMap(({ operation, path }) => operation === "status" ? [path] : [])).size ===
      queries.length
  }))

/** A process whose reports are all created, and none of them done. */
const waiting = Effect.fnUntraced(function*(store: Pick<Job, "filename" | "url">) {
  const process = yield* worker({ ...store, folder: yield* temporaryFolder, queries })
  yield* polled
  return process
})

const database = Effect.map(temporaryFolder, (folder) => Path.join(folder, "exports.db"))

/** A restored store goes on with the reports that there are, and puts whole files. */
const goesOn = Effect.fnUntraced(function*(store: Pick<Job, "filename" | "url">) {
  const folder = yield* temporaryFolder
  const second = yield* worker({ ...store, folder, queries })
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
    inWorld(
      Effect.gen(function*() {
        const filename = yield* database
        const first = yield* waiting({ filename })
        yield* first.kill()
        const copies = yield* temporaryFolder
        const [files, vacuumed] = [Path.join(copies, "files.db"), Path.join(copies, "vacuumed.db")]
        // What was stored last is in the second file.
        assert.isAbove(Fs.statSync(`${filename}-wal`).size, 0)
        for (const suffix of ["", "-wal"]) Fs.copyFileSync(`${filename}${suffix}`, `${files}${suffix}`)
        new DatabaseSync(filename).exec(`VACUUM INTO '${vacuumed}'`)
        yield* goesOn({ filename: files })
        yield* goesOn({ filename: vacuumed })
      }),
      timeline
    ))

  it.live("of the file of SQLite alone, made after its process was asked to end, is gone on with", () =>
    inWorld(
      Effect.gen(function*() {
        const filename = yield* database
        const first = yield* waiting({ filename })
        yield* first.kill("SIGTERM")
        assert.isFalse(Fs.existsSync(`${filename}-wal`))
        const copy = yield* database
        Fs.copyFileSync(filename, copy)
        yield* goesOn({ filename: copy })
      }),
      timeline
    ))

  const why = missing === undefined ? "" : ` (${missing})`

  it.live.skipIf(missing !== undefined)(
    `of the tables in Postgres, made by pg_dump beside workers, is gone on with in another server${why}`,
    () =>
      inWorld(
        Effect.gen(function*() {
          const [old, restored] = yield* Effect.all([postgres, postgres], { concurrency: "unbounded" })
          const first = yield* waiting(old)
          const dump = yield* old.tool("pg_dump", ["--no-owner", "-t", "slo_report_*", "postgres"])
          yield* first.kill()
          yield* restored.tool("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"], dump)
          yield* goesOn(restored)
        }),
        timeline
      )
  )
})
