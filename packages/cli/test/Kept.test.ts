import { FakeDatadog, Fault, ReportEndpoints, Slo, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { DatabaseSync } from "node:sqlite"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { apiKey, applicationKey, begin, csv, folder, keys, type Outcome, run } from "./utils/command.ts"

const root = folder()
afterAll(() => Fs.rmSync(root, { recursive: true }))

const file = csv("1,metric,Checkout,99.9,,99.95,99.866393")

let count = 0
const newState = () => Path.join(root, `${count++}.db`)

const { FakeDatadog: Fake } = FakeDatadog

const breath = Effect.promise(() => new Promise<void>((resolve) => setTimeout(resolve, 2)))

const start = (args: ReadonlyArray<string>) =>
  Effect.andThen(begin, Effect.forkChild(run(args, { environment: keys }), { startImmediately: true }))

/** Virtual time goes on until a command has ended. */
const end = Effect.fnUntraced(function*(fiber: Fiber.Fiber<Outcome>) {
  while (fiber.pollUnsafe() === undefined) {
    yield* breath
    yield* TestClock.adjust("1 second")
  }
  return yield* Fiber.join(fiber)
})

const runTo = (...args: ReadonlyArray<string>) => Effect.flatMap(start(args), end)

/** Ends a command as ^C does, once it waits for its report. */
const interrupted = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  const fiber = yield* start(args)
  const fake = yield* Fake
  while ((yield* fake.requests).filter(({ operation }) => operation === "status").length < 2) {
    yield* breath
    yield* TestClock.adjust("1 second")
  }
  const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
  while (interruption.pollUnsafe() === undefined) {
    yield* breath
    yield* TestClock.adjust("1 second")
  }
})

const reports = Fake.use((fake) => fake.reportIds)

const requestsOf = (operation: string) =>
  Fake.use((fake) => Effect.map(fake.requests, (all) => all.filter((one) => one.operation === operation).length))

const idOf = ({ stderr }: Outcome): string => /^export (\S+) (?:is begun|goes on)$/m.exec(stderr)![1]!

const over = (timeline: Timeline.Timeline, options: FakeDatadog.Options = {}) =>
  Effect.provide(FakeDatadog.layerMemory({ report: { csv: file, timeline }, ...options }))

const request = ["export", "-Q", "service:checkout", "--last", "2mo"]

