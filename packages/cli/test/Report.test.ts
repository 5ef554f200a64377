import { FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { begin, csv, keys, run, runOver } from "./utils/command.ts"

const file = csv("1,metric,Checkout,99.9,,99.95,99.866393")

const fakeOf = (timeline: Timeline.Timeline) =>
  Effect.provide(FakeDatadog.layerMemory({ report: { csv: file, timeline } }))

describe("report", () => {
  it.effect("goes step by step: create, status, wait, download", () =>
    Effect.gen(function*() {
      const created = yield* runOver(["report", "create", "-Q", "x", "--last", "1mo"])
      const [id = ""] = yield* (yield* FakeDatadog.FakeDatadog).reportIds
      assert.deepStrictEqual(created, { code: 0, stdout: `${id}\n`, stderr: "" })
      assert.deepStrictEqual(yield* runOver(["report", "status", id, "-fjson"]), {
        code: 0,
        stdout: `{"id":"${id}","status":"in_progress"}\n`,
        stderr: ""
      })
      const waited = yield* runOver(["report", "wait", id])
      assert.deepStrictEqual([waited.code, waited.stdout], [0, "completed\n"])
      assert.match(waited.stderr, /^in_progress · /)
      assert.strictEqual((yield* runOver(["report", "download", id])).stdout, file)
      assert.match((yield* runOver(["report", "download", id, "-f", "markdown"])).stdout, /^### SLO report/)
    }).pipe(fakeOf(Timeline.after("30 seconds", "completed"))))

  it.effect("ends with 1 where a report has failed", () =>
    Effect.gen(function*() {
      const id = yield* (yield* FakeDatadog.FakeDatadog).addReport()
      const status = yield* runOver(["report", "status", id])
      assert.deepStrictEqual([status.code, status.stdout], [1, "failed\n"])
      const wait = yield* runOver(["report", "wait", id, "-q"])
      assert.deepStrictEqual([wait.code, wait.stdout], [1, ""])
      assert.match(wait.stderr, /^error: Report \S+ failed at Datadog's side/)
    }).pipe(fakeOf(Timeline.always("failed"))))

  it.effect("ends with 6 when the time is over, and with 5 for an id that nobody knows", () =>
    Effect.gen(function*() {
      yield* begin
      const id = yield* (yield* FakeDatadog.FakeDatadog).addReport()
      assert.strictEqual((yield* runOver(["report", "wait", id, "--timeout", "1m"])).code, 6)
      const unknown = yield* runOver(["report", "status", "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"])
      assert.strictEqual(unknown.code, 5)
      assert.include(unknown.stderr, "404 Not Found")
      const wait = yield* runOver(["report", "wait", "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3", "-q"])
      assert.match(wait.stderr, /^error: GET .* 404 Not Found/)
    }).pipe(fakeOf(Timeline.after("1 hour", "completed"))))

  it.effect("refuses what can't be an id, and asks nobody", () =>
    Effect.gen(function*() {
      for (const step of ["status", "wait", "download"]) {
        const { code, stderr, stdout } = yield* run(["report", step, "a/b"], { environment: keys })
        assert.deepStrictEqual([code, stdout], [2, ""], step)
        assert.match(stderr, /^error: "a\/b" is not a report id; nothing was sent\./)
      }
      assert.deepStrictEqual(yield* (yield* FakeDatadog.FakeDatadog).requests, [])
    }).pipe(fakeOf(Timeline.standard)))
})
