import { DatadogError, SloReport } from "@effect-datadog/slo-report"
import { ErrorBody, FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { RetryPolicy } from "../src/index.ts"
import {
  addReport,
  assertTag,
  call,
  callError,
  getStatus,
  inFlight,
  inject,
  reportId,
  requests
} from "./utils/client.ts"
import { inMemory } from "./utils/wait.ts"

const once = { retry: RetryPolicy.none }

const report = (id: string, status: string) => SloReport.fromStatus(SloReport.ReportId.make(id), status)

// What the endpoint really sends with every JSON answer, errors too.
const contentType = "application/vnd.api+json"

describe("the recorded exchanges of the status endpoint", () => {
  const id = "6a25239c-6640-11ef-943f-83644ac57ee3"

  it.effect("the status of a report that was just created is a report in progress", () =>
    Effect.gen(function*() {
      const body = `{"data":{"id":"${id}","type":"report_id","attributes":{"status":"in_progress"}}}`
      yield* inject(Fault.body(body, { contentType }))
      assert.deepStrictEqual((yield* call(id)).exit, Exit.succeed(report(id, "in_progress")))
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("an id that Datadog does not accept is a DatadogBadRequest with Datadog's words", () =>
    Effect.gen(function*() {
      const detail = "invalid report ID: invalid-report-id"
      const body = `{"errors":[{"title":"Invalid Argument","detail":"${detail}"}]}`
      yield* inject(Fault.body(body, { status: 400, contentType }))
      const error = yield* callError("invalid-report-id")
      assertTag(error, "DatadogBadRequest")
      assert.instanceOf(error, DatadogError.DatadogBadRequest)
      assert.deepStrictEqual(error.messages, [`Invalid Argument: ${detail}`])
      assert.deepStrictEqual(error.details.map((one) => ({ ...one })), [{ title: "Invalid Argument", detail }])
      assert.strictEqual(error.status, 400)
      assert.strictEqual(error.method, "GET")
      assert.strictEqual(error.path, "/api/v2/slo/report/invalid-report-id/status")
      assert.include(error.message, detail)
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("an unknown id is a DatadogNotFound with Datadog's words", () =>
    Effect.gen(function*() {
      const unknown = "2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"
      const detail = `report ID not found: ${unknown}`
      yield* inject(Fault.body(`{"errors":[{"title":"Not Found","detail":"${detail}"}]}`, { status: 404, contentType }))
      const error = yield* callError(unknown)
      assertTag(error, "DatadogNotFound")
      assert.deepStrictEqual(error.messages, [`Not Found: ${detail}`])
      assert.include(error.message, detail)
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("the fake's own answers to the same three requests mean the same", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.addReport({ id })
      assert.deepStrictEqual((yield* call(id)).exit, Exit.succeed(report(id, "in_progress")))
      assertTag(yield* callError("invalid-report-id"), "DatadogBadRequest")
      assertTag(yield* callError("2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"), "DatadogNotFound")
    }).pipe(Effect.provide(inMemory(once))))
})

describe("the documented error bodies", () => {
  const documented = [
    [400, "DatadogBadRequest"],
    [403, "DatadogForbidden"],
    [404, "DatadogNotFound"],
    [429, "DatadogTooManyRequests"]
  ] as const

  for (const [status, tag] of documented) {
    it.effect(`{"errors":["…"]} with ${status} is a ${tag}`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.body(`{"errors":["Something is off"]}`, { status, contentType: "application/json" }))
        const error = yield* callError()
        assertTag(error, tag)
        assert.deepStrictEqual([error.status, error.messages, error.details], [status, ["Something is off"], []])
        assert.include(error.message, "Something is off")
        assert.include(error.message, String(status))
      }).pipe(Effect.provide(inMemory(once))))
  }
})

const classes: Readonly<Record<number, new(...args: ReadonlyArray<never>) => DatadogError.DatadogError>> = {
  400: DatadogError.DatadogBadRequest,
  401: DatadogError.DatadogUnauthorized,
  403: DatadogError.DatadogForbidden,
  404: DatadogError.DatadogNotFound,
  408: DatadogError.DatadogServerError,
  418: DatadogError.DatadogUnexpectedStatus,
  429: DatadogError.DatadogTooManyRequests,
  500: DatadogError.DatadogServerError,
  502: DatadogError.DatadogServerError,
  503: DatadogError.DatadogServerError
}

// What a person would want to read of each family, given the one thing that was said.
const wanted: Record<ErrorBody.Family, (said: string) => ReadonlyArray<RegExp>> = {
  strings: (said) => [new RegExp(`^${said}$`)],
  objects: (said) => [new RegExp(`: ${said}$`)],
  nested: (said) => [new RegExp(`${said}$`)],
  edge: (said) => [new RegExp(`^${said}$`)],
  map: (said) => [new RegExp(`^2b468c54f2a711eeb0b4ffe56bb6ad43: ${said}$`)],
  html: () => [/^an HTML page: \d{3} \w/],
  empty: () => []
}

describe("an error answer", () => {
  for (const [text, expected] of Object.entries(classes)) {
    const status = Number(text)
    for (const family of ErrorBody.families) {
      it.effect(`${status} with a body of the family "${family}" is a ${expected.name}`, () =>
        Effect.gen(function*() {
          yield* inject(Fault.status(status, { family, messages: ["Something is off"] }))
          const { exit, took } = yield* call()
          assert.strictEqual(took, 0)
          if (Exit.isSuccess(exit)) return assert.fail("the call has failed")
          assert.deepStrictEqual(exit.cause.reasons.map(({ _tag }) => _tag), ["Fail"], "an error, not a defect")
          const error = yield* Effect.flip(exit)
          assert.isTrue(error instanceof expected)
          assert.strictEqual(error._tag, expected.name)
          if (!("messages" in error)) return
          assert.strictEqual(error.status, status)
          const words = wanted[family]("Something is off")
          assert.strictEqual(error.messages.length, words.length, error.messages.join(" | "))
          words.forEach((word, index) => assert.match(error.messages[index]!, word))
          assert.strictEqual(error.details.length, family === "objects" || family === "nested" ? 1 : 0)
          for (const message of error.messages) assert.include(error.message, message)
          assert.include(error.message, `GET /api/v2/slo/report/${reportId}/status`)
          assert.include(error.message, String(status))
          assert.isBelow(error.message.length, 500)
          assert.strictEqual((yield* requests).length, 1)
          assert.strictEqual(yield* inFlight, 0)
        }).pipe(Effect.provide(inMemory(once))))
    }
  }

  it.effect("403 names the three usual causes", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(403))
      const { message } = yield* callError()
      for (const word of ["key", "slos_read", "site"]) assert.include(message, word)
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("says everything that Datadog said, where it said several things", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(400, { family: "strings", messages: ["from_ts is wrong", "to_ts is wrong"] }))
      const { message } = yield* callError()
      for (const word of ["from_ts is wrong", "to_ts is wrong"]) assert.include(message, word)
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("carries the state of the rate limit that came with it", () =>
    Effect.gen(function*() {
      const headers = {
        "X-RateLimit-Limit": "100",
        "X-RATELIMIT-PERIOD": "10",
        "x-ratelimit-remaining": "0",
        "X-RateLimit-Reset": "7",
        "X-RateLimit-Name": "slo_report"
      }
      yield* inject(Fault.status(429, { headers }))
      const error = yield* callError()
      assertTag(error, "DatadogTooManyRequests")
      const { limit, name, remaining } = error.rateLimit
      assert.deepStrictEqual({ limit, name, remaining }, { limit: 100, name: "slo_report", remaining: 0 })
    }).pipe(Effect.provide(inMemory(once))))

  for (const status of [204, 205]) {
    it.effect(`${status} has no status to tell, and is a DatadogProtocolError`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.body("", { status }))
        assertTag(yield* callError(), "DatadogProtocolError")
      }).pipe(Effect.provide(inMemory(once))))
  }
})

describe("a report's status", () => {
  for (
    const status of ["in_progress", "completed", "completed_with_errors", "failed", "paused", "unknown", "COMPLETED"]
  ) {
    it.effect(`"${status}" is decoded with its text kept`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        yield* fake.addReport({ id: reportId, timeline: [{ after: 0, status }] })
        const value = yield* getStatus()
        assert.deepStrictEqual(value, report(reportId, status))
        assert.instanceOf(value, SloReport.SloReport)
        const known = ["in_progress", "completed", "completed_with_errors", "failed"]
        assert.strictEqual(value.status, known.includes(status) ? status : "unknown")
        assert.strictEqual(value.rawStatus, status)
      }).pipe(Effect.provide(inMemory(once))))
  }

  it.effect("is decoded whatever the content type says, and whatever else the answer holds", () =>
    Effect.gen(function*() {
      const body = ` {"data":{"id":"${reportId}","attributes":{"status":"completed","progress":1}},"meta":{"x":[1]}} `
      for (const type of ["text/html", "application/json; charset=utf-8", "", undefined]) {
        yield* inject(Fault.body(body, type === undefined ? {} : { contentType: type }))
        assert.deepStrictEqual(yield* getStatus(), report(reportId, "completed"))
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("is decoded from a body of unknown length, in pieces that cut a character in two", () =>
    Effect.gen(function*() {
      const bytes = new TextEncoder().encode(
        `{"data":{"id":"${reportId}","type":"report_id","attributes":{"status":"läuft 👀"}}}`
      )
      const pieces = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
      yield* inject(Fault.body(Stream.fromIterable(pieces)))
      assert.strictEqual((yield* getStatus()).rawStatus, "läuft 👀")
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory(once))))
})

describe("the request for a status", () => {
  it.effect("is one GET of the report's path, at the site's API", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* getStatus()
      const [request, ...more] = yield* requests
      assert.deepStrictEqual(more, [])
      assert.strictEqual(request?.method, "GET")
      assert.strictEqual(request?.path, `/api/v2/slo/report/${reportId}/status`)
      assert.strictEqual(request?.url, `https://api.datadoghq.com/api/v2/slo/report/${reportId}/status`)
      assert.strictEqual(request?.body, "")
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("asks for JSON", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* getStatus()
      assert.strictEqual((yield* requests)[0]?.headers["accept"], "application/json")
    }).pipe(Effect.provide(inMemory(once))))

  // Every printable ASCII character that a report's id may have, and some beyond.
  for (const id of ["!$&'()*+,;=:@~_-.", "<>[]{}|^`\"", "...", "..a", "a..", "ümläut-報告", "x".repeat(255)]) {
    it.effect(`asks for the id ${id.slice(0, 30)} and for no other`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        yield* fake.addReport({ id, timeline: [{ after: 0, status: "completed" }] })
        const { exit } = yield* call(id)
        const path = new URL((yield* requests)[0]!.url).pathname
        assert.deepStrictEqual(path.split("/").map(decodeURIComponent), [
          "",
          "api",
          "v2",
          "slo",
          "report",
          id,
          "status"
        ])
        assert.deepStrictEqual(exit, Exit.succeed(report(id, "completed")))
      }).pipe(Effect.provide(inMemory(once))))
  }

  it.effect("goes through transformClient", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* getStatus()
      assert.strictEqual((yield* requests)[0]?.headers["x-team"], "reliability")
    }).pipe(Effect.provide(inMemory({ transformClient: withTeam }))))
})

const withTeam = HttpClient.mapRequest(HttpClientRequest.setHeader("x-team", "reliability"))
