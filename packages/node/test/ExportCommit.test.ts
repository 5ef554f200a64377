import { assert, describe, it } from "@effect/vitest"
import { Timeline } from "@effect-datadog/slo-report-testing"
import { Effect, Fiber, Random, Stream } from "effect"
import type { FileSystem } from "effect"
import { TestClock } from "effect/testing"
import * as Fs from "node:fs"
import * as Path from "node:path"
import {
  bindMount,
  command,
  exported,
  fileErrorOf,
  folder,
  list,
  noMounts,
  once,
  provided,
  read,
  settle,
  systemFailure,
  tmpfs,
  unless,
  whileWaiting,
  withFile,
  withFiles
} from "./utils/files.ts"
import { exportingTo, madeReports, smallCsv } from "./utils/flow.ts"
import { failureOf } from "./utils/wait.ts"

const longCsv = `${smallCsv}${"c3,metric,Longer,95,,94.2\n".repeat(20_000)}`

const withCsv = (csv: string) => provided(once, { report: { csv, timeline: Timeline.always("completed") } })

const contents = (root: string): Record<string, string> =>
  Object.fromEntries(list(root).map((name) => [name, read(Path.join(root, name))]))

// A deed in the middle of an export.
const exportedWith = (path: string, deed: () => void) =>
  Stream.runForEach(exportingTo(path), ({ _tag }) => Effect.sync(() => _tag === "Created" && deed()))

const assertNames = Effect.fnUntraced(function*(message: string, path: string) {
  const [id = ""] = yield* madeReports
  assert.include(message, `(${path})`)
  assert.include(message, `report ${id} can be downloaded again`)
})

// The file is kept beside the target, whole, and the error says where.
const assertKept = Effect.fnUntraced(function*(message: string, path: string, root = Path.dirname(path)) {
  const kept = list(root).filter((name) => name.endsWith(".tmp"))
  assert.strictEqual(kept.length, 1)
  assert.strictEqual(read(Path.join(root, kept[0] ?? "")), smallCsv)
  assert.include(message, `the whole file is kept as ${Path.join(root, kept[0] ?? "")}`)
  yield* assertNames(message, path)
})

