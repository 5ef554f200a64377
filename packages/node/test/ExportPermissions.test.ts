import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import {
  asUser,
  bindMount,
  command,
  exported,
  fileErrorOf,
  folder,
  list,
  noMounts,
  noRoot,
  notImmutable,
  openFolder,
  provided,
  read,
  refusalOf,
  systemFailure,
  tmpfs,
  unless,
  withFiles
} from "./utils/files.ts"
import { exportingTo, smallCsv } from "./utils/flow.ts"

const [alice, bob, staff, guests] = [40_001, 40_002, 40_011, 40_012]

// A file with the old content, its owner, group and permissions.
const oldFile = (root: string, uid: number, gid: number, mode: number) => {
  const path = Path.join(root, "report.csv")
  Fs.writeFileSync(path, "old")
  Fs.chownSync(path, uid, gid)
  Fs.chmodSync(path, mode)
  return path
}

const facts = (path: string) => {
  const { gid, mode, uid } = Fs.statSync(path)
  return { uid, gid, mode: (mode & 0o7777).toString(8) }
}

describe("the file of an export", () => {
  unless(noRoot)(
    "keeps another user's owner, group and permissions where root replaces it",
    () =>
      Effect.gen(function*() {
        const path = oldFile(yield* folder, alice, staff, 0o640)
        yield* exported(path)
        assert.deepStrictEqual(facts(path), { uid: alice, gid: staff, mode: "640" })
        assert.strictEqual(read(path), smallCsv)
      }).pipe(provided())
  )

  for (const [whose, folderOwner, owner] of [["folder", bob, alice], ["file", alice, bob]] as const) {
    unless(noRoot)(
      `replaces a read-only one in a folder such as /tmp for the ${whose}'s owner`,
      () =>
        Effect.gen(function*() {
          const root = yield* openFolder(0o1777)
          Fs.chownSync(root, folderOwner, guests)
          const path = oldFile(root, owner, guests, 0o444)
          yield* asUser(bob, [guests])(exported(path))
          assert.strictEqual(read(path), smallCsv)
          assert.deepStrictEqual(facts(path), { uid: bob, gid: guests, mode: "444" })
        }).pipe(provided())
    )
  }

  for (
    const [what, old, groups, after] of [
      [
        "keeps the group where the user is in it, and becomes the user's",
        [alice, staff, 0o664],
        [guests, staff],
        { uid: bob, gid: staff, mode: "664" }
      ],
      [
        "gives a group that it can't keep no more than everybody has",
        [alice, staff, 0o664],
        [guests],
        { uid: bob, gid: guests, mode: "644" }
      ],
      ["shows a group that it can't keep nothing secret", [alice, staff, 0o660], [guests], {
        uid: bob,
        gid: guests,
        mode: "600"
      }],
      ["replaces a file of the user that is read-only, which stays so", [bob, guests, 0o444], [guests], {
        uid: bob,
        gid: guests,
        mode: "444"
      }],
      ["replaces a read-only file of another in a folder of all", [alice, staff, 0o444], [guests], {
        uid: bob,
        gid: guests,
        mode: "444"
      }]
    ] as const
  ) {
    unless(noRoot)(what, () =>
      Effect.gen(function*() {
        const [uid, gid, mode] = old
        const path = oldFile(yield* openFolder(0o777), uid, gid, mode)
        yield* asUser(bob, groups)(exported(path))
        assert.deepStrictEqual(facts(path), after)
        assert.strictEqual(read(path), smallCsv)
        assert.deepStrictEqual(list(Path.dirname(path)), ["report.csv"])
      }).pipe(provided()))
  }

  unless(noRoot)("is at no time readable by more than the old one", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const path = oldFile(root, alice, staff, 0o600)
      const seen: Array<unknown> = []
      yield* Stream.runForEach(exportingTo(path), () =>
        Effect.sync(() => list(root).forEach((name) => seen.push(facts(Path.join(root, name))))))
      assert.isAtLeast(seen.length, 7)
      for (const found of seen) {
        assert.deepStrictEqual(found, { uid: alice, gid: staff, mode: "600" })
      }
    }).pipe(provided()))

  it.effect("is written where the file system has one owner and one mode for all", () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      Fs.writeFileSync(path, "old")
      const [chown, chmod] = [() => systemFailure("EPERM", "chown"), () => systemFailure("EPERM", "chmod")]
      yield* exported(path).pipe(withFiles(() => ({ chown, chmod })))
      assert.strictEqual(read(path), smallCsv)
    }).pipe(provided()))

  unless(noRoot)("is not written where it would be readable by more than the old one", () =>
    Effect.gen(function*() {
      const path = oldFile(yield* folder, alice, staff, 0o600)
      const error = yield* refusalOf(path).pipe(withFiles(() => ({ chmod: () => systemFailure("EPERM", "chmod") })))
      assert.include(error.message, "EPERM")
      assert.strictEqual(read(path), "old")
    }).pipe(provided()))
})

