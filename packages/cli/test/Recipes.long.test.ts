import { FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { beforeAll } from "vitest"
import { environment, useBundle } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"
import { commands, read, shell } from "./utils/recipes.ts"

// DuckDB's own binding for Node, in place of its command.
const duckdb = "@duckdb/node-api@1.5.6-r.1"
const program = `import { DuckDBInstance } from "@duckdb/node-api"
import { text } from "node:stream/consumers"
const connection = await (await DuckDBInstance.create(process.argv[2])).connect()
const statements = await connection.extractStatements(await text(process.stdin))
let rows = []
for (let index = 0; index < statements.count; index++) {
  rows = await (await (await statements.prepare(index)).runAndReadAll()).getRowsJson()
}
console.log(JSON.stringify(rows))
`

const at = useBundle()
let path = ""
// DuckDB is installed from a registry: without one the tests are skipped with this reason, in CI never.
let reason = ""
beforeAll(async () => {
  path = commands(at.root, at.bin)
  const { HOME = "", PATH = "" } = process.env
  const npm = `npm install --prefer-offline --ignore-scripts --no-audit --no-fund ${duckdb}`
  const { code, stderr } = await shell(npm, at.root, { HOME, PATH }, ["sh", "-c"], 120_000)
  if (code !== 0) reason = `DuckDB can't be installed here: ${stderr}`
  Fs.writeFileSync(Path.join(at.root, "duckdb.mjs"), program)
  const command = `#!/bin/sh\nexec "${process.execPath}" "${Path.join(at.root, "duckdb.mjs")}" "$@"\n`
  Fs.writeFileSync(Path.join(path, "duckdb"), command, { mode: 0o755 })
}, 150_000)

const first = csv(
  "1,metric,\"Checkout | 'a'\",99.9,,99.95,99.866393",
  "2,monitor,Search,,,,",
  "3,metric,A,99,timed out,,"
)

describe("warehouse.sh", () => {
  it.live("loads what DuckDB reads as dates and numbers, replaces it, and keeps it where there is no report", (context) =>
    Effect.gen(function*() {
      context.skip(reason !== "" && process.env.CI === undefined, reason)
      const { inject } = yield* FakeDatadog.FakeDatadog
      const folder = Fs.mkdtempSync(Path.join(at.root, "job-"))
      const variables = {
        ...(yield* environment),
        PATH: `${path}${Path.delimiter}${process.env.PATH ?? ""}`
      }
      const load = Effect.promise(() => shell(read("warehouse.sh"), folder, variables))
      const ask = (sql: string) =>
        Effect.promise(async () => {
          const { code, stderr, stdout } = await shell(`duckdb slo.duckdb <<'SQL'\n${sql}\nSQL`, folder, variables)
          assert.strictEqual(code, 0, stderr)
          return JSON.parse(stdout)
        })

      for (let run = 0; run < 2; run++) {
        const { code, stderr } = yield* load
        assert.strictEqual(code, 0, stderr)
        const rows = [
          ["1", "Checkout | 'a'", 99.9, "2026-09-01", 99.95, true, null],
          ["1", "Checkout | 'a'", 99.9, "2026-10-01", 99.866393, false, null],
          ["2", "Search", null, "2026-09-01", null, null, null],
          ["2", "Search", null, "2026-10-01", null, null, null],
          ["3", "A", 99, "2026-09-01", null, null, "timed out"],
          ["3", "A", 99, "2026-10-01", null, null, "timed out"]
        ]
        const columns = "select id, name, target, start, status, met, export_error"
        assert.deepStrictEqual(yield* ask(`${columns} from slo order by id, start`), rows)
        assert.deepStrictEqual(yield* ask(`${columns} from 'slo.parquet' order by id, start`), rows)
      }

      yield* inject(Fault.status(503), { times: Infinity })
      assert.strictEqual((yield* load).code, 5)
      assert.deepStrictEqual(yield* ask("select count(*)::int from slo"), [[6]])
    }).pipe(
      Effect.provide(FakeDatadogServer.layerTest({ report: { csv: first, timeline: Timeline.always("completed") } }))
    ))

  it.live("loads nothing of a report without SLOs", (context) =>
    Effect.gen(function*() {
      context.skip(reason !== "" && process.env.CI === undefined, reason)
      const folder = Fs.mkdtempSync(Path.join(at.root, "job-"))
      const variables = { ...(yield* environment), PATH: `${path}${Path.delimiter}${process.env.PATH ?? ""}` }
      const { code, stderr } = yield* Effect.promise(() => shell(read("warehouse.sh"), folder, variables))
      assert.strictEqual(code, 0, stderr)
      assert.isTrue(Fs.existsSync(Path.join(folder, "slo.parquet")))
    }).pipe(
      Effect.provide(FakeDatadogServer.layerTest({ report: { csv: csv(), timeline: Timeline.always("completed") } }))
    ))
})
