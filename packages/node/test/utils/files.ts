import type { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { Timeline } from "@effect-datadog/slo-report-testing"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, PlatformError, Stream } from "effect"
import type { Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { RetryPolicy, type SloReportClient } from "../../src/index.ts"
import { exportingTo, madeReports, sent, smallCsv } from "./flow.ts"
import { failureOf, inMemory } from "./wait.ts"

export const once = { retry: RetryPolicy.none }

const atOnce: FakeDatadog.Options = { report: { csv: smallCsv, timeline: Timeline.always("completed") } }

// The client over the fake in memory, whose reports are done at once, and the system's files.
export const provided = (options: SloReportClient.ClientOptions = once, fake: FakeDatadog.Options = atOnce) =>
  Effect.provide(Layer.merge(inMemory(options, fake), NodeFileSystem.layer))

export const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "slo-report-")))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
)

// A folder that others may use so.
export const openFolder = (mode: number) => Effect.tap(folder, (path) => Effect.sync(() => Fs.chmodSync(path, mode)))

export const list = (path: string): ReadonlyArray<string> => Fs.readdirSync(path).sort()

export const read = (path: string): string => Fs.readFileSync(path, "utf8")

export const exported = (path: string) => Stream.runDrain(exportingTo(path))

// The error of an export to a file, which has not said that it is done.
export const fileErrorOf = Effect.fnUntraced(function*(path: string) {
  const exit = yield* Effect.exit(
    Stream.runForEach(exportingTo(path), ({ _tag }) => Effect.sync(() => assert.notStrictEqual(_tag, "Done")))
  )
  const error = failureOf(exit)
  if (error._tag !== "PlatformError") throw error
  return error
})

// The error of an export that has asked Datadog for nothing, and whose folder is as it was.
export const refusalOf = Effect.fnUntraced(function*(path: string, around = Path.dirname(path)) {
  const look = () => Fs.existsSync(around) ? list(around) : undefined
  const before = look()
  const error = yield* fileErrorOf(path)
  assert.deepStrictEqual([yield* sent, yield* madeReports], [[], []], path)
  assert.deepStrictEqual(look(), before, path)
  assert.include(error.message, path)
  return error
})

// The same files, with some operations of another kind.
export const withFiles =
  (change: (fs: FileSystem.FileSystem) => Partial<FileSystem.FileSystem>) => <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.flatMap(
      FileSystem.FileSystem,
      (fs) => Effect.provideService(self, FileSystem.FileSystem, { ...fs, ...change(fs) })
    )

const tags: Record<string, PlatformError.SystemErrorTag> = {
  EACCES: "PermissionDenied",
  EBUSY: "Busy",
  ENOENT: "NotFound",
  EPERM: "PermissionDenied"
}

// What the system says, as Effect gives it.
export const systemFailure = (code: string, method = "rename") =>
  Effect.fail(PlatformError.systemError({
    _tag: tags[code] ?? "Unknown",
    module: "FileSystem",
    method,
    cause: Object.assign(new Error(`${code}: as the system says it, ${method}`), { code })
  }))

// A file's writes are the system's: they end in their own time, whatever the clock of the test.
export const whileWaiting = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() =>
    condition() ? Effect.andThen(TestClock.withLive(Effect.sleep(1)), whileWaiting(condition)) : Effect.void
  )

export const settle = <A, E>(fiber: Fiber.Fiber<A, E>) => whileWaiting(() => fiber.pollUnsafe() === undefined)

// Opened files with another way to do something.
export const withFile =
  (change: (file: FileSystem.File, path: string) => Partial<FileSystem.File>) =>
  (fs: FileSystem.FileSystem): Partial<FileSystem.FileSystem> => ({
    open: (path, options) =>
      Effect.map(
        fs.open(path, options),
        (file) => Object.create(file, Object.getOwnPropertyDescriptors(change(file, path)))
      )
  })

// The message of a command that fails, or nothing.
export const command = (name: string, ...args: ReadonlyArray<string>): string | undefined => {
  const { error, status, stderr } = spawnSync(name, args, { encoding: "utf8" })
  return error?.message ?? (status === 0 ? undefined : stderr.trim())
}

// A test that is skipped where something is missing for it, which its title says.
export const unless =
  (missing: string | undefined) => <A, E>(title: string, body: () => Effect.Effect<A, E, Scope.Scope>): void =>
    missing === undefined ? it.effect(title, body) : it.effect.skip(`${title} (skipped: ${missing})`, body)

const mounted = (path: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => assert.isUndefined(command("mount", ...args, path))),
    () => Effect.sync(() => command("umount", path))
  )

export const bindMount = (from: string, to: string) => mounted(to, "--bind", from)

export const tmpfs = (path: string, options: string) => mounted(path, "-t", "tmpfs", "-o", options, "tmpfs")

// Why a deed can't be done here, where it can't, by trying it in a folder.
const failureIn = (deed: (path: string) => string | undefined): string | undefined => {
  if (process.geteuid?.() !== 0 || process.platform !== "linux") return "it takes root on Linux"
  const path = Fs.mkdtempSync(Path.join(Os.tmpdir(), "slo-report-"))
  const failure = deed(path)
  Fs.rmSync(path, { recursive: true })
  return failure
}

// Why tests are skipped, where they are.
export const noRoot = failureIn((path) => command("chown", "40001:40011", path))

export const noDevices = failureIn((path) => command("mknod", Path.join(path, "device"), "b", "7", "250"))

export const noMounts = failureIn((path) => command("mount", "-t", "tmpfs", "tmpfs", path) ?? command("umount", path))

export const notImmutable = failureIn((path) => command("chattr", "+i", path) ?? command("chattr", "-i", path))

// Runs an effect as another user, whose files these are.
export const asUser = (uid: number, groups: ReadonlyArray<number>) => <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const old = process.getgroups?.() ?? []
      process.setgroups?.([...groups])
      process.setegid?.(groups[0] ?? uid)
      process.seteuid?.(uid)
      return old
    }),
    () => self,
    (old) =>
      Effect.sync(() => {
        process.seteuid?.(0)
        process.setegid?.(0)
        process.setgroups?.(old)
      })
  )
