import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, FileSystem, Stream } from "effect"
import { ReportSink } from "../src/index.ts"
import { errorOf } from "./utils/world.ts"

const { ReportSink: Sink } = ReportSink

const inFolder = <A, E>(
  test: (folder: string, sink: ReportSink.Service, fs: FileSystem.FileSystem) => Effect.Effect<A, E>
) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    const sink = yield* Effect.provide(Sink, ReportSink.layerFolder(folder))
    return yield* test(folder, sink, fs)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

const text = (...parts: ReadonlyArray<string>) => Stream.encodeText(Stream.fromIterable(parts))

describe("a folder", () => {
  it.live("has one whole file, where a process that was frozen goes on to write it", () =>
    inFolder(Effect.fnUntraced(function*(folder, sink, fs) {
      const gate = yield* Deferred.make<void>()
      const begun = yield* Deferred.make<void>()
      const late = Stream.concat(
        text("id,name\n"),
        Stream.unwrap(
          Effect.as(Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(gate)), text("late\n"))
        )
      )
      const frozen = yield* Effect.forkChild(Effect.exit(sink.put("a.csv", late)), { startImmediately: true })
      yield* Deferred.await(begun)
      yield* sink.put("a.csv", text("id,name\n", "whole\n"))
      assert.deepStrictEqual(yield* fs.readDirectory(folder), ["a.csv"])
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(errorOf(yield* Fiber.join(frozen))._tag, "SinkFailed")
      assert.strictEqual(yield* fs.readFileString(`${folder}/a.csv`), "id,name\nwhole\n")
      assert.deepStrictEqual(yield* fs.readDirectory(folder), ["a.csv"])
    })))

  it.live("is rid of what killed processes have left of a file, and of nothing else", () =>
    inFolder(Effect.fnUntraced(function*(folder, sink, fs) {
      for (const name of ["a.csv.17.part", "a.csv.18.part", "b.csv.17.part", "a.csv.x.17.part", "a.csv.17"]) {
        yield* fs.writeFileString(`${folder}/${name}`, "")
      }
      yield* sink.put("a.csv", text("id,name\n"))
      assert.deepStrictEqual((yield* fs.readDirectory(folder)).toSorted(), [
        "a.csv",
        "a.csv.17",
        "a.csv.x.17.part",
        "b.csv.17.part"
      ])
    })))

  it.live("keeps a file as it is until the next is whole, and nothing of one that fails", () =>
    inFolder(Effect.fnUntraced(function*(folder, sink, fs) {
      yield* sink.put("a.csv", text("first\n"))
      const exit = yield* Effect.exit(sink.put("a.csv", Stream.concat(text("second"), Stream.fail("cut"))))
      assert.strictEqual(exit._tag, "Failure")
      assert.strictEqual(yield* fs.readFileString(`${folder}/a.csv`), "first\n")
      assert.deepStrictEqual(yield* fs.readDirectory(folder), ["a.csv"])
    })))
})
