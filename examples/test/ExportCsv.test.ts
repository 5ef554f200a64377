import { FakeDatadog, FakeDatadogServer, Fault, type Operation, Timeline } from "@effect-datadog/slo-report-testing"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { run } from "./utils/run.ts"

const root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "export-csv-"))
const csv = "id,slo_type,name,target,export_error,2024-01-01\n1,metric,Checkout,99.9,,99.95\n"
const period = ["--from", "2024-01-01", "--to", "2024-02-01"]

afterAll(() => Fs.rmSync(root, { recursive: true, force: true }))

const withFake = FakeDatadogServer.layerTest({ report: { timeline: Timeline.always("completed"), csv } })

/** A new folder of its own and a target in it. */
const target = (old?: string): string => {
  const file = Path.join(Fs.mkdtempSync(Path.join(root, "run-")), "report.csv")
  if (old !== undefined) Fs.writeFileSync(file, old)
  return file
}

/** All files beside the target and itself. */
const filesOf = (file: string): Record<string, string> => {
  const folder = Path.dirname(file)
  return Object.fromEntries(
    Fs.readdirSync(folder).map((name) => [name, Fs.readFileSync(Path.join(folder, name), "utf8")])
  )
}

/** Runs the example against the fake. */
const against = Effect.fn(function*(
  file: string,
  flags: ReadonlyArray<string> = period,
  onOutput?: Parameters<typeof run>[2]
) {
  const fake = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  const { apiKey, applicationKey } = fake.credentials
  const environment = { DD_HOST: url, DD_API_KEY: apiKey, DD_APP_KEY: applicationKey, REPORT_QUERY: "service:checkout" }
  return yield* Effect.promise(() => run("export-csv", environment, onOutput, { arguments: [...flags, file] }))
})

const sent = Effect.fn(function*(operation: Operation.Operation) {
  const fake = yield* FakeDatadog.FakeDatadog
  return (yield* fake.requests).filter((request) => request.operation === operation)
})

