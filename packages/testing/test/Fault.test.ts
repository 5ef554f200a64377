import { Answer, ErrorBody, FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { gunzipSync } from "node:zlib"
import { call, create, downloadPath, send, statuses, statusPath, unknownId } from "./support.ts"

const withFake = Effect.provide(FakeDatadog.layerMemory({ report: { timeline: Timeline.always("completed") } }))

const inject = (fault: Fault.Fault, target?: FakeDatadog.Target) =>
  FakeDatadog.FakeDatadog.use((fake) => fake.inject(fault, target))

const ready = FakeDatadog.FakeDatadog.use((fake) => fake.addReport())

describe("which request meets a fault", () => {
  it.effect("the next one, once, unless it is said otherwise", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* ready
      yield* fake.inject(Fault.status(503))
      yield* fake.inject(Fault.status(500), { times: 2 })
      yield* Effect.repeat(call(statusPath(id)), { times: 3 })
      assert.deepStrictEqual(statuses(yield* fake.requests), [503, 500, 500, 200])
      assert.deepStrictEqual((yield* fake.requests).map((request) => request.fault), [
        "status 503",
        "status 500",
        "status 500",
        undefined
      ])
    }).pipe(withFake))

  it.effect("the next one of an operation, or that a predicate finds", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* ready
      yield* fake.inject(Fault.status(502), { operation: "download" })
      yield* fake.inject(Fault.status(501), { operation: "create" })
      yield* fake.inject(Fault.status(504), { when: (request) => request.at >= 5000 })
      assert.strictEqual((yield* call(statusPath(id))).status, 200)
      assert.strictEqual((yield* create()).status, 501)
      assert.strictEqual((yield* call(downloadPath(id))).status, 502)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* call(statusPath(id))).status, 504)
      assert.strictEqual((yield* call(statusPath(id))).status, 200)
    }).pipe(withFake))

  it.effect("all of them, until the faults are taken back", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* ready
      yield* fake.inject(Fault.status(503), { times: Infinity })
      yield* Effect.repeat(call(statusPath(id)), { times: 99 })
      yield* fake.clearFaults
      yield* call(statusPath(id))
      const seen = statuses(yield* fake.requests)
      assert.deepStrictEqual([seen.length, seen.filter((status) => status === 503).length, seen.at(-1)], [
        101,
        100,
        200
      ])
    }).pipe(withFake))
})

