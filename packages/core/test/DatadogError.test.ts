import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import { DatadogError, DatadogResponse, RateLimit } from "../src/index.ts"
import {
  htmlPage,
  oddBodies,
  rateLimitText,
  recordedBadRequest,
  recordedNotFound,
  sampleBodies
} from "./fixtures/bodies.ts"

const id = "2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"
const host = "api.datadoghq.eu"
const method = "GET"
const path = `/api/v2/slo/report/${id}/status`
const now = Date.UTC(2026, 10, 24, 12)

type Tag = DatadogError.DatadogError["_tag"]
type Constructor = new(...args: ReadonlyArray<never>) => DatadogError.DatadogError

const classes: Readonly<Record<Tag, Constructor>> = {
  DatadogBadRequest: DatadogError.DatadogBadRequest,
  DatadogUnauthorized: DatadogError.DatadogUnauthorized,
  DatadogForbidden: DatadogError.DatadogForbidden,
  DatadogNotFound: DatadogError.DatadogNotFound,
  DatadogTooManyRequests: DatadogError.DatadogTooManyRequests,
  DatadogServerError: DatadogError.DatadogServerError,
  DatadogUnexpectedStatus: DatadogError.DatadogUnexpectedStatus,
  DatadogProtocolError: DatadogError.DatadogProtocolError,
  DatadogTransportError: DatadogError.DatadogTransportError
}

const reasons = DatadogError.DatadogTransportError.fields.reason.literals

const documented = ["DatadogBadRequest", "DatadogForbidden", "DatadogNotFound", "DatadogTooManyRequests"]

const statuses: ReadonlyArray<readonly [status: number, tag: Tag, isRetryable: boolean]> = [
  [400, "DatadogBadRequest", false],
  [401, "DatadogUnauthorized", false],
  [403, "DatadogForbidden", false],
  [404, "DatadogNotFound", false],
  [408, "DatadogServerError", true],
  [418, "DatadogUnexpectedStatus", false],
  [429, "DatadogTooManyRequests", true],
  [500, "DatadogServerError", true],
  [502, "DatadogServerError", true],
  [503, "DatadogServerError", true]
]

const moreStatuses: typeof statuses = [
  [300, "DatadogUnexpectedStatus", false],
  [301, "DatadogUnexpectedStatus", false],
  [302, "DatadogUnexpectedStatus", false],
  [304, "DatadogUnexpectedStatus", false],
  [307, "DatadogUnexpectedStatus", false],
  [308, "DatadogUnexpectedStatus", false],
  [402, "DatadogUnexpectedStatus", false],
  [405, "DatadogUnexpectedStatus", false],
  [409, "DatadogUnexpectedStatus", false],
  [410, "DatadogUnexpectedStatus", false],
  [413, "DatadogUnexpectedStatus", false],
  [422, "DatadogUnexpectedStatus", false],
  [451, "DatadogUnexpectedStatus", false],
  [499, "DatadogUnexpectedStatus", false],
  [501, "DatadogServerError", false],
  [505, "DatadogServerError", false],
  [504, "DatadogServerError", true],
  [520, "DatadogServerError", true],
  [599, "DatadogServerError", true]
]

describe("the recorded answers of the status endpoint", () => {
  const recordedHeaders = { "content-type": "application/vnd.api+json" }

  it("the 400 of an invalid id is a DatadogBadRequest", () => {
    const error = respond({ status: 400, body: recordedBadRequest, headers: recordedHeaders })
    assert.instanceOf(error, DatadogError.DatadogBadRequest)
    assert.strictEqual(error.messages.length, 1)
    assert.include(error.messages[0], "invalid report ID: invalid-report-id")
    assert.strictEqual(error.details.length, 1)
    assert.strictEqual(error.details[0]?.title, "Invalid Argument")
    assert.strictEqual(error.details[0]?.detail, "invalid report ID: invalid-report-id")
  })

  it("the 404 of an unknown id is a DatadogNotFound", () => {
    const error = respond({ status: 404, body: recordedNotFound, headers: recordedHeaders })
    assert.instanceOf(error, DatadogError.DatadogNotFound)
    assert.strictEqual(error.messages.length, 1)
    assert.include(error.messages[0], `report ID not found: ${id}`)
    assert.strictEqual(error.details.length, 1)
    assert.strictEqual(error.details[0]?.title, "Not Found")
    assert.strictEqual(error.details[0]?.detail, `report ID not found: ${id}`)
  })
})

