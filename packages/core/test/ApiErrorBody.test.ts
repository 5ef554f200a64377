import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { ApiErrorBody } from "../src/index.ts"
import {
  htmlPage,
  oddBodies,
  rateLimitText,
  recordedBadRequest,
  recordedNotFound,
  sampleBodies
} from "./fixtures/bodies.ts"

describe("ApiErrorBody", () => {
  describe("the families of Datadog's error bodies", () => {
    for (const { body, family, name, says } of sampleBodies) {
      it(`family ${family}, ${name}: the messages say what Datadog said`, () => {
        const parsed = ApiErrorBody.fromText(body)
        for (const text of says) {
          assert.isTrue(parsed.messages.some((message) => message.includes(text)), `${text} in ${parsed.messages}`)
        }
        assertNormal(parsed)
      })
    }
  })

  it("the documented texts are the messages, in their order", () => {
    assert.deepStrictEqual(messagesOf(`{"errors":["Bad Request"]}`), ["Bad Request"])
    assert.deepStrictEqual(messagesOf(`{"errors": ["first", "second"]}`), ["first", "second"])
    assert.deepStrictEqual(messagesOf(`{"errors": ["${rateLimitText}"]}`), [rateLimitText])
    assert.deepStrictEqual(messagesOf(`\r\n {"errors":["Forbidden"],"status":"error"}\n`), ["Forbidden"])
    assert.deepStrictEqual(messagesOf(`\u{feff}{"errors":["Forbidden"]}`), ["Forbidden"])
  })

  it("the recorded 400 gives one message with its detail, and the entry as it was sent", () => {
    const parsed = ApiErrorBody.fromText(recordedBadRequest)
    assert.strictEqual(parsed.messages.length, 1)
    assert.include(parsed.messages[0], "invalid report ID: invalid-report-id")
    assert.deepStrictEqual(parsed.details.map(plain), [
      { title: "Invalid Argument", detail: "invalid report ID: invalid-report-id" }
    ])
  })

  it("the recorded 404 gives one message with its detail, and the entry as it was sent", () => {
    const parsed = ApiErrorBody.fromText(recordedNotFound)
    assert.strictEqual(parsed.messages.length, 1)
    assert.include(parsed.messages[0], "report ID not found: 2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43")
    assert.deepStrictEqual(parsed.details.map(plain), [
      { title: "Not Found", detail: "report ID not found: 2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43" }
    ])
  })

  it("every member that a person can use is kept", () => {
    const entry = {
      title: "Generic Error",
      detail: "query is required",
      status: "400",
      code: "bad_thing",
      id: "e-1",
      source: { pointer: "/data/attributes/query", parameter: "query", header: "accept" }
    }
    const sent = { ...entry, meta: { a: 1 }, links: { about: "x" } }
    const parsed = ApiErrorBody.fromText(JSON.stringify({ errors: [sent] }))
    assert.deepStrictEqual(parsed.details.map(plain), [entry])
    assert.instanceOf(parsed.details[0], ApiErrorBody.ApiErrorDetail)
    assert.instanceOf(parsed, ApiErrorBody.ApiErrorBody)
  })

  it("members that are null are absent", () => {
    const parsed = ApiErrorBody.fromText(
      `{"errors":[{"id":null,"status":null,"code":null,"title":null,"detail":"text","source":null,"meta":null}]}`
    )
    assert.deepStrictEqual(parsed.details.map(plain), [{ detail: "text" }])
    const source = ApiErrorBody.fromText(`{"errors":[{"detail":"text","source":{"pointer":"/data","parameter":null}}]}`)
    assert.deepStrictEqual(source.details.map(plain), [{ detail: "text", source: { pointer: "/data" } }])
  })

  it("a member of a wrong type does not cost the others", () => {
    const parsed = ApiErrorBody.fromText(`{"errors":[{"title":3,"detail":"text","code":{},"source":"body"}]}`)
    assert.strictEqual(parsed.messages.length, 1)
    assert.include(parsed.messages[0], "text")
    assert.strictEqual(parsed.details[0]?.detail, "text")
  })

  it("an entry of a wrong type does not cost the others", () => {
    const messages = messagesOf(`{"errors":["first",null,{"detail":"second"},3,["x"],"third"]}`).join("\n")
    for (const text of ["first", "second", "third"]) assert.include(messages, text)
  })

  it("a page is one also after characters that nobody sees", () => {
    assert.deepStrictEqual(messagesOf("\0\u{feff}\n\0<title>403 Forbidden</title>"), ["an HTML page: 403 Forbidden"])
  })

  it("a page gives one short message, its title", () => {
    const parsed = ApiErrorBody.fromText(htmlPage("403 Forbidden", 27_000))
    assert.strictEqual(parsed.messages.length, 1)
    assert.include(parsed.messages[0], "403 Forbidden")
    assert.isBelow(parsed.messages[0]!.length, 200)
    assert.strictEqual(parsed.details.length, 0)
    assertNormal(parsed)
  })

  it("a page with a title of a megabyte gives a short message", () => {
    const pages = [
      htmlPage("x".repeat(1_000_000)),
      `<title>${"x ".repeat(500_000)}`,
      `<title>${"<".repeat(1_000_000)}`
    ]
    for (const body of pages) {
      const parsed = ApiErrorBody.fromText(body)
      assert.isAtMost(parsed.messages.length, 1)
      for (const message of parsed.messages) assert.isAtMost(message.length, 500)
    }
  })

  it("an empty body says nothing that Datadog did not say", () => {
    for (const body of ["", " ", "\n", "\r\n\t "]) {
      const parsed = ApiErrorBody.fromText(body)
      assert.isAtMost(parsed.messages.length, 1)
      assert.strictEqual(parsed.details.length, 0)
      assertNormal(parsed)
    }
  })

  it("a plain text is the message", () => {
    const messages = messagesOf("upstream connect error or disconnect/reset before headers\n")
    assert.deepStrictEqual(messages, ["upstream connect error or disconnect/reset before headers"])
  })

  describe("no text makes it fail", () => {
    for (const body of oddBodies) {
      it(`${JSON.stringify(body)} has a normal form`, () => assertNormal(ApiErrorBody.fromText(body)))
    }

    const text = Schema.String
    const options = { arbitrary: { runs: 500 } }

    it.prop("any string", { text }, ({ text }) => assertNormal(ApiErrorBody.fromText(text)), options)

    it.prop("any JSON", { json: Schema.Json }, ({ json }) => {
      for (
        const value of [json, { errors: json }, { errors: [json] }, { errors: { id: json } }, { error: json }, {
          error: { code: json, message: json, details: json }
        }]
      ) {
        assertNormal(ApiErrorBody.fromText(JSON.stringify(value)))
      }
    }, options)

    it.prop(
      "any member in any entry",
      { entries: Arbitrary.array(Arbitrary.schema(entry)) },
      ({ entries }) => assertNormal(ApiErrorBody.fromText(JSON.stringify({ errors: entries }))),
      options
    )

    it.prop("any truncated body", { body: Schema.Literals(sampleBodies.map(({ body }) => body)), part: Schema.Int }, (
      { body, part }
    ) => assertNormal(ApiErrorBody.fromText(body.slice(0, Math.abs(part) % (body.length + 1)))), options)
  })

  describe("the normal form is bounded, and made within a second", () => {
    for (const [name, body] of hugeBodies()) {
      it(`${name} of ${body(1).length} characters`, () => {
        const text = body(1)
        const start = Date.now()
        const parsed = ApiErrorBody.fromText(text)
        assert.isBelow(Date.now() - start, 1000)
        assertNormal(parsed)
        const larger = ApiErrorBody.fromText(body(2))
        assert.isAtMost(sizeOf(larger), sizeOf(parsed) + 100)
      })
    }
  })
})

