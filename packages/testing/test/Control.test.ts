import { FakeDatadog, FakeDatadogServer, Fault, Scenario, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { downloadPath, keys, statusPath, unknownId } from "./support.ts"

const start = Date.UTC(2026, 0, 1)

const withServer = Effect.provide(
  Layer.provideMerge(
    Layer.orDie(FakeDatadogServer.layer({ scenario: Scenario.all[1] })),
    FakeDatadog.layer({ rateLimit: { limit: 2, period: "1 minute", name: "slo_report" } })
  )
)

describe("the controls over HTTP", () => {
  it.live("list their routes, and answer no other", () =>
    Effect.gen(function*() {
      const { json } = yield* control("GET", "")
      assert.deepStrictEqual(json, {
        routes: [
          "GET /_fake/health",
          "GET /_fake/requests",
          "DELETE /_fake/requests",
          "POST /_fake/reset",
          "GET /_fake/scenario",
          "POST /_fake/scenario",
          "GET /_fake/reports",
          "POST /_fake/reports",
          "GET /_fake/faults",
          "POST /_fake/faults",
          "DELETE /_fake/faults",
          "GET /_fake/clock",
          "POST /_fake/clock"
        ]
      })
      assert.deepStrictEqual(yield* control("GET", "/nowhere"), {
        status: 404,
        json: { error: "there is no /_fake/nowhere", ...json }
      })
      const wrong = yield* send("PATCH", "/_fake/clock")
      assert.deepStrictEqual([wrong.status, wrong.headers.get("allow"), yield* text(wrong)], [
        405,
        "GET, POST",
        "{\"error\":\"/_fake/clock takes GET, POST\"}\n"
      ])
      assert.strictEqual((yield* send("GET", "/_fakes")).status, 404)
    }).pipe(withServer))

  it.live("tell the health, and are no requests themselves", () =>
    Effect.gen(function*() {
      yield* ask(statusPath(unknownId))
      const { json, status } = yield* control("GET", "/health")
      assert.strictEqual(status, 200)
      assert.match(json.now, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      assert.deepStrictEqual({ ...json, now: "" }, {
        status: "ok",
        scenario: "slow",
        now: "",
        requests: 1,
        inFlight: 0
      })
      assert.strictEqual((yield* send("HEAD", "/_fake/health")).status, 200)
    }).pipe(withServer))

  it.live("show the journal: the newest, filtered, without keys, until it is cleared", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.setRateLimit(false)
      const id = yield* fake.addReport({ timeline: Timeline.always("completed"), csv: "id" })
      yield* fake.inject(Fault.status(503), { operation: "download" })
      yield* ask(downloadPath(id))
      yield* ask(`${downloadPath(id)}?api_key=secret-one&a=b`)
      yield* ask(statusPath(id), { ...keys, authorization: "Bearer secret-two" })
      for (let index = 0; index < 110; index++) yield* ask(statusPath(unknownId))
      const all = yield* control("GET", "/requests")
      assert.deepInclude(all.json, { received: 113, kept: 113, matching: 113 })
      assert.deepStrictEqual(
        all.json.requests.map(({ sequence }: any) => sequence),
        [...Array(100).keys()].map((n) => n + 14)
      )
      const seen = (query: string) =>
        Effect.map(control("GET", `/requests?${query}`), ({ json }) => json.requests.map((one: any) => one.sequence))
      assert.deepStrictEqual(yield* seen("operation=download"), [1, 2])
      assert.deepStrictEqual(yield* seen("operation=download&status=200"), [2])
      assert.deepStrictEqual(yield* seen("fault=status%20503"), [1])
      assert.deepStrictEqual(yield* seen("status=403"), [3])
      assert.deepStrictEqual(yield* seen(`path=${id}&method=get`), [1, 2, 3])
      assert.deepStrictEqual(yield* seen("after=112"), [113])
      assert.deepStrictEqual(yield* seen("status=404&limit=2"), [112, 113])
      assert.deepStrictEqual(yield* seen("limit=0"), [])
      const shown = yield* control("GET", "/requests?limit=1000")
      assert.notMatch(JSON.stringify(shown.json), /secret-|fake-api-key|fake-application-key/)
      assert.deepInclude(shown.json.requests[1], { path: `${downloadPath(id)}?api_key=<redacted>&a=b`, fault: null })
      assert.strictEqual(shown.json.requests[2].headers.authorization, "<redacted>")
      for (
        const [query, error] of [
          ["status=ok", "status: expected a whole number, or none"],
          ["limit=-1", "limit: expected a whole number"],
          ["operation=x", "operation: expected one of create, status, download, search, slo, history, other"],
          ["x=1", "unknown filter x: expected one of operation, status, after, method, path, fault, limit"]
        ]
      ) assert.deepStrictEqual(yield* control("GET", `/requests?${query}`), { status: 400, json: { error } })
      assert.strictEqual((yield* send("DELETE", "/_fake/requests")).status, 204)
      assert.deepInclude((yield* control("GET", "/requests")).json, { received: 113, kept: 0, matching: 0 })
    }).pipe(withServer))

  it.live("move the clock: reports get done, windows end, what waits answers", () =>
    Effect.gen(function*() {
      const set = yield* control("POST", "/clock", { now: "2026-01-01T00:00:00Z" })
      assert.isAtLeast(Date.parse(set.json.now), start)
      assert.isBelow(Date.parse(set.json.now), start + 20_000)
      const { json: { report } } = yield* control("POST", "/reports", {
        timeline: [{ after: "10 minutes", status: "completed" }]
      })
      const status = Effect.map(
        ask(statusPath(report)),
        (answer) => [answer.status, /"status":"(\w+)"/.exec(answer.body)?.[1]]
      )
      assert.deepStrictEqual(yield* status, [200, "in_progress"])
      assert.deepStrictEqual(yield* status, [200, "in_progress"])
      assert.deepStrictEqual(yield* status, [429, undefined])
      const moved = yield* control("POST", "/clock", { advance: "10 minutes" })
      assert.isAtLeast(Date.parse(moved.json.now), start + 600_000)
      assert.deepStrictEqual(yield* status, [200, "completed"])
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.latency("1 hour"))
      const late = yield* Effect.forkChild(status, { startImmediately: true })
      while ((yield* control("GET", "/health")).json.inFlight === 0) yield* Effect.sleep(2)
      yield* control("POST", "/clock", { advance: "59 minutes" })
      yield* Effect.sleep(20)
      assert.isUndefined(late.pollUnsafe())
      yield* control("POST", "/clock", { advance: "1 minute" })
      while (late.pollUnsafe() === undefined) yield* Effect.sleep(2)
      for (
        const [body, error] of [
          [{ advance: "soon" }, "advance: Expected a duration such as \"10 minutes\""],
          [{ advance: "-1 seconds" }, /^advance: Expected a duration that is not negative and has an end/],
          [{ advance: "Infinity" }, /^advance: Expected a duration that is not negative and has an end/],
          [{ advance: "200000000 days" }, "advance: there is no such time"],
          [{ now: "soon" }, /^now: /],
          [{}, "Expected {\"advance\": \"10 minutes\"} or {\"now\": \"2026-01-31T00:00:00Z\"}"]
        ] as const
      ) {
        const refused = yield* control("POST", "/clock", body)
        assert.strictEqual(refused.status, 400)
        if (typeof error === "string") assert.strictEqual(refused.json.error, error)
        else assert.match(refused.json.error, error)
      }
    }).pipe(withServer), 20_000)

  it.live("inject faults, show those that are pending, and take them back", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.setRateLimit(false)
      const inject = (body: unknown) => Effect.map(control("POST", "/faults", body), ({ status }) => status)
      assert.strictEqual(yield* inject({ fault: "status", status: 503, times: 2, operation: "status" }), 204)
      assert.strictEqual(yield* inject({ fault: "html", times: "always" }), 204)
      yield* ask(statusPath(unknownId))
      assert.deepStrictEqual((yield* control("GET", "/faults")).json.faults, [
        { name: "status 503", left: 1, operation: "status" },
        { name: "html 200", left: "always", operation: null }
      ])
      assert.strictEqual((yield* send("DELETE", "/_fake/faults")).status, 204)
      assert.deepStrictEqual((yield* control("GET", "/faults")).json.faults, [])
      const refused = yield* control("POST", "/faults", { fault: "latency", duration: "1 second", gap: 1 })
      assert.deepStrictEqual(refused, { status: 400, json: { error: "gap: unknown member" } })
    }).pipe(withServer))

  it.live("change the scenario, by name and by JSON, and reset to the first", () =>
    Effect.gen(function*() {
      const named = yield* raw("POST", "/scenario", "failed")
      assert.strictEqual(named.json.scenario, "failed")
      yield* control("POST", "/clock", { advance: "10 seconds" })
      assert.include((yield* ask(statusPath(named.json.report))).body, "\"failed\"")
      const own = yield* control("POST", "/scenario", { reports: [{ id: "one" }, { id: "two" }], rateLimit: false })
      assert.deepStrictEqual(own.json, { scenario: "custom", report: "one" })
      assert.deepStrictEqual((yield* control("GET", "/reports")).json, { reports: ["one", "two"] })
      assert.strictEqual((yield* control("GET", "/health")).json.requests, 0)
      const refused = yield* control("POST", "/scenario", { report: {}, x: 1 })
      assert.deepStrictEqual(refused, { status: 400, json: { error: "x: unknown member" } })
      assert.match(
        (yield* raw("POST", "/scenario", "nope")).json.error,
        /^expected a scenario as JSON, or one of happy, slow, /
      )
      assert.strictEqual((yield* control("GET", "/scenario")).json.scenario, "custom")
      const reset = yield* control("POST", "/reset")
      assert.strictEqual(reset.json.scenario, "slow")
      assert.deepStrictEqual((yield* control("GET", "/reports")).json, { reports: [reset.json.report] })
    }).pipe(withServer))
})

// -----------------------------------------------------------------------------
// helpers
// -----------------------------------------------------------------------------

const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(
    FakeDatadogServer.FakeDatadogServer,
    ({ url }) =>
      Effect.promise(() => fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) }))
  )

const text = (response: Response) => Effect.promise(() => response.text())

const raw = Effect.fnUntraced(function*(method: string, path: string, body?: string) {
  const response = yield* send(method, `/_fake${path}`, body)
  const answer = yield* text(response)
  return { status: response.status, json: answer === "" ? undefined : JSON.parse(answer) }
})

const control = (method: string, path: string, body?: unknown) =>
  raw(method, path, body === undefined ? undefined : JSON.stringify(body))

const ask = Effect.fnUntraced(function*(path: string, headers = keys) {
  const response = yield* send("GET", path, undefined, headers)
  return { status: response.status, body: yield* text(response) }
})
