import { FakeDatadog, ScenarioFile } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { call, create, downloadPath, get, searchPath, statusPath } from "./support.ts"

const withFake = Effect.provide(FakeDatadog.layerMemory({ slos: [{ name: "Standard" }] }))

const setUp = Effect.fnUntraced(function*(file: unknown) {
  const scenario = yield* ScenarioFile.fromJson("own.json", JSON.stringify(file))
  return yield* FakeDatadog.FakeDatadog.use(scenario.setup)
})

const problem = (file: unknown) =>
  Effect.map(
    Effect.flip(ScenarioFile.fromJson("own.json", typeof file === "string" ? file : JSON.stringify(file))),
    ({ message }) => message
  )

describe("a scenario as JSON", () => {
  it.effect("says how reports behave, those that are there and those that are created", () =>
    Effect.gen(function*() {
      const id = yield* setUp({
        description: "two reports",
        report: { timeline: [{ after: "1 hour", status: "failed" }], rows: 2 },
        reports: [
          { id: "first", timeline: [{ after: "0 seconds", status: "completed" }], csv: "id\nx\n" },
          { rows: [{ id: "a", cells: [{ start: "2026-01-01", status: 99.5 }] }], hiddenFor: "5 seconds" }
        ]
      })
      assert.strictEqual(id, "first")
      assert.strictEqual((yield* call(downloadPath("first"))).body, "id\nx\n")
      const fake = yield* FakeDatadog.FakeDatadog
      const [, second = ""] = yield* fake.reportIds
      assert.strictEqual((yield* call(statusPath(second))).status, 404)
      yield* TestClock.adjust("1 hour")
      assert.include((yield* call(statusPath(second))).body, "failed")
      const { data } = JSON.parse((yield* create()).body)
      assert.include((yield* call(statusPath(data.id))).body, "in_progress")
    }).pipe(withFake))

  it.effect("says what SLOs there are, in place of the standard ones", () =>
    Effect.gen(function*() {
      yield* setUp({
        slos: [{ name: "Mine", tags: ["a:b"], model: { type: "metric", rates: [{ from: 0, good: 1, bad: 0 }] } }]
      })
      const found = yield* get(searchPath(""))
      assert.deepStrictEqual(found.data.attributes.slos.map(({ data }: any) => data.attributes.name), ["Mine"])
    }).pipe(withFake))

  it.effect("sets the rate limit, the endpoints and faults of every kind", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const faults = [
        { fault: "status", status: 503, family: "html", messages: ["x"], headers: { a: ["1", "2"] }, times: 2 },
        { fault: "body", body: "{", status: 200, contentType: "text/plain" },
        { fault: "html", status: 502 },
        { fault: "redirect", location: "https://example.com/" },
        { fault: "headers", headers: { "X-A": "b" } },
        { fault: "latency", duration: "2 seconds", operation: "search" },
        { fault: "hang" },
        { fault: "reset" },
        { fault: "lostAnswer" },
        { fault: "resetBody", bytes: 1 },
        { fault: "truncate", bytes: 2 },
        { fault: "stall", bytes: 3 },
        { fault: "slowBody", bytes: 4, gap: "1 second" },
        { fault: "gzip", times: "always" }
      ]
      const id = yield* setUp({ rateLimit: { limit: 7, period: "1 minute" }, reportEndpoints: { closed: 410 }, faults })
      const pending = yield* fake.pendingFaults
      assert.deepStrictEqual(pending.map(({ name }) => name), [
        "status 503",
        "other body",
        "html 502",
        "redirect 302",
        "headers",
        "latency 2s",
        "hang",
        "ECONNRESET",
        "lost answer",
        "reset after 1",
        "truncated after 2",
        "stalled after 3",
        "slow body",
        "gzip"
      ])
      assert.deepStrictEqual(pending.map(({ left }) => left), [2, ...Array(12).fill(1), Infinity])
      assert.strictEqual(pending[5]?.operation, "search")
      assert.strictEqual((yield* call(statusPath(id))).status, 503)
      yield* fake.clearFaults
      const answer = yield* call(statusPath(id))
      assert.deepInclude(answer, { status: 410 })
      assert.strictEqual(answer.headers["x-ratelimit-limit"], "7")
      yield* setUp({ rateLimit: false, reportEndpoints: "deprecated" })
      assert.strictEqual((yield* call(statusPath(id))).headers["deprecation"], "@1784851200")
      yield* setUp({ reportEndpoints: "open" })
      assert.notProperty((yield* call(statusPath(id))).headers, "deprecation")
    }).pipe(withFake))

  it.effect("is what the README shows", () =>
    Effect.gen(function*() {
      const readme = Fs.readFileSync(Path.join(import.meta.dirname, "../README.md"), "utf8")
      const shown = [...readme.matchAll(/```json\n([^]*?)```/g)].map(([, json]) => JSON.parse(json!))
      assert.strictEqual(shown.length, 1)
      const id = yield* setUp(shown[0])
      const fake = yield* FakeDatadog.FakeDatadog
      assert.strictEqual((yield* fake.pendingFaults).length, 2)
      assert.strictEqual((yield* call(statusPath(id))).status, 503)
    }).pipe(withFake))

  it.effect("is refused in one line that says where", () =>
    Effect.gen(function*() {
      const line = "own.json is no scenario: "
      assert.strictEqual(yield* problem("{"), `${line}Expected a valid JSON string`)
      assert.strictEqual(yield* problem({ reprots: [] }), `${line}reprots: unknown member`)
      assert.strictEqual(
        yield* problem({ faults: [{ fault: "status", status: 503 }, { fault: "hang", bytes: 1 }] }),
        `${line}faults[1].bytes: unknown member`
      )
      assert.strictEqual(yield* problem({ faults: [{ fault: "status" }] }), `${line}faults[0].status: Missing key`)
      assert.match(
        yield* problem({ faults: [{ fault: "boom" }] }),
        /^own\.json is no scenario: faults\[0\]: Expected a fault such as \{ "fault": "status", "status": 503 \}, one of status, body, [^\n]*, gzip$/
      )
      assert.strictEqual(
        yield* problem({ rateLimit: { limit: 3, period: "soon" } }),
        `${line}rateLimit.period: Expected a duration such as "10 minutes"`
      )
      assert.strictEqual(
        yield* problem({ reports: [{ id: "a/b" }] }),
        `${line}reports[0].id: Expected letters, digits, _ and -`
      )
      assert.match(
        yield* problem({ reportEndpoints: "shut" }),
        /^own\.json is no scenario: reportEndpoints: Expected [^\n]*$/
      )
      assert.match(yield* problem([]), /^own\.json is no scenario: Expected [^\n]*$/)
    }))
})
