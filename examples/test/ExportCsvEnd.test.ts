import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import { against, csv, filesOf, period, removeTargets, target, withFake } from "./utils/exportCsv.ts"
import { run } from "./utils/run.ts"

afterAll(removeTargets)

const waiting = { timeline: Timeline.always("in_progress") }

const downloading = { timeline: Timeline.always("completed") }

// The report is done when its first poll has been shown.
const slow = { timeline: Timeline.after("1500 millis", "completed"), csv }

describe.concurrent("export-csv that is ended", { timeout: 30_000 }, () => {
  for (
    const [signal, code, phase, old] of [
      ["SIGINT", 130, "wait", undefined],
      ["SIGINT", 130, "download", "old"],
      ["SIGTERM", 143, "wait", "old"],
      ["SIGTERM", 143, "download", undefined],
      ["SIGHUP", 129, "wait", undefined],
      ["SIGHUP", 129, "download", "old"]
    ] as const
  ) {
    it.live(`by ${signal} in the ${phase} leaves ${old === undefined ? "no file" : "the old file"}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        yield* fake.setReportDefaults(phase === "wait" ? waiting : downloading)
        yield* fake.inject(Fault.stall(40), { operation: "download" })
        const file = target(old)
        const rest = filesOf(file)
        let between: Record<string, string> = {}
        const end = yield* against(file, period, (output, _, { signal: send }) => {
          if (!/^(in_progress|downloading)/m.test(output)) return
          between = filesOf(file)
          send(signal)
        })
        assert.strictEqual(end.code, code)
        assert.strictEqual(end.errors, "")
        assert.notInclude(end.output, "Wrote")
        // The part that had come was beside the target, not in its place.
        const { "report.csv": kept, ...beside } = between
        assert.strictEqual(kept, old)
        assert.deepStrictEqual(Object.values(beside), [phase === "wait" ? "" : csv.slice(0, 40)])
        assert.deepStrictEqual(filesOf(file), rest)
      }).pipe(Effect.provide(withFake)))
  }

  it.live("by a crash leaves the old file, and a part under a name that says what it is", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.stall(40), { operation: "download" })
      const file = target("old")
      const { code } = yield* against(file, period, (output, _, { signal }) => {
        if (/^downloading/m.test(output)) signal("SIGKILL")
      })
      assert.isNull(code)
      const { "report.csv": old, ...left } = filesOf(file)
      assert.strictEqual(old, "old")
      assert.deepStrictEqual(Object.values(left), [csv.slice(0, 40)])
      assert.match(Object.keys(left).join(), /^report\.csv\.[0-9a-z]{14}\.tmp$/)
    }).pipe(Effect.provide(withFake)))
})

describe.concurrent("export-csv whose output", { timeout: 30_000 }, () => {
  for (
    const [when, sign] of [["is read no longer", /^Exporting/], [
      "is read until the download",
      /^downloading/m
    ]] as const
  ) {
    it.live(`${when} writes its file, and ends quietly`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        yield* fake.setReportDefaults(slow)
        const file = target("old")
        const { code, errors, output } = yield* against(file, period, (output, _, { leave }) => {
          if (sign.test(output)) leave()
        })
        assert.deepStrictEqual([code, errors], [0, ""])
        assert.notInclude(output, "Wrote")
        assert.deepStrictEqual(filesOf(file), { "report.csv": csv })
      }).pipe(Effect.provide(withFake)))
  }

  it.live.skipIf(!Fs.existsSync("/dev/full"))(
    "fits no disk says so, and leaves the old file (Linux alone)",
    () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        yield* fake.setReportDefaults(slow)
        const file = target("old")
        const { code, errors } = yield* against(file, period, undefined, "/dev/full")
        assert.deepStrictEqual([code, errors], [2, "ENOSPC: no space left on device, write\n"])
        assert.deepStrictEqual(filesOf(file), { "report.csv": "old" })
      }).pipe(Effect.provide(withFake))
  )

  it.live("is a page that is read no longer ends quietly", () =>
    Effect.gen(function*() {
      const rows = "1,metric,Checkout,99.9,,99.95\n".repeat(20_000)
      const text = `id,slo_type,name,target,export_error,2024-01-01\n${rows}`
      const { code, errors } = yield* Effect.promise(() =>
        run("report-to-html", {}, (_output, _interrupt, { leave }) => leave(), { arguments: ["-"], text })
      )
      assert.deepStrictEqual([code, errors], [141, ""])
    }))
})