describe("export --state", () => {
  it.effect("writes the report's bytes, and keeps nothing that was written", () =>
    Effect.gen(function*() {
      const state = newState()
      const first = yield* runTo(...request, "--state", state)
      assert.deepStrictEqual([first.code, first.stdout], [0, file], first.stderr)
      const [id = ""] = yield* reports
      assert.match(first.stderr, new RegExp(`^export [0-9a-f]{32}-1 is begun\\n[^]*report ${id} is created\\n`))
      const listed = yield* runTo("exports", "list", "--state", state)
      assert.deepStrictEqual(listed, { code: 0, stdout: "", stderr: "There are no exports of datadoghq.com.\n" })
      // The same command makes another one.
      assert.strictEqual((yield* runTo(...request, "--state", state)).stdout, file)
      assert.strictEqual((yield* reports).length, 2)
      const quiet = [...request, "--state", state, "-q"]
      assert.deepStrictEqual(yield* runTo(...quiet), { code: 0, stdout: file, stderr: "" })
      assert.strictEqual((yield* runTo("exports", "list", "-q", "--state", state)).stderr, "")
    }).pipe(over(Timeline.after("5 seconds", "completed"))))

  it.effect.each(
    [["--last", "2mo"], ["--from", "60d"], ["--from", "2026-09-01", "--to", "2026-11-01"]]
  )("goes on by the same command after it was ended: %s %s", (period) =>
    Effect.gen(function*() {
      const state = newState()
      const output = Path.join(root, `${count}.csv`)
      const command = ["export", "-Q", "service:checkout", ...period, "--state", state, "-o", output]
      yield* interrupted(...command)
      assert.isFalse(Fs.existsSync(output))
      const listed = yield* runTo("exports", "list", "--state", state, "-f", "json")
      const [id = ""] = yield* reports
      assert.deepInclude(JSON.parse(listed.stdout)[0], {
        state: "waiting",
        report: id,
        command: `--query service:checkout ${period.join(" ")}`
      })
      yield* TestClock.adjust("1 minute")
      const second = yield* runTo(...command)
      assert.deepStrictEqual([second.code, Fs.readFileSync(output, "utf8")], [0, file], second.stderr)
      assert.match(second.stderr, /^export \S+ goes on\n/)
      assert.deepStrictEqual(yield* reports, [id])
    }).pipe(over(Timeline.after("3 minutes", "completed"))))

  it.effect("is another export of another period, of another site, and a day later of one that moves", () =>
    Effect.gen(function*() {
      const state = newState()
      const moving = ["export", "-Q", "service:checkout", "--from", "60d", "--state", state]
      yield* interrupted(...moving)
      yield* TestClock.adjust("25 hours")
      assert.strictEqual((yield* runTo(...moving)).code, 0)
      assert.strictEqual((yield* reports).length, 2)
      const listed = yield* runTo("exports", "list", "--state", state, "--site", "datadoghq.eu")
      assert.strictEqual(listed.stderr, "There are no exports of datadoghq.eu.\n")
      assert.include((yield* runTo("exports", "list", "--state", state)).stdout, "done")
    }).pipe(over(Timeline.after("3 minutes", "completed"))))

  it.effect("goes on in the middle of a table of histories", () =>
    Effect.gen(function*() {
      const state = newState()
      const command = ["export", "-Q", "*", "--last", "2mo", "--state", state]
      const alone = yield* runTo("export", "-Q", "*", "--last", "2mo")
      const histories = yield* requestsOf("history")
      yield* (yield* Fake).inject(Fault.latency("3 seconds"), { operation: "history", times: Infinity })
      const fiber = yield* start(command)
      while ((yield* requestsOf("history")) < histories + 30) {
        yield* breath
        yield* TestClock.adjust("1 second")
      }
      yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* end(fiber).pipe(Effect.exit)
      const second = yield* runTo(...command)
      assert.deepStrictEqual([second.code, second.stdout], [0, alone.stdout], second.stderr)
      assert.isAtMost(yield* requestsOf("history"), 2 * histories + 20)
    }).pipe(
      Effect.provide(
        FakeDatadog.layerMemory({
          slos: Array.from({ length: 45 }, (_, index) => ({ ...Slo.standard[0]!, name: `SLO ${index}` })),
          reportEndpoints: ReportEndpoints.closed(403, {})
        })
      )
    ))

  it.effect("tries again what has failed, with the report that there is", () =>
    Effect.gen(function*() {
      const state = newState()
      const command = [...request, "--state", state, "-q"]
      const first = yield* runTo(...command, "--timeout", "90s")
      assert.deepStrictEqual([first.code, first.stdout], [6, ""])
      assert.match(first.stderr, /^export \S+-1 is kept: the same command waits for its report again\n/)
      const listed = yield* runTo("exports", "list", "--state", state)
      assert.match(
        listed.stdout,
        /^\S+-1 {2}failed {6}2026-11-15T\S+ {2}2026-09-01\.\.2026-11-01 {2}"service:checkout" {2}WaitTimedOut\n$/
      )
      const second = yield* runTo(...command)
      assert.deepStrictEqual([second.code, second.stdout], [0, file])
      assert.strictEqual((yield* reports).length, 1)
    }).pipe(over(Timeline.after("5 minutes", "completed"))))

  it.effect("doesn't create again what may be there, unless that is wanted", () =>
    Effect.gen(function*() {
      const state = newState()
      const command = [...request, "--state", state]
      yield* (yield* Fake).inject(Fault.lostAnswer, { operation: "create" })
      const first = yield* runTo(...command)
      assert.strictEqual(first.code, 5, first.stderr)
      assert.include(first.stderr, `datadog-slo exports retry ${idOf(first)}\n`)
      assert.strictEqual((yield* runTo(...command)).code, 5)
      assert.strictEqual((yield* reports).length, 1)
      const retried = yield* runTo("exports", "retry", idOf(first), "--state", state)
      assert.deepStrictEqual([retried.code, retried.stdout], [0, `${idOf(first).slice(0, -1)}2\n`])
      assert.strictEqual((yield* runTo(...command)).code, 0)
      assert.strictEqual((yield* reports).length, 2)
    }).pipe(over(Timeline.always("completed"))))

  it.effect("says in a line what is wrong", () =>
    Effect.gen(function*() {
      const says = Effect.fnUntraced(function*(code: number, message: RegExp, ...args: ReadonlyArray<string>) {
        const outcome = yield* runTo(...args)
        assert.match(outcome.stderr, message)
        assert.deepStrictEqual([outcome.code, outcome.stdout, outcome.stderr.split("\n").length], [code, "", 2])
      })
      const foreign = newState()
      Fs.writeFileSync(
        foreign,
        "a file of something else, which is long enough to be looked at as a database".repeat(9)
      )
      yield* says(2, /^error: The store can't be used: .* Name a file or a database/, ...request, "--state", foreign)
      yield* says(2, /^error: --state: there is no folder "/, ...request, "--state", Path.join(root, "none", "a.db"))
      yield* says(2, /^error: --poll is no flag for/, ...request, "--state", newState(), "--poll", "5s")
      yield* says(2, /^error: Give either --report or --state\./, "export", "--report", "1", "--state", newState())
      yield* says(2, /^error: It isn't said where exports are kept\. Give --state/, "exports", "list")
      yield* says(2, /^error: There is no export "x" in this store/, "exports", "retry", "x", "--state", newState())
      yield* says(2, /^error: --older-than: expected/, "exports", "prune", "--older-than", "1", "--state", newState())
      yield* says(5, /^error: The store can't be used/, ...request, "--state", "postgres://me:secret@127.0.0.1:9/none")
      const { stderr } = yield* runTo(...request, "--state", "postgres://me:secret@127.0.0.1:9/none")
      assert.notInclude(stderr, "secret")
      assert.deepStrictEqual(yield* (yield* Fake).requests, [])
    }).pipe(over(Timeline.always("completed"))))
})

describe("exports", () => {
  it.effect("cancels one that goes on, and prunes what ended long ago", () =>
    Effect.gen(function*() {
      const state = newState()
      const command = [...request, "--state", state]
      yield* interrupted(...command)
      const [{ id }] = JSON.parse((yield* runTo("exports", "list", "--state", state, "-f", "json")).stdout)
      const cancelled = yield* runTo("exports", "cancel", id, "--state", state)
      assert.deepStrictEqual([cancelled.code, cancelled.stdout], [0, ""])
      // Another export of the same store ends it.
      assert.strictEqual((yield* runTo("export", "-Q", "other", "--last", "1mo", "--state", state)).code, 0)
      assert.include((yield* runTo("exports", "list", "--state", state)).stdout, "ExportCancelled")
      assert.strictEqual((yield* runTo("exports", "prune", "--state", state)).stdout, "0\n")
      yield* TestClock.adjust("8 days")
      assert.strictEqual((yield* runTo("exports", "prune", "--state", state, "--older-than", "7d")).stdout, "1\n")
      assert.strictEqual((yield* runTo("exports", "list", "--state", state)).stdout, "")
    }).pipe(over(Timeline.after("5 minutes", "completed"))))

  it.effect("has no key in its file", () =>
    Effect.gen(function*() {
      const state = newState()
      yield* interrupted(...request, "--state", state)
      const database = new DatabaseSync(state)
      // All pages of the file, those that are not yet in it included.
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
      database.close()
      const text = Fs.readFileSync(state, "latin1")
      assert.include(text, "service:checkout")
      for (const key of [apiKey, applicationKey]) assert.notInclude(text, key)
    }).pipe(over(Timeline.after("1 hour", "completed"))))
})
