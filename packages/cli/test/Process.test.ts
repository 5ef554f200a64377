import { FakeDatadog, FakeDatadogServer, Fault, type ReportCsv, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { ask, spawned, useBundle } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"

const at = useBundle()

const file = csv("1,metric,Checkout,99.9,,99.95,99.866393", "2,metric,Search,99,,99.5,99.5")
const good = csv("2,metric,Search,99,,99.5,99.5")
const request = ["-Q", "service:checkout", "--last", "2mo", "--source", "report"]

const over = (timeline: Timeline.Timeline, table: ReportCsv.ReportCsv = file) =>
  Effect.provide(FakeDatadogServer.layerTest({ report: { csv: table, timeline } }))

const done = Timeline.always("completed")

const goesOn = Effect.fnUntraced(function*(stderr: string) {
  const [, id = ""] = /to go on with the report: --report (\S+)/.exec(stderr) ?? []
  const { code, stdout } = yield* ask(at, ["export", "--report", id])
  assert.deepStrictEqual([code, stdout], [0, file])
  assert.deepStrictEqual(yield* (yield* FakeDatadog.FakeDatadog).reportIds, [id])
})

describe("a process", () => {
  it.live("ends with 0, 1 and 3 by its verdict", () =>
    Effect.promise(async () => {
      const codeOf = async (stdin: string) => (await spawned(at.bin, ["gate", "-"], { stdin })).code
      assert.deepStrictEqual([await codeOf(good), await codeOf(file), await codeOf(csv())], [0, 1, 3])
    }))

  it.live("ends with 2 for a wrong command line, and for keys that are not there", () =>
    Effect.promise(async () => {
      assert.strictEqual((await spawned(at.bin, ["gate", "--nonsense"])).code, 2)
      const { code, stderr, stdout } = await spawned(at.bin, ["export", ...request])
      assert.deepStrictEqual([code, stdout], [2, ""])
      assert.strictEqual(stderr, "error: DD_API_KEY is not set. Set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN\n")
    }))

  it.live("ends with 0 over the network, and its output is the report", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* ask(at, ["export", ...request])
      assert.deepStrictEqual([code, stdout], [0, file])
      assert.match(stderr, /^report \S+ is created\n/)
      assert.strictEqual((yield* ask(at, ["doctor"])).code, 0)
    }).pipe(over(done)))

  it.live("ends with 1 where the report has failed", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask(at, ["export", ...request])).code, 1)
    }).pipe(over(Timeline.always("failed"))))

  it.live("ends with 4 and 5 by what Datadog answers", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask(at, ["export", ...request], { environment: { DD_API_KEY: "other" } })).code, 4)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.status(503), { times: Infinity })
      assert.strictEqual((yield* ask(at, ["report", "create", "-Q", "x", "--last", "1mo"])).code, 5)
      yield* fake.clearFaults
      assert.strictEqual(
        (yield* ask(at, ["export", ...request], { environment: { DD_HOST: "http://127.0.0.1:9" } })).code,
        5
      )
    }).pipe(over(done)))

  it.live("ends with 6 when its time is over, and goes on with the id that it told: the same bytes", () =>
    Effect.gen(function*() {
      const first = yield* ask(at, ["export", ...request, "--timeout", "1s"])
      assert.deepStrictEqual([first.code, first.stdout], [6, ""])
      yield* goesOn(first.stderr)
    }).pipe(over(Timeline.after("2500 millis", "completed"))))

  it.live("ends with 130 at ^C, and goes on with the id that it told: the same bytes", () =>
    Effect.gen(function*() {
      let isSent = false
      const first = yield* ask(at, ["export", ...request], {
        onStderr: (text, child) => {
          if (text.includes("in_progress") && !isSent) isSent = child.kill("SIGINT")
        }
      })
      assert.deepStrictEqual([first.code, first.stdout], [130, ""])
      yield* goesOn(first.stderr)
    }).pipe(over(Timeline.after("2500 millis", "completed"))))

  it.live.each(
    [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const
  )(
    "ends with its signal's code, tells the id, and leaves nothing behind: %s",
    ([signal, expected]) =>
      Effect.gen(function*() {
        const output = Path.join(at.root, `${signal}.csv`)
        const temporary = Fs.mkdtempSync(Path.join(at.bin, "temporary-"))
        let isSent = false
        const { code, stderr, stdout } = yield* ask(at, ["export", ...request, "-o", output, "--write", "json=-"], {
          environment: { TMPDIR: temporary },
          onStderr: (text, child) => {
            if (text.includes("in_progress") && !isSent) isSent = child.kill(signal)
          }
        })
        const [id] = yield* (yield* FakeDatadog.FakeDatadog).reportIds
        assert.deepStrictEqual([code, stdout], [expected, ""], stderr)
        assert.include(stderr, `to go on with the report: --report ${id}\n`)
        assert.deepStrictEqual(Fs.readdirSync(at.root), [])
        assert.deepStrictEqual(Fs.readdirSync(temporary), [])
      }).pipe(over(Timeline.after("1 hour", "completed")))
  )

  it.live("ends quietly where nobody reads its output to its end", () =>
    Effect.gen(function*() {
      for (const format of ["csv", "jsonl", "json"]) {
        const { code, stderr } = yield* ask(at, ["export", "-q", ...request, "-f", format], {
          onStdout: (_, child) => child.stdout?.destroy()
        })
        assert.deepStrictEqual([code, stderr], [0, ""], format)
      }
    }).pipe(over(done, { rows: 20_000 })))

  it.live("writes to what it has open, by the name that the system has for it", () =>
    Effect.promise(async () => {
      const input = Path.join(at.root, "input.csv")
      Fs.writeFileSync(input, good)
      for (const name of ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"].filter((name) => Fs.existsSync(name))) {
        const { code, stderr, stdout } = await spawned(at.bin, ["convert", input, "-fcsv", "-o", name])
        assert.deepStrictEqual([code, stdout, stderr], [0, "", good], name)
      }
      const output = Path.join(at.root, "output.txt")
      const bash =
        `exec 3> '${output}'; '${process.execPath}' '${at.bin}/bin.js' convert '${input}' -f csv -o /dev/fd/3`
      execFileSync("bash", ["-c", bash])
      assert.strictEqual(Fs.readFileSync(output, "utf8"), good)
      for (const path of [input, output]) Fs.rmSync(path)
    }))

  it.live("tells its own defects with their cause: 70", () =>
    Effect.promise(async () => {
      // The second when its modules are loaded.
      for (const what of ["String.prototype.padEnd", "BigInt"]) {
        const script = `${what} = function() { throw new Error("broken on purpose") }`
        const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
        const { code, stderr, stdout } = await spawned(at.bin, ["gate", "-"], { stdin: good, environment })
        assert.deepStrictEqual([code, stdout], [70, ""], stderr)
        assert.match(stderr, /^error: this is a bug of datadog-slo \d\S+\.\nError: broken on purpose\n {4}at /)
      }
    }))

  it.live("shows help and completions whatever the environment and the network are", () =>
    Effect.promise(async () => {
      const broken = { DD_SITE: "nonsense", DD_API_KEY: " ", DD_HOST: ":", HTTPS_PROXY: "x:/", DD_SLO_CONFIG: "/none" }
      for (const args of [["--help"], ["gate", "--help"], ["--version"], ["help", "report"], ["completions", "bash"]]) {
        const { code, stderr, stdout } = await spawned(at.bin, args, { environment: broken })
        assert.deepStrictEqual([code, stderr], [0, ""])
        assert.isNotEmpty(stdout)
      }
    }))

  it.live("reads its settings from where it runs", () =>
    Effect.promise(async () => {
      const cwd = Path.join(at.root, "here")
      Fs.mkdirSync(cwd)
      Fs.writeFileSync(Path.join(cwd, ".datadog-slo.json"), JSON.stringify({ min_budget: 60 }))
      assert.strictEqual((await spawned(at.bin, ["gate", "-"], { stdin: good, cwd })).code, 1)
      Fs.rmSync(cwd, { recursive: true })
    }))

  it.live("needs neither keys nor a network for a demo", () =>
    Effect.promise(async () => {
      const { code, stdout } = await spawned(at.bin, ["gate", "--demo", "-f", "json"])
      assert.include([0, 1], code)
      assert.strictEqual(JSON.parse(stdout).counts.slos, 12)
    }))
})
