import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { against, csv, filesOf, period, removeTargets, sent, target, withFake } from "./utils/exportCsv.ts"

afterAll(removeTargets)

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

  it.live("writes the file though the reader of its output leaves, as head does", () =>
    Effect.gen(function*() {
      const file = target("old")
      const { code, errors } = yield* against(file, period, undefined, true)
      assert.deepStrictEqual([code, errors], [0, ""])
      assert.deepStrictEqual(filesOf(file), { "report.csv": csv })
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
})
