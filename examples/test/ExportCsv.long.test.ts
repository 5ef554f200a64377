import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { against, csv, filesOf, period, removeTargets, sent, target, withFake } from "./utils/exportCsv.ts"
import { run } from "./utils/run.ts"

afterAll(removeTargets)

describe.concurrent("export-csv", () => {
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
      assert.match(errors, /^POST .* the connection to 127\.0\.0\.1:1 was refused.*\n$/)
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
})