describe("an export is refused before the report is created", () => {
  for (const old of [undefined, "old"]) {
    const target = old === undefined ? "a new file" : "an old file"
    unless(noRoot)(`for ${target} in a folder where the user may make none`, () =>
      Effect.gen(function*() {
        const root = yield* openFolder(0o755)
        const path = Path.join(root, "report.csv")
        if (old !== undefined) oldFile(root, bob, guests, 0o644)
        const error = yield* asUser(bob, [guests])(refusalOf(path))
        assert.strictEqual(error.reason._tag, "PermissionDenied")
        assert.match(error.message, /EACCES.*a temporary file is written beside it/)
      }).pipe(provided()))

    unless(noMounts)(`for ${target} of a file system that is read-only`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        yield* tmpfs(root, "size=64k")
        if (old !== undefined) Fs.writeFileSync(Path.join(root, "report.csv"), old)
        assert.isUndefined(command("mount", "-o", "remount,ro", root))
        assert.match((yield* refusalOf(Path.join(root, "report.csv"))).message, /EROFS/)
      }).pipe(provided()))
  }

  unless(noRoot)("for a folder that the user may not look into", () =>
    Effect.gen(function*() {
      const root = yield* openFolder(0o700)
      const path = Path.join(root, "report.csv")
      const error = yield* asUser(bob, [guests])(fileErrorOf(path))
      assert.strictEqual(error.reason._tag, "PermissionDenied")
      assert.include(error.message, path)
    }).pipe(provided()))

  unless(noRoot)("for a read-only file of another in a folder such as /tmp", () =>
    Effect.gen(function*() {
      const path = oldFile(yield* openFolder(0o1777), alice, staff, 0o644)
      const error = yield* asUser(bob, [guests])(refusalOf(path))
      assert.strictEqual(error.reason._tag, "PermissionDenied")
      assert.deepStrictEqual(facts(path), { uid: alice, gid: staff, mode: "644" })
    }).pipe(provided()))

  unless(noMounts)("for a file that is mounted read-only", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const [path, source] = [oldFile(root, 0, 0, 0o644), Path.join(root, "source.csv")]
      Fs.writeFileSync(source, "mounted")
      yield* bindMount(source, path)
      assert.isUndefined(command("mount", "-o", "remount,bind,ro", path))
      assert.match((yield* refusalOf(path)).message, /EROFS/)
      assert.strictEqual(read(source), "mounted")
    }).pipe(provided()))

  unless(process.platform === "linux" ? undefined : "others let it be written")(
    "for a running program",
    () =>
      Effect.gen(function*() {
        const path = Path.join(yield* folder, "report.csv")
        Fs.copyFileSync("/bin/sleep", path)
        const child = yield* Effect.acquireRelease(
          Effect.callback<ReturnType<typeof spawn>>((resume) => {
            const child = spawn(path, ["60"])
            child.once("spawn", () => resume(Effect.succeed(child)))
          }),
          (child) => Effect.sync(() => child.kill("SIGKILL"))
        )
        assert.match((yield* refusalOf(path)).message, /ETXTBSY/)
        assert.isNull(child.exitCode)
      }).pipe(provided())
  )

  unless(notImmutable)("for a file that is immutable", () =>
    Effect.gen(function*() {
      const path = oldFile(yield* folder, 0, 0, 0o644)
      assert.isUndefined(command("chattr", "+i", path))
      yield* Effect.ensuring(
        Effect.gen(function*() {
          const error = yield* refusalOf(path)
          assert.strictEqual(error.reason._tag, "PermissionDenied")
        }),
        Effect.sync(() => command("chattr", "-i", path))
      )
      assert.strictEqual(read(path), "old")
    }).pipe(provided()))

  for (const code of ["EBUSY", "EPERM", "ETXTBSY"]) {
    it.effect(`for a file that another program holds (${code})`, () =>
      Effect.gen(function*() {
        const path = oldFile(yield* folder, process.getuid?.() ?? 0, process.getgid?.() ?? 0, 0o644)
        const error = yield* refusalOf(path).pipe(withFiles((fs) => ({
          open: (name, options) => name === path ? systemFailure(code, "open") : fs.open(name, options)
        })))
        assert.include(error.message, `${code}: as the system says it`)
        assert.strictEqual(read(path), "old")
      }).pipe(provided()))
  }
})
