import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { run } from "./utils/run.ts"

const root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "durable-worker-"))
afterAll(() => Fs.rmSync(root, { recursive: true, force: true }))

const work = Effect.fnUntraced(function*(
  name: string,
  queries: ReadonlyArray<string>,
  onOutput?: Parameters<typeof run>[2]
) {
  const { credentials: { apiKey, applicationKey } } = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  const environment = {
    DD_HOST: url,
    DD_API_KEY: apiKey,
    DD_APP_KEY: applicationKey,
    EXPORTS_FILE: Path.join(root, `${name}.db`),
    REPORTS: Path.join(root, name)
  }
  return yield* Effect.promise(() => run("../durable/worker", environment, onOutput, { arguments: queries }))
})

const over = (timeline: Timeline.Timeline) => Effect.provide(FakeDatadogServer.layerTest({ report: { timeline } }))

const reports = FakeDatadog.FakeDatadog.use((fake) => fake.reportIds)

describe("durable/worker", () => {
  it.live("goes on after a kill with the reports that there are, and puts the tables into the folder", () =>
    Effect.gen(function*() {
      const queries = ["service:checkout", "team:pay"]
      const fake = yield* FakeDatadog.FakeDatadog
      const isWaiting = Effect.map(
        fake.requests,
        (all) =>
          new Set(all.flatMap(({ operation, path }) => operation === "status" ? [path] : [])).size === queries.length
      )
      const first = yield* work("killed", queries, (_, __, { signal }) => {
        const look = async (): Promise<void> => {
          if (await Effect.runPromise(isWaiting)) signal("SIGKILL")
          else setTimeout(() => void look(), 20)
        }
        void look()
      })
      assert.strictEqual(first.code, null)
      const made = yield* reports
      assert.strictEqual(made.length, 2)
      const { code, errors, output } = yield* work("killed", queries)
      assert.deepStrictEqual([code, errors], [0, ""])
      assert.strictEqual((yield* reports).length, 2)
      assert.includeMembers([...yield* reports], [...made])
      const names = Fs.readdirSync(Path.join(root, "killed"))
      assert.strictEqual(names.length, 2)
      for (const name of names) {
        assert.match(name, /^\d{4}-\d\d-(?:service-checkout|team-pay)\.csv$/)
        assert.include(output, Path.join(root, "killed", name))
      }
    }).pipe(over(Timeline.after("3 seconds", "completed"))))

  it.live("tells what went wrong, and tries it again when it is asked again", () =>
    Effect.gen(function*() {
      const first = yield* work("failed", ["team:pay"])
      assert.strictEqual(first.code, 1)
      assert.match(first.errors, /^team:pay: Report \S+ failed at Datadog's side/)
      yield* (yield* FakeDatadog.FakeDatadog).setReportDefaults({ timeline: Timeline.always("completed") })
      assert.strictEqual((yield* work("failed", ["team:pay"])).code, 0)
      assert.strictEqual((yield* reports).length, 2)
    }).pipe(over(Timeline.always("failed"))))

  it.live("serves until it is asked to end, and has its file to itself", () =>
    Effect.gen(function*() {
      let second: Promise<{ readonly code: number | null; readonly errors: string }> | undefined
      const context = yield* Effect.context<FakeDatadog.FakeDatadog | FakeDatadogServer.FakeDatadogServer>()
      const { code } = yield* work("served", [], (output, _, { signal }) => {
        if (!output.includes("ready") || second !== undefined) return
        second = Effect.runPromiseWith(context)(work("served", ["team:pay"]))
        void second.then(() => signal("SIGTERM"))
      })
      const { code: refused, errors } = yield* Effect.promise(() => second!)
      assert.strictEqual(refused, 2)
      assert.match(errors, /^\S+served\.db is in use by another process: .*\n$/)
      assert.strictEqual(code, 143)
    }).pipe(over(Timeline.always("completed"))))
})

describe("durable/compose.yaml and durable/OPERATIONS.md", () => {
  const read = (path: string) => Fs.readFileSync(Path.join(import.meta.dirname, "..", path), "utf8")

  it("name the variables that the worker reads", () => {
    const worker = read("durable/worker.ts")
    const compose = read("durable/compose.yaml")
    for (const name of ["DATABASE_URL", "REPORTS"]) {
      assert.include(worker, `"${name}"`)
      assert.include(compose, `    ${name}: `)
    }
    assert.include(compose, "node examples/durable/worker.ts")
  })

  it("tell the settings as they are", () => {
    const settings = read("../packages/durable/src/internal/settings.ts")
    const table = [...read("durable/OPERATIONS.md").matchAll(/^\| `(\w+)` +\| (\d+)( s| ms)? +\|/gm)]
    assert.strictEqual(table.length, 6)
    for (const [, name, value, unit] of table) {
      const duration = `Duration.${unit === " ms" ? "millis" : "seconds"}(${value})`
      assert.include(settings, `${name}: ${unit === undefined ? value : duration}`)
    }
    assert.include(
      read("durable/OPERATIONS.md"),
      JSON.parse(read("../packages/durable/package.json")).peerDependencies.effect
    )
  })
})
