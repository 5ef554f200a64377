import { Fault, Timeline } from "@effect-datadog/slo-report-testing"
import type { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, FileSystem, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { PollPolicy } from "../src/index.ts"
import { inFlight } from "./utils/client.ts"
import { folder, list, once, provided, settle, whileWaiting } from "./utils/files.ts"
import { bytesOf, exportingTo, injectInto, sentTo, short, smallCsv } from "./utils/flow.ts"
import { failureOf } from "./utils/wait.ts"

const size = bytesOf(smallCsv).length

describe("an export to a file", () => {
  it.effect("writes the whole file, and tells how far it is", () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      const seen = yield* Stream.runCollect(exportingTo(path))
      assert.deepStrictEqual(seen.map(short), [
        "SourceChosen report open",
        "Created",
        "Polled completed",
        `Downloading ${size}/${size}`,
        `Done completed ${size}`
      ])
      assert.strictEqual(Fs.readFileSync(path, "utf8"), smallCsv)
      assert.deepStrictEqual(list(Path.dirname(path)), ["report.csv"])
    }).pipe(provided()))

  it.effect("is there as a whole when Done is told, and not before", () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      yield* injectInto("download", Fault.slowBody({ bytes: 20, gap: 0 }))
      const existed: Array<readonly [string, string | undefined]> = []
      yield* Stream.runForEach(exportingTo(path), ({ _tag }) =>
        Effect.sync(() =>
          existed.push([_tag, Fs.existsSync(path) ? Fs.readFileSync(path, "utf8") : undefined])
        ))
      assert.isAbove(existed.length, 8)
      assert.deepStrictEqual(existed.filter(([, content]) => content !== undefined), [["Done", smallCsv]])
    }).pipe(provided()))

  it.effect("takes the place of a file that is there, with its permissions", () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      Fs.writeFileSync(path, "the old one, which is much longer than the new one\n".repeat(100))
      Fs.chmodSync(path, 0o640)
      yield* Stream.runDrain(exportingTo(path))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), smallCsv)
      assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o640)
    }).pipe(provided()))

  it.effect("follows a link to the file, which stays a link", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const target = Path.join(root, "real", "report.csv")
      Fs.mkdirSync(Path.dirname(target))
      Fs.writeFileSync(target, "old")
      const link = Path.join(root, "latest.csv")
      Fs.symlinkSync(target, link)
      yield* Stream.runDrain(exportingTo(link))
      assert.isTrue(Fs.lstatSync(link).isSymbolicLink())
      assert.strictEqual(Fs.readFileSync(target, "utf8"), smallCsv)
      assert.deepStrictEqual([list(root), list(Path.dirname(target))], [["latest.csv", "real"], ["report.csv"]])
    }).pipe(provided()))

  it.effect("writes a temporary file beside the target, with a name that nobody foresees", () =>
    Effect.gen(function*() {
      const root = yield* folder
      const path = Path.join(root, "report.csv")
      const names = new Set<string>()
      for (let run = 0; run < 3; run++) {
        yield* Stream.runForEach(exportingTo(path), ({ _tag }) =>
          Effect.sync(() => {
            if (_tag !== "Polled") return
            const name = list(root).find((name) => name !== "report.csv")
            assert.match(name ?? "", /^report\.csv\.[0-9a-z]{14}\.tmp$/)
            names.add(name ?? "")
          }))
      }
      assert.strictEqual(names.size, 3)
    }).pipe(provided()))

  it.effect("is forced to the disk before it takes the target's place", () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      const deeds: Array<string> = []
      const note = (deed: string) => Effect.sync(() => deeds.push(deed))
      const fs = yield* FileSystem.FileSystem
      const watched: FileSystem.FileSystem = {
        ...fs,
        open: (path, options) =>
          Effect.map(fs.open(path, options), (file) => {
            deeds.push(`open ${options?.flag}`)
            return Object.create(file, {
              writeAll: {
                value: (bytes: Uint8Array) => Effect.tap(file.writeAll(bytes), note("write"))
              },
              sync: { value: Effect.tap(file.sync, note("sync")) }
            })
          }),
        rename: (from, to) => Effect.tap(fs.rename(from, to), note("rename"))
      }
      yield* Effect.provideService(Stream.runDrain(exportingTo(path)), FileSystem.FileSystem, watched)
      assert.deepStrictEqual(deeds, ["open wx", "write", "sync", "rename"])
    }).pipe(provided()))

  it.effect("downloads a report that is completed with errors", () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      const last = yield* Stream.runLast(exportingTo(path))
      assert.strictEqual(last._tag === "Some" ? short(last.value) : "", `Done completed_with_errors ${size}`)
      assert.strictEqual(Fs.readFileSync(path, "utf8"), smallCsv)
    }).pipe(provided(once, { report: { csv: smallCsv, timeline: Timeline.always("completed_with_errors") } })))
})

