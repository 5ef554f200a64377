import { Credentials, FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as Compose from "./utils/compose.ts"
import { missing, postgres } from "./utils/postgres.ts"
import { temporaryFolder, until } from "./utils/processes.ts"
import { inWorld } from "./utils/workers.ts"

const { FakeDatadog: Fake } = FakeDatadog

const root = Path.join(import.meta.dirname, "../../..")

interface Program {
  readonly child: ChildProcess
  readonly output: () => string
  readonly errors: () => string
  readonly ended: Effect.Effect<number | null>
}

/** A program of this repository, by plain Node, which is killed with the scope. */
const launch = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv): Effect.Effect<Program, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, args, {
        cwd: root,
        env: { PATH: process.env.PATH, ...env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let output = ""
      let errors = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => output += text)
      child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text)
      const hasEnded = () => child.exitCode !== null || child.signalCode !== null
      return {
        child,
        output: () => output,
        errors: () => errors,
        ended: Effect.map(until(hasEnded), () => child.exitCode)
      }
    }),
    ({ child, ended }) => Effect.andThen(Effect.sync(() => child.kill("SIGKILL")), ended)
  )

/** Programs over one Postgres. */
const makeRun = Effect.gen(function*() {
  const { url: DATABASE_URL } = yield* postgres
  const REPORTS = yield* temporaryFolder
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  const { apiKey, applicationKey } = Credentials.standard
  const env = { DD_HOST: url, DD_API_KEY: apiKey, DD_APP_KEY: applicationKey, DATABASE_URL, DD_SLO_STATE: DATABASE_URL }
  const run = (script: string, ...args: ReadonlyArray<string>) => launch([script, ...args], { ...env, REPORTS })
  return { folder: REPORTS, run }
})

describe.skipIf(missing !== undefined)(`over Postgres${missing === undefined ? "" : ` (${missing})`}`, {
  timeout: 120_000,
  concurrent: true
}, () => {
  it.live("the workers of examples/durable, as its compose file starts them, go on with what one has begun", () =>
    inWorld(
      Effect.gen(function*() {
        const database = yield* postgres
        const { url } = yield* FakeDatadogServer.FakeDatadogServer
        const folder = yield* temporaryFolder
        const { apiKey, applicationKey } = Credentials.standard
        const keys = { DD_API_KEY: apiKey, DD_APP_KEY: applicationKey }
        const { first, postgres: server, second } = Compose.services({ POSTGRES_PASSWORD: "secret", ...keys })
        const { POSTGRES_DB, POSTGRES_USER } = server!.environment
        yield* database.tool("psql", ["-d", "postgres", "-c", `CREATE DATABASE ${POSTGRES_DB}`])
        const [check, ...options] = server!.healthcheck!.test.split(" ")
        yield* database.tool(check!, options)
        assert.deepStrictEqual(first, second)
        const { DATABASE_URL, DD_SITE, REPORTS, ...rest } = first!.environment
        assert.deepStrictEqual([rest, DD_SITE, REPORTS], [keys, "datadoghq.com", "/reports"])
        assert.isTrue(DATABASE_URL!.startsWith(`postgres://${POSTGRES_USER}:secret@postgres:5432/${POSTGRES_DB}`))
        const [node, ...command] = first!.command!.split(" ")
        assert.strictEqual(node, "node")
        // As in its containers, but for the hosts and the folder.
        const env = {
          ...first!.environment,
          DATABASE_URL: DATABASE_URL!.replace("postgres:5432", new URL(database.url).host),
          REPORTS: folder,
          DD_HOST: url
        }
        const serving = [yield* launch(command, env), yield* launch(command, env)]
        for (const { output } of serving) yield* until(() => output().includes("ready"))
        const queries = ["service:a", "service:b", "service:c", "service:d"]
        const asking = yield* launch([...command, ...queries], env)
        const fake = yield* Fake
        yield* until(async () => (await Effect.runPromise(fake.reportIds)).length === queries.length)
        yield* Effect.sleep("500 millis")
        asking.child.kill("SIGKILL")
        serving[0]!.child.kill("SIGKILL")
        yield* until(() => Fs.readdirSync(folder).filter((name) => name.endsWith(".csv")).length === queries.length)
        const again = yield* launch([...command, ...queries], env)
        assert.strictEqual(yield* again.ended, 0, again.errors())
        assert.strictEqual((yield* fake.reportIds).length, queries.length)
        const askedAt = performance.now()
        serving[1]!.child.kill("SIGTERM")
        yield* serving[1]!.ended
        assert.isAtMost(performance.now() - askedAt, 2000)
      }),
      Timeline.after("8 seconds", "completed")
    ))

  it.live("the command line goes on after a kill, beside another one, and lists what is kept", () =>
    inWorld(
      Effect.gen(function*() {
        const { folder, run } = yield* makeRun
        const cli = "packages/cli/src/bin.ts"
        const command = ["export", "-Q", "service:a", "--last", "2mo", "-o", Path.join(folder, "a.csv")]
        const first = yield* run(cli, ...command)
        yield* until(() => first.errors().includes("is created\nwaiting"))
        const listed = yield* run(cli, "exports", "list")
        assert.strictEqual(yield* listed.ended, 0, listed.errors())
        assert.match(listed.output(), /^\S+-1 {2}waiting .*"service:a" {2}report \S+\n$/)
        first.child.kill("SIGKILL")
        const second = yield* run(cli, ...command)
        assert.strictEqual(yield* second.ended, 0, second.errors())
        assert.include(second.errors(), "goes on\n")
        assert.isTrue(Fs.existsSync(Path.join(folder, "a.csv")))
        assert.strictEqual((yield* (yield* Fake).reportIds).length, 1)
        const left = yield* run(cli, "exports", "list")
        yield* left.ended
        assert.strictEqual(left.output(), "")
      }),
      Timeline.after("6 seconds", "completed")
    ))
})
