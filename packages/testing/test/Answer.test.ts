import { Answer } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"

const bytesOf = (answer: Answer.Answer) => Stream.mkUint8Array(Answer.bodyStream(answer))

describe("an answer", () => {
  it.effect.each([204, 205, 304])("of %i has no body, whatever it is given", (status) =>
    Effect.gen(function*() {
      const answer = Answer.make({ status, contentType: "text/plain", headers: [["X-A", "1"]], body: "text" })
      assert.deepStrictEqual(answer.headers, [["X-A", "1"]])
      assert.strictEqual((yield* bytesOf(answer)).length, 0)
    }))

  it.effect("is text in UTF-8 with its length, or a stream without one", () =>
    Effect.gen(function*() {
      const text = Answer.make({ body: "é" })
      assert.deepStrictEqual([text.status, text.headers], [200, [["Content-Length", "2"]]])
      const streamed = Answer.make({ body: Stream.encodeText(Stream.make("a", "é")) })
      assert.deepStrictEqual(streamed.headers, [])
      assert.deepStrictEqual(yield* bytesOf(streamed), new TextEncoder().encode("aé"))
    }))

  it("has its headers replaced, repeated and taken away, in any case", () => {
    const answer = Answer.make({ headers: [["A", "1"], ["B", "2"], ["C", "3"]] })
    const changed = Answer.withHeaders(answer, { a: "4", b: ["5", "6"], c: undefined })
    assert.deepStrictEqual(changed.headers, [["Content-Length", "0"], ["a", "4"], ["b", "5"], ["b", "6"]])
    assert.deepStrictEqual([Answer.header(changed, "B"), Answer.header(changed, "c")], ["5", undefined])
  })
})