describe("answers in the API's stead", () => {
  it.effect("any status with any form of body", () =>
    Effect.gen(function*() {
      for (const family of ErrorBody.families) {
        for (const status of [400, 401, 403, 404, 408, 418, 429, 500, 502, 503]) {
          yield* inject(Fault.status(status, { family, messages: ["one", "two"] }))
          const answer = yield* call(statusPath(unknownId))
          const expected = ErrorBody.make(family, status, ["one", "two"])
          assert.strictEqual(answer.status, status)
          assert.strictEqual(answer.body, expected.text)
          assert.strictEqual(answer.headers["content-type"], expected.contentType)
          assert.strictEqual(answer.headers["content-length"], String(new TextEncoder().encode(expected.text).length))
        }
      }
    }).pipe(withFake))

  it.effect("rate-limit headers go with 4xx except 403, and say of a 429 that nothing remains", () =>
    Effect.gen(function*() {
      const seen: Array<[number, string | undefined, string | undefined]> = []
      yield* TestClock.adjust("3500 millis")
      for (const status of [302, 400, 403, 404, 429, 500, 502, 503]) {
        yield* inject(Fault.status(status))
        const { headers } = yield* call(statusPath(unknownId))
        seen.push([status, headers["x-ratelimit-remaining"], headers["x-ratelimit-reset"]])
      }
      assert.deepStrictEqual(seen, [
        [302, undefined, undefined],
        [400, "100", "7"],
        [403, undefined, undefined],
        [404, "100", "7"],
        [429, "0", "7"],
        [500, undefined, undefined],
        [502, undefined, undefined],
        [503, undefined, undefined]
      ])
    }).pipe(withFake))

  it.effect("headers can be replaced in any case, doubled and taken away", () =>
    Effect.gen(function*() {
      const headers = {
        "X-RATELIMIT-RESET": ["7", "7"],
        "x-ratelimit-remaining": undefined,
        "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"
      }
      yield* inject(Fault.status(429, { headers }))
      yield* inject(Fault.headers(headers))
      const id = yield* ready
      for (const status of [429, 200]) {
        const answer = yield* call(statusPath(id))
        assert.strictEqual(answer.status, status)
        assert.strictEqual(answer.headers["x-ratelimit-reset"], "7, 7")
        assert.strictEqual(answer.headers["x-ratelimit-limit"], "100")
        assert.strictEqual(answer.headers["x-ratelimit-remaining"], undefined)
        assert.strictEqual(answer.headers["retry-after"], headers["Retry-After"])
      }
    }).pipe(withFake))

  it.effect("other bodies, a page with 200, a redirect, no content", () =>
    Effect.gen(function*() {
      yield* inject(Fault.body("{\"data\":"))
      yield* inject(Fault.body(Stream.make(new Uint8Array([91]), new Uint8Array([93])), { contentType: "text/plain" }))
      yield* inject(Fault.html())
      yield* inject(Fault.redirect("https://evil.example/?x=1"))
      yield* inject(Fault.status(204))
      const get = call(statusPath(unknownId))
      assert.deepInclude(yield* get, { status: 200, body: "{\"data\":" })
      assert.deepInclude(yield* get, { status: 200, body: "[]" })
      const page = yield* get
      assert.strictEqual(page.status, 200)
      assert.match(page.body, /^\n\n\n<!DOCTYPE html>/)
      assert.strictEqual(page.headers["x-ratelimit-remaining"], "100")
      const redirect = yield* get
      assert.deepStrictEqual([redirect.status, redirect.headers["location"]], [302, "https://evil.example/?x=1"])
      assert.deepInclude(yield* get, { status: 204, body: "" })
    }).pipe(withFake))

  it.effect("the request isn't processed: no report is made, nothing is counted", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.status(500))
      yield* fake.inject(Fault.reset)
      yield* create()
      yield* Effect.flip(create())
      assert.deepStrictEqual(yield* fake.reportIds, [])
      assert.strictEqual((yield* call(statusPath(unknownId))).headers["x-ratelimit-remaining"], "99")
    }).pipe(withFake))
})

describe("no answer", () => {
  it.effect("refused, reset and other losses are transport errors that carry the system's code", () =>
    Effect.gen(function*() {
      for (const fault of [Fault.refused, Fault.reset, Fault.noAnswer("ENOTFOUND")]) {
        yield* inject(fault)
        const { reason } = yield* Effect.flip(call(statusPath(unknownId)))
        assert.strictEqual(reason._tag, "TransportError")
        assert.propertyVal("cause" in reason ? reason.cause : {}, "code", fault.name)
      }
    }).pipe(withFake))

  it.effect("a lost answer leaves the report that the call made", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.lostAnswer)
      const { reason } = yield* Effect.flip(create())
      assert.strictEqual(reason._tag, "TransportError")
      assert.strictEqual((yield* fake.reportIds).length, 1)
      assert.deepStrictEqual(statuses(yield* fake.requests), [undefined])
    }).pipe(withFake))

  it.effect("a hanging request hangs until its caller gives up, and leaves nothing behind", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.hang)
      const fiber = yield* Effect.forkChild(
        call(statusPath(unknownId)).pipe(Effect.timeoutOption("1 day"), Effect.andThen(Clock.currentTimeMillis))
      )
      yield* TestClock.adjust("2 days")
      assert.strictEqual(yield* Fiber.join(fiber), 86_400_000)
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(withFake))
})

