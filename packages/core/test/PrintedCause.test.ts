import { assert, describe, it } from "@effect/vitest"
import { DatadogError } from "../src/index.ts"

const withCause = (cause: unknown) =>
  JSON.parse(JSON.stringify(
    new DatadogError.DatadogTransportError({
      method: "GET",
      path: "/api/v2/slo/report/a/status",
      host: "api.datadoghq.com",
      reason: "reset",
      sent: "maybe",
      isTransient: true,
      cause
    })
  )).cause

describe("the cause of an error, as JSON", () => {
  it("is an error's name and message, and its own cause's", () => {
    const inner = new RangeError("the inner one")
    assert.deepStrictEqual(withCause(new TypeError("the outer one", { cause: inner })), {
      name: "TypeError",
      message: "the outer one",
      cause: { name: "RangeError", message: "the inner one" }
    })
  })

  it("is what it makes of itself", () => {
    assert.deepStrictEqual(withCause(Object.assign(new Error("hidden"), { toJSON: () => "as it says" })), "as it says")
  })

  it("is any other value as it is", () => {
    assert.deepStrictEqual(withCause("a text"), "a text")
    assert.deepStrictEqual(withCause({ code: 1 }), { code: 1 })
  })

  it("ends where errors are each other's cause", () => {
    const error = new Error("round")
    error.cause = error
    assert.strictEqual(JSON.stringify(withCause(error)).split("round").length - 1, 5)
  })
})
