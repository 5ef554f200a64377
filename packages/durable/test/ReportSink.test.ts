import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Stream } from "effect"
import type { Scope } from "effect"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { ReportSink } from "../src/index.ts"
import { errorOf } from "./utils/world.ts"

const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "slo-report-")))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
)

const sinkOf = (root: string) =>
  Effect.map(
    Layer.build(Layer.provide(ReportSink.layerFolder(root), NodeServices.layer)),
    (built) => Context.get(built, ReportSink.ReportSink)
  )

const put = (root: string, name: string, text: string) =>
  Effect.flatMap(sinkOf(root), (sink) => sink.put(name, Stream.encodeText(Stream.make(text))))

const list = (root: string) => Fs.readdirSync(root).sort()

const read = (...names: ReadonlyArray<string>) => Fs.readFileSync(Path.join(...names), "utf8")

describe("a folder takes a file", () => {
  it.effect("and tells where it is, and how large; the folder is made where it is missing", () =>
    Effect.gen(function*() {
      const root = Path.join(yield* folder, "a", "b")
      assert.deepStrictEqual(yield* put(root, "slos.csv", "é\n"), { location: Path.join(root, "slos.csv"), bytes: 3 })
      assert.deepStrictEqual([list(root), read(root, "slos.csv")], [["slos.csv"], "é\n"])
    }))

  it.effect("in place of one of the same name, whose permissions it has", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const path = Path.join(root, "slos.csv")
      Fs.writeFileSync(path, "a longer text than the next\n")
      Fs.chmodSync(path, 0o640)
      yield* put(root, "slos.csv", "new\n")
      assert.deepStrictEqual([list(root), read(path)], [["slos.csv"], "new\n"])
      assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o640)
    }))

  it.effect("where a link of that name leads, which stays a link", () =>
    Effect.gen(function*() {
      const root = yield* folder
      Fs.mkdirSync(Path.join(root, "other"))
      Fs.symlinkSync(Path.join("other", "real.csv"), Path.join(root, "slos.csv"))
      for (const text of ["first\n", "second\n"]) {
        yield* put(root, "slos.csv", text)
        assert.strictEqual(read(root, "other", "real.csv"), text)
      }
      assert.isTrue(Fs.lstatSync(Path.join(root, "slos.csv")).isSymbolicLink())
    }))

  it.effect.each(["a", "é", "報", "🙂"])(
    "whose name has as many bytes as a name may have, of %s",
    (letter) =>
      Effect.gen(function*() {
        const root = yield* folder
        const name = `${letter.repeat(Math.floor(251 / Buffer.byteLength(letter)))}.csv`
        yield* put(root, name, "text\n")
        assert.deepStrictEqual(list(root), [name])
      })
  )

  it.effect("beside any other, also one that is called a part of it", () =>
    Effect.gen(function*() {
      const root = yield* folder
      Fs.writeFileSync(Path.join(root, "mine.txt"), "mine\n")
      Fs.symlinkSync("mine.txt", Path.join(root, "slos.csv.part"))
      yield* put(root, "slos.csv", "text\n")
      assert.strictEqual(read(root, "mine.txt"), "mine\n")
      assert.deepStrictEqual(list(root), ["mine.txt", "slos.csv", "slos.csv.part"])
    }))

  it.effect("whole, where a process that was frozen goes on to write it: that one fails", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const sink = yield* sinkOf(root)
      const begun = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const rest = Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(goOn))
      const late = Stream.concat(Stream.make("id,name\n"), Stream.fromEffect(Effect.as(rest, "late\n")))
      const frozen = yield* Effect.forkChild(Effect.exit(sink.put("slos.csv", Stream.encodeText(late))))
      yield* Deferred.await(begun)
      yield* put(root, "slos.csv", "whole\n")
      assert.deepStrictEqual(list(root), ["slos.csv"])
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(errorOf(yield* Fiber.join(frozen))._tag, "SinkFailed")
      assert.deepStrictEqual([list(root), read(root, "slos.csv")], [["slos.csv"], "whole\n"])
    }))
})

describe("a folder that a killed process has left a part in", () => {
  it.effect("has none of it after the next file of its name, and all that is another's", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const sink = yield* sinkOf(root)
      for (const name of ["slos.csv", "a-name-of-more-than-thirty-characters.csv"]) {
        const begun = yield* Deferred.make<void>()
        const stuck = Stream.fromEffect(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
        const fiber = yield* Effect.forkChild(sink.put(name, stuck))
        yield* Deferred.await(begun)
        const left = list(root).find((one) => one.endsWith(".tmp")) ?? ""
        const others = [
          left.replace(/.{14}\.tmp$/, "00000000000000.tmp"),
          left.replace(".tmp", ".tmpx"),
          left.replace(/.{7}\.tmp$/, "00000000.tmp"),
          `x${left}`
        ]
        for (const one of [left, ...others]) Fs.writeFileSync(Path.join(root, one), "")
        yield* put(root, name, "text\n")
        assert.deepStrictEqual(list(root), [name, ...others].sort())
        yield* Fiber.interrupt(fiber)
        for (const one of list(root)) Fs.rmSync(Path.join(root, one))
      }
    }))
})

describe("a folder leaves as it was", () => {
  it.effect("the file whose bytes fail, or are interrupted, with nothing beside it", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const sink = yield* sinkOf(root)
      yield* put(root, "slos.csv", "old\n")
      const some = Stream.encodeText(Stream.make("new\n"))
      const failed = yield* Effect.exit(sink.put("slos.csv", Stream.concat(some, Stream.fail("no more"))))
      assert.deepStrictEqual(failed, Exit.fail("no more"))
      const begun = yield* Deferred.make<void>()
      const stuck = Stream.concat(
        some,
        Stream.fromEffect(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
      )
      const fiber = yield* Effect.forkChild(sink.put("slos.csv", stuck))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([list(root), read(root, "slos.csv")], [["slos.csv"], "old\n"])
    }))

  const kinds: Readonly<Record<string, (path: string) => void>> = {
    "a FIFO": (path) => void spawnSync("mkfifo", [path]),
    "a folder": (path) => Fs.mkdirSync(path),
    "links without an end": (path) => Fs.symlinkSync(Path.basename(path), path)
  }
  for (const [kind, make] of Object.entries(kinds)) {
    it.effect(`what is no file, and says so: ${kind}`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        const path = Path.join(root, "slos.csv")
        make(path)
        const { mode } = Fs.lstatSync(path)
        const error = errorOf(yield* Effect.exit(put(root, "slos.csv", "text\n")))
        assert.strictEqual(error._tag, "SinkFailed")
        assert.include(error.message, path)
        // Not the words of another operation.
        assert.notInclude(error.message, "exportReport")
        assert.deepStrictEqual([list(root), Fs.lstatSync(path).mode], [["slos.csv"], mode])
      }))
  }

  it.effect("a file in place of the folder", () =>
    Effect.gen(function*() {
      const root = Path.join(yield* folder, "reports")
      Fs.writeFileSync(root, "mine\n")
      const error = errorOf(yield* Effect.exit(put(root, "slos.csv", "text\n")))
      assert.strictEqual(error._tag, "SinkFailed")
      assert.strictEqual(read(root), "mine\n")
    }))
})
