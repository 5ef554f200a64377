import { ErrorBody } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"

describe("ErrorBody", () => {
  const bodies: Record<Exclude<ErrorBody.Family, "html">, readonly [text: string, contentType: string | undefined]> = {
    strings: ["{\"errors\":[\"a\",\"b\"]}", "application/json"],
    objects: [
      "{\"errors\":[{\"title\":\"Forbidden\",\"detail\":\"a\"},{\"title\":\"Forbidden\",\"detail\":\"b\"}]}",
      "application/vnd.api+json"
    ],
    nested: ["{\"error\":{\"code\":\"FORBIDDEN\",\"message\":\"a\",\"details\":[\"b\"]}}", "application/json"],
    edge: [
      "{\"status\":\"error\",\"code\":403,\"errors\":[\"a\",\"b\"],\"statuspage\":\"http://status.datadoghq.com\","
      + "\"twitter\":\"http://twitter.com/datadogops\",\"email\":\"support@datadoghq.com\"}\n",
      "application/json"
    ],
    map: ["{\"data\":[],\"errors\":{\"2b468c54f2a711eeb0b4ffe56bb6ad43\":[\"a\",\"b\"]}}", "application/json"],
    empty: ["", undefined]
  }

  for (const family of ErrorBody.families) {
    if (family === "html") continue
    it(`words two messages in the form of ${family}`, () => {
      const [text, contentType] = bodies[family]
      assert.deepStrictEqual(ErrorBody.make(family, 403, ["a", "b"]), { text, contentType })
    })
  }

  it("writes a page of 27 kB that starts with blank lines and shows messages as text", () => {
    const { contentType, text } = ErrorBody.make("html", 502, ["<b>\"a\" & b</b>"])
    assert.strictEqual(contentType, "text/html; charset=utf-8")
    assert.match(text, /^\n\n\n<!DOCTYPE html>/)
    assert.include(text, "<title>502 Bad Gateway</title>")
    assert.include(text, "<p>&#60;b&#62;&#34;a&#34; &#38; b&#60;/b&#62;</p>")
    assert.approximately(text.length, 27_000, 1000)
  })

  it("says the status's own phrase when it is given no message, and Datadog's sentence for 429", () => {
    assert.strictEqual(ErrorBody.make("strings", 503).text, "{\"errors\":[\"Service Unavailable\"]}")
    assert.strictEqual(ErrorBody.make("strings", 599).text, "{\"errors\":[\"Status 599\"]}")
    assert.include(ErrorBody.make("strings", 429).text, "Rate limit of 100 requests in 10 seconds reached.")
  })

  it("can say nothing at all", () => {
    assert.strictEqual(ErrorBody.make("strings", 400, []).text, "{\"errors\":[]}")
    assert.strictEqual(
      ErrorBody.make("nested", 400, []).text,
      "{\"error\":{\"code\":\"INVALID_ARGUMENT\",\"message\":\"\"}}"
    )
  })
})
