import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Path from "node:path"
import {
  command,
  exported,
  folder,
  list,
  noDevices,
  provided,
  read,
  refusalOf,
  systemFailure,
  unless,
  withFiles
} from "./utils/files.ts"
import { exportingTo, smallCsv } from "./utils/flow.ts"

const kindOf = (path: string): string => {
  const { mode, rdev } = Fs.lstatSync(path)
  return `${(mode & Fs.constants.S_IFMT).toString(8)} ${rdev}`
}

const socket = (path: string) =>
  Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const server = Net.createServer().listen(path, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )

describe("an export to what is no file is refused before the report is created, and leaves", () => {
  for (
    const [what, missing, make] of [
      ["a FIFO", undefined, (path: string) => Effect.sync(() => command("mkfifo", path))],
      ["a socket", undefined, socket],
      ["a folder", undefined, (path: string) => Effect.sync(() => Fs.mkdirSync(path))],
      ["a character device", noDevices, (path: string) => Effect.sync(() => command("mknod", path, "c", "1", "3"))],
      ["a block device", noDevices, (path: string) => Effect.sync(() => command("mknod", path, "b", "7", "250"))]
    ] as const
  ) {
    unless(missing)(what, () =>
      Effect.gen(function*() {
        const root = yield* folder
        const path = Path.join(root, "it")
        yield* make(path)
        const kind = kindOf(path)
        Fs.symlinkSync("it", Path.join(root, "link"))
        for (const name of ["it", "link"]) {
          const error = yield* refusalOf(Path.join(root, name))
          assert.strictEqual(error.reason._tag, "BadResource")
          assert.match(
            error.message,
            what === "a folder" ? /a folder: name a file in it/ : /no regular file \(\w+\).*onChunk/
          )
        }
        assert.strictEqual(kindOf(path), kind)
        assert.isTrue(Fs.lstatSync(Path.join(root, "link")).isSymbolicLink())
      }).pipe(provided()))
  }

  unless(process.platform === "linux" ? undefined : "/proc is Linux's")(
    "what a process has open",
    () =>
      Effect.gen(function*() {
        const root = yield* folder
        const paths = ["log.txt", "gone.txt", "fifo"].map((name) => Path.join(root, name))
        const [log = "", gone = "", fifo = ""] = paths
        Fs.writeFileSync(log, "the log\n")
        Fs.writeFileSync(gone, "gone")
        assert.isUndefined(command("mkfifo", fifo))
        const opened = paths.map((path) => Fs.openSync(path, "r+"))
        Fs.rmSync(gone)
        // As /dev/stdout and >(gzip) are.
        for (const descriptor of opened) {
          for (const path of [`/proc/self/fd/${descriptor}`, `/dev/fd/${descriptor}`]) {
            const error = yield* refusalOf(path, root)
            assert.strictEqual(error.reason._tag, "BadResource")
            assert.include(error.message, "no regular file")
          }
        }
        opened.forEach((descriptor) => Fs.closeSync(descriptor))
        assert.strictEqual(read(log), "the log\n")
      }).pipe(provided())
  )
})

describe("an export through a link", () => {
  const chains: Record<string, readonly [links: Record<string, string>, to: string]> = {
    "that dangles": [{ "report.csv": "made/by.csv" }, "made/by.csv"],
    "through links": [{ "report.csv": "a", a: "made/b", "made/b": "../c", c: "./made//d.csv" }, "made/d.csv"],
    "to a file": [{ "report.csv": "made/old.csv" }, "made/old.csv"],
    "through a link of a folder": [{ latest: "made", "report.csv": "latest/by.csv" }, "made/by.csv"],
    "up from where a folder's link leads": [{ latest: "made/deep", "report.csv": "latest/../by.csv" }, "made/by.csv"]
  }
  for (const [what, [links, to]] of Object.entries(chains)) {
    it.effect(`${what} appears where it leads, and every link stays`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        Fs.mkdirSync(Path.join(root, "made/deep"), { recursive: true })
        Fs.writeFileSync(Path.join(root, "made/old.csv"), "old")
        for (const [name, link] of Object.entries(links)) Fs.symlinkSync(link, Path.join(root, name))
        yield* exported(Path.join(root, "report.csv"))
        assert.strictEqual(read(Path.join(root, to)), smallCsv)
        assert.isTrue(Fs.lstatSync(Path.join(root, to)).isFile())
        for (const [name, link] of Object.entries(links)) {
          assert.strictEqual(Fs.readlinkSync(Path.join(root, name)), link)
        }
        const files = [...Object.keys(links), "made", "made/deep", "made/old.csv", to]
        const found = [...list(root), ...list(Path.join(root, "made")).map((name) => `made/${name}`)]
        assert.deepStrictEqual(found.sort(), [...new Set(files)].sort())
      }).pipe(provided()))
  }

  it.effect("that dangles by an absolute path appears where it leads", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const [link, target] = [Path.join(root, "link.csv"), Path.join(root, "report.csv")]
      Fs.symlinkSync(target, link)
      yield* exported(link)
      assert.deepStrictEqual([read(target), Fs.readlinkSync(link)], [smallCsv, target])
    }).pipe(provided()))

  for (
    const [what, links] of [
      ["to itself", { "report.csv": "report.csv" }],
      ["in a circle", { "report.csv": "a", a: "b", b: "report.csv" }],
      ["to a folder that is not there", { "report.csv": "missing/report.csv" }],
      ["through a file", { "report.csv": "file/report.csv" }]
    ] as const
  ) {
    it.effect(`${what} is refused before the report is created`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        Fs.writeFileSync(Path.join(root, "file"), "")
        for (const [name, link] of Object.entries(links)) Fs.symlinkSync(link, Path.join(root, name))
        const error = yield* refusalOf(Path.join(root, "report.csv"))
        assert.strictEqual(error.reason._tag, what.includes("not there") ? "NotFound" : "BadResource")
      }).pipe(provided()))
  }
})

