import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { missing, postgres } from "./utils/postgres.ts"
import { temporaryFolder, until } from "./utils/processes.ts"
import { inWorld, names, worker } from "./utils/workers.ts"

const { FakeDatadog: Fake } = FakeDatadog

const polls = Effect.map(
  Fake.use((fake) => fake.requests),
  (all) => all.filter(({ operation }) => operation === "status")
)

/** Ends the process that polls for four, and tells when the others have polled for each of its waits. */
const takeOver = (signal: NodeJS.Signals) =>
  Effect.gen(function*() {
    const { url } = yield* postgres
    const folder = yield* temporaryFolder
    const workers = yield* Effect.forEach(
      [8, 8, 7, 7],
      (count, index) => worker({ url, folder, queries: names(count, `wait${index}`) }),
      { concurrency: "unbounded" }
    )
    const fake = yield* Fake
    const reports = Effect.map(polls, (all) => new Set(all.map(({ path }) => path)))
    yield* until(async () => (await Effect.runPromise(Effect.provideService(reports, Fake, fake))).size === 30)
    yield* Effect.sleep("2 seconds")
    const owner = (yield* polls).at(-1)!.headers["x-worker"]
    const before = (yield* polls).length
    const at = Date.now()
    const victim = workers.find(({ child }) => String(child.pid) === owner)!
    yield* Effect.forkChild(victim.kill(signal))
    const elsewhere = Effect.map(polls, (all) => {
      const first = new Map<string, number>()
      for (const { at: polled, headers, path } of all.slice(before)) {
        if (headers["x-worker"] !== owner && !first.has(path)) first.set(path, polled - at)
      }
      return [...first.values()].sort((a, b) => a - b)
    })
    const all = Effect.provideService(elsewhere, Fake, fake)
    yield* until(async () => (await Effect.runPromise(all)).length === 30).pipe(Effect.timeoutOption("60 seconds"))
    const after = yield* all
    console.log(`${signal}: first ${after[0]} ms, median ${after[15]} ms, last ${after[29]} ms`)
    const creates = (yield* fake.requests).filter(({ operation }) => operation === "create")
    assert.strictEqual(creates.length, 30)
    return after[29] ?? Infinity
  })

/** Asks the process to end that downloads a file, slowly, and tells when another one has asked for it anew. */
const inDownload = Effect.gen(function*() {
  const { url } = yield* postgres
  const folder = yield* temporaryFolder
  const fake = yield* Fake
  const downloads = Effect.map(fake.requests, (all) => all.filter(({ operation }) => operation === "download"))
  const downloaded = (count: number) => until(async () => (await Effect.runPromise(downloads)).length >= count)
  yield* fake.inject(Fault.slowBody({ bytes: 20, gap: "100 millis" }), { operation: "download" })
  const workers = [
    yield* worker({ url, folder, queries: names(1, "download") }),
    yield* worker({ url, folder, queries: [] })
  ]
  // Both are there, and one of them has the export, before its report is done.
  for (const { ready } of workers) yield* ready
  yield* Effect.sleep("3 seconds")
  yield* fake.advance("1 hour")
  yield* downloaded(1)
  yield* until(() => Fs.existsSync(folder) && Fs.readdirSync(folder).length > 0)
  yield* Effect.sleep("500 millis")
  const owner = (yield* downloads)[0]!.headers["x-worker"]
  const victim = workers.find(({ child }) => String(child.pid) === owner)
  const at = Date.now()
  yield* Effect.forkChild(victim!.kill("SIGTERM"))
  yield* downloaded(2).pipe(Effect.timeoutOption("30 seconds"))
  assert.notStrictEqual((yield* downloads)[1]?.headers["x-worker"], owner)
  const after = Date.now() - at
  yield* until(() => Fs.existsSync(Path.join(folder, "download-0.csv")))
  console.log(`SIGTERM in a download: begun anew after ${after} ms`)
  assert.deepStrictEqual(Fs.readdirSync(folder), ["download-0.csv"])
  const text = Fs.readFileSync(Path.join(folder, "download-0.csv"), "utf8")
  assert.isTrue(text.startsWith("id,") && text.endsWith("\n"), text)
  return after
})

describe.skipIf(missing !== undefined)(`processes of one store${missing === undefined ? "" : ` (${missing})`}`, {
  timeout: 120_000
}, () => {
  it.live("take over from one that is killed within 20 seconds", () =>
    inWorld(Effect.map(takeOver("SIGKILL"), (last) => assert.isAtMost(last, 20_000))))

  it.live("take over from one that is asked to end within 2 seconds", () =>
    inWorld(Effect.map(takeOver("SIGTERM"), (last) => assert.isAtMost(last, 2000))))

  it.live("do so in the middle of a download, and the file is whole", () =>
    inWorld(Effect.map(inDownload, (after) => assert.isAtMost(after, 2000))))
})