describe("the documented answers", () => {
  const answers: ReadonlyArray<readonly [status: number, tag: Tag, text: string]> = [
    [400, "DatadogBadRequest", "Bad Request"],
    [403, "DatadogForbidden", "Forbidden"],
    [404, "DatadogNotFound", "Not Found"],
    [429, "DatadogTooManyRequests", rateLimitText]
  ]
  for (const [status, tag, text] of answers) {
    it(`${status} with {"errors":["${text}"]} is a ${tag} that says so`, () => {
      const error = respond({ status, body: JSON.stringify({ errors: [text] }) })
      assert.isTrue(error instanceof classes[tag])
      assert.deepStrictEqual(error.messages, [text])
      assert.include(error.message, text)
      assert.isTrue(Schema.is(DatadogError.SloReportApiError)(error))
    })
  }
})

describe("every family of bodies under every status", () => {
  for (const [status, tag, isRetryable] of statuses) {
    for (const { body, family, name, says } of sampleBodies) {
      it(`${status} with family ${family}, ${name}, is a ${tag}`, () => {
        const error = respond({ status, body })
        assertClass(error, status, tag, isRetryable)
        for (const text of says) {
          assert.isTrue(error.messages.some((message) => message.includes(text)), `${text} in ${error.messages}`)
        }
        for (const message of error.messages) assert.include(error.message, message)
        assertReadable(error)
      })
    }
  }
})

