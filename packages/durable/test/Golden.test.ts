import { FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Option, Path, Stream } from "effect"
import { ReportExports, SqliteStore } from "../src/index.ts"
import { errorOf, Exports, layerClient, layerSink, makeFiles, request, requestOf } from "./utils/world.ts"

const { FakeDatadog: Fake } = FakeDatadog

const reportId = "dfa2ccb2-eab3-11f1-8501-33b2b403f044"

const files = Path.Path.useSync((path) => path.join(import.meta.dirname, "fixtures/v1.db"))

const open = Effect.fnUntraced(function*(filename: string, sink = makeFiles()) {
  const fake = yield* Fake
  const http = Layer.provide(FakeDatadog.layerClient, Layer.succeed(Fake, fake))
  const layer = ReportExports.layer.pipe(
    Layer.provide([SqliteStore.layer({ filename }), layerSink(sink), Layer.provide(layerClient, http)])
  )
  return Context.get(yield* Layer.build(layer), Exports)
})

const waiting = requestOf({ query: "golden:waiting", timezone: "America/New_York" })

const century = { deadline: "36500 days" } as const

// How the file was made: GOLDEN=write, which leaves an export in each state that lasts.
const write = Effect.gen(function*() {
  const filename = yield* files
  yield* Effect.scoped(Effect.gen(function*() {
    const fake = yield* Fake
    const exports = yield* open(filename)
    yield* fake.setReportDefaults({ timeline: Timeline.always("completed") })
    yield* exports.exportReport(request)
    yield* fake.setReportDefaults({ timeline: Timeline.always("failed") })
    yield* Effect.exit(exports.exportReport(requestOf({ query: "golden:failed" }), century))
    yield* fake.setReportDefaults({ timeline: Timeline.always("in_progress") })
    yield* exports.start(waiting, { ...century, key: "nightly", name: "nightly.csv" })
    yield* Effect.sleep("2 seconds")
  }))
  console.log(yield* Fake.use((fake) => fake.reportIds))
})

describe("a store that the first version wrote", () => {
  it.live("is gone on with", () =>
    Effect.gen(function*() {
      if (process.env.GOLDEN === "write") return yield* write
      const fs = yield* FileSystem.FileSystem
      const filename = `${yield* fs.makeTempDirectoryScoped()}/exports.db`
      yield* fs.copyFile(yield* files, filename)
      yield* Fake.use((fake) => fake.addReport({ id: reportId, timeline: Timeline.always("completed") }))
      const sink = makeFiles()
      const exports = yield* open(filename, sink)

      const [going] = yield* Stream.runCollect(exports.open)
      const done = yield* exports.exportReport(waiting, { key: "nightly" })
      assert.strictEqual(done.report?.id, reportId)
      assert.deepStrictEqual(sink.puts, ["nightly.csv"])
      assert.deepStrictEqual(Option.getOrThrow(yield* exports.state(going!)), done)

      assert.strictEqual((yield* exports.exportReport(request)).source, "report")
      const failed = requestOf({ query: "golden:failed" })
      assert.strictEqual(errorOf(yield* Effect.exit(exports.exportReport(failed)))._tag, "ReportFailed")
      assert.strictEqual((yield* Fake.use((fake) => fake.reportIds)).length, 1)

      const id = yield* exports.retry(yield* exports.start(failed))
      assert.strictEqual((yield* exports.await(id)).report?.status, "completed")
      assert.strictEqual(yield* exports.prune(0), 3)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.merge(
        FakeDatadog.layerMemory({ rateLimit: false, report: { timeline: Timeline.always("completed") } }),
        NodeServices.layer
      ))
    ))
})