describe("export-csv", () => {
  it.live(
    "creates the report that the flags ask for, shows how it goes and writes the file",
    () =>
      Effect.gen(function*() {
        const file = target("old")
        const { code, errors, output } = yield* against(file, [
          "--query",
          "slo_type:metric \"A, b\"",
          "--from",
          "2024-01-01",
          "--to=2024-02-01T12:00",
          "--interval",
          "monthly",
          "--timezone",
          "Europe/Berlin"
        ])
        assert.strictEqual(code, 0, errors)
        assert.strictEqual(errors, "")
        assert.match(
          output,
          new RegExp(
            [
              /^Exporting slo_type:metric "A, b" from 2023-12-31T23:00:00\.000Z to 2024-02-01T11:00:00\.000Z/,
              /created · \d+ s elapsed · 0 polls/,
              /completed · \d+ s elapsed · 1 poll/,
              /downloading · 78 of 78 bytes · \d+ s elapsed · 1 poll/,
              /downloaded · 78 bytes · \d+ s elapsed · 1 poll/,
              /Wrote .*report\.csv\.\n$/
            ].map(({ source }) => source).join("\n")
          )
        )
        assert.deepStrictEqual(filesOf(file), { "report.csv": csv })
        const [create] = yield* sent("create")
        assert.deepStrictEqual(JSON.parse(create!.body), {
          data: {
            attributes: {
              from_ts: 1_704_063_600,
              to_ts: 1_706_785_200,
              query: "slo_type:metric \"A, b\"",
              interval: "monthly",
              timezone: "Europe/Berlin"
            }
          }
        })
      }).pipe(Effect.provide(withFake)),
    30_000
  )

  it.live("says that a report is completed_with_errors, and exits with 0", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.setReportDefaults({ timeline: Timeline.always("completed_with_errors") })
      const file = target()
      const { code, errors, output } = yield* against(file)
      assert.strictEqual(code, 0, errors)
      assert.match(output, /\nWrote .*report\.csv, completed_with_errors: see its export_error\.\n$/)
      assert.include(filesOf(file)["report.csv"], "export_error")
    }).pipe(Effect.provide(withFake)), 30_000)

  it.live("exits with 1 for a failed report, and an existing file is as it was", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.setReportDefaults({ timeline: Timeline.always("failed") })
      const file = target("old")
      const { code, errors, output } = yield* against(file)
      assert.strictEqual(code, 1)
      assert.match(errors, /^Report \S+ failed at Datadog's side, .*\n$/)
      assert.notInclude(output, "Wrote")
      assert.deepStrictEqual(filesOf(file), { "report.csv": "old" })
    }).pipe(Effect.provide(withFake)), 30_000)

  it.live("exits with 2 for a file that is cut short, and an existing file is as it was", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.truncate(40), { operation: "download" })
      const file = target("old")
      const { code, errors } = yield* against(file)
      assert.strictEqual(code, 2)
      assert.match(errors, /^GET \/api\/v2\/slo\/report\/\S+\/download: .*\n$/)
      assert.deepStrictEqual(filesOf(file), { "report.csv": "old" })
    }).pipe(Effect.provide(withFake)), 30_000)

  for (
    const [what, flags, message] of [
      ["a period that ends before it begins", ["--from", "2024-02-01", "--to", "2024-01-01"], /before "to"\n.*from/],
      ["a time zone that nobody knows", [...period, "--timezone", "Mars/Base"], /IANA time zone name, .*\n.*timezone/],
      ["an interval that is none", [...period, "--interval", "hourly"], /interval.*"?daily"?.*weekly/],
      ["a flag that is none", [...period, "--until", "now"], /--until/]
    ] as const
  ) {
    it.live(`exits with 2 for ${what}, says so and sends nothing`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const file = target("old")
        const { code, errors } = yield* against(file, flags)
        assert.strictEqual(code, 2)
        assert.match(errors, message)
        assert.notMatch(errors, /^\s+at (?!\[")/m)
        assert.deepStrictEqual(yield* fake.requests, [])
        assert.deepStrictEqual(filesOf(file), { "report.csv": "old" })
      }).pipe(Effect.provide(withFake)), 30_000)
  }

  it.live("asks for a query where keys are set", () =>
    Effect.gen(function*() {
      const { code, errors } = yield* Effect.promise(() =>
        run("export-csv", { DD_ACCESS_TOKEN: "canary-1234567890" }, undefined, { arguments: [target()] })
      )
      assert.strictEqual(code, 2)
      assert.match(errors, /REPORT_QUERY|--query/)
      assert.notInclude(errors, "canary")
    }), 30_000)

  it.live("tells without network that the connection was refused", () =>
    Effect.gen(function*() {
      const file = target("old")
      const { code, errors } = yield* Effect.promise(() =>
        run(
          "export-csv",
          { DD_HOST: "http://127.0.0.1:1", DD_ACCESS_TOKEN: "canary-1234567890" },
          undefined,
          { arguments: [...period, "--query", "service:checkout", file] }
        )
      )
      assert.strictEqual(code, 2)
      assert.match(errors, /^POST .* the connection was refused.*\n$/)
      assert.notInclude(errors, "canary")
      assert.deepStrictEqual(filesOf(file), { "report.csv": "old" })
    }), 30_000)

  it.live("waits out a 429 of each call", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const operations = ["create", "status", "download"] as const
      for (const operation of operations) {
        yield* fake.inject(Fault.status(429, { headers: { "X-RateLimit-Reset": "1" } }), { operation })
      }
      const file = target()
      const { code, errors, output } = yield* against(file)
      assert.strictEqual(code, 0, errors)
      const [, seconds] = /downloaded · 78 bytes · (\d+) s elapsed/.exec(output) ?? []
      assert.isAtLeast(Number(seconds), 3)
      for (const operation of operations) {
        assert.deepStrictEqual((yield* sent(operation)).map(({ status }) => status), [429, 200], operation)
      }
      assert.deepStrictEqual(filesOf(file), { "report.csv": csv })
    }).pipe(Effect.provide(withFake)), 30_000)

  for (
    const [phase, options, fault] of [
      ["wait", { timeline: Timeline.always("in_progress") }, undefined],
      ["download", { timeline: Timeline.always("completed") }, Fault.stall(40)]
    ] as const
  ) {
    it.live(`leaves no file on ^C in the ${phase}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        yield* fake.setReportDefaults(options)
        if (fault !== undefined) yield* fake.inject(fault, { operation: "download" })
        const file = target()
        let between: Record<string, string> = {}
        const { code, output } = yield* against(file, period, (output, interrupt) => {
          if (!/^(in_progress|downloading)/m.test(output)) return
          between = filesOf(file)
          interrupt()
        })
        assert.strictEqual(code, 130)
        assert.notInclude(output, "Wrote")
        // The part that had come was beside the target, not in its place.
        assert.deepStrictEqual(Object.values(between), [phase === "wait" ? "" : csv.slice(0, 40)])
        assert.notProperty(between, "report.csv")
        assert.deepStrictEqual(filesOf(file), {})
      }).pipe(Effect.provide(withFake)), 30_000)
  }

  it.live("alone asks a fake, says what it exports, and writes a file", () =>
    Effect.gen(function*() {
      const file = target()
      const { code, errors, output } = yield* Effect.promise(() =>
        run("export-csv", {}, undefined, { arguments: [file] })
      )
      assert.strictEqual(code, 0, errors)
      assert.match(errors, /^No Datadog keys in the environment .*\n$/)
      assert.match(output, /^Exporting service:checkout from \d{4}-\d\d-\S+ to \d{4}-\d\d-\S+\n/)
      assert.match(filesOf(file)["report.csv"]!, /^id,slo_type,name,target,export_error,\d{4}-/)
    }), 30_000)
})