describe("the class follows from the status alone", () => {
  for (const [status, tag, isRetryable] of [...statuses, ...moreStatuses]) {
    it(`${status} is a ${tag}, whatever the body and its content type`, () => {
      for (const contentType of [undefined, "", "text/html", "application/json", "application/vnd.api+json", "junk"]) {
        for (const body of ["", recordedNotFound, `{"errors":["Forbidden"]}`, htmlPage("Oops"), ...oddBodies]) {
          const error = respond({ status, body, headers: { "content-type": contentType } })
          assertClass(error, status, tag, isRetryable)
          assertReadable(error)
        }
      }
    })
  }

  it("the content type does not change what is read", () => {
    for (const { body } of sampleBodies) {
      const plain = respond({ status: 400, body })
      for (const contentType of ["text/html", "text/plain", "application/json", "application/vnd.api+json"]) {
        assertSame(respond({ status: 400, body, headers: { "Content-Type": contentType } }), plain)
      }
    }
  })

  const status = Schema.Int.check(Schema.isBetween({ minimum: 300, maximum: 599 }))
  const headers = Schema.Record(Schema.String, Schema.String)

  it.prop("no status, body or header makes it fail", { status, body: Schema.String, headers }, (
    { body, headers, status }
  ) => {
    const expected = [...statuses, ...moreStatuses].find(([known]) => known === status)?.[1] ??
      (status >= 500 ? "DatadogServerError" : "DatadogUnexpectedStatus")
    const error = respond({ status, body, headers })
    assert.strictEqual(error._tag, expected)
    assert.isTrue(Schema.is(DatadogError.DatadogError)(error))
    assertReadable(error)
  }, { arbitrary: { runs: 500 } })

  for (const body of ["\u0000!<P", "Warning: x in y.php<br />\n<html><title>Oops</title>", "a </DIV b", "a <!-- b"]) {
    it(`no tag is repeated of ${JSON.stringify(body)}`, () => {
      const error = respond({ status: 500, body })
      assertReadable(error)
      assert.notInclude(error.message, "<")
      assertReadable(respond({ status: 500, body: JSON.stringify({ errors: [body] }) }))
    })
  }

  it("what only looks like a tag is repeated", () => {
    const said = "Expected <service>:<name>, 1 < 2 and b>a"
    assert.include(respond({ status: 400, body: JSON.stringify({ errors: [said] }) }).message, said)
  })

  it("a body of a megabyte gives a short message within a second", () => {
    const bodies = [
      "[".repeat(1_000_000),
      "<".repeat(1_000_000),
      " ".repeat(1_000_000),
      "[".repeat(100_000) + "]".repeat(100_000),
      `{"errors":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      JSON.stringify({ errors: ["x".repeat(1_000_000)] }),
      JSON.stringify({ errors: Array.from({ length: 50_000 }, (_, index) => `text ${index}`) }),
      htmlPage("Oops", 1_000_000)
    ]
    for (const body of bodies) {
      const start = Date.now()
      const error = respond({ status: 500, body })
      assert.isBelow(error.message.length, 16_384)
      assert.isBelow(Date.now() - start, 1000, body.slice(0, 20))
    }
  })
})

describe("the message answers what now", () => {
  for (const [status, tag] of statuses) {
    it(`a ${tag} (${status}) names the method, the path, the status and what Datadog said, and says more`, () => {
      const error = respond({ status, body: `{"errors":["one-thing","another-thing"]}` })
      const said = [method, path, String(status), "one-thing", "another-thing"]
      for (const text of said) assert.include(error.message, text)
      const rest = said.reduce((rest, text) => rest.replace(text, ""), error.message)
      assert.isAtLeast((rest.match(/[a-z]{2,}/gi) ?? []).length, 4, error.message)
    })

    it(`a ${tag} (${status}) says so too when Datadog said nothing`, () => {
      const error = respond({ status, body: "" })
      for (const text of [method, path, String(status)]) assert.include(error.message, text)
      assertReadable(error)
    })
  }

  it("a 403 names the three usual causes: a key, the scope, the site", () => {
    for (const { body } of sampleBodies) {
      const error = respond({ status: 403, body })
      assert.match(error.message, /\bAPI key\b/i)
      assert.match(error.message, /\bapplication key\b/i)
      assert.include(error.message, "slos_read")
      assert.match(error.message, /\bsite\b/i)
    }
  })

  it("String, a stack and the message agree", () => {
    const error = respond({ status: 404, body: recordedNotFound })
    assert.include(String(error), "DatadogNotFound")
    assert.include(String(error), error.message)
    assert.instanceOf(error, Error)
  })

  for (const reason of ["refused", "reset", "dns", "tls", "timeout", "other"] as const) {
    it(`a transport error of the reason ${reason} names the method, the path and more`, () => {
      const error = transportError({ reason })
      for (const text of [method, path]) assert.include(error.message, text)
      const rest = error.message.replace(method, "").replace(path, "")
      assert.isAtLeast((rest.match(/[a-z]{2,}/gi) ?? []).length, 3, error.message)
      assertReadable(error)
    })
  }

  it("a protocol error names the method, the path, the status and the schema's words", () => {
    const error = protocolError({ issue: "Missing key at [\"data\"]", excerpt: "<!DOCTYPE html>" })
    for (const text of [method, path, "200", "Missing key at [\"data\"]"]) assert.include(error.message, text)
    assert.strictEqual(error.issue, "Missing key at [\"data\"]")
    assert.strictEqual(error.excerpt, "<!DOCTYPE html>")
  })

  it("a protocol error holds at most 200 characters of the body", () => {
    assert.strictEqual(protocolError({ excerpt: "x".repeat(200) }).excerpt.length, 200)
    const longer = Effect.runSyncExit(Effect.sync(() => protocolError({ excerpt: "x".repeat(10_000) })))
    if (longer._tag === "Success") assert.isAtMost(longer.value.excerpt.length, 200)
  })
})

describe("the next step is one that helps", () => {
  const next = (at: { readonly method: string; readonly path: string }, status: number) =>
    DatadogResponse.toError({ ...at, host, status, headers: {}, body: "", now }).message

  const status = { method, path }
  const create = { method: "POST", path: "/api/v2/slo/report" }
  const download = { method, path: `/api/v2/slo/report/${id}/download` }

  it("a download that is refused by 400 may have come too early", () => {
    assert.include(next(download, 400), "wait until it is completed")
    assert.notInclude(next(download, 400), "Correct the request")
    assert.include(next(create, 400), "Correct the request")
    assert.include(next(status, 400), "Check the report's id")
  })

  it("a create call that finds nothing has no id to check", () => {
    assert.include(next(create, 404), "DD_HOST")
    assert.notInclude(next(create, 404), "check the id")
    assert.include(next(status, 404), "check the id")
  })

  it("what the server can't do at all is not tried later", () => {
    for (const code of [501, 505]) assert.notInclude(next(status, code), "Try again")
    for (const code of [408, 429, 500, 503]) assert.include(next(status, code), "Try again later")
  })

  const words: Readonly<Record<number, RegExp>> = {
    405: /not offered/,
    407: /proxy/i,
    410: /no longer/,
    413: /shorten the query/,
    414: /shorten the query/,
    421: /try again/i,
    422: /Correct the request/,
    425: /try again/i,
    431: /check the keys/,
    418: /DD_HOST/,
    304: /DD_HOST/
  }
  for (const [code, word] of Object.entries(words)) {
    it(`${code} says ${word}`, () => {
      assert.match(next(create, Number(code)), word)
    })
  }

  it("attemptTimeout is blamed for its own limit alone", () => {
    assert.include(transportError({ reason: "timeout" }).message, "attemptTimeout")
    assert.notInclude(transportError({ reason: "timeout", cause: new Error("ETIMEDOUT") }).message, "attemptTimeout")
  })

  it("a request that can't be sent is told why, in one line", () => {
    const { message } = transportError({ reason: "invalid", cause: new Error(`Expected a time\n  at ["from"]`) })
    assert.include(message, `Expected a time at ["from"]`)
    assert.notInclude(transportError({ reason: "invalid" }).message, "undefined")
  })

  it("the outcome is the message without it", () => {
    for (const error of examples()) {
      const outcome = DatadogError.outcome(error)
      assert.isTrue(error.message.startsWith(`${outcome} `))
      assert.notMatch(outcome, /Try again|[Cc]heck /)
    }
  })
})

describe("the rate limit", () => {
  const rateLimitHeaders = {
    "X-RateLimit-Limit": "150",
    "x-ratelimit-period": "10",
    "X-RATELIMIT-REMAINING": "0",
    "x-ratelimit-reset": "7, 7",
    "x-ratelimit-name": "slo_report"
  }

  for (const [status, tag] of statuses) {
    it(`a ${tag} (${status}) carries it`, () => {
      const error = respond({ status, headers: rateLimitHeaders })
      assert.deepStrictEqual(error.rateLimit, RateLimit.fromHeaders(rateLimitHeaders, now))
      assert.strictEqual(error.rateLimit.limit, 150)
    })

    it(`a ${tag} (${status}) without the headers has an empty one`, () => {
      assert.deepStrictEqual(Object.keys(respond({ status }).rateLimit), [])
    })
  }

  const hints: ReadonlyArray<readonly [headers: Record<string, string>, hint: number | undefined]> = [
    [{}, undefined],
    [{ "x-ratelimit-reset": "7" }, 7],
    [{ "x-ratelimit-reset": "7, 9" }, 9],
    [{ "x-ratelimit-reset": "junk" }, undefined],
    [{ "x-ratelimit-reset": "0" }, undefined],
    [{ "Retry-After": "3", "x-ratelimit-reset": "7" }, 3],
    [{ "Retry-After": "9", "x-ratelimit-reset": "7" }, 9],
    [{ "Retry-After": "junk", "x-ratelimit-reset": "7" }, 7],
    [{ "Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT" }, 30],
    [{ "Retry-After": "Tue, 24 Nov 2026 11:00:00 GMT", "x-ratelimit-reset": "7" }, 7]
  ]
  for (const [headers, hint] of hints) {
    it(`a 429 with ${JSON.stringify(headers)} has a hint of ${hint} s`, () => {
      const error = respond({ status: 429, headers })
      assert.instanceOf(error, DatadogError.DatadogTooManyRequests)
      assertSeconds(error.retryAfter, hint)
    })
  }

  for (const status of [408, 500, 502, 503, 504]) {
    it(`a ${status} takes its hint from Retry-After alone`, () => {
      const retryAfter = (headers: Record<string, string>) => {
        const error = respond({ status, headers })
        assert.instanceOf(error, DatadogError.DatadogServerError)
        return error.retryAfter
      }
      assertSeconds(retryAfter({ "retry-after": "30" }), 30)
      assertSeconds(retryAfter({ "Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT", "x-ratelimit-reset": "7" }), 30)
      assertSeconds(retryAfter({ "x-ratelimit-reset": "7" }), undefined)
      assertSeconds(retryAfter({ "retry-after": "junk", "x-ratelimit-reset": "7" }), undefined)
      assertSeconds(retryAfter({}), undefined)
    })
  }
})

describe("a redirect", () => {
  const locations: ReadonlyArray<readonly [sent: string, kept: string]> = [
    ["https://other.example/login", "https://other.example/login"],
    ["https://other.example/login?token=canary", "https://other.example/login"],
    ["https://other.example:8443/a/b?token=canary#canary", "https://other.example:8443/a/b"],
    ["https://other.example/login#canary", "https://other.example/login"],
    ["https://canary:canary@other.example/login?x=canary", "https://other.example/login"],
    ["/login?next=canary", "/login"],
    ["/login#canary", "/login"]
  ]
  for (const [sent, kept] of locations) {
    it(`to ${sent} keeps ${kept}`, () => {
      for (const name of ["location", "Location", "LOCATION"]) {
        const error = respond({ status: 302, headers: { [name]: sent } })
        assert.instanceOf(error, DatadogError.DatadogUnexpectedStatus)
        assert.strictEqual(error.location, kept)
        assertNoCanary(error)
      }
    })
  }

  const junk = [
    "",
    " ",
    "?canary",
    "#canary",
    "//canary@other.example/x?canary",
    "https://",
    "http://[canary",
    "\u{0}?canary",
    "data:text/html,canary",
    "javascript:alert('canary')",
    "https://other.example\\?canary",
    "%?canary"
  ]
  for (const sent of junk) {
    it(`to ${JSON.stringify(sent)} is still a DatadogUnexpectedStatus, without the query`, () => {
      const error = respond({ status: 307, headers: { location: sent } })
      assert.instanceOf(error, DatadogError.DatadogUnexpectedStatus)
      assert.notStrictEqual(error.location?.trim(), "")
      assert.notMatch(error.location ?? "", /[?#@]/)
      assert.notInclude(error.message, "?canary")
      assert.notInclude(error.message, "canary@")
    })
  }

  it("without a location has none", () => {
    const error = respond({ status: 302 })
    assert.instanceOf(error, DatadogError.DatadogUnexpectedStatus)
    assert.isUndefined(error.location)
  })

  it("a location on any other status is not looked at", () => {
    for (const [status] of statuses) {
      if (status === 418) continue
      const error = respond({ status, headers: { location: "https://other.example/?x=canary" } })
      assertNoCanary(error)
    }
  })
})

describe("isRetryable", () => {
  for (const [status, tag, expected] of [...statuses, ...moreStatuses]) {
    it(`a ${tag} (${status}) is ${expected ? "" : "not "}retryable`, () => {
      assert.strictEqual(DatadogError.isRetryable(respond({ status })), expected)
    })
  }

  for (const reason of reasons) {
    it(`a transport error of the reason ${reason} is retryable exactly where it is transient`, () => {
      assert.isTrue(DatadogError.isRetryable(transportError({ reason })))
      assert.isFalse(DatadogError.isRetryable(transportError({ reason, isTransient: false })))
    })
  }

  it("a transport error that is told no more may have been sent, and may pass", () => {
    assert.deepInclude(transportError({ reason: "other" }), { sent: "maybe", isTransient: true })
  })

  it("a protocol error is not retryable", () => {
    assert.isFalse(DatadogError.isRetryable(protocolError()))
  })
})

describe("the classes and their unions", () => {
  for (const error of examples()) {
    const Class = classes[error._tag]

    it(`${describeError(error)} has its class's name as its tag`, () => {
      assert.isTrue(error instanceof Class)
      assert.instanceOf(error, Error)
      assert.strictEqual(error._tag, Class.name)
      assert.strictEqual(error.name, error._tag)
      for (const [tag, Other] of Object.entries(classes)) {
        if (tag !== error._tag) assert.isFalse(error instanceof Other)
      }
    })

    it(`${describeError(error)} belongs to the right unions`, () => {
      assert.isTrue(Schema.is(DatadogError.DatadogError)(error))
      assert.strictEqual(Schema.is(DatadogError.SloReportApiError)(error), documented.includes(error._tag))
    })

    it.effect(`${describeError(error)} survives JSON`, () =>
      Effect.gen(function*() {
        const json = Schema.toCodecJson(DatadogError.DatadogError)
        const text = JSON.stringify(yield* Schema.encodeEffect(json)(error))
        const decoded = yield* Schema.decodeUnknownEffect(json)(JSON.parse(text))
        assertSame(decoded, error)
        if (documented.includes(error._tag)) {
          const four = Schema.toCodecJson(DatadogError.SloReportApiError)
          assertSame(yield* Schema.decodeUnknownEffect(four)(JSON.parse(text)), error)
        }
      }))

    it.effect(`${describeError(error)} survives its own schema`, () =>
      Effect.gen(function*() {
        const encoded = yield* Schema.encodeEffect(DatadogError.DatadogError)(error)
        assertSame(yield* Schema.decodeUnknownEffect(DatadogError.DatadogError)(encoded), error)
      }))
  }

  it("the nine are all there are", () => {
    assert.sameMembers([...new Set(examples().map((error) => error._tag))], Object.keys(classes))
  })

  it.effect("a stranger's error is refused", () =>
    Effect.gen(function*() {
      const json = Schema.toCodecJson(DatadogError.DatadogError)
      const encoded = yield* Schema.encodeEffect(json)(respond({ status: 404 }))
      const renamed = { ...Object(encoded), _tag: "Other" }
      for (const stranger of [null, {}, [], new Error("x"), { _tag: "DatadogNotFound" }, renamed]) {
        assert.strictEqual((yield* Effect.flip(Schema.decodeUnknownEffect(json)(stranger)))._tag, "SchemaError")
      }
    }))

  it.effect("the cause of a transport error survives JSON as far as text can", () =>
    Effect.gen(function*() {
      const json = Schema.toCodecJson(DatadogError.DatadogError)
      const error = transportError({ reason: "reset", cause: new Error("socket hang up") })
      const text = JSON.stringify(yield* Schema.encodeEffect(json)(error))
      const decoded = yield* Schema.decodeUnknownEffect(json)(JSON.parse(text))
      assert.instanceOf(decoded, DatadogError.DatadogTransportError)
      assert.strictEqual(decoded.reason, "reset")
      assert.instanceOf(decoded.cause, Error)
      assert.strictEqual(decoded.cause.message, "socket hang up")
    }))

  it("an error can be caught by its tag", () => {
    const failure: Effect.Effect<number, DatadogError.DatadogError> = Effect.fail(respond({ status: 404 }))
    const caught = failure.pipe(
      Effect.catchTag("DatadogNotFound", (error) => Effect.succeed(error.status)),
      Effect.catchTag("DatadogTransportError", (error) => Effect.succeed(error.reason)),
      Effect.orElseSucceed(() => "other")
    )
    assert.strictEqual(Effect.runSync(caught), 404)
  })
})