describe("an export to a file that fails", () => {
  const assertUntouched = (path: string, old: string | undefined, what: string) => {
    assert.deepStrictEqual(list(Path.dirname(path)), old === undefined ? [] : [Path.basename(path)], what)
    if (old !== undefined) assert.strictEqual(Fs.readFileSync(path, "utf8"), old, what)
  }

  for (const old of [undefined, "the old file\n"]) {
    const leaves = old === undefined ? "leaves nothing" : "leaves the old file"

    it.effect(`${leaves} wherever the download is cut`, () =>
      Effect.gen(function*() {
        const path = Path.join(yield* folder, "report.csv")
        if (old !== undefined) Fs.writeFileSync(path, old)
        for (let bytes = 0; bytes < size; bytes++) {
          yield* injectInto("download", bytes % 2 === 0 ? Fault.truncate(bytes) : Fault.resetBody(bytes))
          const error = failureOf(yield* Effect.exit(Stream.runDrain(exportingTo(path))))
          assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" }, `${bytes} bytes`)
          assertUntouched(path, old, `${bytes} bytes`)
        }
      }).pipe(provided()))

    for (
      const [name, operation, fault] of [
        ["the creation's answer is lost", "create", Fault.lostAnswer],
        ["the creation is refused", "create", Fault.status(403)],
        ["a poll is refused", "status", Fault.status(403)],
        ["the download is refused", "download", Fault.status(400)],
        ["a page comes in the file's place", "download", Fault.html()],
        ["nothing comes in the file's place", "download", Fault.body("")]
      ] as const
    ) {
      it.effect(`${leaves} where ${name}`, () =>
        Effect.gen(function*() {
          const path = Path.join(yield* folder, "report.csv")
          if (old !== undefined) Fs.writeFileSync(path, old)
          yield* injectInto(operation, fault)
          assert.isTrue(Exit.isFailure(yield* Effect.exit(Stream.runDrain(exportingTo(path)))))
          assertUntouched(path, old, name)
        }).pipe(provided()))
    }

    it.effect(`${leaves} where the report fails`, () =>
      Effect.gen(function*() {
        const path = Path.join(yield* folder, "report.csv")
        if (old !== undefined) Fs.writeFileSync(path, old)
        const error = failureOf(yield* Effect.exit(Stream.runDrain(exportingTo(path))))
        assert.strictEqual(error._tag, "ReportFailed")
        assertUntouched(path, old, "failed")
      }).pipe(provided(once, { report: { timeline: Timeline.always("failed") } })))

    const underway = { report: { timeline: Timeline.always("in_progress") } }
    const phases = {
      "in the request to create": ["create", Fault.hang],
      "in a poll": ["status", Fault.hang],
      "in the sleep between polls": ["status", Fault.headers({})],
      "in the request for the file": ["download", Fault.hang],
      "in the file": ["download", Fault.stall(50)]
    } as const
    for (const [name, [operation, fault]] of Object.entries(phases)) {
      it.effect(`${leaves} where it is interrupted ${name}`, () =>
        Effect.gen(function*() {
          const root = yield* folder
          const path = Path.join(root, "report.csv")
          if (old !== undefined) Fs.writeFileSync(path, old)
          yield* injectInto(operation, fault, Infinity)
          const fiber = yield* Effect.forkChild(
            Stream.runDrain(exportingTo(path, { poll: PollPolicy.fixed("7 seconds") })),
            { startImmediately: true }
          )
          const arrived = yield* Effect.context<FakeDatadog.FakeDatadog>()
          yield* whileWaiting(() => Effect.runSync(Effect.provide(sentTo(operation), arrived)).length === 0)
          yield* TestClock.withLive(Effect.sleep(20))
          assert.isUndefined(fiber.pollUnsafe())
          assert.strictEqual(list(root).filter((name) => name.endsWith(".tmp")).length, 1)
          yield* Fiber.interrupt(fiber)
          assertUntouched(path, old, name)
          assert.strictEqual(yield* inFlight, 0)
        }).pipe(provided(once, name === "in the sleep between polls" ? underway : undefined)))
    }

    it.effect(`${leaves} where the program has seen enough`, () =>
      Effect.gen(function*() {
        const path = Path.join(yield* folder, "report.csv")
        if (old !== undefined) Fs.writeFileSync(path, old)
        yield* injectInto("download", Fault.slowBody({ bytes: 20, gap: 0 }))
        yield* Stream.runDrain(Stream.take(exportingTo(path), 4))
        assertUntouched(path, old, "taken")
      }).pipe(provided()))
  }

  it.effect("doesn't end before its last write has, so that no other file gets it", () =>
    Effect.gen(function*() {
      const path = Path.join(yield* folder, "report.csv")
      const fs = yield* FileSystem.FileSystem
      const deeds: Array<string> = []
      const slow: FileSystem.FileSystem = {
        ...fs,
        open: (path, options) =>
          Effect.acquireRelease(fs.open(path, options), () => Effect.sync(() => deeds.push("close"))).pipe(
            Effect.map((file) =>
              Object.create(file, {
                writeAll: {
                  value: () =>
                    Effect.sync(() => deeds.push("begun")).pipe(
                      Effect.andThen(Effect.sleep("1 second")),
                      Effect.andThen(Effect.sync(() => deeds.push("written")))
                    )
                }
              })
            )
          )
      }
      const fiber = yield* Effect.forkChild(
        Effect.provideService(Stream.runDrain(exportingTo(path)), FileSystem.FileSystem, slow),
        { startImmediately: true }
      )
      yield* whileWaiting(() => deeds.length === 0)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual(deeds, ["begun"])
      yield* TestClock.adjust("1 second")
      yield* settle(interrupting)
      assert.deepStrictEqual(deeds, ["begun", "written", "close"])
      assert.deepStrictEqual(list(Path.dirname(path)), [])
    }).pipe(provided()))
})
