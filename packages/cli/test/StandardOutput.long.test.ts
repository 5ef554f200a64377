import { FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ChildProcess } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as Commands from "../src/Commands.ts"
import { ofTable, ofText, ofVerdict } from "../src/OutputFlags.ts"
import { ask, type Options, spawned, useBundle } from "./utils/bundled.ts"
import { csv } from "./utils/command.ts"
import { parses } from "./utils/parses.ts"

const at = useBundle()

const file = csv("1,metric,\"Checkout | 50%\",99.9,,99.95,99.866393", "2,metric,Search,99,,99.5,99.5")
const long = csv(...Array.from({ length: 5000 }, (_, id) => `${id},metric,Checkout,99.9,,99.95,99.866393`))
const asked = ["-Q", "service:checkout", "--last", "2mo", "--source", "report"]

/** The texts of what is neither a table nor a verdict. */
const texts = {
  "report create": /^[0-9a-f-]{36}\n$/,
  "report status": /^completed\n$/,
  "report wait": /^completed\n$/,
  doctor: /^version +\S+\n(?:[^\n]+\n)+$/
} as const

/** Every command with each format of its own, and what it is given of a report's id and of a file. */
const commands: ReadonlyArray<
  readonly [command: string, given: (id: string, file: string) => ReadonlyArray<string>, formats: ReadonlyArray<string>]
> = [
  ["export", () => asked, ofTable],
  ["convert", (_, file) => [file], ofTable],
  ["report download", (id) => [id], ofTable],
  ["gate", () => asked, ofVerdict],
  ["report create", () => asked.slice(0, 4), ofText],
  ["report status", (id) => [id], ofText],
  ["report wait", (id) => [id], ofText],
  ["doctor", () => [], ofText]
]

const cases = commands.flatMap(([command, given, formats]) =>
  formats.map((format) => [command, format, given] as const)
)

const isOf = (command: string, format: string, text: string): void => {
  const expected = Object.entries(texts).find(([name]) => name === command)?.[1]
  if (expected === undefined) parses(format, text, 2)
  else if (format === "text") assert.match(text, expected)
  else assert.isObject(JSON.parse(text))
}

/** Runs one over the fake, with a report that is there. */
const askOne = Effect.fnUntraced(function*(
  [command, format, given]: typeof cases[number],
  table: string,
  flags: ReadonlyArray<string>,
  options: Options = {}
) {
  const id = yield* (yield* FakeDatadog.FakeDatadog).addReport()
  const path = Path.join(at.bin, "report.csv")
  Fs.writeFileSync(path, table)
  return yield* ask(at, [...command.split(" "), ...given(id, path), "-f", format, ...flags], options)
})

const over = (table: string, timeline = Timeline.always("completed")) =>
  Effect.provide(FakeDatadogServer.layerTest({ report: { csv: table, timeline } }))

describe("standard output", () => {
  it("is looked at of every command", () => {
    const all = Commands.commands.map(({ name }) => name)
    // What is kept is told without Datadog, below; the other steps of exports print an id or a count (KeptProcess.test.ts).
    assert.sameMembers(
      commands.map(([command]) => command),
      all.filter((name) => !/^exports |^completions$/.test(name))
    )
  })

  it.each(ofText)("of exports list parses as %s, also under --verbose and in a closed pipe", async (format) => {
    const args = ["exports", "list", "--state", Path.join(at.bin, `${format}.db`), "-f", format]
    for (const flag of ["-v", "-q"]) {
      const { code, stdout } = await spawned(at.bin, [...args, flag])
      assert.deepStrictEqual([code, format === "json" ? JSON.parse(stdout) : stdout], [0, format === "json" ? [] : ""])
    }
    const { code } = await spawned(at.bin, [...args, "-q"], { onStart: (child) => void child.stdout?.destroy() })
    assert.strictEqual(code, 0)
  })

  it.live.each(cases)("of %s parses as %s, also under --verbose", (one) =>
    Effect.gen(function*() {
      for (const flags of [["-v"], ["-q"]]) {
        const { code, stdout } = yield* askOne(one, file, flags)
        assert.strictEqual(code, one[0] === "gate" ? 1 : 0)
        isOf(one[0], one[1], stdout)
      }
    }).pipe(over(file)))

  it.live.each(cases)("of %s as %s may be read in part alone, or not at all", (one) =>
    Effect.gen(function*() {
      const leave = (child: ChildProcess) => void child.stdout?.destroy()
      for (const options of [{ onStart: leave }, { onStdout: (_: string, child: ChildProcess) => leave(child) }]) {
        const { code, stderr } = yield* askOne(one, long, ["-q"], options)
        // The verdict stands, whoever reads it.
        assert.deepStrictEqual([code, stderr], [one[0] === "gate" ? 1 : 0, ""])
      }
    }).pipe(over(long)))

  it.live.each(cases.filter(([command]) => command !== "convert"))(
    "of %s as %s is nothing after ^C",
    (one) =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        yield* fake.inject(Fault.hang, { times: Infinity })
        let child: ChildProcess | undefined
        const interrupt = Effect.gen(function*() {
          while ((yield* fake.inFlight) === 0) yield* Effect.sleep("10 millis")
          child?.kill("SIGINT")
        })
        const onStart = (started: ChildProcess) => {
          child = started
        }
        const [{ code, stdout }] = yield* Effect.all([askOne(one, file, [], { onStart }), interrupt], {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual([code, stdout], [130, ""])
      }).pipe(over(file))
  )

  it.live.each([...ofTable.map((format) => ["convert", format]), ...ofVerdict.map((format) => ["gate", format])])(
    "of %s - as %s is nothing after ^C",
    ([command = "", format = ""]) =>
      Effect.promise(async () => {
        const { code, stdout } = await spawned(at.bin, [command, "-", "-f", format], {
          stdin: file,
          isOpen: true,
          onStart: (child) => void setTimeout(() => child.kill("SIGINT"), 1500)
        })
        assert.deepStrictEqual([code, stdout], [130, ""])
      })
  )
})