describe("the end of an export, where the target can't be renamed onto", () => {
  for (const old of [undefined, "short\n", longCsv]) {
    const target = old === undefined ? "a new file" : old === longCsv ? "a longer file" : "a shorter file"
    for (const code of ["EBUSY", "EXDEV", "EPERM", "EACCES", "ENOSYS"]) {
      it.effect(`writes the bytes into ${target} (${code})`, () =>
        Effect.gen(function*() {
          const root = yield* folder
          const path = Path.join(root, "report.csv")
          if (old !== undefined) Fs.writeFileSync(path, old)
          const before = old === undefined ? undefined : Fs.statSync(path).ino
          yield* exported(path).pipe(withFiles(() => ({ rename: () => systemFailure(code) })))
          assert.deepStrictEqual(contents(root), { "report.csv": smallCsv })
          if (before !== undefined) assert.strictEqual(Fs.statSync(path).ino, before)
        }).pipe(provided()))
    }
  }

  it.effect("writes a long file whole", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const path = Path.join(root, "report.csv")
      Fs.writeFileSync(path, "old")
      yield* exported(path).pipe(withFiles(() => ({ rename: () => systemFailure("EBUSY") })))
      assert.isTrue(read(path) === longCsv)
      assert.deepStrictEqual(list(root), ["report.csv"])
    }).pipe(withCsv(longCsv)))

  for (const old of ["short\n", longCsv]) {
    unless(noMounts)(
      `writes into a mounted file that was ${old === longCsv ? "longer" : "shorter"}`,
      () =>
        Effect.gen(function*() {
          const [root, other] = [yield* folder, yield* folder]
          const [path, source] = [Path.join(root, "report.csv"), Path.join(other, "source.csv")]
          Fs.writeFileSync(path, "hidden by the mount")
          Fs.writeFileSync(source, old)
          yield* bindMount(source, path)
          const { ino } = Fs.statSync(path)
          yield* exported(path)
          assert.strictEqual(read(source), smallCsv)
          assert.strictEqual(Fs.statSync(path).ino, ino)
          assert.deepStrictEqual([list(root), list(other)], [["report.csv"], ["source.csv"]])
        }).pipe(provided())
    )
  }

  for (const old of [undefined, "old\n"]) {
    it.effect(`keeps the file where ${old === undefined ? "no other" : "the old one"} can be written either`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        const path = Path.join(root, "report.csv")
        if (old !== undefined) Fs.writeFileSync(path, old)
        let isDone = false
        const error = yield* fileErrorOf(path).pipe(withFiles((fs) => ({
          rename: () => (isDone = true, systemFailure("EBUSY")),
          open: (name, options) =>
            Effect.suspend(() => isDone && name === path ? systemFailure("EACCES", "open") : fs.open(name, options))
        })))
        assert.include(error.message, "EACCES")
        yield* assertKept(error.message, path)
        assert.strictEqual(Fs.existsSync(path) ? read(path) : undefined, old)
      }).pipe(provided()))

    for (const method of ["writeAll", "sync"] as const) {
      it.effect(`keeps the file where ${method} of ${old === undefined ? "a new one" : "the old one"} fails, and says so`, () =>
        Effect.gen(function*() {
          const root = yield* folder
          const path = Path.join(root, "report.csv")
          if (old !== undefined) Fs.writeFileSync(path, old)
          const failure = systemFailure("ENOSPC", method)
          const broken = method === "sync" ? { sync: failure } : { writeAll: () => failure }
          const error = yield* fileErrorOf(path).pipe(
            withFiles(withFile((_, name) => name === path ? broken : {})),
            withFiles(() => ({ rename: () => systemFailure("EXDEV") }))
          )
          assert.match(
            error.message,
            old === undefined ? /ENOSPC.*says it, \w+; the whole/ : /ENOSPC.*holds only a part of it/
          )
          yield* assertKept(error.message, path)
          assert.strictEqual(Fs.existsSync(path), old !== undefined)
        }).pipe(provided()))
    }
  }

  it.effect("is not cut by an interruption, and leaves no half of either", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const path = Path.join(root, "report.csv")
      Fs.writeFileSync(path, longCsv)
      let isWriting = false
      const slowly = withFile((file, name) => ({
        writeAll: (bytes) =>
          name !== path ? file.writeAll(bytes) : Effect.sync(() => isWriting = true).pipe(
            Effect.andThen(Effect.sleep("1 second")),
            Effect.andThen(file.writeAll(bytes))
          )
      }))
      const fiber = yield* exported(path).pipe(
        withFiles(slowly),
        withFiles(() => ({ rename: () => systemFailure("EBUSY") })),
        Effect.forkChild({ startImmediately: true })
      )
      yield* whileWaiting(() => !isWriting)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* settle(interrupting)
      assert.deepStrictEqual(contents(root), { "report.csv": smallCsv })
    }).pipe(provided()))

  for (
    const [what, make, kind] of [
      ["a folder", (path: string) => Fs.mkdirSync(path), "isDirectory"],
      ["a FIFO", (path: string) => assert.isUndefined(command("mkfifo", path)), "isFIFO"],
      ["a link", (path: string) => Fs.symlinkSync("elsewhere", path), "isSymbolicLink"]
    ] as const
  ) {
    for (const old of [undefined, "old"]) {
      it.effect(`keeps the file where ${old === undefined ? "nothing" : "the old one"} became ${what}`, () =>
        Effect.gen(function*() {
          const path = Path.join(yield* folder, "report.csv")
          if (old !== undefined) Fs.writeFileSync(path, old)
          const exit = yield* Effect.exit(exportedWith(path, () => {
            Fs.rmSync(path, { force: true })
            make(path)
          }))
          const error = failureOf(exit)
          assert.strictEqual(error._tag, "PlatformError")
          yield* assertKept(error.message, path)
          assert.isTrue(Fs.lstatSync(path)[kind]())
        }).pipe(provided()))
    }
  }

  it.effect("doesn't say that it keeps what another has removed", () =>
    Effect.gen(function*() {
      const root = Path.join(yield* folder, "gone")
      Fs.mkdirSync(root)
      const path = Path.join(root, "report.csv")
      const exit = yield* Effect.exit(exportedWith(path, () => Fs.rmSync(root, { recursive: true })))
      const error = failureOf(exit)
      assert.strictEqual(error._tag, "PlatformError")
      yield* assertNames(error.message, path)
      assert.notInclude(error.message, "kept")
      assert.isFalse(Fs.existsSync(root))
    }).pipe(provided()))

  it.effect("takes a file's place that another has made since", () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      yield* exportedWith(path, () => Fs.writeFileSync(path, "another's"))
      assert.deepStrictEqual(contents(Path.dirname(path)), { "report.csv": smallCsv })
    }).pipe(provided()))
})

