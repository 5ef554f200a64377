import { FakeDatadog, Fault, ReportEndpoints } from "@effect-datadog/slo-report-testing"
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

  for (const [flags, source] of [[[], "closed"], [["--source", "history"], "open"]] as const) {
    it.live(`computes the file from histories where the report endpoints are ${source}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        if (source === "closed") yield* fake.setReportEndpoints(ReportEndpoints.closed(403, {}))
        const file = target()
        const { code, errors, output } = yield* against(file, [...period, ...flags])
        assert.strictEqual(code, 0, errors)
        assert.match(
          output,
          new RegExp(
            [
              /searching · \d+ s elapsed · 0 polls/,
              /computing · 2 SLOs in 1 intervals · \d+ s elapsed · 0 polls/,
              /computed · \d+ bytes · \d+ s elapsed · 0 polls/,
              /Wrote .*report\.csv\.\n$/
            ].map(({ source }) => source).join("\n")
          )
        )
        const [head, ...rows] = filesOf(file)["report.csv"]!.trimEnd().split("\n")
        assert.strictEqual(head, "id,slo_type,name,target,export_error,2024-01-01")
        assert.deepStrictEqual(rows.map((row) => row.split(",")[2]), ["Checkout availability", "Checkout latency"])
        assert.isTrue(rows.every((row) => /,9\d\.\d+$/.test(row)), rows.join("\n"))
      }).pipe(Effect.provide(withFake)), 30_000)
  }

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
})