describe("what an error never holds", () => {
  it("a key, a cookie or any header but the ones that it reads", () => {
    const headers = {
      "dd-api-key": "canary-api",
      "DD-APPLICATION-KEY": "canary-app",
      authorization: "Bearer canary-token",
      "set-cookie": "session=canary-cookie",
      "x-request-id": "canary-id",
      "content-type": "canary/type",
      "x-ratelimit-reset": "7"
    }
    for (const [status] of [...statuses, ...moreStatuses]) {
      for (const { body } of sampleBodies) assertNoCanary(respond({ status, body, headers }))
    }
  })

  it("a header, a request or a response object among its fields", () => {
    for (const error of examples()) {
      for (const field of ["headers", "request", "response", "body"]) assert.notProperty(error, field)
    }
  })
})

interface Answer {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** The error of an answer that is not 2xx. */
function respond({ body = "", headers = {}, status }: Answer) {
  return DatadogResponse.toError({ host, method, path, status, headers, body, now })
}

function transportError(
  overrides:
    & Pick<DatadogError.DatadogTransportError, "reason">
    & Partial<Pick<DatadogError.DatadogTransportError, "sent" | "isTransient" | "cause">>
) {
  return new DatadogError.DatadogTransportError({ host, method, path, ...overrides })
}

function protocolError(overrides: { readonly issue?: string; readonly excerpt?: string } = {}) {
  return new DatadogError.DatadogProtocolError({
    host,
    method,
    path,
    status: 200,
    messages: [],
    details: [],
    rateLimit: new RateLimit.RateLimit({}),
    issue: "Expected object",
    excerpt: "",
    ...overrides
  })
}

function examples(): ReadonlyArray<DatadogError.DatadogError> {
  const body = `{"errors":[{"title":"Bad","detail":"text","source":{"pointer":"/data"}},{"detail":"other"}]}`
  const headers = {
    "x-ratelimit-limit": "150",
    "x-ratelimit-period": "10",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": "7",
    "x-ratelimit-name": "slo_report",
    "retry-after": "30",
    location: "https://other.example/login?x=1"
  }
  return [
    ...[...statuses, ...moreStatuses].flatMap(([status]) => [respond({ status }), respond({ status, body, headers })]),
    protocolError({ excerpt: "<!DOCTYPE html>" }),
    ...reasons.map((reason) => transportError({ reason })),
    transportError({ reason: "closed", sent: "no", isTransient: false }),
    transportError({ reason: "timeout", cause: new Error("connect ETIMEDOUT") }),
    transportError({ reason: "invalid", cause: new Error("invalid x-bad header") })
  ]
}

function describeError(error: DatadogError.DatadogError): string {
  const about = error._tag === "DatadogTransportError" ? error.reason : error.status
  const said = "messages" in error && error.messages.length > 0 ? "with a body" : "without a body"
  return `${error._tag} (${about}, ${said})`
}

function assertClass(
  error: ReturnType<typeof respond>,
  status: number,
  tag: Tag,
  isRetryable: boolean
): void {
  assert.strictEqual(error._tag, tag)
  assert.isTrue(error instanceof classes[tag])
  assert.strictEqual(error.status, status)
  assert.strictEqual(error.method, method)
  assert.strictEqual(error.path, path)
  assert.strictEqual(DatadogError.isRetryable(error), isRetryable)
  for (const text of [method, path, String(status)]) assert.include(error.message, text)
}

/** What holds of every message: short, no markup, nothing that only a program says. */
function assertReadable(error: DatadogError.DatadogError): void {
  assert.isBelow(error.message.length, 16_384)
  assert.notMatch(error.message, /<!doctype|<\/?(?:html|head|body|div|p|style|script|title)\b|font-family/i)
  assert.notMatch(error.message, /\[object |\bundefined\b|\bNaN\b/)
}

function assertNoCanary(error: DatadogError.DatadogError): void {
  for (const text of [String(error), error.message, JSON.stringify(error), JSON.stringify({ ...error })]) {
    assert.notInclude(text, "canary")
  }
}

/** The same class, the same fields, the same message: an assertion library looks at the message alone. */
function assertSame(actual: DatadogError.DatadogError, expected: DatadogError.DatadogError): void {
  assert.strictEqual(actual._tag, expected._tag)
  assert.isTrue(actual instanceof classes[expected._tag])
  assert.deepStrictEqual({ ...actual }, { ...expected })
  assert.strictEqual(actual.message, expected.message)
}

function assertSeconds(duration: Duration.Duration | undefined, seconds: number | undefined): void {
  assert.strictEqual(duration && Duration.toMillis(duration), seconds === undefined ? undefined : seconds * 1000)
}
