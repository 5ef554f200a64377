import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { ask, spawned, useBundle } from "./utils/bundled.ts"
import { apiKey, applicationKey, csv } from "./utils/command.ts"

const at = useBundle()

const file = csv("1,metric,Checkout,99.9,,99.95,99.866393", "2,metric,Search,99,,99.5,99.5")

const over = (timeline: Timeline.Timeline) =>
  Effect.provide(FakeDatadogServer.layerTest({ report: { csv: file, timeline } }))

describe("a process that keeps its export", () => {
  it.live("is killed in the wait, and the same command goes on: the same report, its bytes, 0", () =>
    Effect.gen(function*() {
      const state = Path.join(at.root, "killed.db")
      const output = Path.join(at.root, "killed.csv")
      const command = ["export", "-Q", "service:checkout", "--last", "2mo", "-o", output, "--state", state]
      let isSent = false
      const first = yield* ask(at, command, {
        onStderr: (text, child) => {
          if (/report \S+ is created\nwaiting/.test(text) && !isSent) isSent = child.kill("SIGKILL")
        }
      })
      assert.strictEqual(first.signal, "SIGKILL", first.stderr)
      const [id = ""] = yield* (yield* FakeDatadog.FakeDatadog).reportIds
      const second = yield* ask(at, command)
      assert.strictEqual(second.code, 0, second.stderr)
      assert.include(second.stderr, "goes on\n")
      assert.strictEqual(Fs.readFileSync(output, "utf8"), file)
      assert.deepStrictEqual(yield* (yield* FakeDatadog.FakeDatadog).reportIds, [id])
      for (const name of Fs.readdirSync(at.root).filter((name) => name.startsWith("killed.db"))) {
        const text = Fs.readFileSync(Path.join(at.root, name), "latin1")
        for (const key of [apiKey, applicationKey]) assert.notInclude(text, key)
      }
    }).pipe(over(Timeline.after("4 seconds", "completed"))))

  it.live("has its file to itself: a second one says so in a line, 5", () =>
    Effect.gen(function*() {
      const state = Path.join(at.root, "used.db")
      const command = ["export", "-Q", "service:checkout", "--last", "2mo", "--state", state]
      let list: Promise<Awaited<ReturnType<typeof spawned>>> | undefined
      const { code } = yield* ask(at, command, {
        onStderr: (text, child) => {
          if (!/is created\nwaiting/.test(text) || list !== undefined) return
          list = spawned(at.bin, ["exports", "list", "--state", state])
          void list.then(() => child.kill("SIGINT"))
        }
      })
      const second = yield* Effect.promise(() => list!)
      assert.deepStrictEqual([second.code, second.stdout, second.stderr], [
        5,
        "",
        `error: ${state} is in use by another process: one process at a time has a store of SQLite. ` +
        "End the other one, or use a store of Postgres.\n"
      ])
      assert.strictEqual(code, 130)
      const listed = yield* ask(at, ["exports", "list", "--state", state])
      assert.match(listed.stdout, /^\S+ {2}waiting .* report \S+\n$/)
    }).pipe(over(Timeline.after("1 hour", "completed"))))
})

describe("the bundle", () => {
  const read = (name: string) => Fs.readFileSync(Path.join(at.bin, name), "utf8")

  /** What is loaded with a file, later imports left out. */
  const loadedWith = (name: string, loaded = new Set<string>()): ReadonlySet<string> => {
    if (loaded.has(name)) return loaded
    loaded.add(name)
    for (const [, path] of read(name).matchAll(/(?<!=>)require\("\.\/([^"]+)"\)/g)) loadedWith(path!, loaded)
    return loaded
  }

  const named = (prefix: string) => Fs.readdirSync(at.bin).find((name) => name.startsWith(prefix))!

  it("loads the engine, SQLite and Postgres with nothing else", () => {
    const others = [
      "bin.js",
      "offline.js",
      named("main-"),
      named("process-"),
      named("Network-"),
      named("Demo-"),
      named("Doctor-")
    ]
    for (const other of others) {
      const text = [...loadedWith(other)].map(read).join("")
      for (const word of ["DatabaseSync", "shardsPerGroup", "SloReport/Watcher", "pg_try_advisory_lock"]) {
        assert.notInclude(text, word, other)
      }
    }
    const kept = [...loadedWith(named("Kept-"))].map(read).join("")
    for (const word of ["DatabaseSync", "shardsPerGroup", "SloReport/Watcher"]) assert.include(kept, word)
    assert.notInclude(kept, "pg_try_advisory_lock")
    assert.include([...loadedWith(named("postgres-"))].map(read).join(""), "pg_try_advisory_lock")
  })

  // Measured: 210 kB, and 15 %.
  it("loads at most 240 kB for a command over a file", () => {
    const bytes = bytesWith("offline.js")
    assert.isAtMost(bytes, 240_000)
    assert.isAbove(bytes, 120_000, "it is what was meant")
  })

  // Measured: 378 kB, with what the engine takes of modules that others take too, which costs a millisecond.
  it("loads at most 440 kB for a command that asks Datadog, and then the client", () => {
    const bytes = bytesWith(named("process-"))
    assert.isAtMost(bytes, 440_000)
    assert.isAbove(bytes, 220_000, "it is what was meant")
  })

  function bytesWith(name: string): number {
    return [...loadedWith(name)].reduce((sum, name) => sum + read(name).length, 0)
  }
})