describe("an export that the disk doesn't take", () => {
  for (const old of [undefined, "old\n"]) {
    const leaves = old === undefined ? "leaves nothing" : "leaves the old file"
    const rest = old === undefined ? {} : { "report.csv": old }

    unless(noMounts)(`${leaves} where the disk is full in the middle of a write`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        yield* tmpfs(root, "size=64k")
        const path = Path.join(root, "report.csv")
        if (old !== undefined) Fs.writeFileSync(path, old)
        const error = yield* fileErrorOf(path)
        assert.match(error.message, /ENOSPC: no space left on device, write/)
        yield* assertNames(error.message, path)
        assert.deepStrictEqual(contents(root), rest)
      }).pipe(withCsv(longCsv)))

    unless(noMounts)(`${leaves} where no more files fit`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        yield* tmpfs(root, `size=64k,nr_inodes=${old === undefined ? 1 : 2}`)
        const path = Path.join(root, "report.csv")
        if (old !== undefined) Fs.writeFileSync(path, old)
        const error = yield* fileErrorOf(path)
        assert.match(error.message, /ENOSPC/)
        assert.deepStrictEqual(yield* madeReports, [])
        assert.deepStrictEqual(contents(root), rest)
      }).pipe(provided()))

    for (
      const [method, code] of [["writeAll", "EDQUOT"], ["writeAll", "EFBIG"], ["sync", "EIO"], [
        "sync",
        "ENOSPC"
      ]] as const
    ) {
      it.effect(`${leaves} where it says ${code} at ${method}`, () =>
        Effect.gen(function*() {
          const root = yield* folder
          const path = Path.join(root, "report.csv")
          if (old !== undefined) Fs.writeFileSync(path, old)
          const failure = systemFailure(code, method)
          const error = yield* fileErrorOf(path).pipe(
            withFiles(withFile(() => method === "sync" ? { sync: failure } : { writeAll: () => failure }))
          )
          assert.include(error.message, code)
          yield* assertNames(error.message, path)
          assert.deepStrictEqual(contents(root), rest)
        }).pipe(provided()))
    }

    for (const code of ["EINVAL", "ENOSYS", "ENOTSUP"]) {
      it.effect(`writes the file where nothing can be forced to the disk (${code})`, () =>
        Effect.gen(function*() {
          const root = yield* folder
          const path = Path.join(root, "report.csv")
          if (old !== undefined) Fs.writeFileSync(path, old)
          yield* exported(path).pipe(withFiles(withFile(() => ({ sync: systemFailure(code, "sync") }))))
          assert.deepStrictEqual(contents(root), { "report.csv": smallCsv })
        }).pipe(provided()))
    }
  }
})

describe("two exports to one path", () => {
  for (const old of [undefined, "old\n"]) {
    it.effect(`at once end whole, and the last one stays (${old === undefined ? "no file before" : "a file before"})`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        const path = Path.join(root, "report.csv")
        if (old !== undefined) Fs.writeFileSync(path, old)
        const placed: Array<string> = []
        const one = exported(path).pipe(
          withFiles((fs) => ({
            rename: (from, to) =>
              Effect.andThen(Effect.sync(() => placed.push(`${Fs.statSync(from).ino}`)), fs.rename(from, to))
          })),
          // Both draw the same temporary names.
          Random.withSeed("one seed")
        )
        const fibers = [yield* Effect.forkChild(one), yield* Effect.forkChild(one), yield* Effect.forkChild(one)]
        yield* Effect.forEach(fibers, Fiber.join)
        assert.strictEqual(new Set(placed).size, 3)
        assert.deepStrictEqual(contents(root), { "report.csv": smallCsv })
        assert.strictEqual(`${Fs.statSync(path).ino}`, placed.at(-1))
      }).pipe(provided()))
  }
})

for (const old of [undefined, longCsv]) {
  it.effect(`two exports that write one file do so one after the other (${old === undefined ? "no file before" : "a file before"})`, () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      if (old !== undefined) Fs.writeFileSync(path, old)
      const deeds: Array<string> = []
      const slowly = withFile((file, name) => {
        const slow = Effect.andThen(Effect.sync(() => deeds.push("write")), Effect.sleep("1 second"))
        const sync = Effect.andThen(Effect.sync(() => deeds.push("sync")), file.sync)
        return name === path ? { writeAll: (bytes) => Effect.andThen(slow, file.writeAll(bytes)), sync } : {}
      })
      const one = exported(path).pipe(
        withFiles(slowly),
        withFiles(() => ({ rename: () => systemFailure("EBUSY") }))
      )
      const both = yield* Effect.forkChild(Effect.all([one, one], { concurrency: 2 }), { startImmediately: true })
      yield* whileWaiting(() => deeds.length < 1)
      yield* TestClock.withLive(Effect.sleep(50))
      yield* TestClock.adjust("1 second")
      yield* whileWaiting(() => deeds.length < 3)
      yield* TestClock.adjust("1 second")
      yield* settle(both)
      assert.deepStrictEqual(deeds, ["write", "sync", "write", "sync"])
      assert.deepStrictEqual(contents(Path.dirname(path)), { "report.csv": smallCsv })
    }).pipe(provided()))
}

describe("the temporary file of an export", () => {
  const taking = (times: number) => (fs: FileSystem.FileSystem): Partial<FileSystem.FileSystem> => ({
    open: (path, options) =>
      Effect.suspend(() => {
        if (options?.flag === "wx" && times-- > 0) Fs.writeFileSync(path, "theirs")
        return fs.open(path, options)
      })
  })

  it.effect("has another name where one is taken, and leaves alone what is there", () =>
    Effect.gen(function*() {
      const root = yield* folder
      yield* exported(Path.join(root, "report.csv")).pipe(withFiles(taking(2)))
      const names = list(root)
      assert.deepStrictEqual(names.map((name) => read(Path.join(root, name))), [smallCsv, "theirs", "theirs"])
    }).pipe(provided()))

  it.effect("is not made where every name is taken", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const error = yield* fileErrorOf(Path.join(root, "report.csv")).pipe(withFiles(taking(Infinity)))
      assert.strictEqual(error.reason._tag, "AlreadyExists")
      assert.deepStrictEqual([...new Set(Object.values(contents(root)))], ["theirs"])
      assert.deepStrictEqual(yield* madeReports, [])
    }).pipe(provided()))
})