const entry = Schema.Struct({
  title: Schema.optionalKey(Schema.Json),
  detail: Schema.optionalKey(Schema.Json),
  status: Schema.optionalKey(Schema.Json),
  code: Schema.optionalKey(Schema.Json),
  id: Schema.optionalKey(Schema.Json),
  source: Schema.optionalKey(Schema.Json),
  meta: Schema.optionalKey(Schema.Json)
})

function hugeBodies(): ReadonlyArray<readonly [name: string, body: (times: number) => string]> {
  const repeated = (piece: string, length = 1_000_000) => (times: number) => piece.repeat(length * times / piece.length)
  const nested = (open: string, close: string, before = "", after = "") => (times: number) =>
    before + open.repeat(100_000 * times) + close.repeat(100_000 * times) + after
  const list = (item: string, before: string, after: string) => (times: number) =>
    before + Array.from({ length: 50_000 * times }, () => item).join(",") + after
  return [
    ["opening brackets", repeated("[")],
    ["opening braces", repeated("{\"a\":")],
    ["opening angles", repeated("<")],
    ["closing angles", repeated(">")],
    ["spaces", repeated(" ")],
    ["spaces before an end", (times) => `${" ".repeat(1_000_000 * times)}x`],
    ["spaces inside a title", (times) => `<title${" ".repeat(1_000_000 * times)}x`],
    ["blank lines", repeated("\r\n")],
    ["blank lines before a page", (times) => `${"\n".repeat(1_000_000 * times)}${htmlPage("Access Denied", 2000)}`],
    ["titles that never end", repeated("<title>")],
    ["titles", repeated("<title>a</title>")],
    ["comments that never end", repeated("<!--")],
    ["scripts that never end", repeated("<script>")],
    ["quotes", repeated("\"")],
    ["backslashes", repeated("\\")],
    ["one letter", repeated("x")],
    ["words", repeated("error ")],
    ["nested arrays", nested("[", "]")],
    ["nested objects", nested(`{"a":`, "}", "", "")],
    ["nested errors", nested("[", "]", `{"errors":`, "}")],
    ["nested errors in a list", nested("[", "]", `{"errors":[`, "]}")],
    ["nested maps of errors", nested(`{"id":`, "}", `{"errors":`, "}")],
    ["nested details", nested("[", "]", `{"errors":[{"detail":`, "}]}")],
    ["a nested error", nested("[", "]", `{"error":{"message":"text","details":`, "}}")],
    ["a list of texts", list(`"text"`, `{"errors":[`, "]}")],
    [
      "a list of different texts",
      (times) =>
        JSON.stringify({ errors: Array.from({ length: 50_000 * times }, (_, index) => `text ${index + 1_000_000}`) })
    ],
    ["a list of entries", list(`{"title":"t","detail":"text"}`, `{"errors":[`, "]}")],
    ["a list of empty entries", list("{}", `{"errors":[`, "]}")],
    ["a map of texts", (times) => {
      const entries = Array.from({ length: 50_000 * times }, (_, index) => [`id${index + 1_000_000}`, ["text"]])
      return JSON.stringify({ errors: Object.fromEntries(entries) })
    }],
    ["a map of one list", list(`"text"`, `{"errors":{"id":[`, "]}}")],
    ["one text", (times) => JSON.stringify({ errors: ["x".repeat(1_000_000 * times)] })],
    ["one key", (times) => JSON.stringify({ errors: { ["x".repeat(1_000_000 * times)]: ["text"] } })],
    ["one entry", (times) => {
      const text = "x".repeat(200_000 * times)
      const source = { pointer: text, parameter: text, header: text }
      return JSON.stringify({ errors: [{ title: text, detail: text, status: text, code: text, id: text, source }] })
    }],
    ["one error", (times) => {
      const text = "x".repeat(500_000 * times)
      return JSON.stringify({ error: { code: text, message: text, details: [text] } })
    }],
    ["a JSON string", (times) => JSON.stringify("x".repeat(1_000_000 * times))]
  ]
}

function messagesOf(body: string): ReadonlyArray<string> {
  return ApiErrorBody.fromText(body).messages
}

function plain(detail: ApiErrorBody.ApiErrorDetail): object {
  return JSON.parse(JSON.stringify({ ...detail }))
}

function sizeOf(body: ApiErrorBody.ApiErrorBody): number {
  return JSON.stringify({ messages: body.messages, details: body.details }).length
}

/** What holds of every normal form, whatever was read. */
function assertNormal(body: ApiErrorBody.ApiErrorBody): void {
  assert.isTrue(Schema.is(ApiErrorBody.ApiErrorBody)(body))
  for (const message of body.messages) {
    assert.notStrictEqual(message.trim(), "")
    assert.notMatch(message, /\[object |^undefined$|^null$/)
  }
  assert.isAtMost(body.messages.length, 100)
  assert.isAtMost(body.details.length, 100)
  // An error body is read up to 64 KiB; its normal form is never larger.
  assert.isAtMost(sizeOf(body), 65_536)
}
