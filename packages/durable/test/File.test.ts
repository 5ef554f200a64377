import { FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, DateTime, Effect, Exit, FileSystem, Layer, Option, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { ReportExports, SqliteStore } from "../src/index.ts"
import { errorOf, Exports, layer, layerClient, layerSink, makeFiles, request, run, valueOf } from "./utils/world.ts"

const { FakeDatadog: Fake } = FakeDatadog

const slos = Array.from({ length: 45 }, (_, index) => ({ name: `SLO ${index}`, tags: ["env:prod"] }))

const textOf = (id: string) => Exports.use((exports) => Stream.mkString(Stream.decodeText(exports.file(id))))

// A store lives through all the time that passes.
const at = <A, E>(time: string, effect: Effect.Effect<A, E>) =>
  Effect.andThen(TestClock.setTime(Date.parse(time)), effect)

describe("the file of an export", () => {
  it.effect.each(["report", "history"] as const)("is there once more, byte for byte: %s", (source) => {
    const files = makeFiles()
    return at(
      "2024-02-02T00:00:00Z",
      Effect.gen(function*() {
        const exports = yield* Exports
        const id = valueOf(yield* run(exports.start(request, { source, name: "a.csv" })))
        // It waits for the export's end.
        assert.strictEqual(valueOf(yield* run(textOf(id))), files.files.get("a.csv"))
        const before = (yield* (yield* Fake).requests).length
        assert.strictEqual(valueOf(yield* run(textOf(id))), files.files.get("a.csv"))
        const more = (yield* (yield* Fake).requests).slice(before).map(({ operation }) => operation)
        assert.deepStrictEqual(more, source === "report" ? ["download"] : [])
      }).pipe(Effect.provide(layer(files, { slos })))
    )
  })

  it.effect("fails as the export does, and where there is none", () =>
    Effect.gen(function*() {
      const exports = yield* Exports
      const id = valueOf(yield* run(exports.start(request)))
      assert.strictEqual(errorOf(yield* run(textOf(id)))._tag, "ReportFailed")
      assert.strictEqual(errorOf(yield* run(textOf(`${"0".repeat(32)}-1`)))._tag, "UnknownExport")
    }).pipe(Effect.provide(layer(makeFiles(), { report: { timeline: Timeline.after("5 seconds", "failed") } }))))
})

describe("the details of an export", () => {
  it.effect("are what it was started with", () =>
    at(
      "2024-02-02T00:00:00Z",
      Effect.gen(function*() {
        const exports = yield* Exports
        const id = valueOf(yield* run(exports.start(request, { key: "nightly", source: "report", deadline: "1 hour" })))
        const details = Option.getOrThrow(yield* exports.details(id))
        assert.deepInclude(details, { id, key: "nightly", source: "report", name: undefined })
        assert.deepInclude(details.request, { query: request.query })
        assert.strictEqual(DateTime.formatIso(details.startedAt), "2024-02-02T00:00:00.000Z")
        assert.strictEqual(DateTime.formatIso(details.deadline), "2024-02-02T01:00:00.000Z")
        assert.isTrue(Option.isNone(yield* exports.details("nonsense")))
      }).pipe(Effect.provide(layer(makeFiles())))
    ))
})

describe("a process that doesn't serve", () => {
  it.live("lists, retries and cancels, and goes on with no export", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const filename = `${yield* fs.makeTempDirectoryScoped()}/exports.db`
      const fake = yield* Fake
      const http = Layer.provide(FakeDatadog.layerClient, Layer.succeed(Fake, fake))
      const open = Effect.fnUntraced(function*(serve: boolean) {
        const store = Layer.provide(ReportExports.layer, [
          SqliteStore.layer({ filename, serve }),
          layerSink(makeFiles()),
          Layer.provide(layerClient, http)
        ])
        const scope = yield* Scope.fork(yield* Effect.scope)
        const built = yield* Layer.buildWithMemoMap(store, Layer.makeMemoMapUnsafe(), scope)
        return { exports: Context.get(built, Exports), close: Scope.close(scope, Exit.void) }
      })
      const states = (exports: ReportExports.Service) =>
        Stream.runCollect(Stream.mapEffect(exports.all, (id) => Effect.map(exports.state(id), Option.getOrThrow)))

      const asking = yield* open(false)
      const id = yield* asking.exports.start(request)
      yield* Effect.sleep("1500 millis")
      assert.deepStrictEqual((yield* states(asking.exports)).map(({ _tag }) => _tag), ["Creating"])
      assert.deepStrictEqual(yield* fake.requests, [])
      yield* asking.close

      const serving = yield* open(true)
      assert.strictEqual(errorOf(yield* Effect.exit(serving.exports.await(id)))._tag, "ReportFailed")
      yield* serving.close

      const telling = yield* open(false)
      const second = yield* telling.exports.retry(id)
      yield* telling.exports.cancel(second)
      assert.deepStrictEqual((yield* states(telling.exports)).map(({ _tag }) => _tag), ["Failed", "Creating"])
      yield* telling.close

      const last = yield* open(true)
      assert.strictEqual(errorOf(yield* Effect.exit(last.exports.await(second)))._tag, "ExportCancelled")
      assert.strictEqual(yield* last.exports.prune(0), 1)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.merge(
          FakeDatadog.layerMemory({ rateLimit: false, report: { timeline: Timeline.always("failed") } }),
          NodeServices.layer
        )
      )
    ))
})