describe("slow and broken bodies", () => {
  const bytesOf = (id: string, taken: Array<number>) =>
    Effect.flatMap(
      send(downloadPath(id)),
      (response) => Stream.runForEach(response.stream, (chunk) => Effect.sync(() => taken.push(...chunk)))
    )

  it.effect("latency delays the whole answer on the caller's clock", () =>
    Effect.gen(function*() {
      yield* inject(Fault.latency("90 seconds"))
      const fiber = yield* Effect.forkChild(Effect.andThen(call(statusPath(unknownId)), Clock.currentTimeMillis))
      yield* TestClock.adjust(89_999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(fiber), 90_000)
    }).pipe(withFake))

  it.effect("a slow body comes in pieces with a gap between them", () =>
    Effect.gen(function*() {
      yield* inject(Fault.slowBody({ bytes: 4, gap: "1 second" }))
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ csv: "0123456789" }))
      const pieces: Array<[number, string]> = []
      const fiber = yield* Effect.forkChild(Effect.flatMap(send(downloadPath(id)), (response) =>
        Stream.runForEach(Stream.decodeText(response.stream), (text) =>
          Effect.map(Clock.currentTimeMillis, (now) =>
            pieces.push([now, text])))))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(pieces, [[0, "0123"], [1000, "4567"], [2000, "89"]])
    }).pipe(withFake))

  it.effect("a stalled body sends a part and then nothing more", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* inject(Fault.stall(3))
      const id = yield* fake.addReport({ csv: "0123456789" })
      const taken: Array<number> = []
      const fiber = yield* Effect.forkChild(bytesOf(id, taken))
      yield* TestClock.adjust("1 day")
      assert.isUndefined(fiber.pollUnsafe())
      assert.strictEqual(taken.length, 3)
      assert.strictEqual(yield* fake.inFlight, 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(withFake))

  it.effect("a body cut at any byte is an error, however it is cut, and whether its length is known or not", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const table = { rows: 2 }
      const tableId = yield* fake.addReport({ csv: table })
      const text = (yield* call(downloadPath(tableId))).body
      const textId = yield* fake.addReport({ csv: text })
      for (const id of [textId, tableId]) {
        for (let bytes = 0; bytes < text.length; bytes += 13) {
          for (const fault of [Fault.truncate(bytes), Fault.resetBody(bytes)]) {
            yield* fake.setRateLimit(false)
            yield* inject(fault)
            const taken: Array<number> = []
            const { reason } = yield* Effect.flip(bytesOf(id, taken))
            assert.strictEqual(reason._tag, "DecodeError")
            assert.strictEqual(String.fromCharCode(...taken), text.slice(0, bytes))
          }
        }
      }
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(withFake))

  it.effect("a body of known length that fits is not cut", () =>
    Effect.gen(function*() {
      yield* inject(Fault.truncate(10))
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ csv: "0123456789" }))
      assert.strictEqual((yield* call(downloadPath(id))).body, "0123456789")
    }).pipe(withFake))

  it.effect("gzip compresses whatever the request accepts", () =>
    Effect.gen(function*() {
      yield* inject(Fault.gzip)
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ csv: { rows: 1000 } }))
      const response = yield* send(downloadPath(id))
      const bytes = new Uint8Array(yield* response.arrayBuffer)
      assert.strictEqual(response.headers["content-encoding"], "gzip")
      assert.strictEqual(response.headers["content-length"], String(bytes.byteLength))
      assert.strictEqual(gunzipSync(bytes).toString(), (yield* call(downloadPath(id))).body)
    }).pipe(withFake))
})

describe("combinations", () => {
  it.effect("several faults make one, the first outermost", () =>
    Effect.gen(function*() {
      yield* inject(Fault.all(Fault.latency("2 seconds"), Fault.headers({ "x-a": "1" }), Fault.status(503)))
      const fiber = yield* Effect.forkChild(Effect.zip(call(statusPath(unknownId)), Clock.currentTimeMillis))
      yield* TestClock.adjust("1 minute")
      const [answer, at] = yield* Fiber.join(fiber)
      assert.deepStrictEqual([answer.status, answer.headers["x-a"], at], [503, "1", 2000])
      const [request] = yield* FakeDatadog.FakeDatadog.use((fake) => fake.requests)
      assert.strictEqual(request?.fault, "latency 2s + headers + status 503")
    }).pipe(withFake))

  it.effect("a fault of one's own wraps the real answer", () =>
    Effect.gen(function*() {
      yield* inject(Fault.make("teapot", (answer, context) =>
        Effect.flatMap(answer, ({ status }) =>
          Effect.map(context.rateLimitHeaders(418), (headers) =>
            Answer.make({ status: 418, headers, body: `instead of ${status}` })))))
      const answer = yield* call(statusPath(unknownId))
      assert.deepInclude(answer, { status: 418, body: "instead of 404" })
      assert.strictEqual(answer.headers["x-ratelimit-remaining"], "99")
    }).pipe(withFake))
})
