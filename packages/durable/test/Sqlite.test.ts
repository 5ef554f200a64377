import { Credentials, FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, FileSystem, Layer, Path, Scope } from "effect"
import { RunnerStorage } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { type ExportStore, ReportExports, ReportSink, SqliteStore } from "../src/index.ts"
import * as Sqlite from "../src/internal/sqlite.ts"
import * as SqlStore from "../src/internal/sqlStore.ts"
import * as StoreSuite from "./suites/store.ts"
import { errorOf, Exports, layerClient, request, requestOf } from "./utils/world.ts"

const { FakeDatadog: Fake } = FakeDatadog

const quick = { timeline: Timeline.after("500 millis", "completed") }

const inFolder = <A, E>(
  test: (
    folder: string,
    join: (...names: Array<string>) => string
  ) => Effect.Effect<A, E, Scope.Scope | FakeDatadog.FakeDatadog | FileSystem.FileSystem>
) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = yield* fs.makeTempDirectoryScoped()
    return yield* test(folder, (...names) => path.join(folder, ...names))
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.merge(FakeDatadog.layerMemory({ rateLimit: false, report: quick }), NodeServices.layer))
  )

/** A process over a file, as long as the scope. */
const open = (folder: string, options: Partial<SqliteStore.Options> = {}) =>
  openStore(folder, SqliteStore.layer({ filename: `${folder}/exports.db`, ...options }))

const openStore = Effect.fnUntraced(function*<E>(folder: string, store: Layer.Layer<ExportStore.Services, E>) {
  const fake = yield* Fake
  const layer = ReportExports.layer.pipe(
    Layer.provide([
      store,
      ReportSink.layerFolder(`${folder}/reports`),
      Layer.provide(layerClient, Layer.provide(FakeDatadog.layerClient, Layer.succeed(Fake, fake)))
    ]),
    Layer.provide(NodeServices.layer)
  )
  const scope = yield* Scope.fork(yield* Effect.scope)
  const built = yield* Layer.buildWithMemoMap(layer, Layer.makeMemoMapUnsafe(), scope)
  return { exports: Context.get(built, Exports), close: Scope.close(scope, Exit.void) }
})

describe("a store in a file of SQLite", () => {
  it.live("keeps an export while no process runs", () =>
    inFolder(Effect.fnUntraced(function*(folder, join) {
      const fs = yield* FileSystem.FileSystem
      const first = yield* open(folder)
      const id = yield* first.exports.start(request)
      yield* Effect.sleep("200 millis")
      yield* first.close
      const second = yield* open(folder)
      const done = yield* second.exports.exportReport(request)
      assert.strictEqual(done.location, join("reports", `${id}.csv`))
      assert.strictEqual((yield* fs.readFileString(done.location)).length, done.bytes)
      assert.deepStrictEqual(yield* fs.readDirectory(join("reports")), [`${id}.csv`])
      assert.strictEqual((yield* Fake.use((fake) => fake.reportIds)).length, 1)
      yield* second.close
    })))

  it.live("tells a second process in one line that it is in use", () =>
    inFolder(Effect.fnUntraced(function*(folder) {
      const first = yield* open(folder)
      const error = errorOf(yield* Effect.exit(open(folder)))
      assert.strictEqual(error._tag, "StoreInUse")
      assert.strictEqual(error.message.split("\n").length, 1)
      assert.include(error.message, "exports.db is in use by another process")
      yield* first.close
      yield* open(folder)
    })))

  it.live("holds no key, and no line of a report", () =>
    inFolder(Effect.fnUntraced(function*(folder, join) {
      const { close, exports } = yield* open(folder)
      const done = yield* exports.exportReport(request)
      yield* close
      const fs = yield* FileSystem.FileSystem
      const bytes = Buffer.from(yield* fs.readFile(join("exports.db"))).toString("latin1")
      assert.include(bytes, request.query)
      for (const secret of [Credentials.standard.apiKey, Credentials.standard.applicationKey]) {
        assert.notInclude(bytes, secret)
      }
      const [, row] = (yield* fs.readFileString(done.location)).split("\n")
      assert.notInclude(bytes, row!)
    })))

  it.live("that is full takes nothing new, loses nothing, and goes on when there is room", () =>
    inFolder(Effect.fnUntraced(function*(folder, join) {
      const sql = yield* Sqlite.make({ filename: join("exports.db"), synchronous: "FULL" })
      const client = Layer.succeed(SqlClient.SqlClient, sql)
      const settings = { account: "default", isShared: false, prefix: "slo_report", host: "localhost", port: 1 }
      const { exports } = yield* openStore(folder, SqlStore.layer(settings, client, RunnerStorage.layerMemory))
      const first = yield* exports.start(request)
      yield* sql.unsafe("PRAGMA max_page_count = 1")
      let error: { readonly _tag: string; readonly message: string } | undefined
      for (let i = 0; i < 100 && error === undefined; i++) {
        const exit = yield* Effect.exit(exports.start(requestOf({ query: `${i}`.repeat(2000) })))
        if (Exit.isFailure(exit)) error = errorOf(exit)
      }
      assert.strictEqual(error?._tag, "StoreFailed")
      assert.match(error?.message ?? "", /full.*Make room/)
      yield* Effect.sleep("3 seconds")
      yield* sql.unsafe("PRAGMA max_page_count = 100000")
      assert.strictEqual((yield* exports.await(first)).report?.status, "completed")
    })))

  StoreSuite.store(Effect.map(
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()).pipe(
      Effect.provide(NodeServices.layer),
      Effect.orDie
    ),
    (folder) => {
      const filename = `${folder}/exports.db`
      return {
        store: (account?: string) => SqliteStore.layer({ filename, account }),
        client: Sqlite.layer({ filename, synchronous: "FULL" })
      }
    }
  ))

  it.live.each(
    [
      ["read-only", "read-only", (path: string) => `file:${path}?mode=ro`],
      ["in no folder", "unavailable", (path: string) => `${path}/no/such/folder.db`],
      ["without a name", "unavailable", () => ""],
      ["in memory", "unavailable", () => ":memory:"],
      ["in memory, by a URL", "unavailable", () => "file:exports?mode=memory"],
      ["a device", "unavailable", () => "/dev/null"],
      ["no database", "foreign", (path: string) => path.replace("exports.db", "text.txt")]
    ] as const
  )(
    "that can't be written is an error with its reason: %s",
    ([, reason, filename]) =>
      inFolder(Effect.fnUntraced(function*(folder, join) {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(join("text.txt"), "x".repeat(5000))
        const { close } = yield* open(folder)
        yield* close
        const error = errorOf(yield* Effect.exit(open(folder, { filename: filename(join("exports.db")) })))
        assert.strictEqual(error._tag, "StoreFailed")
        if (error._tag === "StoreFailed") assert.strictEqual(error.reason, reason, error.message)
      }))
  )
})