it.effect("an export through links that became a circle while they were followed is refused", () =>
  Effect.gen(function*() {
    const path = Path.join(yield* folder, "report.csv")
    Fs.symlinkSync("report.csv", path)
    const error = yield* refusalOf(path).pipe(withFiles(() => ({ stat: () => systemFailure("ENOENT", "stat") })))
    assert.include(error.message, "links have no end")
  }).pipe(provided()))

it.effect("an export to one of a file's hard links leaves the others the old content", () =>
  Effect.gen(function*() {
    const root = yield* folder
    const [path, other] = [Path.join(root, "report.csv"), Path.join(root, "other.csv")]
    Fs.writeFileSync(other, "old")
    Fs.linkSync(other, path)
    yield* exported(path)
    assert.deepStrictEqual([read(path), read(other)], [smallCsv, "old"])
  }).pipe(provided()))

describe("an export to a name", () => {
  it.effect("of any legal length writes its file, by way of a name that is no longer", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const names = ["a", "ü", "検", "🚀"].flatMap((character) => {
        const size = Buffer.byteLength(character)
        return [29, 30, 31, 60, 237, 238, 254, 255].map((bytes) =>
          "x".repeat(bytes % size) + character.repeat(bytes / size)
        )
      })
      for (const name of new Set(names)) {
        const temporary = new Set<string>()
        yield* Stream.runForEach(exportingTo(Path.join(root, name)), () =>
          Effect.sync(() => list(root).forEach((found) => found !== name && temporary.add(found))))
        assert.deepStrictEqual(list(root), [name])
        assert.strictEqual(read(Path.join(root, name)), smallCsv)
        assert.strictEqual(temporary.size, 1)
        for (const found of temporary) {
          assert.match(found, /\.[0-9a-z]{14}\.tmp$/)
          assert.isAtMost(Buffer.byteLength(found), Math.max(Buffer.byteLength(name), 143))
          assert.strictEqual(found.slice(0, 3), name.slice(0, 3))
        }
        Fs.rmSync(Path.join(root, name))
      }
    }).pipe(provided()), 30_000)

  for (
    const [what, name, tag] of [
      ["too long", "x".repeat(256), "Unknown"],
      ["empty", "", "BadResource"],
      ["of a folder that isn't there", "missing/", "BadResource"],
      ["of its own folder", ".", "BadResource"],
      ["of the folder above", "..", "BadResource"],
      ["of a file, as if it were a folder", "file/", "BadResource"],
      ["in a file", "file/report.csv", "BadResource"],
      ["in a folder that isn't there", "missing/report.csv", "NotFound"],
      ["beside a folder that isn't there", "missing/../report.csv", "NotFound"],
      ["with a zero byte", "re\0port.csv", "InvalidData"]
    ] as const
  ) {
    it.effect(`${what} is refused before the report is created`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        Fs.writeFileSync(Path.join(root, "file"), "old")
        const error = yield* refusalOf(name === "" ? "" : `${root}/${name}`, root)
        assert.strictEqual(error.reason._tag, tag)
        assert.strictEqual(read(Path.join(root, "file")), "old")
      }).pipe(provided()))
  }

  it.effect("goes where the path led when the export began", () =>
    Effect.gen(function*() {
      const root = yield* folder
      for (const name of ["january", "february"]) Fs.mkdirSync(Path.join(root, name))
      const link = Path.join(root, "latest")
      Fs.symlinkSync("january", link)
      const before = process.cwd()
      for (const path of ["report.csv", "./latest/../one.csv", "latest/two.csv"]) {
        process.chdir(root)
        yield* Stream.runForEach(exportingTo(path), ({ _tag }) =>
          Effect.sync(() => {
            if (_tag !== "Created") return
            process.chdir(before)
            Fs.rmSync(link)
            Fs.symlinkSync("february", link)
          })).pipe(Effect.ensuring(Effect.sync(() => process.chdir(before))))
        Fs.rmSync(link)
        Fs.symlinkSync("january", link)
      }
      assert.deepStrictEqual(list(root), ["february", "january", "latest", "one.csv", "report.csv"])
      assert.deepStrictEqual([list(Path.join(root, "january")), list(Path.join(root, "february"))], [["two.csv"], []])
    }).pipe(provided()))

  it.effect("is refused where the process's own folder is gone", () =>
    Effect.gen(function*() {
      const before = process.cwd()
      const gone = Path.join(yield* folder, "gone")
      Fs.mkdirSync(gone)
      process.chdir(gone)
      Fs.rmdirSync(gone)
      yield* Effect.ensuring(refusalOf("report.csv", before), Effect.sync(() => process.chdir(before)))
    }).pipe(provided()))
})
