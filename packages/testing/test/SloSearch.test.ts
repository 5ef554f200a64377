import { FakeDatadog, Fault, type Slo } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { call, create, downloadPath, get, keys, searchPath, seconds, sloPath } from "./support.ts"

const idsOf = (answer: any): ReadonlyArray<string> => answer.data.attributes.slos.map((slo: any) => slo.data.id)

const add = (...slos: ReadonlyArray<Slo.Options>) =>
  FakeDatadog.FakeDatadog.use((fake) => Effect.forEach(slos, fake.addSlo))

describe("a search", () => {
  it.effect("finds SLOs in Datadog's form", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.UTC(2024, 0, 8))
      yield* add({
        id: "0123456789abcdef0123456789abcdef",
        name: "Checkout availability",
        tags: ["service:checkout", "env:prod"],
        createdAt: 1_676_364_842,
        model: { type: "metric", rates: [{ from: 0, good: 99, bad: 1 }] },
        thresholds: [{ timeframe: "30d", target: 99 }, { timeframe: "7d", target: 95, warning: 98 }]
      })
      const answer = yield* call(searchPath("service:checkout", { size: 20, number: 0 }))
      assert.deepStrictEqual([answer.status, answer.headers["content-type"]], [200, "application/json"])
      const { data, links, meta } = JSON.parse(answer.body)
      assert.strictEqual(data.type, "service_level_objective_search_results")
      const queries = "{slo:0123456789abcdef0123456789abcdef}.as_count()"
      assert.deepStrictEqual(data.attributes.slos, [{
        data: {
          id: "0123456789abcdef0123456789abcdef",
          type: "slo",
          attributes: {
            name: "Checkout availability",
            slo_type: "metric",
            description: null,
            created_at: 1_676_364_842,
            modified_at: 1_676_364_842,
            creator: { id: 1, name: null, email: "owner@example.com" },
            all_tags: ["service:checkout", "env:prod"],
            service_tags: ["service:checkout"],
            env_tags: ["env:prod"],
            team_tags: [],
            monitor_ids: null,
            groups: null,
            query: { numerator: `sum:slo.good${queries}`, denominator: `sum:slo.all${queries}`, metrics: null },
            timeframe: "7d",
            target_threshold: 95,
            warning_threshold: 98,
            thresholds: [
              { timeframe: "30d", target: 99, target_display: "99", warning: null, warning_display: null },
              { timeframe: "7d", target: 95, target_display: "95", warning: 98, warning_display: "95" }
            ],
            status: {
              sli: 99,
              state: "ok",
              error_budget_remaining: 80,
              raw_error_budget_remaining: { unit: "requests", value: 2_419_200 },
              span_precision: 2,
              indexed_at: seconds("2024-01-08T00:00:00Z") - 540,
              calculation_error: null
            },
            overall_status: [
              {
                timeframe: "30d",
                target: 99,
                status: 99,
                error: null,
                state: "ok",
                error_budget_remaining: 0,
                raw_error_budget_remaining: { unit: "requests", value: 0 },
                span_precision: 2,
                indexed_at: seconds("2024-01-08T00:00:00Z") - 540
              },
              {
                timeframe: "7d",
                target: 95,
                status: 99,
                error: null,
                state: "ok",
                error_budget_remaining: 80,
                raw_error_budget_remaining: { unit: "requests", value: 2_419_200 },
                span_precision: 2,
                indexed_at: seconds("2024-01-08T00:00:00Z") - 540
              }
            ]
          }
        }
      }])
      assert.deepStrictEqual(meta, {
        pagination: {
          type: "number_size",
          number: 0,
          size: 20,
          total: 1,
          first_number: 0,
          prev_number: 0,
          next_number: 1,
          last_number: 0
        }
      })
      const page = (number: number) =>
        `https://api.datadoghq.com/api/v1/slo/search?query=service%3Acheckout&page%5Bsize%5D=20&page%5Bnumber%5D=${number}`
      assert.deepStrictEqual(links, { self: page(0), first: page(0), prev: null, next: page(1), last: null })
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("has no status of an SLO that is younger than the job that computes it, and no value without data", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.addSlo({ model: { type: "metric", rates: [] } })
      const attributesNow = Effect.map(get(searchPath("")), (answer) => answer.data.attributes.slos[0].data.attributes)
      yield* TestClock.adjust("539 seconds")
      assert.notProperty(yield* attributesNow, "status")
      assert.notProperty(yield* attributesNow, "overall_status")
      yield* TestClock.adjust("1 second")
      const { overall_status, status } = yield* attributesNow
      assert.deepInclude(status, { sli: null, state: "no_data", calculation_error: "The denominator is zero valued" })
      assert.deepInclude(overall_status[0], { status: null, error: "The denominator is zero valued" })
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  const byQuery: ReadonlyArray<readonly [query: string, found: string]> = [
    ["", "abcd"],
    ["checkout", "ab"],
    ["CHECKOUT", "ab"],
    ["gateway", "c"],
    ["atewa", ""],
    ["*atewa*", "c"],
    ["edge-gateway", "c"],
    ["\"Checkout latency\"", "b"],
    ["\"latency Checkout\"", ""],
    ["latency Checkout", "b"],
    ["service:checkout", "ab"],
    ["service:check*", "ab"],
    ["service:check", ""],
    ["*service:checkout*", ""],
    ["service:checkout AND env:prod", "a"],
    ["service:checkout env:prod", "a"],
    ["ownership.team:my-team", "d"],
    ["slo_type:time_slice", "c"],
    ["slo_type:metric \"Checkout availability\"", "a"],
    ["target:99.5", "d"],
    ["timeframe:90d", "d"],
    ["env_tags:\"env:prod\"", "ad"],
    ["all_tags:\"env:prod\"", "ad"],
    ["id:b", "b"],
    ["a.c (x) [y] ^$ \\", ""],
    ["nothing", ""]
  ]
  it.effect.each(byQuery)("of %j finds %j", ([query, found]) =>
    Effect.gen(function*() {
      yield* add(
        { id: "a", name: "Checkout availability", tags: ["service:checkout", "env:prod"] },
        { id: "b", name: "Checkout latency", tags: ["service:checkout", "env:staging"] },
        { id: "c", name: "api-edge-gateway-v2", model: { type: "time_slice", states: [] } },
        {
          id: "d",
          name: "Batch",
          tags: ["ownership.team:my-team", "env:prod"],
          thresholds: [{ timeframe: "90d", target: 99.5 }]
        }
      )
      assert.strictEqual(idsOf(yield* get(searchPath(query))).join(""), found)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("has pages by number and size, each naming a next one, also the last", () =>
    Effect.gen(function*() {
      const ids = yield* add(...Array.from({ length: 25 }, () => ({})))
      assert.strictEqual(new Set(ids).size, 25)
      const seen: Array<unknown> = []
      for (const number of [0, 1, 2, 3]) {
        const answer = yield* get(searchPath("", { size: 10, number }))
        const { last_number, next_number, prev_number, total } = answer.meta.pagination
        const [start, end] = [number * 10, number * 10 + 10]
        assert.deepStrictEqual(idsOf(answer), ids.slice(start, end))
        assert.strictEqual(new URL(answer.links.next).searchParams.get("page[number]"), String(number + 1))
        seen.push([last_number, next_number, prev_number, total])
      }
      assert.deepStrictEqual(seen, [[2, 1, 0, 25], [2, 2, 0, 25], [2, 3, 1, 25], [2, 4, 2, 25]])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("has pages by offset and limit, 10 SLOs long, where none is asked for by number or size", () =>
    Effect.gen(function*() {
      const ids = yield* add(...Array.from({ length: 12 }, () => ({})))
      const first = yield* get(searchPath(""))
      assert.deepStrictEqual(first.meta.pagination, {
        type: "offset_limit",
        offset: 0,
        limit: 10,
        total: 12,
        first_offset: 0,
        prev_offset: 0,
        next_offset: 10,
        last_offset: 10
      })
      const { pathname, search } = new URL(first.links.next)
      const second = yield* get(`${pathname}${search}`)
      assert.deepStrictEqual([...idsOf(first), ...idsOf(second)], ids)
      assert.strictEqual(second.links.prev, first.links.self)
      const third = yield* get(searchPath("", { offset: 3, limit: 4 }))
      assert.deepStrictEqual(idsOf(third), ids.slice(3, 7))
      assert.strictEqual(third.meta.pagination.last_offset, 8)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("takes what is no number for the page for none", () =>
    Effect.gen(function*() {
      yield* add({})
      const { size, number } = (yield* get(searchPath("", { size: "x", number: -1 }))).meta.pagination
      assert.deepStrictEqual([size, number], [10, 0])
      assert.strictEqual((yield* get(searchPath("", { size: 0 }))).meta.pagination.size, 1)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("learns of an SLO, and of its end, after the index's lag", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addSlo()
      const seen: Array<unknown> = []
      const look = Effect.gen(function*() {
        seen.push([idsOf(yield* get(searchPath(""))).length, (yield* call(sloPath(id))).status])
      })
      for (const pause of [0, 19_999, 1]) yield* Effect.andThen(TestClock.adjust(pause), look)
      yield* fake.removeSlo(id)
      for (const pause of [0, 19_999, 1]) yield* Effect.andThen(TestClock.adjust(pause), look)
      assert.deepStrictEqual(seen, [[0, 200], [0, 200], [1, 200], [1, 404], [1, 404], [0, 404]])
      assert.deepStrictEqual(yield* fake.slos, [])
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ sloApi: { indexLag: "20 seconds" } }))))

  it.effect("gives lower ranks first, so that an index can move under a reader", () =>
    Effect.gen(function*() {
      yield* add({ id: "a" }, { id: "b" }, { id: "c" })
      const first = idsOf(yield* get(searchPath("", { size: 2, number: 0 })))
      yield* add({ id: "z", rank: -1 })
      const second = idsOf(yield* get(searchPath("", { size: 2, number: 1 })))
      assert.deepStrictEqual([first, second], [["a", "b"], ["b", "c"]])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("one SLO", () => {
  it.effect("is given in Datadog's form, for each type", () =>
    Effect.gen(function*() {
      const thresholds: ReadonlyArray<Slo.Threshold> = [{ timeframe: "7d", target: 97, warning: 98.5 }]
      yield* add(
        { id: "a", createdAt: 1_704_322_485, thresholds, model: { type: "time_slice", states: [], slice: 60 } },
        { id: "b", model: { type: "monitor", states: [] } },
        { id: "c", thresholds: [] }
      )
      const answer = yield* call(sloPath("a"))
      assert.strictEqual(answer.headers["content-type"], "application/json")
      assert.deepStrictEqual(JSON.parse(answer.body), {
        data: {
          id: "a",
          name: "Checkout availability",
          tags: [],
          monitor_tags: [],
          thresholds: [{ timeframe: "7d", target: 97, target_display: "97.", warning: 98.5, warning_display: "97." }],
          type: "time_slice",
          type_id: 2,
          description: "",
          timeframe: "7d",
          target_threshold: 97,
          warning_threshold: 98.5,
          creator: { name: null, handle: "owner@example.com", email: "owner@example.com" },
          created_at: 1_704_322_485,
          modified_at: 1_704_322_485,
          sli_specification: {
            time_slice: {
              comparator: ">",
              threshold: 5,
              query_interval_seconds: 60,
              query: {
                formulas: [{ formula: "query1" }],
                queries: [{ data_source: "metrics", name: "query1", query: "trace.servlet.request{env:prod}" }]
              }
            }
          }
        },
        error: null
      })
      assert.deepInclude((yield* get(sloPath("b"))).data, { type: "monitor", type_id: 0, monitor_ids: [1] })
      const metric = (yield* get(sloPath("c"))).data
      assert.deepInclude(metric, { type: "metric", type_id: 1, timeframe: "30d", target_threshold: 99.9 })
      assert.notProperty(metric, "warning_threshold")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("that is unknown answers 404 in the recorded words", () =>
    Effect.gen(function*() {
      const { body, status } = yield* call(sloPath("0123"))
      assert.deepStrictEqual([status, body], [404, `{"errors":["SLO not found: 0123 not found"]}`])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("has the threshold for its own that is named, else the one of the shortest window", () =>
    Effect.gen(function*() {
      const thresholds: ReadonlyArray<Slo.Threshold> = [
        { timeframe: "90d", target: 90 },
        { timeframe: "30d", target: 95 }
      ]
      yield* add({ id: "a", thresholds }, { id: "b", thresholds, primary: "90d" })
      assert.deepInclude((yield* get(sloPath("a"))).data, { timeframe: "30d", target_threshold: 95 })
      assert.deepInclude((yield* get(sloPath("b"))).data, { timeframe: "90d", target_threshold: 90 })
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("searches, SLOs and histories", () => {
  const paths = [searchPath(""), sloPath("a"), `${sloPath("a")}/history?from_ts=0&to_ts=300`] as const
  const operations = ["search", "slo", "history"] as const

  it.effect("are on record under their names, with what they ask for", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* add({ id: "a" })
      for (const path of [...paths, "/api/v1/slo/search?query=a%3Ab+c&query=d&page%5Bsize%5D=7"]) {
        assert.strictEqual((yield* call(path)).status, 200)
      }
      assert.deepStrictEqual((yield* fake.requests).map(({ operation, query }) => [operation, query]), [
        ["search", { query: "" }],
        ["slo", {}],
        ["history", { from_ts: "0", to_ts: "300" }],
        ["search", { query: "d", "page[size]": "7" }]
      ])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("have limits of their own, named as Datadog names them", () =>
    Effect.gen(function*() {
      yield* add({ id: "a" })
      const seen: Array<unknown> = []
      for (const path of [...paths, paths[2]]) {
        const { headers } = yield* call(path)
        seen.push(["name", "limit", "period", "remaining"].map((name) => headers[`x-ratelimit-${name}`]))
      }
      assert.deepStrictEqual(seen, [
        ["slo_search", "1000", "10", "999"],
        ["slo_get", "3000", "10", "2999"],
        ["slo_history", "150", "10", "149"],
        ["slo_history", "150", "10", "148"]
      ])
      assert.strictEqual((yield* create()).headers["x-ratelimit-name"], "slo_report")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("answer 429 when their limit is used up, and others go on", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* add({ id: "a" })
      yield* fake.useRateLimit(150, "history")
      assert.strictEqual((yield* call(paths[2])).status, 429)
      assert.strictEqual((yield* call(paths[0])).status, 200)
      yield* fake.setRateLimit({ limit: 1, period: "1 minute", name: "all" })
      assert.deepStrictEqual(
        [(yield* call(paths[0])).status, (yield* call(paths[1])).status, (yield* call(paths[2])).status],
        [200, 429, 429]
      )
      yield* fake.setRateLimit(false)
      assert.notProperty((yield* call(paths[2])).headers, "x-ratelimit-limit")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("ask for the keys, and a 403 names no limit", () =>
    Effect.gen(function*() {
      for (const path of paths) {
        const { headers, status } = yield* call(path, { headers: { ...keys, "dd-api-key": "wrong" } })
        assert.deepStrictEqual([status, headers["x-ratelimit-limit"]], [403, undefined])
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("take the faults that are for them", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* add({ id: "a" })
      for (const operation of operations) yield* fake.inject(Fault.status(503), { operation })
      const statuses: Array<number> = []
      for (const path of [...paths, ...paths, downloadPath("x")]) statuses.push((yield* call(path)).status)
      assert.deepStrictEqual(statuses, [503, 503, 503, 200, 200, 200, 400])
      yield* fake.inject(Fault.truncate(10), { operation: "history" })
      assert.strictEqual((yield* Effect.flip(call(paths[2])))._tag, "HttpClientError")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})
