import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

const program = Path.join(import.meta.dirname, "../bin/fake-datadog.ts")

describe("pnpm fake-datadog", () => {
  it.live(
    "prints a curl line and an environment that work, and logs requests without keys",
    () =>
      Effect.gen(function*() {
        const command = yield* start("--port", "0", "--scenario", "unlisted-status")
        yield* command.says(/Requests:/)
        const output = command.output()
        const [, url, id] = /(http:\/\/127\.0\.0\.1:\d+)\/api\/v2\/slo\/report\/([0-9a-f-]{36})\/status/.exec(output)!
        const headers = Object.fromEntries(
          [...output.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name, key]) => [name, key])
        )
        const [, environment] = /export (.*)/.exec(output)!
        assert.strictEqual(
          environment,
          `DD_HOST=${url} DD_API_KEY=${headers["DD-API-KEY"]} DD_APP_KEY=${
            headers["DD-APPLICATION-KEY"]
          } REPORT_DATA_ID=${id}`
        )
        const response = yield* Effect.promise(() =>
          fetch(`${url}/api/v2/slo/report/${id}/status?api_key=${headers["DD-API-KEY"]}`, { headers })
        )
        assert.include(yield* Effect.promise(() => response.text()), "\"status\":\"queued\"")
        yield* command.says(new RegExp(`GET /api/v2/slo/report/${id}/status 200\n`))
        const [, search] = /'(http:[^']*search\?query=[^']*)'/.exec(output)!
        const found = yield* Effect.promise(() => fetch(search!, { headers }).then((answer) => answer.text()))
        assert.deepStrictEqual(JSON.parse(found).data.attributes.slos.map(({ data }: any) => data.attributes.name), [
          "Checkout availability",
          "Checkout latency"
        ])
        const log = command.output().slice(output.length)
        assert.notInclude(log, "fake-api-key")
        assert.include(output, "unlisted-status  ")
        command.interrupt()
        assert.strictEqual(yield* command.exitCode, 130)
      }).pipe(Effect.scoped),
    20_000
  )

  it.live("says in one line that the port is in use, and exits with 1", () =>
    Effect.gen(function*() {
      const first = yield* start("--port", "0")
      yield* first.says(/Requests:/)
      const [, port] = /127\.0\.0\.1:(\d+)/.exec(first.output())!
      const second = yield* start("--port", port!)
      assert.strictEqual(yield* second.exitCode, 1)
      assert.strictEqual(
        second.output(),
        `Port ${port} of 127.0.0.1 is in use. Choose another one, or 0 for any that is free.\n`
      )
    }).pipe(Effect.scoped), 20_000)

  for (
    const [flag, value, expected] of [
      ["--port", "abc", /^Invalid value for flag --port: "abc"\. Expected .* number\n$/],
      ["--port", "1.5", /^Invalid value for flag --port: "1\.5"\. Expected an integer\n$/],
      ["--port", "65536", /^Invalid value for flag --port: "65536"\. Expected: a port from 0 to 65535\n$/],
      ["--limit", "-1", /^Invalid value for flag --limit: "-1"\. Expected: a number of requests, 0 or more\n$/],
      [
        "--scenario",
        "x",
        /^Invalid value for flag --scenario: "x"\. Expected: "happy" \| .*, or a JSON file that can be read\n$/
      ],
      ["--host", "192.0.2.1", /^Port 8126 of 192\.0\.2\.1 can't be listened on \(EADDRNOTAVAIL\)\. Choose .*\n$/]
    ] as const
  ) {
    it.live(`refuses ${flag} ${value} in one line, and exits with 1`, () =>
      Effect.gen(function*() {
        const command = yield* start(flag, value)
        assert.strictEqual(yield* command.exitCode, 1)
        assert.match(command.output(), expected)
      }).pipe(Effect.scoped), 20_000)
  }

  it.live("takes a scenario from a file, and says in one line what is wrong with it", () =>
    Effect.gen(function*() {
      const file = yield* fileWith({ description: "all mine", reports: [{ id: "mine" }], rateLimit: false })
      const command = yield* start("--port", "0", "--host", "localhost", "--scenario", file)
      yield* command.says(/Requests:/)
      assert.include(command.output(), `Scenario ${file}: all mine.\n`)
      const [url] = /http:\/\/localhost:\d+/.exec(command.output())!
      assert.include(command.output(), `${url}/api/v2/slo/report/mine/status`)
      const health = yield* Effect.promise(() => fetch(`${url}/_fake/health`).then((answer) => answer.json()))
      assert.deepInclude(health, { status: "ok", scenario: file, requests: 0 })
      const wrong = yield* fileWith({ faults: [{ fault: "status", status: 503, tiems: 3 }] })
      const refused = yield* start("--scenario", wrong)
      assert.strictEqual(yield* refused.exitCode, 1)
      assert.strictEqual(refused.output(), `${wrong} is no scenario: faults[0].tiems: unknown member\n`)
    }).pipe(Effect.scoped), 20_000)

  it.live(
    "limits the requests of each operation, also after a reset, and keeps 1,000 on record",
    () =>
      Effect.gen(function*() {
        const command = yield* start("--port", "0", "--limit", "2", "--scenario", "flaky")
        yield* command.says(/Requests:/)
        const [, url] = /(http:\/\/127\.0\.0\.1:\d+)\/api/.exec(command.output())!
        const ask = (path: string, method = "GET") =>
          Effect.promise(async () => {
            const headers = { "dd-api-key": "fake-api-key", "dd-application-key": "fake-application-key" }
            const answer = await fetch(`${url}${path}`, { headers, method })
            await answer.text()
            return { status: answer.status, limit: answer.headers.get("x-ratelimit-limit") }
          })
        for (let round = 0; round < 2; round++) {
          assert.deepStrictEqual(yield* ask("/api/v1/slo/search"), { status: 200, limit: "2" })
          yield* ask("/_fake/reset", "POST")
        }
        yield* ask("/_fake/faults", "DELETE")
        for (let index = 0; index < 1010; index++) yield* ask("/nowhere")
        const { kept, received } = yield* Effect.promise(() =>
          fetch(`${url}/_fake/requests?limit=0`).then((answer): Promise<any> => answer.json())
        )
        assert.deepStrictEqual([received, kept], [1010, 1000])
      }).pipe(Effect.scoped),
    30_000
  )

  for (const value of ["abc", "65536"]) {
    it.live(`refuses PORT=${value} in one line, and exits with 1`, () =>
      Effect.gen(function*() {
        const command = yield* startWith({ PORT: value })
        assert.strictEqual(yield* command.exitCode, 1)
        assert.strictEqual(command.output(), "Invalid value for PORT. Expected: a port from 0 to 65535\n")
      }).pipe(Effect.scoped), 20_000)
  }

  it.live("listens on PORT where it is given no port, and says so where that is in use", () =>
    Effect.gen(function*() {
      const first = yield* startWith({ PORT: "0" })
      yield* first.says(/Requests:/)
      const [, port = ""] = /127\.0\.0\.1:(\d+)/.exec(first.output())!
      assert.notStrictEqual(port, "8126")
      const second = yield* startWith({ PORT: port })
      assert.strictEqual(yield* second.exitCode, 1)
      assert.match(second.output(), new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is in use\\. .*\\n$`))
      const third = yield* startWith({ PORT: port }, "--port", "0")
      yield* third.says(/Requests:/)
    }).pipe(Effect.scoped), 20_000)
})

/** A file with this JSON, gone with the scope. */
const fileWith = (json: unknown) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "scenario-"))),
      (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true }))
    ),
    (folder) => {
      const file = Path.join(folder, "scenario.json")
      Fs.writeFileSync(file, JSON.stringify(json))
      return file
    }
  )

/** Starts the program; it is ended with the scope. */
const start = (...args: ReadonlyArray<string>) => startWith({ PORT: "" }, ...args)

const startWith = (environment: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [program, ...args], {
          env: { ...process.env, ...environment },
          stdio: ["ignore", "pipe", "pipe"]
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    (child) => {
      let text = ""
      let code: number | null | undefined
      child.stdout.on("data", (chunk) => (text += chunk))
      child.stderr.on("data", (chunk) => (text += chunk))
      child.once("close", (exitCode) => (code = exitCode))
      const until = (condition: () => boolean): Effect.Effect<void> =>
        Effect.suspend(() => condition() ? Effect.void : Effect.andThen(Effect.sleep("10 millis"), until(condition)))
      return {
        output: () => text,
        says: (pattern: RegExp) => until(() => pattern.test(text)),
        exitCode: Effect.suspend(() => Effect.map(until(() => code !== undefined), () => code)),
        interrupt: () => child.kill("SIGINT")
      }
    }
  )
