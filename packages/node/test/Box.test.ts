import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Box from "../src/internal/history/box.ts"

const decode = (json: unknown) =>
  typeof json === "number" ? Result.succeed({ json }) : Result.fail({ message: "no number" })

describe("what an answer is decoded to", () => {
  it("is handed over, and kept no longer", () => {
    const box = Box.make(decode)
    assert.deepStrictEqual(box.fill(1), Result.succeed(undefined))
    assert.deepStrictEqual(box.take(), { json: 1 })
    assert.isUndefined(box.take())
  })

  it("is the last answer's, where one came twice", () => {
    const box = Box.make(decode)
    box.fill(1)
    box.fill(2)
    assert.deepStrictEqual(box.take(), { json: 2 })
    assert.isUndefined(box.take())
  })

  it("is an issue where it can't be decoded", () => {
    assert.deepStrictEqual(Box.make(decode).fill("1"), Result.fail({ message: "no number" }))
  })
})
