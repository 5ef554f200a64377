import { assert, describe, it } from "@effect/vitest"
import * as BodyBytes from "../src/internal/http/bodyBytes.ts"

const chunk = (...bytes: ReadonlyArray<number>) => Uint8Array.from(bytes)

const read = (body: BodyBytes.BodyBytes) => [...body.read()]

describe("the bytes of a body", () => {
  it("are those that came, whatever was expected", () => {
    for (const expected of [0, 1, 4, 5, 100, -1, 1.5, Infinity]) {
      const body = BodyBytes.make(10, expected)
      assert.isTrue(body.push(chunk(1, 2)))
      assert.isTrue(body.push(chunk()))
      assert.isTrue(body.push(chunk(3, 4, 5)))
      assert.deepStrictEqual(read(body), [1, 2, 3, 4, 5])
    }
  })

  it("are no more than may be", () => {
    const body = BodyBytes.make(4, 100)
    assert.isTrue(body.push(chunk(1, 2, 3)))
    assert.isFalse(body.push(chunk(4, 5)))
    assert.isFalse(body.push(chunk(6)))
    assert.deepStrictEqual(read(body), [1, 2, 3, 4])
  })

  it("are gone when their memory has been given back", () => {
    const body = BodyBytes.make(4, 4)
    body.push(chunk(1, 2))
    const bytes = body.read()
    assert.strictEqual(bytes.length, 2)
    body.release()
    assert.strictEqual(bytes.length, 0)
  })
})
