import { Credentials, ErrorBody, FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import {
  call,
  create,
  createBody,
  createPath,
  downloadPath,
  keys,
  send,
  statuses,
  statusPath,
  unknownId
} from "./support.ts"

describe("the recorded exchanges", () => {
  it.effect("a create call answers 200 with the id of a new report and its type", () =>
    Effect.gen(function*() {
      for (const overrides of [{}, { timezone: undefined }]) {
        const answer = yield* create(overrides)
        const id: unknown = JSON.parse(answer.body).data.id
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.headers["content-type"], "application/vnd.api+json")
        assert.strictEqual(answer.body, `{"data":{"id":"${id}","type":"report_id"}}`)
        assert.match(String(id), /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a bad interval answers 400 and names it", () =>
    Effect.gen(function*() {
      const answer = yield* create({ interval: "bad-interval" })
      assert.strictEqual(answer.status, 400)
      assert.strictEqual(answer.headers["content-type"], "application/vnd.api+json")
      assert.strictEqual(
        answer.body,
        `{"errors":[{"title":"Invalid Argument","detail":"bad-interval is not a valid interval"}]}`
      )
      assert.deepStrictEqual(yield* FakeDatadog.FakeDatadog.use((fake) => fake.reportIds), [])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("the status of a young report is in_progress", () =>
    Effect.gen(function*() {
      const { id } = JSON.parse((yield* create()).body).data
      yield* TestClock.adjust("150 millis")
      const answer = yield* call(statusPath(id))
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers["content-type"], "application/vnd.api+json")
      assert.strictEqual(
        answer.body,
        `{"data":{"id":"${id}","type":"report_id","attributes":{"status":"in_progress"}}}`
      )
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("an id that is no UUID answers 400, on status and on download", () =>
    Effect.gen(function*() {
      for (const path of [statusPath("invalid-report-id"), downloadPath("invalid-report-id")]) {
        const answer = yield* call(path)
        assert.strictEqual(answer.status, 400)
        assert.strictEqual(answer.headers["content-type"], "application/vnd.api+json")
        assert.strictEqual(
          answer.body,
          `{"errors":[{"title":"Invalid Argument","detail":"invalid report ID: invalid-report-id"}]}`
        )
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("an unknown UUID answers 404, on status and on download", () =>
    Effect.gen(function*() {
      for (const path of [statusPath(unknownId), downloadPath(unknownId)]) {
        const answer = yield* call(path)
        assert.strictEqual(answer.status, 404)
        assert.strictEqual(answer.headers["content-type"], "application/vnd.api+json")
        assert.strictEqual(
          answer.body,
          `{"errors":[{"title":"Not Found","detail":"report ID not found: ${unknownId}"}]}`
        )
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a report without rows downloads as its header row, as text/csv without a charset", () =>
    Effect.gen(function*() {
      const { id } = JSON.parse((yield* create()).body).data
      yield* TestClock.adjust("10 seconds")
      const answer = yield* call(downloadPath(id))
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers["content-type"], "text/csv")
      assert.strictEqual(
        answer.body,
        "id,slo_type,name,target,export_error,2023-08-01,2023-09-01,2023-10-01,2023-11-01,2023-12-01,2024-01-01\n"
      )
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ report: { csv: { rows: 0 } } }))))
})

describe("keys", () => {
  const { accessToken, apiKey, applicationKey } = Credentials.standard
  const attempt = Effect.fnUntraced(function*(headers: Record<string, string>) {
    const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport())
    return yield* call(statusPath(id), { headers })
  })

  it.effect("the key pair or the bearer token alone lets a request in", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* attempt(keys)).status, 200)
      assert.strictEqual((yield* attempt({ authorization: `Bearer ${accessToken}` })).status, 200)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("wrong, swapped, half and missing keys answer 403 without rate-limit headers", () =>
    Effect.gen(function*() {
      const attempts: ReadonlyArray<[Record<string, string>, ErrorBody.Family]> = [
        [{}, "edge"],
        [{ "dd-api-key": "wrong", "dd-application-key": applicationKey }, "edge"],
        [{ "dd-api-key": applicationKey, "dd-application-key": apiKey }, "edge"],
        [{ "dd-application-key": applicationKey }, "edge"],
        [{ "dd-api-key": apiKey }, "strings"],
        [{ "dd-api-key": apiKey, "dd-application-key": "wrong" }, "strings"],
        [{ authorization: "Bearer wrong" }, "edge"],
        [{ authorization: accessToken }, "edge"],
        [{ ...keys, authorization: "Bearer wrong" }, "edge"]
      ]
      for (const [headers, family] of attempts) {
        const answer = yield* attempt(headers)
        assert.strictEqual(answer.status, 403)
        assert.strictEqual(answer.body, ErrorBody.make(family, 403, ["Forbidden"]).text)
        assert.strictEqual(answer.headers["content-type"], "application/json")
        assert.deepStrictEqual(Object.keys(answer.headers).filter((name) => name.startsWith("x-ratelimit")), [])
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("other credentials can be given", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* attempt(keys)).status, 403)
      assert.strictEqual((yield* attempt({ "dd-api-key": "a", "dd-application-key": "b" })).status, 200)
      assert.strictEqual((yield* attempt({ authorization: "Bearer c" })).status, 200)
    }).pipe(Effect.provide(
      FakeDatadog.layerMemory({ credentials: { apiKey: "a", applicationKey: "b", accessToken: "c" } })
    )))
})

describe("reports", () => {
  const statusOf = (id: string) =>
    Effect.map(call(statusPath(id)), (answer) => JSON.parse(answer.body).data.attributes.status)

  it.effect("a report follows its timeline from its creation on", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* TestClock.adjust("1 hour")
      const id = yield* fake.addReport({
        timeline: [{ after: "5 seconds", status: "paused" }, { after: "9 seconds", status: "completed_with_errors" }]
      })
      assert.strictEqual(yield* statusOf(id), "in_progress")
      yield* TestClock.adjust(4999)
      assert.strictEqual(yield* statusOf(id), "in_progress")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* statusOf(id), "paused")
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* statusOf(id), "completed_with_errors")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a report is completed after 10 seconds when nothing else is said", () =>
    Effect.gen(function*() {
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport())
      yield* TestClock.adjust(9999)
      assert.strictEqual(yield* statusOf(id), "in_progress")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* statusOf(id), "completed")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("defaults hold for created reports, and can be changed on the way", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const first = JSON.parse((yield* create()).body).data.id
      yield* fake.setReportDefaults({ timeline: Timeline.always("failed") })
      const second = JSON.parse((yield* create()).body).data.id
      const third = yield* fake.addReport({ timeline: Timeline.always("completed") })
      assert.strictEqual(yield* statusOf(first), "queued")
      assert.strictEqual(yield* statusOf(second), "failed")
      assert.strictEqual(yield* statusOf(third), "completed")
      assert.deepStrictEqual(yield* fake.reportIds, [first, second, third])
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ report: { timeline: Timeline.always("queued") } }))))

  it.effect("a report may be hidden at first and gone at last", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ hiddenFor: "2 seconds", goneAfter: "1 day" })
      const seen: Array<number> = []
      for (const duration of [0, 1999, 1, 86_397_999, 1]) {
        yield* TestClock.adjust(duration)
        seen.push((yield* call(statusPath(id))).status)
      }
      assert.deepStrictEqual(seen, [404, 404, 200, 200, 404])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a report can be added under any id, also one that needs encoding", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const long = "x".repeat(1000)
      for (const id of ["my-report", "a b", "grüße", long]) {
        assert.strictEqual(yield* fake.addReport({ id }), id)
        const answer = yield* call(statusPath(encodeURIComponent(id)))
        assert.deepStrictEqual([answer.status, JSON.parse(answer.body).data.id], [200, id])
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("ids made in the same millisecond differ and carry their creation time", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* TestClock.setTime(Date.UTC(2024, 7, 29, 20))
      const ids = yield* Effect.all(Array.from({ length: 100 }, () => fake.addReport()))
      assert.strictEqual(new Set(ids).size, 100)
      const [low, middle, high] = ids[0]!.split("-")
      const ticks = BigInt(`0x${high!.slice(1)}${middle}${low}`)
      assert.strictEqual(Number(ticks / 10_000n - 12_219_292_800_000n), Date.UTC(2024, 7, 29, 20))
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("between two milliseconds", () => {
  it.effect("reports are added, created and asked for as at any other time", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* TestClock.adjust("1500 micros")
      const id = yield* fake.addReport({ timeline: Timeline.always("completed") })
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-8501-33b2b403f044$/)
      assert.strictEqual((yield* create()).status, 200)
      assert.strictEqual((yield* call(statusPath(id))).headers["x-ratelimit-reset"], "10")
      assert.strictEqual((yield* call(downloadPath(id))).status, 200)
      assert.deepStrictEqual((yield* fake.requests).map(({ at }) => at), [1.5, 1.5, 1.5])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("create", () => {
  it.effect("what the specification rules out answers 400 and makes no report", () =>
    Effect.gen(function*() {
      const bodies: ReadonlyArray<[string, string]> = [
        ["", "invalid request body"],
        ["{", "invalid request body"],
        ["null", "invalid request body"],
        [`{"data":{}}`, "invalid request body"],
        [createBody({ query: undefined }), "query is required"],
        [createBody({ query: " " }), "query is required"],
        [createBody({ from_ts: "1690901870" }), "from_ts is not a valid timestamp"],
        [createBody({ from_ts: 1690901870.5 }), "from_ts is not a valid timestamp"],
        [createBody({ to_ts: undefined }), "to_ts is not a valid timestamp"],
        [createBody({ to_ts: 1e15 }), "to_ts is not a valid timestamp"],
        [createBody({ to_ts: 1690901870 }), "from_ts must be before to_ts"],
        [createBody({ from_ts: 0, to_ts: 8e12 }), "the period is too long"],
        [createBody({ interval: 7 }), "7 is not a valid interval"],
        [createBody({ timezone: "America/Atlantis" }), "America/Atlantis is not a valid timezone"]
      ]
      for (const [body, detail] of bodies) {
        const answer = yield* call(createPath, { method: "POST", body })
        assert.strictEqual(answer.status, 400)
        assert.deepStrictEqual(JSON.parse(answer.body), { errors: [{ title: "Invalid Argument", detail }] })
      }
      assert.deepStrictEqual(yield* FakeDatadog.FakeDatadog.use((fake) => fake.reportIds), [])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("unknown members are let through, and the body is on record byte for byte", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const body = createBody({ note: "grüße" }).replace("{\"data\":{", "{ \"data\": {\"type\":\"x\",")
      assert.strictEqual((yield* call(createPath, { method: "POST", body })).status, 200)
      assert.deepStrictEqual((yield* fake.requests).map((request) => request.body), [body])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("the asked period gives the columns", () =>
    Effect.gen(function*() {
      const answer = yield* create({ interval: "weekly", timezone: "Asia/Tokyo", to_ts: 1690901870 + 15 * 86_400 })
      yield* TestClock.adjust("10 seconds")
      const csv = yield* call(downloadPath(JSON.parse(answer.body).data.id))
      assert.strictEqual(csv.body.split("\n")[0], "id,slo_type,name,target,export_error,2023-07-30,2023-08-06")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("download", () => {
  it.effect("a report that isn't completed answers 400", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      for (const [status, detail] of [["in_progress", "report is not ready"], ["failed", "report failed"]] as const) {
        const id = yield* fake.addReport({ timeline: Timeline.always(status) })
        const answer = yield* call(downloadPath(id))
        assert.strictEqual(answer.status, 400)
        assert.deepStrictEqual(JSON.parse(answer.body), {
          errors: [{ title: "Invalid Argument", detail: `${detail}: ${id}` }]
        })
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a report completed with errors has rows that carry one", () =>
    Effect.gen(function*() {
      const id = yield* FakeDatadog.FakeDatadog.use((fake) =>
        fake.addReport({ timeline: Timeline.always("completed_with_errors") })
      )
      const rows = (yield* call(downloadPath(id))).body.split("\n").slice(1, -1)
      assert.strictEqual(rows.length, 12)
      assert.strictEqual(rows.filter((row) => row.includes("SLO history") || row.includes("timed out")).length, 3)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("exact text and exact bytes come as they are", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const timeline = Timeline.always("completed")
      const text = yield* call(downloadPath(yield* fake.addReport({ timeline, csv: "\ufeffa,b\r\n\"1" })))
      assert.strictEqual(text.body, "a,b\r\n\"1")
      assert.strictEqual(text.headers["content-length"], "10")
      const bytes = new Uint8Array([0xff, 0xfe, 0x00])
      const response = yield* send(downloadPath(yield* fake.addReport({ timeline, csv: bytes })))
      assert.deepStrictEqual(new Uint8Array(yield* response.arrayBuffer), bytes)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a large table is generated only as far as it is read", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("completed"), csv: { rows: 1e15 } })
      const response = yield* send(downloadPath(id))
      assert.strictEqual(yield* fake.inFlight, 1)
      const chunks = yield* Stream.runCollect(Stream.take(response.stream, 3))
      assert.strictEqual(chunks.length, 3)
      assert.isAbove(chunks[0]!.byteLength, 60_000)
      assert.isBelow(chunks[0]!.byteLength, 70_000)
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("the wire", () => {
  it.effect("what the API doesn't know answers its plain 404, without a look at the keys", () =>
    Effect.gen(function*() {
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport())
      const attempts = [
        call("/"),
        call("/api/v2/slo/status"),
        call(statusPath("a/b")),
        call("/api/v2/slo/report//status"),
        call(statusPath(id), { method: "DELETE" }),
        call(createPath),
        call(`${statusPath(id)}/`, { headers: {} })
      ]
      for (const attempt of attempts) {
        const { body, headers, status } = yield* attempt
        assert.deepStrictEqual([status, body], [404, `{"errors":["Not found"]}`])
        assert.isUndefined(headers["x-ratelimit-limit"])
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a query changes nothing, and HEAD has no body", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("completed") })
      assert.strictEqual((yield* call(`${statusPath(id)}?a=b`)).status, 200)
      assert.strictEqual((yield* call(statusPath(id), { method: "HEAD" })).body, "")
      assert.strictEqual((yield* call(downloadPath(id), { method: "HEAD" })).body, "")
      assert.deepStrictEqual(
        (yield* fake.requests).map(({ method, operation, path }) => ({ method, operation, path })),
        [
          { method: "GET", operation: "status", path: `${statusPath(id)}?a=b` },
          { method: "HEAD", operation: "status", path: statusPath(id) },
          { method: "HEAD", operation: "download", path: downloadPath(id) }
        ]
      )
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("every request is on record as it was sent, with the host, the time and the answer", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* TestClock.adjust("3 seconds")
      yield* fake.inject(Fault.reset, { when: (request) => request.sequence === 2 })
      const get = HttpClient.get(`https://api.us3.datadoghq.com${statusPath(unknownId)}`, { headers: keys })
      yield* get
      yield* TestClock.adjust("4 seconds")
      yield* Effect.flip(get)
      const [first, second] = yield* fake.requests
      assert.deepInclude(first, {
        sequence: 1,
        at: 3000,
        operation: "status",
        method: "GET",
        url: `https://api.us3.datadoghq.com${statusPath(unknownId)}`,
        path: statusPath(unknownId),
        body: "",
        status: 404,
        fault: undefined
      })
      assert.strictEqual(first?.headers["dd-api-key"], Credentials.standard.apiKey)
      assert.deepInclude(second, { sequence: 2, at: 7000, status: undefined, fault: "ECONNRESET" })
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("a request's query is on record decoded, of a name that is sent twice the last", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* HttpClient.get(`https://api.datadoghq.com${statusPath(unknownId)}?a=1&b=x%20y+z&a=2`, { headers: keys })
      const [first] = yield* fake.requests
      assert.deepStrictEqual(first?.query, { a: "2", b: "x y z" })
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("onRequest hears of every answer, and of none", () => {
    const heard: Array<[number, number | undefined]> = []
    const onRequest: FakeDatadog.Options["onRequest"] = (request) =>
      Effect.sync(() => heard.push([request.sequence, request.status]))
    return Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.refused, { when: (request) => request.sequence === 2 })
      yield* call(statusPath(unknownId))
      yield* Effect.flip(call(statusPath(unknownId)))
      assert.deepStrictEqual(heard, [[1, 404], [2, undefined]])
      assert.deepStrictEqual(statuses(yield* fake.requests), [404, undefined])
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ onRequest })))
  })

  it.effect("a request counts as in flight until it is answered or given up", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.hang)
      yield* fake.inject(Fault.latency("5 seconds"))
      const [hanging, waiting] = yield* Effect.all([
        Effect.forkChild(call(statusPath(unknownId))),
        Effect.forkChild(call(statusPath(unknownId)))
      ])
      yield* TestClock.adjust(0)
      assert.strictEqual(yield* fake.inFlight, 2)
      yield* Fiber.interrupt(hanging)
      assert.strictEqual(yield* fake.inFlight, 1)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).status, 404)
      assert.strictEqual(yield* fake.inFlight, 0)
      assert.deepStrictEqual(statuses(yield* fake.requests), [undefined, 404])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("two fakes know nothing of each other", () =>
    Effect.gen(function*() {
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport())
      const other = yield* call(statusPath(id)).pipe(Effect.provide(FakeDatadog.layerMemory()))
      assert.strictEqual(other.status, 404)
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})
